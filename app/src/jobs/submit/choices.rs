//! The decision: CPUs, node, priority, solver, the sentence of what will happen, and the button.

use super::abaqus::Abaqus;
use super::decision::Decision;
use super::form::{Form, is_never};
use super::{use_voice, words};
use crate::AppError;
use crate::frame::use_lab;
use crate::i18n::sentence::job::ANY_NODE;
use crate::i18n::sentence::{Voice, fault, priority, waiting};
use crate::i18n::t;
use crate::jobs::api::{Forecast, FormOptions};
use crate::loaded::Loaded;
use crate::ui::{ChoiceRow, FieldError, PageError};
use domain::{Cores, NodeState, NodeSummary, NodeWish, Priority, Solver};
use leptos::prelude::*;

type Read<T> = Loaded<Result<T, AppError>>;

/// The right column; below the decks on small screens.
#[component]
pub fn ChoicesPanel(
    form: Form,
    options: StoredValue<Option<Read<FormOptions>>>,
    submit: Callback<()>,
) -> impl IntoView {
    let lab = use_lab();
    let failed = Signal::derive(move || {
        options.get_value().and_then(|options| options.get()).and_then(Result::err).map(|error| error.message)
    });
    let retry = Callback::new(move |()| {
        lab.read_soon();
        if let Some(options) = options.get_value() {
            options.refetch();
        }
    });
    let title = t(crate::i18n::text("空き状況を読み込めませんでした", "What is free could not be loaded"));
    view! {
        <aside class="panel min-w-0 xl:sticky xl:top-16" aria-label=t(words::CONDITIONS)>
            <Show when=move || failed.with(Option::is_some)>
                <div class="sec">
                    <PageError title=title detail=move || failed.get().unwrap_or_default() retry=retry />
                </div>
            </Show>
            <Cpus form=form />
            <Nodes form=form />
            <Rest form=form />
            <Abaqus form=form />
            <Decision form=form submit=submit />
        </aside>
    }
}

/// `今すぐ開始`, `約14:45に開始`, or that it is unknown.
fn when(voice: Voice, forecast: &Forecast) -> String {
    match &forecast.waiting {
        None => words::STARTS_NOW.in_locale(voice.locale).to_owned(),
        Some(_) if is_never(forecast) => String::new(),
        Some(wait) => match wait.starts {
            Some(range) => words::starts_at(voice, &waiting::about(voice, range)),
            None => words::START_UNKNOWN.in_locale(voice.locale).to_owned(),
        },
    }
}

#[component]
fn Cpus(form: Form) -> impl IntoView {
    let lab = use_lab();
    let voice = use_voice();
    let forecast = move |cpus: Cores| {
        form.options.with(|options| options.as_ref()?.forecasts.iter().find(|forecast| forecast.cpus == cpus).cloned())
    };
    let row = move |cpus: Cores| {
        let never = Signal::derive(move || forecast(cpus).as_ref().is_some_and(is_never));
        let tokens = move || forecast(cpus).map(|forecast| words::tokens(voice(), forecast.tokens.0));
        let start = move || forecast(cpus).map(|forecast| when(voice(), &forecast));
        let why = move || {
            let forecast = forecast(cpus)?;
            match &forecast.waiting {
                Some(wait) => Some(waiting::reason(voice(), &wait.reason)),
                None if forecast.tokens.0 == 0 => None,
                None => {
                    let free = lab.status()?.license.free();
                    Some(words::enough_tokens(voice(), free.0))
                }
            }
        };
        view! {
            <ChoiceRow
                name="cpus"
                value=cpus.to_string()
                checked=Signal::derive(move || form.common_cpus() == cpus)
                disabled=never
                on_choose=move |()| form.cpus.set(Some(cpus))
                testid=format!("cpus-{cpus}")
            >
                <span>
                    <b class="font-semibold">{move || words::cpus(voice(), cpus)}</b>
                    <span class="ml-2 text-sm text-muted">{tokens}</span>
                </span>
                <span class="text-right text-sm">
                    <b class="font-semibold">{start}</b>
                </span>
                <span class="sub col-start-2 col-end-4 empty:hidden">{why}</span>
            </ChoiceRow>
        }
    };
    view! {
        <fieldset class="sec">
            <legend class="float-left mb-2 w-full text-sm font-semibold">{t(words::CPUS_AND_TOKENS)}</legend>
            <div class="clear-both">{Cores::CHOICES.map(row).collect_view()}</div>
            <Problem form=form field="cpus" />
        </fieldset>
    }
}

/// What the server said about one of the choices at the last attempt.
#[component]
pub fn Problem(form: Form, field: &'static str) -> impl IntoView {
    let error = Signal::derive(move || {
        form.problem.get().filter(|problem| problem.field.as_deref() == Some(field)).map(|problem| problem.message)
    });
    view! { <FieldError id=format!("{field}-error") error=error /> }
}

/// Why a node cannot be chosen.
fn not_now(voice: Voice, node: &NodeSummary, solver: Option<Solver>) -> Option<String> {
    let until = node.state_until.map(|at| voice.moment(at));
    let why = match (node.state, until) {
        (NodeState::Available, _) => {
            let solver = solver.filter(|solver| !node.solvers.contains(solver))?;
            return Some(voice.pick(format!("{} がありません", solver.title()), format!("has no {}", solver.title())));
        }
        (NodeState::Draining, Some(until)) => {
            voice.pick(format!("受付停止 {until}まで"), format!("drained until {until}"))
        }
        (NodeState::Draining, None) => voice.pick("受付停止".to_owned(), "drained".to_owned()),
        (NodeState::Unavailable, _) => voice.pick("連絡なし".to_owned(), "no contact".to_owned()),
        (NodeState::Disabled, _) => voice.pick("停止中".to_owned(), "switched off".to_owned()),
    };
    Some(match &node.state_reason {
        Some(reason) if node.state != NodeState::Unavailable => {
            format!("{why} ({})", fault::message(voice.locale, reason))
        }
        _ => why,
    })
}

