//! What can be done to selected jobs: which of it is legal, the dialogs that ask, and the doing.

use super::store::ListStore;
use super::words;
use crate::clock::use_clock;
use crate::i18n::sentence::{Voice, act, fault, priority};
use crate::i18n::{Locale, Text, t};
use crate::jobs::api::JobAction;
use crate::jobs::calls::act_on_jobs;
use crate::jobs::priority::{PriorityDialog, Question};
use crate::preferences::{Preferences, use_locale, use_preferences};
use crate::ui::{Dialog, Toasts, use_toasts};
use domain::{Actor, Cores, JobId, JobStatus, JobSummary, Tokens};
use leptos::prelude::*;
use std::collections::BTreeSet;

/// The acts of the bulk bar and of a row's menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Keep from starting.
    Hold,
    /// Let start.
    Release,
    /// Another place in the queue.
    Priority,
    /// End.
    Stop,
}

/// Whether the act is legal for all of these jobs, or why not. The server asks the same again.
///
/// # Errors
/// The first reason that stands against it.
pub fn allowed(what: Act, jobs: &[JobSummary], actor: Option<&Actor>) -> Result<(), Text> {
    let status = |good: fn(JobStatus) -> bool| jobs.iter().all(|job| good(job.status));
    let fits = match what {
        Act::Hold => status(|s| s == JobStatus::Waiting).then_some(()).ok_or(words::NOT_WAITING),
        Act::Release => status(|s| s == JobStatus::Held).then_some(()).ok_or(words::NOT_HELD),
        Act::Priority => {
            status(|s| matches!(s, JobStatus::Waiting | JobStatus::Held)).then_some(()).ok_or(words::NOT_QUEUED)
        }
        Act::Stop if jobs.iter().any(|job| job.cancel_asked) => Err(words::STOPPING),
        Act::Stop => status(|s| !s.is_ended()).then_some(()).ok_or(words::ENDED),
    };
    let may = actor.is_none_or(|actor| jobs.iter().all(|job| actor.may(domain::Act::ChangeJobOf(&job.user_id))));
    if may { fits } else { Err(words::NOT_YOURS) }
}

/// What is selected and what is being asked, for the whole list.
#[derive(Clone, Copy)]
pub struct Acts {
    store: ListStore,
    actor: StoredValue<Option<Actor>>,
    toasts: Toasts,
    preferences: Preferences,
    /// Rows with their box ticked.
    pub chosen: RwSignal<BTreeSet<JobId>>,
    /// Where a range of selections begins.
    pub anchor: StoredValue<Option<JobId>>,
    /// The row whose menu is open.
    pub menu: RwSignal<Option<JobId>>,
    /// An act is under way.
    pub busy: RwSignal<bool>,
    stop: RwSignal<bool>,
    priority: Question,
    targets: RwSignal<Vec<JobSummary>>,
}

impl Acts {
    /// Nothing selected.
    pub fn new(store: ListStore, actor: Option<Actor>) -> Acts {
        Acts {
            store,
            actor: StoredValue::new(actor),
            toasts: use_toasts(),
            preferences: use_preferences(),
            chosen: RwSignal::new(BTreeSet::new()),
            anchor: StoredValue::new(None),
            menu: RwSignal::new(None),
            busy: RwSignal::new(false),
            stop: RwSignal::new(false),
            priority: Question::default(),
            targets: RwSignal::new(Vec::new()),
        }
    }

    /// As [`allowed`], for this viewer.
    ///
    /// # Errors
    /// As [`allowed`].
    pub fn allowed(self, what: Act, jobs: &[JobSummary]) -> Result<(), Text> {
        self.actor.with_value(|actor| allowed(what, jobs, actor.as_ref()))
    }

    /// The selected jobs that are on screen, in their order; reactive.
    pub fn chosen_jobs(self) -> Vec<JobSummary> {
        let chosen = self.chosen.get();
        self.store.ids().into_iter().filter(|id| chosen.contains(id)).filter_map(|id| self.store.job(id)).collect()
    }

    /// Ticks or unticks a row; with `range`, all rows from the last one to here.
    pub fn choose(self, id: JobId, range: bool) {
        let ids = self.store.ids_untracked();
        let at = |id: JobId| ids.iter().position(|other| *other == id);
        let from = self.anchor.get_value().and_then(at).filter(|_| range);
        match (from, at(id)) {
            (Some(from), Some(to)) => {
                self.chosen.update(|chosen| chosen.extend(&ids[from.min(to)..=from.max(to)]));
            }
            _ => self.chosen.update(|chosen| {
                if !chosen.remove(&id) {
                    chosen.insert(id);
                }
            }),
        }
        self.anchor.set_value(Some(id));
    }

    /// Unticks all.
    pub fn clear(self) {
        self.chosen.set(BTreeSet::new());
        self.anchor.set_value(None);
    }

    /// Does it, or asks first where it takes something away or needs an answer. What is not legal is not begun.
    pub fn begin(self, what: Act, jobs: Vec<JobSummary>) {
        self.menu.set(None);
        if jobs.is_empty() || self.busy.get_untracked() || self.allowed(what, &jobs).is_err() {
            return;
        }
        match what {
            Act::Hold => self.send(jobs, JobAction::Hold),
            Act::Release => self.send(jobs, JobAction::Release),
            Act::Stop => {
                self.targets.set(jobs);
                self.stop.set(true);
            }
            Act::Priority => self.priority.ask(jobs, self.actor.get_value()),
        }
    }

