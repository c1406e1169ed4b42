//! What became of the job, newest first.

use super::page::{use_page, use_voice};
use super::words;
use crate::i18n::sentence::{amount, history};
use crate::i18n::t;
use crate::jobs::api::HistoryView;
use crate::jobs::status_badge::StatusBadge;
use domain::{JobStatus, Seconds};
use leptos::prelude::*;

/// An entry and how long the job waited in it, where it did.
fn with_waits(history: &[HistoryView]) -> Vec<(HistoryView, Option<Seconds>)> {
    // the same state twice, nobody's doing and nothing to add: a stage of our own
    let silent = |at: usize, entry: &HistoryView| {
        entry.fact.is_none() && entry.actor.is_none() && at > 0 && history[at - 1].status == entry.status
    };
    history
        .iter()
        .enumerate()
        .filter(|(at, entry)| !silent(*at, entry))
        .map(|(at, entry)| {
            let waits = matches!(entry.status, JobStatus::Waiting);
            let next = history.get(at + 1).filter(|next| waits && next.status != JobStatus::Waiting);
            (entry.clone(), next.map(|next| next.at.since(entry.at)))
        })
        .rev()
        .collect()
}

/// The panel.
#[component]
pub fn History() -> impl IntoView {
    let page = use_page();
    let voice = use_voice();
    let entries = Memo::new(move |_| page.view.with(|view| with_waits(&view.history)));
    let row = move |(entry, waited): (HistoryView, Option<Seconds>)| {
        let HistoryView { at, status, actor, fact } = entry;
        let moment = move || voice.get().moment(at);
        let said = move || {
            let voice = voice.get();
            let mut said: Vec<String> = fact.iter().map(|fact| history::fact(voice, fact)).collect();
            said.extend(waited.map(|span| words::waited(voice, &amount::duration(voice, span))));
            said.extend(actor.as_ref().map(|actor| words::by(voice, actor)));
            said.into_iter().map(|said| view! { <div>{said}</div> }).collect_view()
        };
        view! {
            <li class="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3">
                <time class="min-w-12 text-muted">{moment}</time>
                <div>
                    <StatusBadge status=Signal::stored(status) testid="history-status" />
                    <div class="phrase sub">{said}</div>
                </div>
            </li>
        }
    };
    view! {
        <section class="panel">
            <div class="panel-h">
                <h2>{t(words::HISTORY)}</h2>
            </div>
            <div class="p-4">
                <ol class="grid gap-2 text-sm" data-testid="history">
                    {move || entries.get().into_iter().map(row).collect_view()}
                </ol>
            </div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Timestamp;

    #[test]
    fn the_newest_is_first_and_a_wait_has_its_length() {
        let entry = |at, status| HistoryView { at: Timestamp(at), status, actor: None, fact: None };
        let history = [
            entry(100, JobStatus::Waiting),
            entry(122, JobStatus::Starting),
            entry(123, JobStatus::Starting),
            entry(130, JobStatus::Waiting),
        ];
        let waits: Vec<_> = with_waits(&history).into_iter().map(|(entry, wait)| (entry.at.0, wait)).collect();
        assert_eq!(waits, [(130, None), (122, None), (100, Some(Seconds(22)))]);
    }
}
