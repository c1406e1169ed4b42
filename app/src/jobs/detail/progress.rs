//! How far an active job is: percent, steps by length, increment, attempt, cutbacks, time left.

use super::page::{Page, use_page, use_voice};
use super::words;
use crate::i18n::sentence::{amount, progress};
use crate::i18n::{Text, t};
use crate::plot::number;
use crate::ui::{ProgressBar, Tone};
use domain::progress::LicenseQueue;
use domain::{JobStatus, Progress, Seconds, StepShape};
use leptos::attr::custom::custom_attribute;
use leptos::prelude::*;

/// The panel.
#[component]
pub fn ProgressPanel() -> impl IntoView {
    let page = use_page();
    let computing = Memo::new(move |_| {
        page.view.with(|view| view.summary.status == JobStatus::Running && view.summary.progress.is_some())
    });
    let queued = Memo::new(move |_| queue(&page).is_some());
    view! {
        <section class="panel p-4" aria-label=t(words::PROGRESS)>
            {move || {
                if queued.get() {
                    view! { <Queued page=page /> }.into_any()
                } else if computing.get() {
                    view! { <Computing page=page /> }.into_any()
                } else {
                    view! { <Moving page=page /> }.into_any()
                }
            }}
        </section>
    }
}

/// The licence server's queue, where a running job stands in it.
fn queue(page: &Page) -> Option<LicenseQueue> {
    page.view.with(|view| {
        let progress = view.summary.progress.as_ref().filter(|_| view.summary.status == JobStatus::Running);
        progress.and_then(|progress| progress.license_queue)
    })
}

/// Nothing is computed yet, and nothing is wrong.
#[component]
fn Queued(page: Page) -> impl IntoView {
    let voice = use_voice();
    let tokens = page.of_summary(|job| job.tokens);
    let waited = Memo::new(move |_| queue(&page).map(|queue| progress::queued_for(voice.get(), queue)));
    view! {
        <h2 class="phrase text-lg" data-testid="license-queue">
            {move || progress::queued(voice.get(), tokens.get())}
        </h2>
        <p class="mt-1 text-sm text-muted">{move || waited.get()}</p>
    }
}

/// Files under way, or the solver's first line awaited.
#[component]
fn Moving(page: Page) -> impl IntoView {
    let transfer = page.of_summary(|job| job.transfer.filter(|_| job.status != JobStatus::Running));
    let (running, preparing) = (t(words::NO_PROGRESS), t(words::PREPARING));
    let (launching, collecting) = (t(words::LAUNCHING), t(words::COLLECTING));
    let sentence = move || match page.status.get() {
        JobStatus::Collecting => collecting(),
        JobStatus::Running => running(),
        _ if transfer.get().is_some_and(|moved| moved.done < moved.total) => preparing(),
        _ => launching(),
    };
    #[allow(clippy::cast_precision_loss, reason = "a share of a bar")]
    let share = Signal::derive(move || {
        transfer.get().filter(|moved| moved.total > 0).map(|moved| moved.done as f64 / moved.total as f64)
    });
    let moved = move || transfer.get().map(|moved| amount::bytes_of(moved.done, moved.total));
    let some = Memo::new(move |_| transfer.get().is_some());
    view! {
        <div class="flex flex-wrap items-baseline gap-x-3 text-sm">
            <span>{sentence}</span>
            <span class="text-muted">{moved}</span>
        </div>
        {move || {
            some.get()
                .then(|| {
                    view! {
                        <div class="mt-2">
                            <ProgressBar
                                label=t(words::TRANSFER)
                                share=share
                                tone=Signal::stored(Tone::Calm)
                                large=true
                            />
                        </div>
                    }
                })
        }}
    }
}

