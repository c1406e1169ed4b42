//! The page.

use super::api::{CleanupView, GoingView};
use super::calls::view_cleanup;
use super::store::Store;
use super::words;
use crate::AppError;
use crate::clock::use_clock;
use crate::i18n::sentence::amount;
use crate::i18n::t;
use crate::loaded::load;
use crate::preferences::use_locale;
use crate::ui::{Button, Dialog, EmptyState, Kind, NotRead, ReadFirst, Size};
use domain::Timestamp;
use leptos::prelude::*;
use leptos_meta::Title;

/// What goes away by itself, and when.
#[component]
pub fn CleanupPage() -> impl IntoView {
    let first = load(|| (), |()| view_cleanup());
    view! {
        <Title text=t(words::CLEANUP) />
        <ReadFirst heading=t(words::CLEANUP) body=move || async move {
            let view = first.await;
            view! { <Body first=view /> }
        } />
    }
}

#[component]
fn Body(first: Result<CleanupView, AppError>) -> impl IntoView {
    let store = Store::new(first);
    let (clock, locale) = (use_clock(), use_locale());
    let voice = move || clock.voice(locale.get());
    let failed = Signal::derive(move || store.error.get().map(|error| error.message));
    let is_there = Memo::new(move |_| store.view.with(Option::is_some));
    let may_run = Memo::new(move |_| store.view.with(|view| view.as_ref().is_some_and(|view| view.may_run)));
    let nothing = move || store.view.with(|view| view.as_ref().is_none_or(|view| view.at_once.is_nothing()));
    let under_way = Memo::new(move |_| store.view.with(|view| view.as_ref().is_some_and(|view| view.under_way)));
    let lead = move || store.view.with(|view| view.as_ref().map(|view| words::lead(voice(), view)));
    let consequences = move || {
        store.view.with(|view| {
            let lines = view.as_ref().map(|view| words::consequences(voice(), &view.at_once)).unwrap_or_default();
            lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()
        })
    };
    view! {
        <div class="mb-4 flex flex-wrap items-end justify-between gap-3">
            <div class="min-w-0">
                <h1 class="text-xl">{t(words::CLEANUP)}</h1>
                <p class="phrase text-sm text-muted" data-testid="cleanup-lead">
                    {lead}
                </p>
            </div>
            <div class="flex flex-wrap gap-2">
                <a class="btn btn-line" href="/usage.csv" download="" rel="external" data-testid="usage">
                    {t(words::USAGE)}
                </a>
                <Show when=move || may_run.get()>
                    <a class="btn btn-line" href="/admin/settings#setting-cleanup_schedule">
                        {t(words::SETTINGS)}
                    </a>
                    <span class="needs-script">
                        <Button
                            disabled=Signal::derive(move || nothing() || under_way.get())
                            busy=Signal::derive(move || store.asking.get() || under_way.get())
                            on_click=move |_| store.dialog.set(true)
                            attr:data-testid="clean-up"
                        >
                            {t(words::RUN)}
                        </Button>
                    </span>
                </Show>
            </div>
        </div>
        <NotRead why=failed title=t(words::COULD_NOT_LOAD) retry=move |()| store.read() />
        <p class="mb-3 text-sm" role="status" data-testid="cleaning" hidden=move || !under_way.get()>
            <span class="loading loading-spinner loading-xs mr-2" aria-hidden="true"></span>
            {t(words::UNDER_WAY)}
        </p>
        {move || is_there.get().then(|| view! { <Shown store=store /> })}
        <Dialog
            open=store.dialog
            id="clean-up"
            title=t(words::RUN_TITLE)
            safe=t(words::NOT_NOW)
            verb=t(words::RUN_VERB)
            danger=true
            busy=store.asking
            on_confirm=move |()| store.run()
            consequences=ToChildren::to_children(move || consequences)
        />
    }
}

#[component]
fn Shown(store: Store) -> impl IntoView {
    // it was there, and what was read stays
    let Some(first) = store.view.get_untracked() else { return ().into_any() };
    let view = Memo::new(move |before: Option<&CleanupView>| {
        store.view.get().unwrap_or_else(|| before.cloned().unwrap_or_else(|| first.clone()))
    });
    view! {
        <Going view=view.into() store=store />
        <Leftovers view=view.into() />
        <Missing view=view.into() />
    }
    .into_any()
}

