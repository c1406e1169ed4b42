//! The kept queue decides what the rule decides, whatever happened before, and says of whom it says something else.

use super::any::{any_snapshot, any_waiting};
use super::*;
use proptest::prelude::*;
use std::collections::HashMap;

/// What happens between two decisions.
#[derive(Clone, Debug)]
enum Happens {
    /// A job comes, or the one of this number changes.
    Comes(WaitingJob),
    Goes(JobId),
    /// The decided starts are claimed: they are gone.
    Claimed,
    /// The head is remembered from now on.
    Remembered,
    /// Nodes, running jobs, limits and tokens are others.
    Turns(Box<Snapshot>),
    /// So much time passes.
    Passes(i64),
    /// The ends of running jobs move by so much.
    Drifts(i64),
}

fn any_happening() -> impl Strategy<Value = Happens> {
    prop_oneof![
        4 => (1..24_i64, any_waiting()).prop_map(|(id, job)| {
            let name = JobName::parse(&format!("job{id}")).unwrap();
            Happens::Comes(WaitingJob { id: JobId(id), name, ..job })
        }),
        2 => (1..24_i64).prop_map(|id| Happens::Goes(JobId(id))),
        1 => Just(Happens::Claimed),
        1 => Just(Happens::Remembered),
        2 => any_snapshot().prop_map(|around| Happens::Turns(Box::new(around))),
        1 => (0..2_000_i64).prop_map(Happens::Passes),
        1 => (-40..40_i64).prop_map(Happens::Drifts),
    ]
}

/// The queue, what the rule sees, and what a reader was told.
struct Watched {
    queue: Queue,
    seen: Snapshot,
    told: HashMap<JobId, Waiting>,
    starts: Vec<JobId>,
    head: Option<JobId>,
}

impl Watched {
    fn happens(&mut self, what: Happens) {
        match what {
            Happens::Comes(job) => {
                self.seen.waiting.retain(|other| other.id != job.id);
                self.seen.waiting.push(job.clone());
                self.queue.put(job);
            }
            Happens::Goes(id) => self.goes(id),
            Happens::Claimed => std::mem::take(&mut self.starts).into_iter().for_each(|id| self.goes(id)),
            Happens::Remembered => {
                let now = self.seen.now;
                for job in &mut self.seen.waiting {
                    job.head_since = (self.head == Some(job.id)).then_some(now);
                    self.queue.put(job.clone());
                }
                let heads = self.seen.waiting.iter().filter_map(|job| Some((job.id, job.head_since?)));
                assert!(self.queue.heads().eq(heads));
            }
            Happens::Turns(around) => {
                self.seen = Snapshot { waiting: std::mem::take(&mut self.seen.waiting), now: self.seen.now, ..*around };
            }
            Happens::Passes(seconds) => self.seen.now.0 += seconds,
            Happens::Drifts(seconds) => {
                self.seen
                    .running
                    .iter_mut()
                    .filter_map(|job| job.expected_end.as_mut())
                    .for_each(|end| end.0 += seconds);
            }
        }
    }

    fn goes(&mut self, id: JobId) {
        let known = self.seen.waiting.iter().any(|job| job.id == id);
        self.seen.waiting.retain(|job| job.id != id);
        assert_eq!(self.queue.take(id).is_some(), known);
        self.told.remove(&id);
    }

    fn decide(&mut self) {
        let plan = plan(&self.seen);
        let now = self.queue.decide(&Snapshot { waiting: Vec::new(), ..self.seen.clone() });
        let starts = |decision: &Decision| match &decision.outcome {
            Outcome::Start(node) => Some((decision.job, node.clone())),
            Outcome::Wait(_) => None,
        };
        assert_eq!(now.starts, plan.decisions.iter().filter_map(starts).collect::<Vec<_>>());
        assert_eq!(now.head, plan.head);
        for decision in &plan.decisions {
            let said = self.queue.waiting(decision.job);
            match &decision.outcome {
                Outcome::Start(_) => assert_eq!(said, None),
                Outcome::Wait(waiting) => assert_eq!(said.as_ref(), Some(waiting), "{}", decision.job),
            }
        }
        assert_eq!(self.queue.len(), plan.decisions.len());
        self.starts = now.starts.into_iter().map(|(id, _)| id).collect();
        self.head = now.head;
        self.hear(&plan);
    }

    /// A reader who hears the news, and nothing else, knows what is said of everybody.
    fn hear(&mut self, plan: &Plan) {
        let News::Of(news) = self.queue.news(1_000) else { panic!("they are few") };
        for decision in &plan.decisions {
            let Outcome::Wait(now) = &decision.outcome else {
                self.told.remove(&decision.job);
                continue;
            };
            if news.contains(&decision.job) {
                self.told.insert(decision.job, now.clone());
            }
            let told = self.told.get(&decision.job).unwrap_or_else(|| panic!("nobody told of {}", decision.job));
            assert!(says_the_same(told, now), "{}: {told:?}, and now {now:?}", decision.job);
        }
        assert_eq!(self.queue.news(1_000), News::Of(vec![]), "news is told once");
    }
}

