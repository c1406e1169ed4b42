//! The jobs this one was made from, and those made from it.

use super::page::{use_page, use_voice};
use super::words;
use crate::i18n::sentence::verdict;
use crate::i18n::t;
use crate::jobs::api::LineageView;
use crate::jobs::status_badge::StatusBadge;
use domain::JobStatus;
use leptos::prelude::*;

/// The panel; nothing for a job without relatives.
#[component]
pub fn Lineage() -> impl IntoView {
    let page = use_page();
    let voice = use_voice();
    let all = Memo::new(move |_| page.view.with(|view| view.lineage.clone()));
    let some = Memo::new(move |_| all.with(Vec::len) > 1);
    let this = t(words::THIS_JOB);
    let row = move |job: LineageView| {
        let LineageView { id, name, status, created_at, verdict } = job;
        let here = id == page.id;
        let dot = if here { "border-primary bg-primary" } else { "border-field bg-surface" };
        let title = if here {
            view! { <b class="text-sm font-semibold">{name.to_string()}</b> }.into_any()
        } else {
            view! { <a class="name text-sm" href=format!("/jobs/{id}")>{name.to_string()}</a> }.into_any()
        };
        let facts = move || {
            let voice = voice.get();
            let when = if here { this().to_owned() } else { voice.moment(created_at) };
            let why = verdict
                .as_ref()
                .filter(|_| matches!(status, JobStatus::Failed | JobStatus::Missing))
                .map(|verdict| verdict::cause(voice, &verdict.cause, None, None));
            [Some(format!("#{id}")), Some(when), why].into_iter().flatten().collect::<Vec<_>>().join(" · ")
        };
        view! {
            <li class="group relative pb-4 pl-6 last:pb-0">
                <span class="absolute top-5 bottom-0 left-[7px] w-px bg-line group-last:hidden"></span>
                <span class=format!("absolute top-[5px] left-0 size-[15px] rounded-full border-2 {dot}")></span>
                <div class="flex flex-wrap items-center justify-between gap-x-2">
                    {title}
                    <StatusBadge status=Signal::stored(status) testid="lineage-status" />
                </div>
                <div class="phrase sub">{facts}</div>
            </li>
        }
    };
    move || {
        some.get().then(|| {
            view! {
                <section class="panel">
                    <div class="panel-h">
                        <h2>{t(words::LINEAGE)}</h2>
                    </div>
                    <ol class="p-4" data-testid="lineage">
                        {move || all.get().into_iter().map(row).collect_view()}
                    </ol>
                </section>
            }
        })
    }
}
