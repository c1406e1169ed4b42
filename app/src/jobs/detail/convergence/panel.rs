//! The panel around the plots: which step, plot or table, what is looked at.

use super::increments::{Course, Increments};
use super::load_factor::LoadFactor;
use super::residuals::{self, Residuals};
use super::table::Table;
use super::words;
use crate::i18n::t;
use crate::jobs::detail::page::{Page, use_page, use_voice};
use crate::plot::cursor::{self, Looked};
use crate::plot::{Area, use_width};
use domain::JobStatus;
use leptos::html::Div;
use leptos::prelude::*;

/// Words inside a plot stay readable on its lines.
pub const HALO: &str = "[paint-order:stroke] stroke-[3px] stroke-surface [stroke-linejoin:round]";
/// Fewer points are said in words.
const FEW: usize = 3;

/// The panel.
#[component]
pub fn ConvergencePanel() -> impl IntoView {
    let page = use_page();
    let steps = Memo::new(move |_| {
        page.convergence.with(|convergence| {
            let mut steps: Vec<u32> = convergence.attempts.iter().map(|attempt| attempt.step).collect();
            steps.extend(convergence.iterations.iter().map(|row| row.step));
            steps.sort_unstable();
            steps.dedup();
            steps
        })
    });
    // the last step unless somebody chose another
    let chosen = RwSignal::new(None::<u32>);
    let step = Memo::new(move |_| {
        let last = steps.with(|steps| steps.last().copied());
        chosen.get().filter(|step| steps.with(|steps| steps.contains(step))).or(last)
    });
    let table = RwSignal::new(false);
    let some = Memo::new(move |_| steps.with(|steps| !steps.is_empty()));
    let toggle = move |_| table.update(|table| *table = !*table);
    let (as_table, as_plot) = (t(words::AS_TABLE), t(words::AS_PLOT));
    view! {
        <section id="convergence" class="panel scroll-mt-14">
            <div class="panel-h flex-wrap">
                <h2>{t(words::CONVERGENCE)}</h2>
                <Key />
                <div class="ml-auto flex flex-wrap items-center gap-2">
                    <StepChoice steps=steps step=step chosen=chosen />
                    {move || {
                        some.get()
                            .then(|| {
                                view! {
                                    <button
                                        type="button"
                                        class="btn btn-ghost btn-sm"
                                        aria-pressed=move || if table.get() { "true" } else { "false" }
                                        on:click=toggle
                                    >
                                        {move || if table.get() { as_plot() } else { as_table() }}
                                    </button>
                                }
                            })
                    }}
                </div>
            </div>
            {move || {
                if some.get() {
                    view! { <OfStep page=page step=step table=table /> }.into_any()
                } else {
                    view! { <NoIncrements page=page /> }.into_any()
                }
            }}
        </section>
    }
}

#[component]
fn Key() -> impl IntoView {
    view! {
        <ul class="ml-4 flex flex-wrap gap-x-4 text-xs text-muted max-md:hidden">
            <li class="flex items-center gap-1.5">
                <svg width="18" height="8" aria-hidden="true">
                    <path d="M0 4h18" class="stroke-[var(--fill-accent)] stroke-2" />
                </svg>
                {t(words::CONVERGED)}
            </li>
            <li class="flex items-center gap-1.5">
                <svg width="9" height="9" aria-hidden="true">
                    <path d="M1 1l7 7m0-7L1 8" class="stroke-[var(--fill-bad)]" stroke-width="1.75" />
                </svg>
                {t(words::CUTBACK)}
            </li>
        </ul>
    }
}

/// The last steps as buttons; a deck of many has a list.
#[component]
fn StepChoice(steps: Memo<Vec<u32>>, step: Memo<Option<u32>>, chosen: RwSignal<Option<u32>>) -> impl IntoView {
    let label = t(words::STEPS);
    move || {
        let all = steps.get();
        if all.len() < 2 {
            return ().into_any();
        }
        if all.len() > 4 {
            let options = all
                .iter()
                .map(|one| {
                    let one = *one;
                    view! {
                        <option value=one.to_string() selected=move || step.get() == Some(one)>
                            {format!("Step {one}")}
                        </option>
                    }
                })
                .collect_view();
            return view! {
                <select
                    class="select select-sm w-28"
                    aria-label=label
                    on:change:target=move |event| chosen.set(event.target().value().parse().ok())
                >
                    {options}
                </select>
            }
            .into_any();
        }
        let button = move |one: u32| {
            view! {
                <button
                    type="button"
                    aria-pressed=move || if step.get() == Some(one) { "true" } else { "false" }
                    on:click=move |_| chosen.set(Some(one))
                >
                    {format!("Step {one}")}
                </button>
            }
        };
        view! {
            <div class="seg" role="group" aria-label=label>
                <For each=move || all.clone() key=|one| *one children=button />
            </div>
        }
        .into_any()
    }
}

/// Why there is nothing.
#[component]
fn NoIncrements(page: Page) -> impl IntoView {
    let (none, never) = (t(words::NO_INCREMENTS), t(words::NO_INCREMENTS_EVER));
    view! {
        <p class="p-4 text-sm text-muted" data-testid="convergence-plot">
            {move || if page.status.get().is_ended() { never() } else { none() }}
        </p>
    }
}

