//! The page `/nodes`: every node, what it does and whether it takes jobs.

use super::form::AddForm;
use super::parts::{CoresCell, DiskCell, JobLinks, StateCell};
use super::words;
use crate::AppError;
use crate::frame::use_lab;
use crate::i18n::t;
use crate::lab::LabStatus;
use crate::preferences::use_locale;
use crate::ui::{EmptyState, Glyph, Icon, PageError, ReadFirst};
use domain::{Act, Cores, NodeId, NodeState, NodeSummary, Tokens};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The page.
#[component]
pub fn NodesPage() -> impl IntoView {
    let lab = use_lab();
    view! {
        <Title text=t(words::NODES) />
        <ReadFirst body=move || async move {
            let first = lab.first().await;
            view! { <Body first=first /> }
        } />
    }
}

#[component]
fn Body(first: Result<LabStatus, AppError>) -> impl IntoView {
    let (lab, locale, query) = (use_lab(), use_locale(), use_query_map());
    let error = first.as_ref().err().map(|error| error.message.clone());
    let first = first.ok();
    let may_at_first = first.as_ref().is_some_and(|status| status.actor.may(Act::Administer));
    let may = Memo::new(move |_| lab.newer().map_or(may_at_first, |status| status.actor.may(Act::Administer)));
    let nodes = Memo::new(move |_| {
        lab.newer().map(|status| status.nodes).or_else(|| first.as_ref().map(|first| first.nodes.clone()))
    });
    let ids = Memo::new(move |_| {
        nodes.with(|nodes| nodes.iter().flatten().map(|node| node.id.clone()).collect::<Vec<NodeId>>())
    });
    let sum = move || {
        nodes.with(|nodes| {
            let serving = || nodes.iter().flatten().filter(|node| node.state == NodeState::Available);
            let (count, all) = (serving().count(), serving().map(|node| node.cores).sum::<Cores>());
            let used: Cores = serving().map(|node| node.cores_used).sum();
            let free = all.minus(used);
            locale.get().pick(
                format!("受付中 {count}台・空きコア {free} / {all}"),
                format!("{count} in service · {free} of {all} cores free"),
            )
        })
    };
    let adding = Memo::new(move |_| may.get() && query.with(|query| query.get("add").is_some()));
    // what could not be read is not none
    let known = move || nodes.with(Option::is_some);
    let failed = move || error.clone().filter(|_| nodes.with(Option::is_none));
    view! {
        <div class="mb-4 flex flex-wrap items-end justify-between gap-3">
            <div>
                <h1 class="text-xl">{t(words::NODES)}</h1>
                <p class="text-sm text-muted" data-testid="nodes-sum">{move || known().then(sum)}</p>
            </div>
            <Show when=move || may.get() && !adding.get()>
                <a class="btn btn-line" href="/nodes?add=1" data-testid="node-add">
                    <Icon glyph=Glyph::Plus />
                    {t(words::ADD)}
                </a>
            </Show>
        </div>
        {move || {
            failed()
                .map(|detail| {
                    view! {
                        <section class="panel mb-4">
                            <PageError title=t(words::COULD_NOT_LOAD) detail=detail retry=move |()| lab.read_soon() />
                        </section>
                    }
                })
        }}
        <Show when=move || adding.get()>
            <AddForm />
        </Show>
        <section class="panel" aria-label=t(words::NODES) data-testid="nodes" hidden=move || !known()>
            <Show
                when=move || ids.with(|ids| !ids.is_empty())
                fallback=move || view! { <EmptyState title=t(words::NONE) text=t(words::NONE_TEXT) /> }
            >
                <div class="relative overflow-x-auto" tabindex="0" role="group" aria-label=t(words::NODES)>
                    <table class="grid-t rows-2">
                        <thead>
                            <tr>
                                <th scope="col">{t(words::NODE)}</th>
                                <th scope="col">{t(words::STATE)}</th>
                                <th scope="col">{t(words::CORES)}</th>
                                <th scope="col" class="r">{t(words::TOKENS)}</th>
                                <th scope="col">{t(words::JOBS)}</th>
                                <th scope="col">{t(words::DISK)}</th>
                            </tr>
                        </thead>
                        <tbody>
                            <For each=move || ids.get() key=|id| id.clone() let:id>
                                <Row nodes=nodes id=id />
                            </For>
                        </tbody>
                    </table>
                </div>
            </Show>
        </section>
    }
}

#[component]
fn Row(nodes: Memo<Option<Vec<NodeSummary>>>, id: NodeId) -> impl IntoView {
    let find = {
        let id = id.clone();
        move || nodes.with(|nodes| nodes.iter().flatten().find(|node| node.id == id).cloned())
    };
    let Some(first) = untrack(&find) else { return ().into_any() };
    // a row that has just been taken out is gone in the same moment
    let node = Memo::new(move |before: Option<&NodeSummary>| find().or(before.cloned()).unwrap_or(first.clone()));
    let tokens =
        move || node.with(|node| (node.max_tokens > Tokens::ZERO).then_some((node.tokens_used, node.max_tokens)));
    let about = move || {
        node.with(|node| {
            let solvers: Vec<&str> = node.solvers.iter().map(|solver| solver.title()).collect();
            format!("{} · {}", node.hostname, solvers.join(", "))
        })
    };
    view! {
        <tr data-testid=format!("node-row-{id}")>
            <td class="m1">
                <a class="name" href=format!("/nodes/{id}")>{id.to_string()}</a>
                <div class="sub">{about}</div>
            </td>
            <td class="m2"><StateCell node=node /></td>
            <td class="m3"><CoresCell node=node /></td>
            <td class="r whitespace-nowrap">
                {move || match tokens() {
                    Some((used, most)) => {
                        view! {
                            <b class="font-semibold">{used.0}</b>
                            <span class="text-muted">" / " {most.0}</span>
                        }
                            .into_any()
                    }
                    None => view! { <span class="text-muted">{t(words::NOT_NEEDED)}</span> }.into_any(),
                }}
            </td>
            <td><JobLinks node=node /></td>
            <td><DiskCell node=node /></td>
        </tr>
    }
    .into_any()
}