#[component]
fn Nodes(form: Form) -> impl IntoView {
    let lab = use_lab();
    let voice = use_voice();
    let node = move |id: &domain::NodeId| lab.status()?.nodes.into_iter().find(|node| node.id == *id);
    // the most free cores first, as Auto would choose
    let ids = Memo::new(move |_| {
        let mut nodes = lab.status().map(|lab| lab.nodes).unwrap_or_default();
        nodes.sort_by_key(|node| {
            (node.state != NodeState::Available, std::cmp::Reverse(node.cores.minus(node.cores_used)), node.id.clone())
        });
        nodes.into_iter().map(|node| node.id).collect::<Vec<_>>()
    });
    let row = move |id: domain::NodeId| {
        let wish = NodeWish::Node(id.clone());
        let (chosen, choose) = (wish.clone(), wish);
        let this = {
            let id = id.clone();
            Signal::derive(move || node(&id))
        };
        let why = Signal::derive(move || not_now(voice(), &this.get()?, form.solver_now()));
        let free = move || {
            let node = this.get()?;
            why.with(Option::is_none)
                .then(|| words::free_cores(voice(), node.cores.minus(node.cores_used).0, node.cores.0))
        };
        view! {
            <ChoiceRow
                name="node"
                value=id.as_str()
                checked=Signal::derive(move || form.wish.with(|wish| *wish == chosen))
                disabled=Signal::derive(move || why.with(Option::is_some))
                on_choose=move |()| form.wish.set(choose.clone())
                testid=format!("node-{id}")
            >
                <span class="min-w-0 text-sm">
                    <b class="font-semibold">{id.to_string()}</b>
                    <span class="sub ml-2">{move || this.get().map(|node| node.hostname)}</span>
                    <span class="sub ml-2 !text-faint empty:hidden">{move || why.get()}</span>
                </span>
                <span class="text-xs text-muted">{free}</span>
            </ChoiceRow>
        }
    };
    view! {
        <fieldset class="sec">
            <legend class="float-left mb-2 w-full text-sm font-semibold">{t(words::NODE)}</legend>
            <div class="nodes-choice clear-both max-h-80 overflow-y-auto">
                <ChoiceRow
                    name="node"
                    value="auto"
                    checked=Signal::derive(move || form.wish.with(|wish| *wish == NodeWish::Auto))
                    on_choose=move |()| form.wish.set(NodeWish::Auto)
                    testid="node-auto"
                >
                    <span class="text-sm">
                        <b class="font-semibold">{t(ANY_NODE)}</b>
                        <span class="sub ml-2">{t(words::AUTO_HINT)}</span>
                    </span>
                    <span></span>
                </ChoiceRow>
                <For each=move || ids.get() key=|id| id.clone() children=row />
            </div>
            <Problem form=form field="node" />
        </fieldset>
    }
}

#[component]
fn Rest(form: Form) -> impl IntoView {
    let voice = use_voice();
    let solvers = Memo::new(move |_| form.options.with(|o| o.as_ref().map(|o| o.solvers.clone()).unwrap_or_default()));
    let most = Memo::new(move |_| form.options.with(|o| o.as_ref().map_or(Priority::NORMAL, |o| o.max_priority)));
    let offered = move || {
        let mut all: Vec<Priority> = Priority::CHOICES.into_iter().filter(|one| *one <= most.get()).collect();
        let now = form.priority.get();
        if !all.contains(&now) {
            all.push(now);
        }
        all.sort_by_key(|one| std::cmp::Reverse(*one));
        all
    };
    view! {
        <div class="sec grid grid-cols-2 gap-3">
            <label class="grid min-w-0 content-start gap-1 text-sm font-semibold">
                {t(words::PRIORITY)}
                <select
                    class="select w-full"
                    data-testid="priority"
                    prop:value=move || form.priority.get().0.to_string()
                    on:change:target=move |event| {
                        if let Ok(number) = event.target().value().parse() {
                            form.priority.set(Priority(number));
                        }
                    }
                >
                    <For each=offered key=|one| *one let:one>
                        <option value=one.0.to_string() selected=move || form.priority.get() == one>
                            {move || priority(one).in_locale(voice().locale)}
                        </option>
                    </For>
                </select>
                <Problem form=form field="priority" />
            </label>
            <Show when=move || { solvers.with(|all| all.len() > 1) }>
                <label class="grid min-w-0 content-start gap-1 text-sm font-semibold">
                    {t(words::SOLVER)}
                    <select
                        class="select w-full"
                        data-testid="solver"
                        prop:value=move || form.solver_now().map(Solver::as_str)
                        on:change:target=move |event| form.solver.set(Solver::from_word(&event.target().value()))
                    >
                        <For each=move || solvers.get() key=|one| *one let:one>
                            <option value=one.as_str() selected=move || form.solver_now() == Some(one)>
                                {move || match one {
                                    Solver::Abaqus => one.title().to_owned(),
                                    Solver::Calculix => {
                                        format!("{} ({})", one.title(), words::NO_TOKENS.in_locale(voice().locale))
                                    }
                                }}
                            </option>
                        </For>
                    </select>
                    <Problem form=form field="solver" />
                </label>
            </Show>
        </div>
    }
}
