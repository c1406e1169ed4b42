//! The page `/help`. Without a script the search is a form, and its answer is in the server's HTML.

use super::api::HelpEntry;
use super::calls::read_dictionary;
use super::words;
use crate::clock::use_clock;
use crate::i18n::t;
use crate::jobs::api::ExplainedIn;
use crate::loaded::load;
use crate::preferences::use_locale;
use crate::ui::{EmptyState, Glyph, Icon, PageError, Skeleton};
use domain::Solver;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// How to begin, the dictionary, and the API.
#[component]
pub fn HelpPage() -> impl IntoView {
    let locale = use_locale();
    // who comes with a question is not to scroll past the beginner's steps
    let asks = use_query_map().with_untracked(|query| query.get("q").is_some());
    let aside = if asks { "grid gap-4" } else { "grid gap-4 max-xl:order-first" };
    let entries = load(move || locale.get(), read_dictionary);
    view! {
        <Title text=t(words::HELP) />
        <h1 class="mb-3 text-xl">{t(words::HELP)}</h1>
        <div class="grid grid-cols-[minmax(0,1fr)] items-start gap-4 xl:grid-cols-[minmax(0,1fr)_20.5rem]">
            <section class="panel" aria-labelledby="dictionary" data-testid="dictionary">
                <div class="panel-h">
                    <h2 id="dictionary">{t(words::DICTIONARY)}</h2>
                </div>
                <Suspense fallback=|| {
                    view! {
                        <div class="p-4">
                            <Skeleton lines=&["w-1/3", "w-2/3", "w-1/2"] />
                        </div>
                    }
                }>
                    {move || Suspend::new(async move {
                        match entries.await {
                            Ok(entries) => view! { <Dictionary entries=entries /> }.into_any(),
                            Err(error) => {
                                view! {
                                    <PageError
                                        title=t(words::COULD_NOT_LOAD)
                                        detail=error.message
                                        retry=move |()| entries.refetch()
                                    />
                                }
                                    .into_any()
                            }
                        }
                    })}
                </Suspense>
            </section>
            <div class=aside>
                <Begin />
                <Api />
            </div>
        </div>
    }
}