    fn send(self, jobs: Vec<JobSummary>, action: JobAction) {
        self.busy.set(true);
        let locale = self.preferences.locale_untracked();
        leptos::task::spawn_local(async move {
            let answer = act_on_jobs(jobs.iter().map(|job| job.id).collect(), action).await;
            if self.busy.try_set(false).is_some() {
                return;
            }
            self.stop.set(false);
            self.priority.open.set(false);
            match answer {
                Err(error) => {
                    let title = locale.pick("できませんでした", "That did not work");
                    self.toasts.error(title, Some(error.message));
                }
                Ok(results) => {
                    let mut done = 0;
                    for result in results {
                        match result.outcome {
                            Ok(job) => {
                                done += 1;
                                self.store.renew(&job);
                            }
                            Err(error) => {
                                let name = jobs.iter().find(|job| job.id == result.id).map(|job| job.name.to_string());
                                let name = name.unwrap_or_else(|| format!("#{}", result.id));
                                let why = if error.message.is_empty() {
                                    fault::code(error.code).in_locale(locale).to_owned()
                                } else {
                                    error.message
                                };
                                let title = locale.pick(
                                    format!("{name} は変えられませんでした"),
                                    format!("{name} could not be changed"),
                                );
                                self.toasts.error(title, Some(why));
                            }
                        }
                    }
                    if done > 0 {
                        self.toasts.good(done_words(locale, action, done), None);
                    }
                    self.clear();
                    self.store.read_soon();
                }
            }
        });
    }
}

/// What was done, with its number.
fn done_words(locale: Locale, action: JobAction, n: u32) -> String {
    let jobs = if n == 1 { "job" } else { "jobs" };
    match action {
        JobAction::Cancel => locale.pick(format!("{n}件を中止します"), format!("Stopping {n} {jobs}")),
        JobAction::Hold => locale.pick(format!("{n}件を保留にしました"), format!("{n} {jobs} held")),
        JobAction::Release => locale.pick(format!("{n}件を再開しました"), format!("{n} {jobs} released")),
        JobAction::Delete => locale.pick(format!("{n}件を削除しました"), format!("{n} {jobs} deleted")),
        JobAction::Keep => locale.pick(format!("{n}件を保管しました"), format!("{n} {jobs} kept")),
        JobAction::Unkeep => locale.pick(format!("{n}件の保管をやめました"), format!("{n} {jobs} no longer kept")),
        JobAction::Priority(to) => {
            let word = priority(to);
            locale.pick(
                format!("{n}件の優先度を{}に変えました", word.ja),
                format!("Priority of {n} {jobs} is now {}", word.en.to_lowercase()),
            )
        }
    }
}

/// Consequences of ending these jobs, one sentence each.
fn consequences(voice: Voice, jobs: &[JobSummary]) -> Vec<String> {
    let begun: Vec<&JobSummary> = jobs.iter().filter(|job| job.status.is_active()).collect();
    let mut list = Vec::new();
    match begun.as_slice() {
        [] => list.push(act::stop_waiting(voice).to_owned()),
        [one] if jobs.len() == 1 => {
            list.push(act::stop_cost(voice, one.progress.as_ref().and_then(|progress| progress.share)));
        }
        several => {
            let n = several.len();
            list.push(voice.pick(
                format!("実行中の{n}件は途中で止まり、続きからは再開できません"),
                format!("{n} under way stop where they are and cannot be continued"),
            ));
        }
    }
    if !begun.is_empty() {
        list.push(act::stop_keeps(voice).to_owned());
    }
    let holds = || begun.iter().filter(|job| job.status.holds_resources());
    let (cpus, tokens): (Cores, Tokens) = (holds().map(|job| job.cpus).sum(), holds().map(|job| job.tokens).sum());
    if cpus > Cores::ZERO {
        list.push(act::stop_frees(voice, cpus, tokens));
    }
    list
}

/// The dialogs; the page has them once.
#[component]
pub fn ActDialogs(acts: Acts) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let voice = move || clock.voice(locale.get());
    let title = move || {
        acts.targets.with(|jobs| match jobs.as_slice() {
            [one] => act::stop_title(voice(), &one.name),
            many => act::stop_many_title(voice(), many.len()),
        })
    };
    let targets = move || acts.targets.get_untracked();
    view! {
        <Dialog
            open=acts.stop
            id="stop-dialog"
            title=title
            safe=t(words::GO_ON)
            verb=t(words::DO_STOP)
            danger=true
            busy=acts.busy
            on_confirm=move |()| acts.send(targets(), JobAction::Cancel)
            confirm_testid="confirm-cancel"
            consequences=ToChildren::to_children(move || {
                view! {
                    {move || {
                        acts.targets
                            .with(|jobs| consequences(voice(), jobs))
                            .into_iter()
                            .map(|text| view! { <li>{text}</li> })
                            .collect_view()
                    }}
                }
            })
        />
        <PriorityDialog
            question=acts.priority
            busy=acts.busy
            on_change=move |wanted| acts.send(acts.priority.jobs(), JobAction::Priority(wanted))
        />
    }
}

#[cfg(test)]
mod tests;
