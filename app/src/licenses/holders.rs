//! Who holds tokens and when they come back, and who waits for some.

use super::store::Store;
use super::words;
use crate::clock::use_clock;
use crate::i18n::sentence::{amount, status, waiting};
use crate::i18n::t;
use crate::preferences::use_locale;
use domain::{JobId, JobStatus, JobSummary, Tokens};
use leptos::prelude::*;

/// The table of those who hold.
#[component]
pub fn Holders(store: Store) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let ids = store.of(|view| view.holding.iter().map(|row| row.job.id).collect::<Vec<JobId>>());
    let external = store.of(|view| view.standing.usage.external);
    let reserved = store.of(|view| {
        view.reservations
            .iter()
            .map(|held| held.one.clone())
            .filter(|one| one.tokens > Tokens::ZERO)
            .collect::<Vec<_>>()
    });
    let sum = store.of(|view| {
        let usage = view.standing.usage;
        usage.ours.plus(usage.external).plus(usage.reserved)
    });
    let sum = move || sum.get().unwrap_or_default();
    let is_held = move || sum() > Tokens::ZERO;
    let total = t(crate::i18n::text("合計", "Total"));
    view! {
        <section class="panel" aria-labelledby="holders-title" data-testid="license-holders">
            <div class="panel-h">
                <h2 id="holders-title">{t(words::HOLDERS)}</h2>
            </div>
            <Show
                when=is_held
                fallback=move || view! { <p class="p-4 text-sm text-muted">{t(words::NOBODY)}</p> }
            >
                <div class="relative overflow-x-auto" tabindex="0" role="group" aria-labelledby="holders-title">
                    <table class="grid-t">
                        <thead>
                            <tr>
                                <th scope="col">{t(words::SOURCE)}</th>
                                <th scope="col" class="max-md:hidden">{t(words::OWNER)}</th>
                                <th scope="col" class="max-md:hidden">{t(words::PLACE)}</th>
                                <th scope="col" class="max-md:hidden">{t(words::SINCE)}</th>
                                <th scope="col" class="r max-md:hidden">{t(words::PROGRESS)}</th>
                                <th scope="col" class="r">{t(words::TOKENS)}</th>
                                <th scope="col" class="r">{t(words::BACK)}</th>
                            </tr>
                        </thead>
                        <tbody>
                            <For each=move || ids.get().unwrap_or_default() key=|id| *id let:id>
                                <HolderRow store=store id=id />
                            </For>
                            {move || {
                                external
                                    .get()
                                    .filter(|tokens| *tokens > Tokens::ZERO)
                                    .map(|tokens| {
                                        view! {
                                            <tr>
                                                <td>
                                                    <span class="flex min-w-0 items-center gap-2">
                                                        <span class="key o"></span>
                                                        {t(words::OUTSIDE_ROW)}
                                                    </span>
                                                </td>
                                                <td class="max-md:hidden"></td>
                                                <td class="max-md:hidden"></td>
                                                <td class="max-md:hidden"></td>
                                                <td class="max-md:hidden"></td>
                                                <td class="r font-semibold">{tokens.0}</td>
                                                <td class="r text-muted">{t(words::UNKNOWN)}</td>
                                            </tr>
                                        }
                                    })
                            }}
                            {move || {
                                reserved
                                    .get()
                                    .unwrap_or_default()
                                    .into_iter()
                                    .map(|one| {
                                        let until = one.over_at();
                                        let since = one.created_at;
                                        let place = one.cores.as_ref().map(|held| held.node.to_string());
                                        let purpose = one.purpose.clone();
                                        view! {
                                            <tr>
                                                <td>
                                                    <span class="flex min-w-0 items-center gap-2">
                                                        <span class="key r"></span>
                                                        <span class="min-w-0">
                                                            {move || {
                                                                locale
                                                                    .get()
                                                                    .pick(format!("予約: {purpose}"), format!("Reserved: {purpose}"))
                                                            }}
                                                            <span class="sub block md:hidden">{one.holder_name.clone()}</span>
                                                        </span>
                                                    </span>
                                                </td>
                                                <td class="max-md:hidden">{one.holder_name.clone()}</td>
                                                <td class="max-md:hidden">{place}</td>
                                                <td class="whitespace-nowrap text-muted max-md:hidden">
                                                    {move || clock.moment(since, locale.get())}
                                                </td>
                                                <td class="max-md:hidden"></td>
                                                <td class="r font-semibold">{one.tokens.0}</td>
                                                <td class="r whitespace-nowrap text-muted">
                                                    {move || clock.moment(until, locale.get())}
                                                </td>
                                            </tr>
                                        }
                                    })
                                    .collect_view()
                            }}
                            <tr>
                                <th scope="row" class="!border-b-0 !text-sm !text-ink">{total}</th>
                                <td class="max-md:hidden"></td>
                                <td class="max-md:hidden"></td>
                                <td class="max-md:hidden"></td>
                                <td class="max-md:hidden"></td>
                                <td class="r font-semibold">{move || sum().0}</td>
                                <td></td>
                            </tr>
                        </tbody>
                    </table>
                </div>
            </Show>
        </section>
    }
}

