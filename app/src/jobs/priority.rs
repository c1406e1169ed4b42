//! The dialog that gives jobs another priority and says whom that delays. The list and a job's own page have it.

use crate::i18n::sentence::priority;
use crate::i18n::{Locale, Text, t, text};
use crate::jobs::api::Overtaken;
use crate::jobs::calls::read_overtaken;
use crate::preferences::use_locale;
use crate::ui::{ChoiceRow, Dialog};
use domain::{Actor, JobSummary, Priority, Seconds};
use leptos::prelude::*;

const CLOSE: Text = text("やめる", "Leave it");
const DO_CHANGE: Text = text("変える", "Change");
const ONLY_FACULTY: Text = text("教員と管理者だけが選べます", "For faculty and admins only");

/// What is being asked.
#[derive(Clone, Copy)]
pub struct Question {
    /// Open while true.
    pub open: RwSignal<bool>,
    jobs: RwSignal<Vec<JobSummary>>,
    actor: RwSignal<Option<Actor>>,
    wanted: RwSignal<Priority>,
}

impl Default for Question {
    fn default() -> Question {
        Question {
            open: RwSignal::new(false),
            jobs: RwSignal::new(Vec::new()),
            actor: RwSignal::new(None),
            wanted: RwSignal::new(Priority::default()),
        }
    }
}

impl Question {
    /// Asks about these; the first one's priority is chosen. Some priorities are not for every `actor`.
    pub fn ask(self, jobs: Vec<JobSummary>, actor: Option<Actor>) {
        self.actor.set(actor);
        self.wanted.set(jobs.first().map(|job| job.priority).unwrap_or_default());
        self.jobs.set(jobs);
        self.open.set(true);
    }

    /// The jobs it is about.
    pub fn jobs(self) -> Vec<JobSummary> {
        self.jobs.get_untracked()
    }
}

/// The dialog; a page has it once.
#[component]
pub fn PriorityDialog(
    question: Question,
    /// It is being changed.
    #[prop(into)]
    busy: Signal<bool>,
    /// Gives this priority; closes the dialog once it is done.
    #[prop(into)]
    on_change: Callback<Priority>,
) -> impl IntoView {
    let locale = use_locale();
    let title = move || {
        let locale = locale.get();
        question.jobs.with(|jobs| match jobs.as_slice() {
            [one] => locale.pick(format!("{} の優先度", one.name), format!("Priority of {}", one.name)),
            many => {
                let n = many.len();
                locale.pick(format!("{n}件の優先度"), format!("Priority of {n} jobs"))
            }
        })
    };
    let may_give = move |wanted: Priority| {
        let wanted = domain::Act::Prioritise(wanted);
        question.actor.with(|actor| actor.as_ref().is_some_and(|actor| actor.may(wanted)))
    };
    view! {
        <Dialog
            open=question.open
            id="priority-dialog"
            title=title
            safe=t(CLOSE)
            verb=t(DO_CHANGE)
            busy=busy
            on_confirm=move |()| on_change.run(question.wanted.get_untracked())
        >
            <div role="radiogroup" aria-labelledby="priority-dialog-title">
                {Priority::CHOICES
                    .into_iter()
                    .rev()
                    .map(|choice| {
                        let may = Memo::new(move |_| may_give(choice));
                        view! {
                            <ChoiceRow
                                name="new-priority"
                                value=choice.0.to_string()
                                checked=Signal::derive(move || question.wanted.get() == choice)
                                disabled=Signal::derive(move || !may.get())
                                on_choose=move |()| question.wanted.set(choice)
                            >
                                <span class="font-medium">{t(priority(choice))}</span>
                                <span class="text-xs text-muted">
                                    {move || (!may.get()).then(|| ONLY_FACULTY.in_locale(locale.get()))}
                                </span>
                            </ChoiceRow>
                        }
                    })
                    .collect_view()}
            </div>
            <Delays question=question />
        </Dialog>
    }
}

/// Whom the chosen priority would delay, in the words of the queue.
#[component]
fn Delays(question: Question) -> impl IntoView {
    let told = RwSignal::new(None::<Overtaken>);
    Effect::new(move |_| {
        let (open, wanted) = (question.open.get(), question.wanted.get());
        told.set(None);
        if !open {
            return;
        }
        let of = move || Some((question.wanted.try_get_untracked()?, question.jobs.try_get_untracked()?));
        let (asked, ids) = (of(), question.jobs.with_untracked(|jobs| jobs.iter().map(|job| job.id).collect()));
        leptos::task::spawn_local(async move {
            let answer = read_overtaken(ids, wanted).await;
            // something else may be chosen by now
            if asked.is_some() && of() == asked {
                let _ = told.try_set(answer.ok());
            }
        });
    });
    let locale = use_locale();
    view! {
        <div class="mt-3 grid min-h-10 gap-1 text-sm text-muted" role="status">
            <p data-testid="delays">{move || told.get().map(|told| overtaken(locale.get(), &told))}</p>
            <p class="phrase">{move || told.get().and_then(|told| passing(locale.get(), &told))}</p>
        </div>
    }
}

/// One sentence.
fn overtaken(locale: Locale, told: &Overtaken) -> String {
    let names: Vec<String> = told
        .first
        .iter()
        .map(|(name, owner)| locale.pick(format!("{name}({owner})"), format!("{name} ({owner})")))
        .collect();
    let more = told.count.saturating_sub(names.len() as u64);
    let names = names.join(locale.pick("、", ", "));
    match (told.count, more) {
        (0, _) => locale.pick("追い越すジョブはありません。", "No job is overtaken.").to_owned(),
        (_, 0) => locale.pick(format!("追い越すジョブ: {names}"), format!("Overtakes {names}")),
        (_, more) => {
            locale.pick(format!("追い越すジョブ: {names} とほか{more}件"), format!("Overtakes {names} and {more} more"))
        }
    }
}

/// That an overtaken job may start first all the same: what is free may be enough for it, and not for this one.
fn passing(locale: Locale, told: &Overtaken) -> Option<String> {
    let Seconds(patience) = told.patience;
    (told.count > 0 && patience > 0).then(|| {
        let minutes = patience.div_ceil(60);
        locale.pick(
            format!("空いているコアやトークンで足りる小さいジョブは、先に始まることがあります。先頭で{minutes}分待つと、空きはこのジョブのために取っておかれます。"),
            format!("Smaller jobs may still start first where what is free is enough for them. After {minutes} min at the head of the queue, what becomes free is kept for this one."),
        )
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::JobName;

    fn told(count: u64, names: usize, patience: u64) -> Overtaken {
        let first = (0..names).map(|n| (JobName::parse(&format!("job{n}")).unwrap(), "佐藤".to_owned())).collect();
        Overtaken { count, first, patience: Seconds(patience) }
    }

    #[test]
    fn whom_it_delays_is_named_and_the_rest_counted() {
        let en = |told| overtaken(Locale::En, &told);
        assert_eq!(en(told(0, 0, 900)), "No job is overtaken.");
        assert_eq!(en(told(1, 1, 900)), "Overtakes job0 (佐藤)");
        assert_eq!(en(told(5, 3, 900)), "Overtakes job0 (佐藤), job1 (佐藤), job2 (佐藤) and 2 more");
    }

    #[test]
    fn that_smaller_ones_may_start_first_is_said_as_long_as_they_may() {
        assert!(passing(Locale::Ja, &told(2, 2, 900)).unwrap().contains("15分"));
        assert_eq!(passing(Locale::Ja, &told(2, 2, 0)), None, "there is no passing");
        assert_eq!(passing(Locale::Ja, &told(0, 0, 900)), None);
    }
}