#[component]
fn Going(view: Signal<CleanupView>, store: Store) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let voice = move || clock.voice(locale.get());
    let rows = Memo::new(move |_| view.with(|view| view.jobs.clone()));
    let moments = Memo::new(move |_| view.with(|view| (view.now, view.next)));
    let none = move || rows.with(Vec::is_empty);
    let total = move || {
        view.with(|view| {
            let (results, jobs) = (view.waste.results, view.waste.jobs);
            let both = domain::cleanup::Heap { count: results.count + jobs.count, bytes: results.bytes + jobs.bytes };
            words::heap(voice(), both)
        })
    };
    view! {
        <section class="panel" aria-label=t(words::JOBS) data-testid="going">
            <div class="panel-h">
                <h2>{t(words::JOBS)}</h2>
                <span class="sub ml-auto" hidden=none>
                    {total}
                </span>
            </div>
            <Show when=none>
                <EmptyState title=t(words::NOTHING) text=t(words::NOTHING_TEXT) />
            </Show>
            <div class="relative overflow-x-auto" tabindex="0" role="group" aria-label=t(words::JOBS) hidden=none>
                <table class="grid-t max-md:min-w-[40rem]">
                    <thead>
                        <tr>
                            <th scope="col">{t(words::JOB)}</th>
                            <th scope="col">{t(words::OWNER)}</th>
                            <th scope="col">{t(words::ENDED)}</th>
                            <th scope="col">{t(words::WHAT)}</th>
                            <th scope="col" class="r">
                                {t(words::SIZE)}
                            </th>
                            <th scope="col">{t(words::WHEN)}</th>
                            <th scope="col">
                                <span class="sr-only">{t(words::ACTS)}</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || rows.get() key=|row| format!("{row:?}") let:row>
                            <Row row=row moments=moments.into() store=store />
                        </For>
                    </tbody>
                </table>
            </div>
        </section>
    }
}

#[component]
fn Row(row: GoingView, moments: Signal<(Timestamp, Option<Timestamp>)>, store: Store) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let voice = move || clock.voice(locale.get());
    let GoingView { job, may_keep } = row;
    let (id, ended_at, what, at) = (job.id, job.ended_at, job.what, job.at);
    view! {
        <tr data-testid=format!("going-{id}")>
            <td class="max-w-[16rem]">
                <a class="link cut block" href=format!("/jobs/{id}")>
                    {job.name.to_string()}
                </a>
            </td>
            <td>{job.user_name}</td>
            <td class="whitespace-nowrap text-muted">{move || voice().moment(ended_at)}</td>
            <td>{move || words::going(voice(), what)}</td>
            <td class="r whitespace-nowrap">{amount::bytes(job.bytes)}</td>
            <td class="whitespace-nowrap">
                {move || {
                    let (now, next) = moments.get();
                    words::when(voice(), at, now, next)
                }}
            </td>
            <td class="r">
                {may_keep
                    .then(|| {
                        view! {
                            <span class="needs-script">
                                <Button
                                    kind=Kind::Ghost
                                    size=Size::Small
                                    disabled=store.asking
                                    on_click=move |_| store.keep(id)
                                    attr:data-testid="keep"
                                >
                                    {t(words::KEEP)}
                                </Button>
                            </span>
                        }
                    })}
            </td>
        </tr>
    }
}

/// What no job has; nobody asks for it.
#[component]
fn Leftovers(view: Signal<CleanupView>) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let voice = move || clock.voice(locale.get());
    let waste = Memo::new(move |_| view.with(|view| view.waste));
    view! {
        <section class="panel mt-4" aria-label=t(words::LEFTOVERS) data-testid="leftovers">
            <div class="panel-h">
                <h2>{t(words::LEFTOVERS)}</h2>
            </div>
            <dl class="grid grid-cols-[1fr_auto] gap-x-4 gap-y-2 p-4 text-sm">
                <dt>{t(words::UPLOADS)}</dt>
                <dd class="text-right">{move || words::heap(voice(), waste.get().uploads)}</dd>
                <dt>{t(words::STRAYS)}</dt>
                <dd class="text-right">{move || words::heap(voice(), waste.get().strays)}</dd>
            </dl>
        </section>
    }
}

/// What should be there and is not.
#[component]
fn Missing(view: Signal<CleanupView>) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let voice = move || clock.voice(locale.get());
    let files = Memo::new(move |_| view.with(|view| view.missing.clone()));
    let more = Memo::new(move |_| view.with(|view| view.more_missing));
    let line = move |file: domain::cleanup::MissingFile| {
        let of = file.job.map(|id| view! { <a class="link mr-2" href=format!("/jobs/{id}")>{format!("#{id}")}</a> });
        view! {
            <li class="break-all">
                {of} <span class="mono">{file.name}</span>
            </li>
        }
    };
    view! {
        <section
            class="panel mt-4"
            aria-label=t(words::MISSING)
            data-testid="missing-files"
            hidden=move || files.with(Vec::is_empty)
        >
            <div class="panel-h">
                <h2>{t(words::MISSING)}</h2>
            </div>
            <p class="px-4 pt-3 text-sm text-muted">{t(words::MISSING_TEXT)}</p>
            <ul class="grid gap-1 p-4 text-sm">
                <For each=move || files.get() key=|file| format!("{file:?}") let:file>
                    {line(file)}
                </For>
                <li class="sub" hidden=move || more.get() == 0>
                    {move || words::more(voice(), more.get())}
                </li>
            </ul>
        </section>
    }
}
