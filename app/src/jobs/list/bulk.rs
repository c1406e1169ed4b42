//! The bar that takes the tabs' place while something is selected: only what is legal for all.

use super::acts::{Act, Acts};
use super::words;
use crate::i18n::t;
use crate::preferences::use_locale;
use crate::ui::{Button, Glyph, Kbd, Kind, Size};
use domain::{JobStatus, JobSummary};
use leptos::prelude::*;

/// Number, acts, and why one of them cannot be done.
#[component]
pub fn BulkBar(acts: Acts) -> impl IntoView {
    let locale = use_locale();
    let jobs = Memo::new(move |_| acts.chosen_jobs());
    let title = move || {
        let n = jobs.with(Vec::len);
        locale.get().pick(format!("{n}件を選択中"), format!("{n} selected"))
    };
    let held = Memo::new(move |_| {
        jobs.with(|jobs: &Vec<JobSummary>| !jobs.is_empty() && jobs.iter().all(|job| job.status == JobStatus::Held))
    });
    let illegal = move |what: Act| jobs.with(|jobs| acts.allowed(what, jobs).is_err());
    let hold = move || if held.get() { Act::Release } else { Act::Hold };
    let reason = move || {
        [hold(), Act::Priority, Act::Stop]
            .into_iter()
            .find_map(|what| jobs.with(|jobs| acts.allowed(what, jobs).err()))
            .map(|text| text.in_locale(locale.get()))
    };
    let begin = move |what: Act| acts.begin(what, jobs.get_untracked());
    view! {
        <div
            class="flex flex-wrap items-center gap-2 rounded-t-[inherit] border-b border-line bg-accent-soft px-4 py-1.5"
            role="region"
            aria-label=title
            data-testid="bulk-bar"
        >
            <b class="text-sm font-semibold">{title}</b>
            <Button
                size=Size::Small
                glyph=Glyph::CirclePause
                disabled=Signal::derive(move || illegal(hold()))
                busy=acts.busy
                on_click=move |_| begin(untrack(hold))
            >
                {move || if held.get() { words::RELEASE } else { words::HOLD }.in_locale(locale.get())}
            </Button>
            <Button
                size=Size::Small
                disabled=Signal::derive(move || illegal(Act::Priority))
                on_click=move |_| begin(Act::Priority)
            >
                {t(words::CHANGE_PRIORITY)}
            </Button>
            <Button
                kind=Kind::Stop
                size=Size::Small
                glyph=Glyph::Stop
                disabled=Signal::derive(move || illegal(Act::Stop))
                on_click=move |_| begin(Act::Stop)
                attr:data-testid="bulk-stop"
            >
                {t(words::STOP)}
            </Button>
            <span class="text-xs text-muted">{reason}</span>
            <Button kind=Kind::Ghost size=Size::Small class="ml-auto" on_click=move |_| acts.clear()>
                {t(words::CLEAR_SELECTION)}
                " "
                <Kbd keys="Esc" />
            </Button>
        </div>
    }
}
