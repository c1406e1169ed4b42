//! The first panel of a failed job: why it stopped, what that means, the line that decided, what to try.

use super::advice;
use super::head::resubmit_address;
use super::log::tabs;
use super::messages::in_locale;
use super::page::{Page, use_page, use_voice};
use super::words;
use crate::help;
use crate::i18n::sentence::{Voice, fault, verdict};
use crate::i18n::{Locale, t};
use crate::jobs::api::{Explained, JobView};
use crate::ui::button::Kind;
use crate::ui::{Glyph, Icon};
use domain::{Cause, Evidence, ExitStatus, JobStatus, Message, Progress, Remark, Verdict};
use leptos::prelude::*;

/// The same with the share of the step it stopped in: the sentence names that step.
fn within_step(view: &JobView, progress: &Progress) -> Progress {
    let at = usize::try_from(progress.step).unwrap_or(0).checked_sub(1);
    let period = at.and_then(|at| view.steps.get(at)).and_then(|step| step.period).filter(|period| *period > 0.0);
    Progress { share: period.map(|period| progress.step_time / period), ..progress.clone() }
}

/// Why it stopped, in one sentence.
fn headline(voice: Voice, view: &JobView) -> String {
    let job = &view.summary;
    match job.verdict.as_ref().map(|verdict| &verdict.cause) {
        Some(Cause::Diverged) => match job.progress.as_ref().filter(|progress| progress.step > 0) {
            Some(progress) => verdict::diverged_at_length(voice, &within_step(view, progress)),
            None => verdict::cause(voice, &Cause::Diverged, None, None),
        },
        Some(cause) => verdict::cause(voice, cause, job.progress.as_ref(), job.node.as_ref()),
        None => match &job.message {
            Some(message) => fault::message(voice.locale, message),
            None => words::UNKNOWN.in_locale(voice.locale).to_owned(),
        },
    }
}

/// Whether exit code and deciding line say the same, and what else should be known.
fn remarks(voice: Voice, verdict: &Verdict) -> Vec<String> {
    let mut said: Vec<String> = verdict.remarks.iter().map(|remark| verdict::remark(voice, remark)).collect();
    let about_exit = |remark: &Remark| matches!(remark, Remark::ExitDisagrees { .. } | Remark::ExitZeroButFailed);
    let silent = !verdict.remarks.iter().any(about_exit);
    if let (true, ExitStatus::Code(code), Some(_)) = (silent, verdict.exit, &verdict.evidence)
        && code != 0
    {
        said.insert(0, words::exit_agrees(voice, &verdict::exit(voice, verdict.exit)));
    }
    said
}

/// The panel. Amber where the end is unknown, red where it failed.
#[component]
pub fn Failure() -> impl IntoView {
    let page = use_page();
    let voice = use_voice();
    let verdict = page.of_summary(|job| job.verdict.clone());
    let missing = Memo::new(move |_| page.status.get() == JobStatus::Missing);
    let advice = Memo::new(move |_| verdict.with(|verdict| verdict.as_ref().map(|verdict| verdict.cause.clone())));
    let (why, why_missing) = (t(words::WHY), t(words::WHY_MISSING));
    let class = move || {
        let edge = if missing.get() { "border-l-[var(--fill-caution)]" } else { "border-l-[var(--fill-bad)]" };
        format!("panel border-l-3 {edge}")
    };
    let explained = Memo::new(move |_| page.view.with(|view| view.explained.clone()));
    let meaning = move || {
        if let Some(known) = explained.get() {
            return Some(in_locale(&known, voice.get().locale).meaning.clone());
        }
        let advice = advice.with(|cause| cause.as_ref().and_then(advice::of))?;
        Some(advice.meaning.in_locale(voice.get().locale).to_owned())
    };
    let words_of_solver = page.of_summary(|job| {
        let shown = job.verdict.as_ref().and_then(|verdict| verdict.evidence.as_ref());
        let repeated =
            |message: &Message| shown.is_some_and(|shown| message.words().is_some_and(|w| w.contains(&shown.text)));
        job.message.clone().filter(|message| !repeated(message))
    });
    view! {
        <section class=class aria-labelledby="why" data-testid="failure-panel">
            <div class="grid gap-x-10 gap-y-5 p-5 max-md:p-4 lg:grid-cols-[minmax(0,6fr)_minmax(0,5fr)]">
                <div class="min-w-0">
                    <p class="lbl mb-1">{move || if missing.get() { why_missing() } else { why() }}</p>
                    <h2 id="why" class="text-lg leading-7">
                        {move || page.view.with(|view| headline(voice.get(), view))}
                    </h2>
                    {move || {
                        let known = explained.get()?;
                        let title = in_locale(&known, voice.get().locale).title.clone();
                        Some(view! {
                            <p class="mt-2 font-semibold" data-testid="explained">
                                <a class="hover:underline" href=help::address_of(&known.id) data-testid="to-dictionary">
                                    {title}
                                </a>
                            </p>
                        })
                    }}
                    <p class="phrase mt-2 text-base empty:hidden">{meaning}</p>
                    <p class="sub mt-2 empty:hidden">{move || words_of_solver.get().map(|message| fault::message(voice.get().locale, &message))}</p>
                    {move || {
                        verdict
                            .get()
                            .map(|verdict| view! { <Deciding page=page verdict=verdict /> })
                    }}
                </div>
                {move || match explained.get() {
                    Some(explained) => Some(view! { <Known explained=explained /> }.into_any()),
                    None => {
                        advice
                            .with(|cause| cause.as_ref().and_then(advice::of))
                            .map(|advice| view! { <ToTry advice=advice /> }.into_any())
                    }
                }}
            </div>
            <Doors page=page />
        </section>
    }
}

