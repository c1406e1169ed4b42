//! What the lab has left: tokens, and cores of each node.

use super::words;
use crate::clock::use_clock;
use crate::frame::use_lab;
use crate::i18n::sentence::fault;
use crate::i18n::t;
use crate::preferences::use_locale;
use crate::ui::{CellKind, Cells, CellsKey, Glyph, Icon, Skeleton};
use domain::plan::LicenseUse;
use domain::{Cores, NodeState, NodeSummary};
use leptos::prelude::*;

/// Nodes drawn one by one; beyond, their sum and those that need a look.
const MOST_NODES: usize = 8;

/// The panel above the list.
#[component]
pub fn Strip() -> impl IntoView {
    let lab = use_lab();
    view! {
        <section
            class="panel grid xl:grid-cols-[minmax(0,9fr)_minmax(0,11fr)]"
            aria-label=t(words::STRIP)
            data-testid="lab-strip"
        >
            <Suspense fallback=|| {
                view! {
                    <div class="p-4">
                        <Skeleton />
                    </div>
                }
            }>
                {move || {
                    lab.status()
                        .map(|status| {
                            view! {
                                <License usage=status.license />
                                <NodeTiles nodes=status.nodes />
                            }
                        })
                }}
            </Suspense>
        </section>
    }
}

#[component]
fn License(usage: LicenseUse) -> impl IntoView {
    let locale = use_locale();
    let LicenseUse { total, ours, external, reserved } = usage;
    let free = usage.free();
    let used = ours.plus(external).plus(reserved);
    let over = used.minus(total);
    let label = move || {
        locale.get().pick(
            format!("{total}個のうち、実行中のジョブ{ours}、外部{external}、予約{reserved}、空き{free}"),
            format!("Of {total}: our jobs {ours}, outside {external}, reserved {reserved}, free {free}"),
        )
    };
    let parts = vec![
        (CellKind::Used, ours.0),
        (CellKind::Outside, external.0),
        (CellKind::Reserved, reserved.0),
        (CellKind::Free, free.0),
    ];
    view! {
        <div class="p-4 max-md:p-3">
            <div class="mb-2 flex items-baseline justify-between gap-3">
                <h2 class="text-sm">{t(words::TOKENS)}</h2>
                <p class="text-sm text-muted">
                    {t(words::FREE)} " " <b class="text-lg font-semibold text-ink">{free.0}</b> " / " {total.0}
                </p>
            </div>
            <Cells parts=parts label=label class="lic" />
            <ul class="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted">
                <CellsKey kind=CellKind::Used label=t(words::OURS) amount=ours.0 />
                {(external.0 > 0).then(|| view! { <CellsKey kind=CellKind::Outside label=t(words::OUTSIDE) amount=external.0 /> })}
                {(reserved.0 > 0).then(|| view! { <CellsKey kind=CellKind::Reserved label=t(words::RESERVED) amount=reserved.0 /> })}
                <CellsKey kind=CellKind::Free label=t(words::FREE) amount=free.0 />
                {(over.0 > 0)
                    .then(|| {
                        let text = move || {
                            locale.get().pick(format!("上限を{over}個超えています"), format!("{over} over the limit"))
                        };
                        view! { <li class="font-medium text-bad">{text}</li> }
                    })}
            </ul>
        </div>
    }
}

/// Nodes that are drawn, and the sum of all where not all are.
fn chosen(nodes: Vec<NodeSummary>) -> (Vec<NodeSummary>, Option<(usize, Cores, Cores)>) {
    if nodes.len() <= MOST_NODES {
        return (nodes, None);
    }
    let serving = || nodes.iter().filter(|node| node.state == NodeState::Available);
    let sum = (nodes.len(), serving().map(|node| node.cores_used).sum(), serving().map(|node| node.cores).sum());
    let look = nodes.iter().filter(|node| matches!(node.state, NodeState::Unavailable | NodeState::Draining));
    (look.take(MOST_NODES - 1).cloned().collect(), Some(sum))
}

const TILE: &str = "block min-w-0 p-4 hover:bg-canvas md:[&:not(:first-child)]:border-l border-line max-md:grid max-md:grid-cols-[5rem_minmax(0,1fr)_auto] max-md:items-center max-md:gap-3 max-md:px-3 max-md:py-1.5";

