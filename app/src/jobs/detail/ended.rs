//! A job that ended well, or was ended: short.

use super::page::{use_page, use_voice};
use super::words;
use crate::i18n::sentence::{amount, verdict};
use crate::ui::{Notice, Tone};
use domain::JobStatus;
use leptos::prelude::*;

/// The panel of a completed or cancelled job.
#[component]
pub fn Ended() -> impl IntoView {
    let page = use_page();
    let voice = use_voice();
    let job = Memo::new(move |_| page.view.with(|view| view.summary.clone()));
    let good = Memo::new(move |_| page.status.get() == JobStatus::Completed);
    let remarks = Memo::new(move |_| {
        let voice = voice.get();
        job.with(|job| {
            let remarks = job.verdict.as_ref().map(|verdict| verdict.remarks.clone()).unwrap_or_default();
            remarks.iter().map(|remark| verdict::remark(voice, remark)).collect::<Vec<_>>()
        })
    });
    let tone = Signal::derive(move || match (good.get(), remarks.with(Vec::is_empty)) {
        (true, true) => Tone::Good,
        (_, false) => Tone::Caution,
        (false, true) => Tone::Calm,
    });
    let title = move || {
        let voice = voice.get();
        job.with(|job| {
            if job.status == JobStatus::Completed {
                let ran = job.started_at.zip(job.ended_at).map(|(start, end)| end.since(start));
                return verdict::ended_well(voice, ran);
            }
            verdict::cause(voice, &domain::Cause::Cancelled, None, None)
        })
    };
    let detail = move || {
        let voice = voice.get();
        job.with(|job| match job.status {
            JobStatus::Completed => {
                let facts = job.progress.as_ref().filter(|progress| progress.step > 0).map(|progress| {
                    let cutbacks = progress.cutbacks;
                    voice.pick(
                        format!("{}ステップ・カットバック{cutbacks}回。", progress.steps),
                        format!("{} steps, {cutbacks} cutbacks.", progress.steps),
                    )
                });
                facts.unwrap_or_default()
            }
            _ => {
                let begun = job.started_at.is_some();
                let share = job.progress.as_ref().and_then(|progress| progress.share).map(amount::percent);
                let at = begun.then(|| share.unwrap_or_else(|| voice.pick("途中", "some point").to_owned()));
                words::cancelled(voice, at.as_deref())
            }
        })
    };
    let said = move || remarks.get().into_iter().map(|said| view! { <div>{said}</div> }).collect_view();
    view! {
        <Notice tone=tone title=title>
            <span>{detail}</span>
            {said}
        </Notice>
    }
}