fn has_log(page: Page, evidence: &Evidence) -> bool {
    page.view.with(|view| tabs::files(view).iter().any(|file| file.name == evidence.file))
}

fn address(page: Page, evidence: &Evidence) -> String {
    let line = evidence.line.map(|line| format!("&line={line}")).unwrap_or_default();
    // to the line itself: that works without a script too
    let place = evidence.line.map_or_else(|| "log".to_owned(), |line| format!("L{line}"));
    format!("/jobs/{}?log={}{line}#{place}", page.id, super::log::address(&evidence.file))
}

/// Opens the log at the line, and shows the log.
fn open(page: Page, evidence: &Evidence) {
    page.log.open(evidence.file.clone(), evidence.line);
    #[cfg(feature = "hydrate")]
    if let Some(log) = document().get_element_by_id("log") {
        log.scroll_into_view();
    }
}

#[component]
fn Deciding(page: Page, verdict: Verdict) -> impl IntoView {
    let voice = use_voice();
    let said = {
        let verdict = verdict.clone();
        move || remarks(voice.get(), &verdict).into_iter().map(|said| view! { <p>{said}</p> }).collect_view()
    };
    let caption = t(words::EVIDENCE);
    let evidence = verdict.evidence.map(|evidence| {
        let (name, line, text) = (evidence.file.clone(), evidence.line, evidence.text.clone());
        let place = move || match line {
            Some(line) => format!("{name} {}", words::line(voice.get(), line)),
            None => name.clone(),
        };
        let href = address(page, &evidence);
        let linked = has_log(page, &evidence);
        let link = if linked {
            view! {
                <a
                    class="link"
                    href=href
                    on:click=move |event| {
                        event.prevent_default();
                        open(page, &evidence);
                    }
                >
                    {place}
                </a>
            }
            .into_any()
        } else {
            view! { <span>{place}</span> }.into_any()
        };
        view! {
            <figure class="mt-4" data-testid="evidence">
                <figcaption class="lbl mb-1 flex flex-wrap justify-between gap-x-3">
                    <span>{caption}</span>
                    {link}
                </figcaption>
                <div class="code !border-l-3 !border-l-[var(--fill-bad)] !pr-3">{text}</div>
            </figure>
        }
    });
    view! {
        {evidence}
        <div class="sub mt-1 empty:hidden">{said}</div>
    }
}

/// What the dictionary says: why it usually happens, what to try, what to leave alone.
#[component]
fn Known(explained: Explained) -> impl IntoView {
    let voice = use_voice();
    move || {
        let said = in_locale(&explained, voice.get().locale);
        let causes = said.causes.iter().map(|cause| view! { <li class="phrase">{cause.clone()}</li> }).collect_view();
        let tries = std::iter::zip(1.., &said.tries)
            .map(|(number, act)| {
                view! {
                    <li class="grid grid-cols-[1.25rem_minmax(0,1fr)] gap-x-2.5">
                        <span class="step-dot mt-0.5" aria-hidden="true">{number}</span>
                        <span class="phrase text-sm leading-5">{act.clone()}</span>
                    </li>
                }
            })
            .collect_view();
        let avoid = (!said.avoid.is_empty()).then(|| {
            let gap = if voice.get().locale == Locale::Ja { "" } else { " " };
            view! {
                <p class="mt-3 flex gap-2 border-t border-line pt-3 text-sm leading-5 text-muted">
                    <Icon glyph=Glyph::Ban class="mt-0.5" />
                    <span class="phrase"><b class="font-semibold text-ink">{t(words::AVOID)}</b> " " {said.avoid.join(gap)}</span>
                </p>
            }
        });
        view! {
            <div class="min-w-0">
                <p class="lbl mb-1">{t(words::CAUSES)}</p>
                <ul class="mb-4 list-disc pl-5 text-sm leading-5 text-muted">{causes}</ul>
                <p class="lbl mb-2">{t(words::TRY)}</p>
                <ol class="grid gap-2.5">{tries}</ol>
                {avoid}
            </div>
        }
    }
}