#[component]
fn NodeTiles(nodes: Vec<NodeSummary>) -> impl IntoView {
    let (nodes, sum) = chosen(nodes);
    let none = nodes.is_empty() && sum.is_none();
    let columns = if nodes.len() + usize::from(sum.is_some()) <= 5 {
        "md:grid-flow-col md:auto-cols-[minmax(0,1fr)]"
    } else {
        "md:grid-cols-4"
    };
    view! {
        <div class=format!("grid border-line max-xl:border-t xl:border-l max-md:grid-cols-1 {columns}")>
            {none.then(|| view! { <p class="p-4 text-sm text-muted">{t(words::NO_NODES)}</p> })}
            {sum.map(|(count, used, cores)| view! { <SumTile count=count used=used cores=cores /> })}
            {nodes.into_iter().map(|node| view! { <NodeTile node=node /> }).collect_view()}
        </div>
    }
}

#[component]
fn SumTile(count: usize, used: Cores, cores: Cores) -> impl IntoView {
    let locale = use_locale();
    let title = move || locale.get().pick(format!("全{count}台"), format!("All {count} nodes"));
    let free = cores.minus(used);
    view! {
        <a href="/nodes" class=TILE>
            <div class="mb-1 text-sm font-semibold max-md:mb-0">{title}</div>
            <div class="mb-2 flex h-5 items-center text-xs text-muted max-md:order-3 max-md:mb-0">
                <CoreCount used=used cores=cores />
            </div>
            <Cells
                parts=vec![(CellKind::Used, used.0), (CellKind::Free, free.0)]
                label=format!("{used}/{cores}")
                class="core"
                most=24
            />
        </a>
    }
}

#[component]
fn CoreCount(used: Cores, cores: Cores) -> impl IntoView {
    view! {
        <span class="whitespace-nowrap">
            {t(words::CORES)} " " <b class="font-semibold text-ink">{used.0}</b> " / " {cores.0}
        </span>
    }
}

/// A node: cores in use, or why it takes no jobs. The tile leads to the node.
#[component]
fn NodeTile(node: NodeSummary) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let NodeSummary { id, hostname, state, state_reason, cores, cores_used, cores_reserved, last_contact, .. } = node;
    let free = cores.minus(cores_used).minus(cores_reserved);
    let serving = state == NodeState::Available;
    let parts = if serving {
        // what runs where somebody has reserved is drawn as what it is
        let reserved = cores.minus(cores_used).minus(free);
        vec![(CellKind::Used, cores_used.0), (CellKind::Reserved, reserved.0), (CellKind::Free, free.0)]
    } else {
        vec![(CellKind::Used, cores_used.0), (CellKind::Off, cores.minus(cores_used).0)]
    };
    let label = {
        let id = id.clone();
        move || {
            let locale = locale.get();
            let reserved = if cores_reserved > Cores::ZERO {
                locale.pick(format!("、予約{cores_reserved}"), format!(", {cores_reserved} reserved"))
            } else {
                String::new()
            };
            locale.pick(
                format!("{id}: {cores}コア中{cores_used}使用{reserved}"),
                format!("{id}: {cores_used} of {cores} cores in use{reserved}"),
            )
        }
    };
    let state_line = match state {
        NodeState::Available => view! { <CoreCount used=cores_used cores=cores /> }.into_any(),
        NodeState::Draining => {
            view! { <StateWord glyph=Glyph::CirclePause class="" word=t(words::DRAINED) /> }.into_any()
        }
        NodeState::Disabled => view! { <StateWord glyph=Glyph::Ban class="" word=t(words::DISABLED) /> }.into_any(),
        NodeState::Unavailable => {
            let word = move || {
                let locale = locale.get();
                match last_contact.map(|at| clock.moment(at, locale)) {
                    Some(at) => locale.pick(format!("{at}から連絡なし"), format!("No contact since {at}")),
                    None => words::NO_CONTACT.in_locale(locale).to_owned(),
                }
            };
            view! { <StateWord glyph=Glyph::Unlinked class="caution" word=word /> }.into_any()
        }
    };
    let why = move || state_reason.as_ref().map(|reason| fault::message(locale.get(), reason));
    view! {
        <a href=format!("/nodes/{id}") class=TILE title=why data-testid=format!("node-{id}")>
            <div class="cut mb-1 text-sm font-semibold max-md:mb-0">
                {id.to_string()} <span class="ml-2 text-xs font-normal text-muted max-md:hidden">{hostname}</span>
            </div>
            <div class="mb-2 flex min-h-5 items-center text-xs text-muted max-md:order-3 max-md:mb-0">{state_line}</div>
            <Cells parts=parts label=label class="core max-w-full" most=32 />
        </a>
    }
}

#[component]
fn StateWord(glyph: Glyph, class: &'static str, #[prop(into)] word: leptos::text_prop::TextProp) -> impl IntoView {
    view! {
        <span class=format!("st small {class}")>
            <Icon glyph=glyph class="!size-3.5" />
            {move || word.get()}
        </span>
    }
}