/// But for moments that moved little: by half a minute since it was told to those who asked first.
fn says_the_same(told: &Waiting, now: &Waiting) -> bool {
    let near = |a: Timestamp, b: Timestamp| a.0.abs_diff(b.0) <= 60;
    let mut told = told.clone();
    if let (Some(was), Some(is)) = (told.starts, now.starts) {
        if !near(was.0, is.0) || !near(was.1, is.1) {
            return false;
        }
        told.starts = now.starts;
    }
    if let (Some(was), Some(is)) = (told.reason.giver_mut(), now.reason.giver())
        && let (Some(a), Some(b)) = (was.at, is.at)
        && near(a, b)
    {
        was.at = is.at;
    }
    told == *now
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn as_the_rule_says_whatever_happened(first in any_snapshot(), happens in prop::collection::vec((any_happening(), any::<bool>()), 0..24)) {
        let queue = Queue::new(first.waiting.clone());
        let mut watched = Watched { queue, seen: first, told: HashMap::new(), starts: vec![], head: None };
        watched.decide();
        for (what, decides) in happens {
            watched.happens(what);
            if decides {
                watched.decide();
            }
        }
        watched.decide();
    }
}

#[test]
fn a_job_that_came_since_is_told_nothing_yet_and_makes_the_others_move() {
    let mut queue = Queue::new([job(1, 8), job(2, 8)]);
    let around = lab(vec![node(1, 2)], vec![], vec![]);
    queue.decide(&around);
    assert_eq!(queue.news(10), News::Of(vec![JobId(1), JobId(2)]));
    queue.put(WaitingJob { priority: Priority::HIGH, ..job(3, 8) });
    assert_eq!(queue.waiting(JobId(3)), None);
    assert_eq!(queue.waiting(JobId(1)).map(|waiting| waiting.position), Some(2));
    assert_eq!(queue.news(10), News::Of(vec![JobId(1), JobId(2)]));
    queue.decide(&around);
    assert_eq!(queue.news(10), News::Of(vec![JobId(3)]));
    queue.take(JobId(3));
    assert_eq!(queue.news(1), News::Many);
}

#[test]
fn a_moment_that_hardly_moved_is_no_news() {
    let mut queue = Queue::new([job(10, 8)]);
    let mut decide = |end: i64, cores: u32| {
        queue.decide(&lab(vec![node(1, cores)], vec![running(1, 1, 4, Some(NOW.0 + end))], vec![]));
        queue.news(10) == News::Of(vec![JobId(10)])
    };
    // (end, cores of the node) and whether it is news, each beside what was told last
    for (step, (end, cores, news)) in
        [(1000, 8, true), (1030, 8, false), (970, 8, false), (1031, 8, true), (1031, 9, true), (1061, 9, false)]
            .into_iter()
            .enumerate()
    {
        assert_eq!(decide(end, cores), news, "step {step}");
    }
}

#[test]
fn another_head_is_news_of_those_for_whom_it_keeps_room() {
    let on = |id: i64, n: usize| WaitingJob { wish: NodeWish::Node(node_id(n)), ..job(id, 8) };
    let mut queue = Queue::new([on(1, 1), on(2, 2), job(3, 2)]);
    let runs = vec![running(101, 1, 8, None), running(102, 2, 8, None)];
    let mut around = lab(vec![node(1, 8), node(2, 8), node(3, 2)], runs, vec![]);
    around.users = vec![UserLimits { user: user_id(1), max_running_jobs: Some(1), max_tokens: None }];
    let kept_for = |queue: &Queue| queue.waiting(JobId(3)).map(|waiting| waiting.reason);
    assert_eq!(queue.decide(&around).head, Some(JobId(1)));
    assert_eq!(kept_for(&queue), Some(WaitReason::KeptFor { job: JobName::parse("job1").unwrap() }));
    queue.news(10);
    around.nodes[0].state = NodeState::Disabled;
    assert_eq!(queue.decide(&around).head, Some(JobId(2)));
    assert_eq!(kept_for(&queue), Some(WaitReason::KeptFor { job: JobName::parse("job2").unwrap() }));
    assert_eq!(queue.news(10), News::Of(vec![JobId(1), JobId(3)]));
}

#[test]
fn a_class_that_takes_the_place_of_another_forgets_its_reason() {
    let by = |n: usize, job: WaitingJob| WaitingJob { user: user_id(n), ..job };
    let dear = |id: i64| WaitingJob { wish: NodeWish::Node(node_id(1)), ..job(id, 8) };
    let free = |id: i64| WaitingJob { solver: Solver::Calculix, tokens: Tokens::ZERO, ..dear(id) };
    let mut queue = Queue::new([by(1, free(1)), by(2, free(2)), by(2, dear(3))]);
    let mut around = lab(vec![node(1, 8), node(2, 32)], vec![running(101, 1, 8, None)], vec![]);
    around.license.total = Tokens(14);
    queue.decide(&around);
    queue.take(JobId(1));
    queue.put(by(1, dear(4)));
    queue.decide(&around);
    queue.news(10);
    around.license.total = Tokens(50);
    queue.decide(&around);
    assert_eq!(queue.news(10), News::Of(vec![JobId(3), JobId(4)]), "of tokens and cores only cores are missing");
}
