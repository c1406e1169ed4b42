//! Why a job waits, its place, and when it may start.

use super::page::{use_page, use_voice};
use super::words;
use crate::i18n::sentence::{amount, waiting};
use crate::i18n::t;
use domain::JobStatus;
use leptos::prelude::*;

/// The panel of a job in the queue.
#[component]
pub fn WaitingPanel() -> impl IntoView {
    let page = use_page();
    let voice = use_voice();
    let wait = page.of_summary(|job| job.waiting.clone());
    let created = page.of_summary(|job| job.created_at);
    let clock = crate::clock::use_clock();
    // by the minute: the page need not count seconds
    let waited = Memo::new(move |_| {
        let span = clock.now().since(created.get());
        amount::duration(voice.get(), if span.0 < 60 { span } else { domain::Seconds(span.0 / 60 * 60) })
    });
    let (title, held, held_what, queued) = (t(words::WAITING), t(words::HELD), t(words::HELD_WHAT), t(words::QUEUED));
    view! {
        <section class="panel p-4" aria-labelledby="why-waiting">
            {move || {
                if page.status.get() == JobStatus::Held {
                    return view! {
                        <h2 id="why-waiting" class="text-lg">{held}</h2>
                        <p class="phrase mt-1 text-sm text-muted">{held_what}</p>
                    }
                        .into_any();
                }
                view! {
                    <p class="lbl mb-1">{title}</p>
                    <h2 id="why-waiting" class="phrase text-lg" data-testid="waiting-reason">
                        {move || match wait.get() {
                            Some(wait) => waiting::reason(voice.get(), &wait.reason),
                            None => queued().to_owned(),
                        }}
                    </h2>
                    <p class="mt-1 flex flex-wrap gap-x-4 text-sm text-muted">
                        {move || {
                            wait.get()
                                .map(|wait| {
                                    view! {
                                        <span>{waiting::position(voice.get(), &wait)}</span>
                                        <span>{capital(waiting::start(voice.get(), &wait))}</span>
                                    }
                                })
                        }}
                        <span>{move || words::waited(voice.get(), &waited.get())}</span>
                    </p>
                }
                    .into_any()
            }}
        </section>
    }
}

/// `starts about 14:20` at the beginning of a line.
fn capital(text: String) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => text,
    }
}