#[component]
fn OfStep(page: Page, step: Memo<Option<u32>>, table: RwSignal<bool>) -> impl IntoView {
    let voice = use_voice();
    let attempts = Memo::new(move |_| {
        let step = step.get();
        page.convergence.with(|convergence| {
            convergence.attempts.iter().filter(|row| Some(row.step) == step).copied().collect::<Vec<_>>()
        })
    });
    let last = Memo::new(move |_| {
        let newest = page.convergence.with(|all| {
            let attempt = all.attempts.last().map(|row| row.step);
            attempt.max(all.iterations.last().map(|row| row.step))
        });
        newest == step.get()
    });
    let live = Memo::new(move |_| last.get() && page.status.get() == JobStatus::Running);
    let course = Memo::new(move |_| {
        let at = step.get().and_then(|step| usize::try_from(step).ok()?.checked_sub(1));
        let (minimum, period) = page.view.with(|view| {
            let shape = at.and_then(|at| view.steps.get(at));
            (shape.and_then(|shape| shape.min_increment), shape.and_then(|shape| shape.period))
        });
        let status = page.status.get();
        let stopped = !matches!(status, JobStatus::Completed) && status.is_ended();
        Course { attempts: attempts.get(), minimum, period, live: live.get(), stopped: stopped && last.get() }
    });
    let groups = Memo::new(move |_| {
        let step = step.get().unwrap_or(0);
        page.convergence.with(|all| residuals::attempts(step, &all.iterations, &all.attempts))
    });
    let tolerance = Memo::new(move |_| page.convergence.with(|all| all.tolerance.map(|percent| percent / 100.0)));
    let riks = Memo::new(move |_| attempts.with(|attempts| attempts.iter().any(|row| row.lpf.is_some())));
    let few = Memo::new(move |_| attempts.with(Vec::len) < FEW);
    let box_of = NodeRef::<Div>::new();
    let width = use_width(box_of);
    let left_out = move || {
        let count = page.convergence.with(|all| all.left_out);
        (count > 0).then(|| words::left_out(voice.get(), count))
    };
    let few_words =
        move || words::few(voice.get(), attempts.with(Vec::len), page.status.get().is_ended() || !last.get());
    let (hint, no_iterations) = (t(words::PLOT_HINT), t(words::NO_ITERATIONS));
    view! {
        {move || {
            if table.get() {
                return view! { <Table attempts=attempts /> }.into_any();
            }
            let increments = if few.get() {
                view! {
                    <p class="pb-2 text-sm text-muted" data-testid="convergence-plot">{few_words}</p>
                    {(!attempts.with(Vec::is_empty)).then(|| view! { <div class="-mx-4"><Table attempts=attempts /></div> })}
                }
                .into_any()
            } else if riks.get() {
                view! { <LoadFactor attempts=attempts live=live width=width /> }.into_any()
            } else {
                view! { <Increments course=course width=width /> }.into_any()
            };
            let has_groups = Memo::new(move |_| groups.with(|groups| !groups.is_empty()));
            view! {
                <div class="p-4 pb-2">
                    // no padding: its width is the plot's
                    <div node_ref=box_of>
                        <p class="sub pb-2 empty:hidden">{left_out}</p>
                        {increments}
                        {move || {
                            if has_groups.get() {
                                view! { <Residuals groups=groups tolerance=tolerance width=width /> }.into_any()
                            } else {
                                view! { <p class="sub py-2">{no_iterations}</p> }.into_any()
                            }
                        }}
                        {move || (!few.get()).then(|| view! { <p class="sub pb-1 max-md:hidden">{hint}</p> })}
                    </div>
                </div>
            }
            .into_any()
        }}
    }
}

/// An SVG whose points can be looked at by pointer and arrow keys; what is looked at is said below it.
#[component]
pub fn Figure(
    /// Its measures.
    area: Memo<Area>,
    /// What it shows.
    label: Signal<String>,
    /// The points, in pixels.
    points: Memo<Vec<(f64, f64)>>,
    /// The values of a point, in words.
    values: Callback<usize, Option<String>>,
    /// For tests.
    testid: &'static str,
    /// Axes and curves.
    children: Children,
) -> impl IntoView {
    let looked: Looked = RwSignal::new(None);
    let at = Memo::new(move |_| {
        let index = looked.get()?;
        points.with(|points| points.get(index).copied()).map(|point| (index, point))
    });
    let mark = move || {
        at.get().map(|(_, (x, y))| {
            let area = area.get();
            view! {
                <path class="ax" d=format!("M{x:.1} {:.1}V{:.1}", area.top, area.bottom) stroke-dasharray="2 2" />
                <circle class="d" cx=format!("{x:.1}") cy=format!("{y:.1}") r="4" />
            }
        })
    };
    let said = move || at.get().and_then(|(index, _)| values.run(index));
    view! {
        <svg
            class="plot"
            viewBox=move || area.get().view_box()
            role="img"
            tabindex="0"
            aria-label=move || label.get()
            data-testid=testid
            on:pointermove=move |event| {
                let Some((x, y)) = cursor::position(&event, area.get_untracked().width) else { return };
                let near = points.with_untracked(|points| cursor::nearest(points, x, y));
                if looked.get_untracked() != near {
                    looked.set(near);
                }
            }
            on:pointerleave=move |_| looked.set(None)
            on:blur=move |_| looked.set(None)
            on:keydown=move |event| {
                let count = points.with_untracked(Vec::len);
                if let Some(next) = cursor::by_key(&event.key(), looked.get_untracked(), count) {
                    event.prevent_default();
                    looked.set(Some(next));
                }
            }
        >
            {children()}
            {mark}
        </svg>
        // its height is kept, so that nothing moves under the pointer
        <p class="sub min-h-[1.125rem] pb-1" role="status">{said}</p>
    }
}