/// Where it is and how far, on phones in one line below the name.
fn small_facts(job: &JobSummary) -> String {
    let node = job.node.as_ref().map(ToString::to_string).unwrap_or_default();
    format!("{} · {node}", job.user_name)
}

#[component]
fn HolderRow(store: Store, id: JobId) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let row = store.of(move |view| view.holding.iter().find(|row| row.job.id == id).cloned());
    let row = move || row.get().flatten();
    let Some(first) = untrack(row) else { return ().into_any() };
    let name = first.job.name.to_string();
    let progress = move || {
        let row = row()?;
        let locale = locale.get();
        match row.job.progress.as_ref().and_then(|progress| progress.share) {
            Some(share) => Some(amount::percent(share)),
            None if row.job.status == JobStatus::Starting => {
                Some(status(JobStatus::Starting).in_locale(locale).to_owned())
            }
            None => Some(words::UNKNOWN.in_locale(locale).to_owned()),
        }
    };
    let since = move || row()?.job.started_at.map(|at| clock.moment(at, locale.get()));
    let back = move || {
        let locale = locale.get();
        match row().and_then(|row| row.ends) {
            Some(at) => {
                let at = clock.moment(at, locale);
                locale.pick(format!("約{at}"), format!("about {at}"))
            }
            None => words::UNKNOWN.in_locale(locale).to_owned(),
        }
    };
    view! {
        <tr data-testid=format!("holder-{id}")>
            <td>
                <span class="flex min-w-0 items-center gap-2">
                    <span class="key u"></span>
                    <span class="min-w-0">
                        <a class="name" href=format!("/jobs/{id}")>{name}</a>
                        <span class="sub block md:hidden">{small_facts(&first.job)}</span>
                    </span>
                </span>
            </td>
            <td class="whitespace-nowrap max-md:hidden">{first.job.user_name.clone()}</td>
            <td class="whitespace-nowrap max-md:hidden">{first.job.node.as_ref().map(ToString::to_string)}</td>
            <td class="whitespace-nowrap text-muted max-md:hidden">{since}</td>
            <td class="r whitespace-nowrap max-md:hidden">{progress}</td>
            <td class="r font-semibold">{first.job.tokens.0}</td>
            <td class="r whitespace-nowrap text-muted">{back}</td>
        </tr>
    }
    .into_any()
}

/// The table of those who wait.
#[component]
pub fn Waiters(store: Store) -> impl IntoView {
    let ids = store.of(|view| view.waiting.iter().map(|job| job.id).collect::<Vec<JobId>>());
    let some = move || ids.get().is_some_and(|ids| !ids.is_empty());
    view! {
        <section class="panel" aria-labelledby="waiters-title" data-testid="license-waiters">
            <div class="panel-h">
                <h2 id="waiters-title">{t(words::WAITING)}</h2>
            </div>
            <Show
                when=some
                fallback=move || view! { <p class="p-4 text-sm text-muted">{t(words::NOBODY_WAITS)}</p> }
            >
                <table class="grid-t">
                    <thead>
                        <tr>
                            <th scope="col">{t(words::JOB)}</th>
                            <th scope="col" class="max-md:hidden">{t(words::OWNER)}</th>
                            <th scope="col" class="r">{t(words::TOKENS)}</th>
                            <th scope="col">{t(words::REASON)}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || ids.get().unwrap_or_default() key=|id| *id let:id>
                            <WaiterRow store=store id=id />
                        </For>
                    </tbody>
                </table>
            </Show>
        </section>
    }
}

#[component]
fn WaiterRow(store: Store, id: JobId) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let job = store.of(move |view| view.waiting.iter().find(|job| job.id == id).cloned());
    let job = move || job.get().flatten();
    let Some(first) = untrack(job) else { return ().into_any() };
    let reason = move || Some(waiting::reason(clock.voice(locale.get()), &job()?.waiting?.reason));
    let start = move || Some(waiting::start(clock.voice(locale.get()), &job()?.waiting?));
    view! {
        <tr data-testid=format!("waiter-{id}")>
            <td>
                <a class="name" href=format!("/jobs/{id}")>{first.name.to_string()}</a>
                <span class="sub block md:hidden">{first.user_name.clone()}</span>
            </td>
            <td class="whitespace-nowrap max-md:hidden">{first.user_name.clone()}</td>
            <td class="r font-semibold">{first.tokens.0}</td>
            <td>
                <span class="phrase block">{reason}</span>
                <span class="sub block">{start}</span>
            </td>
        </tr>
    }
    .into_any()
}