#[component]
fn ToTry(advice: advice::Advice) -> impl IntoView {
    let tries = std::iter::zip(1.., advice.tries)
        .map(|(number, (act, how))| {
            view! {
                <li class="grid grid-cols-[1.25rem_minmax(0,1fr)] gap-x-2.5">
                    <span class="step-dot mt-0.5" aria-hidden="true">{number}</span>
                    <div>
                        <b class="font-semibold">{t(*act)}</b>
                        <div class="phrase text-sm leading-5 text-muted">{t(*how)}</div>
                    </div>
                </li>
            }
        })
        .collect_view();
    let avoid = advice.avoid.map(|avoid| {
        view! {
            <p class="mt-3 flex gap-2 border-t border-line pt-3 text-sm leading-5 text-muted">
                <Icon glyph=Glyph::Ban class="mt-0.5" />
                <span class="phrase"><b class="font-semibold text-ink">{t(words::AVOID)}</b> " " {t(avoid)}</span>
            </p>
        }
    });
    view! {
        <div class="min-w-0">
            <p class="lbl mb-2">{t(words::TRY)}</p>
            <ol class="grid gap-3">{tries}</ol>
            {avoid}
        </div>
    }
}

#[component]
fn Doors(page: Page) -> impl IntoView {
    let evidence = page.of_summary(|job| job.verdict.as_ref().and_then(|verdict| verdict.evidence.clone()));
    let cause = page.of_summary(|job| job.verdict.as_ref().map(|verdict| verdict.cause.clone()));
    let deck = Memo::new(move |_| cause.with(|cause| cause.as_ref().and_then(advice::of).is_none_or(|of| of.deck)));
    let (fixed, same) = (t(words::RESUBMIT_FIXED), t(words::RESUBMIT_SAME));
    let (line, log) = (t(words::TO_LOG_LINE), t(words::TO_LOG));
    view! {
        <div class="flex flex-wrap items-center gap-2 rounded-br-[inherit] border-t border-line bg-canvas px-5 py-3 max-md:px-4">
            <a
                class=format!("btn {} max-md:w-full", Kind::Primary.class())
                href=resubmit_address(page)
                data-testid="resubmit"
            >
                {move || {
                    let glyph = if deck.get() { Glyph::Upload } else { Glyph::Again };
                    view! { <Icon glyph=glyph /> }
                }}
                {move || if deck.get() { fixed() } else { same() }}
            </a>
            {move || {
                let evidence = evidence.get().filter(|evidence| has_log(page, evidence));
                let word = if evidence.as_ref().is_some_and(|evidence| evidence.line.is_some()) { line } else { log };
                let href = match &evidence {
                    Some(evidence) => address(page, evidence),
                    None => "#log".to_owned(),
                };
                view! {
                    <a
                        class="btn btn-ghost"
                        href=href
                        on:click=move |event| {
                            if let Some(evidence) = &evidence {
                                event.prevent_default();
                                open(page, evidence);
                            }
                        }
                    >
                        <Icon glyph=Glyph::FileCode />
                        {word}
                    </a>
                }
            }}
            <span class="ml-auto text-xs text-muted max-md:ml-0">{t(words::RESUBMIT_KEEPS)}</span>
        </div>
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::i18n::Locale;
    use domain::Timestamp;

    #[test]
    fn what_agrees_and_what_does_not_is_said() {
        let voice = Voice::at(Locale::En, Timestamp(1_795_495_320), 540);
        let evidence = Evidence { file: "console.log".into(), line: Some(3), text: "*ERROR".into() };
        let mut verdict = Verdict {
            cause: Cause::Diverged,
            evidence: Some(evidence),
            exit: ExitStatus::Code(201),
            remarks: Vec::new(),
        };
        assert_eq!(remarks(voice, &verdict), ["This agrees with the exit code 201."]);
        verdict.exit = ExitStatus::Code(0);
        verdict.remarks = vec![Remark::ExitZeroButFailed];
        let said = remarks(voice, &verdict);
        assert_eq!(said.len(), 1);
        assert!(said[0].contains("exit code is 0"), "{said:?}");
    }
}