#[component]
fn Begin() -> impl IntoView {
    let steps = std::iter::zip(1.., words::STEPS)
        .map(|(number, step)| {
            view! {
                <li class="grid grid-cols-[1.25rem_minmax(0,1fr)] gap-x-2.5">
                    <span class="step-dot mt-0.5" aria-hidden="true">{number}</span>
                    <span class="phrase text-sm leading-5">{t(step)}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="panel p-4" aria-labelledby="begin">
            <h2 id="begin" class="mb-3 text-lg">{t(words::BEGIN)}</h2>
            <ol class="grid gap-2.5">{steps}</ol>
            <a class="btn btn-line mt-4" href="/jobs/new">
                <Icon glyph=Glyph::Plus />
                {t(words::TRY)}
            </a>
        </section>
    }
}

#[component]
fn Api() -> impl IntoView {
    view! {
        <section class="panel p-4" aria-labelledby="api">
            <h2 id="api" class="mb-2 text-lg">{t(words::API)}</h2>
            <p class="phrase text-sm text-muted">{t(words::API_TEXT)}</p>
            <a class="link mono mt-2 inline-block text-sm" href="/api/v1/openapi.json" rel="external">
                "/api/v1/openapi.json"
            </a>
        </section>
    }
}

#[component]
fn Dictionary(entries: Vec<HelpEntry>) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let asked = use_query_map().with_untracked(|query| query.get("q")).unwrap_or_default();
    let search = RwSignal::new(asked.clone());
    let solver = RwSignal::new(None::<Solver>);
    let all = entries.len();
    let entries = StoredValue::new(entries);
    let found = Memo::new(move |_| {
        let (search, solver) = (search.get().to_lowercase(), solver.get());
        let fits = |entry: &HelpEntry| solver.is_none_or(|one| entry.solvers.contains(&one)) && entry.has(&search);
        entries.with_value(|entries| {
            let found = entries.iter().enumerate().filter(|(_, entry)| fits(entry));
            found.map(|(at, _)| at).collect::<Vec<usize>>()
        })
    });
    let field = NodeRef::<leptos::html::Input>::new();
    // what was typed before this script was there
    Effect::new(move || {
        let typed = field.get().map(|field| field.value()).unwrap_or_default();
        if typed != search.get_untracked() {
            search.set(typed);
        }
    });
    let shown = move || words::found(clock.voice(locale.get()), found.with(Vec::len), all);
    let alone = Memo::new(move |_| found.with(|found| found.len() == 1));
    let entry = move |at: usize| {
        entries.with_value(|entries| entries.get(at).cloned()).map(|entry| view! { <Entry entry=entry alone=alone /> })
    };
    view! {
        <form class="grid gap-3 border-b border-line p-4 md:grid-cols-[minmax(0,1fr)_auto]" action="/help" method="get" role="search"
            aria-label=t(words::SEARCH)>
            <label class="grid gap-1">
                <span class="lbl">{t(words::SEARCH)}</span>
                <span class="flex gap-2">
                    <input
                        class="input min-w-0 flex-1"
                        type="search"
                        name="q"
                        value=asked
                        placeholder=t(words::SEARCH_HINT)
                        autocomplete="off"
                        node_ref=field
                        data-testid="help-search"
                        on:input:target=move |event| search.set(event.target().value())
                    />
                    <noscript>
                        <button class="btn btn-line" type="submit">{t(words::FIND)}</button>
                    </noscript>
                </span>
            </label>
            <div class="seg self-end" role="group" aria-label=t(words::SOLVERS)>
                {[None, Some(Solver::Abaqus), Some(Solver::Calculix)]
                    .map(|one| {
                        let every = t(words::ALL_SOLVERS);
                        view! {
                            <button
                                type="button"
                                aria-pressed=move || if solver.get() == one { "true" } else { "false" }
                                on:click=move |_| solver.set(one)
                            >
                                {move || one.map_or_else(every, Solver::title)}
                            </button>
                        }
                    })
                    .collect_view()}
            </div>
        </form>
        <p class="sub px-4 pt-3" role="status" data-testid="help-count">{shown}</p>
        <Show
            when=move || !found.with(Vec::is_empty)
            fallback=move || {
                view! {
                    <EmptyState title=t(words::NOTHING) text=t(words::NOTHING_TEXT)>
                        <a class="btn btn-line btn-sm" href="/help" rel="external">{t(words::SHOW_ALL)}</a>
                    </EmptyState>
                }
            }
        >
            <div class="pb-2">
                <For each=move || found.get() key=|at| *at children=entry />
            </div>
        </Show>
    }
}

/// One entry; open where it is the only one.
#[component]
fn Entry(entry: HelpEntry, alone: Memo<bool>) -> impl IntoView {
    let HelpEntry { id, solvers, examples, said } = entry;
    let ExplainedIn { title, meaning, causes, tries, avoid } = said;
    let who = solvers.iter().map(|solver| solver.title()).collect::<Vec<_>>().join(", ");
    let first = examples.first().cloned().unwrap_or_default();
    let list = |all: Vec<String>| all.into_iter().map(|one| view! { <li class="phrase">{one}</li> }).collect_view();
    view! {
        <details class="border-t border-line first:border-t-0" open=move || alone.get() data-testid="help-entry" data-id=id.clone()>
            <summary class="cursor-pointer px-4 py-2.5 hover:bg-canvas">
                <span class="font-semibold">{title}</span>
                <span class="sub ml-2">{who}</span>
                <span class="mono cut block text-xs text-muted">{first}</span>
            </summary>
            <div class="grid gap-3 px-4 pb-4 pt-1 text-sm leading-5">
                <p class="phrase text-base">{meaning}</p>
                <div>
                    <p class="lbl mb-1">{t(words::CAUSES)}</p>
                    <ul class="list-disc pl-5 text-muted">{list(causes)}</ul>
                </div>
                <div>
                    <p class="lbl mb-1">{t(words::TRIES)}</p>
                    <ol class="list-decimal pl-5">{list(tries)}</ol>
                </div>
                {(!avoid.is_empty())
                    .then(|| {
                        view! {
                            <p class="flex gap-2 text-muted">
                                <Icon glyph=Glyph::Ban class="mt-0.5" />
                                <span class="phrase">
                                    <b class="font-semibold text-ink">{t(words::AVOID)}</b> " " {avoid.join(" ")}
                                </span>
                            </p>
                        }
                    })}
                <div>
                    <p class="lbl mb-1">{t(words::EXAMPLES)}</p>
                    {examples.into_iter().map(|one| view! { <div class="code mb-1">{one}</div> }).collect_view()}
                </div>
                <a class="link justify-self-start text-xs" href=super::address_of(&id) rel="external">{id.clone()}</a>
            </div>
        </details>
    }
}