#[component]
fn Computing(page: Page) -> impl IntoView {
    let voice = use_voice();
    let now = page.of_summary(|job| job.progress.clone().unwrap_or_default());
    let steps = Memo::new(move |_| page.view.with(|view| view.steps.clone()));
    let share = Memo::new(move |_| now.with(|now| now.share));
    let weights = Memo::new(move |_| now.with(|now| now.segments.clone()));
    let tone = Memo::new(move |_| now.with(|now| if now.trouble.is_some() { Tone::Caution } else { Tone::Accent }));
    let known = Memo::new(move |_| share.get().is_some());
    let percent = move || share.get().map(|share| format!("{:.0}", (share.clamp(0.0, 1.0) * 100.0).floor()));
    let step = move || now.with(|now| format!("Step {} / {}", now.step.max(1), now.steps.max(now.step)));
    let step_name = move || now.with(|now| now.step_name.clone());
    let step_time = t(words::STEP_TIME);
    let time = move || {
        let (at, time) = now.with(|now| (now.step, now.step_time));
        let period = steps.with(|steps| shape(steps, at).and_then(|shape| shape.period))?;
        Some(format!("{} {} / {}", step_time(), number::plain(time, 4), number::plain(period, 4)))
    };
    let (not_yet, never) = (t(words::NO_INCREMENT_YET), t(words::NO_SHARE));
    let no_share = move || if now.with(|now| now.step == 0) { not_yet() } else { never() };
    let unknown = t(words::UNKNOWN);
    let left = move || match now.with(|now| now.seconds_left) {
        Some(seconds) => {
            let span = amount::duration(voice.get(), Seconds(seconds));
            voice.get().pick(format!("約{span}"), format!("about {span}"))
        }
        None => unknown().to_owned(),
    };
    let attempt = move || {
        let (attempt, iteration) = now.with(|now| (now.attempt, now.iteration));
        match iteration {
            0 => attempt.to_string(),
            _ => voice.get().pick(format!("{attempt}・反復{iteration}"), format!("{attempt}, iteration {iteration}")),
        }
    };
    let why_unknown =
        move || now.with(|now| now.seconds_left.is_none()).then(|| progress::time_left_later(voice.get()));
    view! {
        <div class="grid gap-x-8 gap-y-4 lg:grid-cols-[minmax(0,1fr)_auto]">
            <div class="min-w-0 lg:row-span-2">
                <div class="mb-2 flex flex-wrap items-baseline gap-x-3">
                    {move || {
                        known.get().then(|| view! { <span class="num">{percent}<span class="unit">"%"</span></span> })
                    }}
                    <span class="text-sm">{step} " " <b class="font-semibold">{step_name}</b></span>
                    <span class="text-sm text-muted">{time}</span>
                </div>
                {move || {
                    if known.get() {
                        view! {
                            <ProgressBar label=t(words::PROGRESS) share=share weights=weights tone=tone large=true />
                            <StepLabels now=now steps=steps />
                        }
                            .into_any()
                    } else {
                        view! { <p class="text-sm text-muted" data-testid="job-progress">{no_share}</p> }.into_any()
                    }
                }}
            </div>
            <dl class="grid grid-cols-4 gap-x-8 gap-y-2 max-md:grid-cols-2">
                <Fact word=words::INCREMENT value=Signal::derive(move || now.with(|now| now.increment.to_string())) />
                <Fact word=words::ATTEMPT value=Signal::derive(attempt) />
                <Fact word=words::CUTBACKS value=Signal::derive(move || now.with(|now| now.cutbacks.to_string())) />
                <Fact word=words::TIME_LEFT value=Signal::derive(left) />
            </dl>
            <p class="text-xs text-muted empty:hidden lg:col-start-2 lg:-mt-3">{why_unknown}</p>
        </div>
    }
}

#[component]
fn Fact(word: Text, value: Signal<String>) -> impl IntoView {
    view! {
        <div>
            <dt class="lbl">{t(word)}</dt>
            <dd class="text-lg font-semibold">{move || value.get()}</dd>
        </div>
    }
}

fn shape(steps: &[StepShape], step: u32) -> Option<&StepShape> {
    steps.get(usize::try_from(step).ok()?.checked_sub(1)?)
}

/// Most steps whose names stand under the bar.
const MOST_LABELS: usize = 8;

/// Names of the steps, each as wide as its segment: cells of a table, because their widths are attributes.
#[component]
fn StepLabels(now: Memo<Progress>, steps: Memo<Vec<StepShape>>) -> impl IntoView {
    let done = t(words::DONE);
    let at = Memo::new(move |_| now.with(|now| now.step));
    let widths = Memo::new(move |_| now.with(|now| widths(&now.segments)));
    move || {
        let (steps, widths, at) = (steps.get(), widths.get(), at.get());
        if steps.len() != widths.len() || steps.len() < 2 || steps.len() > MOST_LABELS {
            return ().into_any();
        }
        let cells = std::iter::zip(1_u32.., std::iter::zip(steps, widths))
            .map(|(number, (step, width))| {
                let mut word = format!("Step {number} {}", step.name);
                if number < at {
                    word = format!("{}・{}", word.trim_end(), done());
                }
                let class = if number == at { "cut font-medium text-ink" } else { "cut" };
                view! {
                    <td class="max-w-0 pr-1 align-top" {..custom_attribute("width", format!("{width:.2}%"))}>
                        <div class=class title=word.clone()>{word.clone()}</div>
                    </td>
                }
            })
            .collect_view();
        view! {
            <table class="mt-1 w-full table-fixed text-xs text-muted" role="presentation">
                <tbody>
                    <tr>{cells}</tr>
                </tbody>
            </table>
        }
        .into_any()
    }
}

/// Percent of the bar.
fn widths(weights: &[f64]) -> Vec<f64> {
    let total: f64 = weights.iter().sum();
    if !(total.is_finite() && total > 0.0) {
        return Vec::new();
    }
    weights.iter().map(|weight| weight / total * 100.0).collect()
}

#[cfg(test)]
mod tests {
    use super::widths;

    #[test]
    fn labels_are_as_wide_as_their_segments() {
        assert_eq!(widths(&[1.0, 3.0]), [25.0, 75.0]);
        assert!(widths(&[]).is_empty() && widths(&[0.0]).is_empty() && widths(&[f64::NAN]).is_empty());
    }
}
