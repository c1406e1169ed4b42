//! The queue kept from decision to decision.
//!
//! [`plan`](super::plan) is the rule: one function of a snapshot. A `Queue` decides the same (a property test holds it
//! to that), but does not begin anew each time. Jobs stay sorted, and those that ask for the same (wish, solver, cores,
//! tokens, owner, pause) are one *class*: the first of a class that cannot start answers for the others, and they share
//! their reason. A decision costs a step per job and real work per class; a reason is put into words when somebody asks.

mod counted;
mod decide;
mod words;

use super::lookup::Map;
use super::room::Wants;
use super::{Waiting, WaitingJob};
use crate::{JobId, NodeId, NodeWish, Priority, Timestamp, Tokens, UserId};
use counted::Counted;
use std::cmp::Reverse;
use std::collections::HashSet;
use words::Words;

/// Where a job stands: higher priority first, then the lower number, which is the earlier submission whatever the clock said.
type Rank = (Reverse<Priority>, JobId);

/// A wish and what is wanted there: what the node's part of a reason depends on.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Shape {
    /// Number of the wished node in [`Queue::wishes`].
    wish: Option<usize>,
    wants: Wants,
}

/// An owner and tokens: what the owner's part of a reason depends on.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Purse {
    user: usize,
    tokens: Tokens,
}

/// Jobs of a class have the same fate, by numbers of their parts.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Class {
    shape: usize,
    purse: usize,
    amount: usize,
    not_before: Option<Timestamp>,
}

/// A job in the line.
#[derive(Clone, Copy)]
struct Place {
    rank: Rank,
    class: usize,
    shape: usize,
}

impl Place {
    fn id(&self) -> JobId {
        self.rank.1
    }
}

/// What a decision lets happen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Starts {
    /// Claim these nodes for these jobs now, in the order of the queue.
    pub starts: Vec<(JobId, NodeId)>,
    /// As [`Plan::head`](super::Plan::head).
    pub head: Option<JobId>,
}

/// Of which jobs something else is said than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// Of these.
    Of(Vec<JobId>),
    /// Of more than were asked for.
    Many,
}

/// Jobs with status Waiting, and what the last decision says of them.
#[derive(Default)]
pub struct Queue {
    line: Vec<Place>,
    jobs: Map<JobId, WaitingJob>,
    classes: Counted<Class>,
    shapes: Counted<Shape>,
    purses: Counted<Purse>,
    amounts: Counted<Tokens>,
    /// People and nodes are few: their numbers stay.
    people: Map<UserId, usize>,
    people_names: Vec<String>,
    wishes: Map<NodeId, usize>,
    words: Words,
    /// Jobs that have been the head since some time.
    heads: HashSet<JobId>,
    /// Came since the last decision: nothing is said of them yet.
    fresh: HashSet<JobId>,
    /// Of these something else is said than was told.
    changed: HashSet<JobId>,
    /// Of all jobs of these classes.
    changed_classes: Vec<bool>,
    /// From here on everybody stands elsewhere than was told.
    moved_from: Option<Rank>,
}

impl Queue {
    /// A queue of these jobs; of two with one number the first.
    pub fn new(jobs: impl IntoIterator<Item = WaitingJob>) -> Queue {
        let mut queue = Queue::default();
        for job in jobs {
            if !queue.jobs.contains_key(&job.id) {
                let place = queue.enter(job);
                queue.line.push(place);
            }
        }
        queue.line.sort_unstable_by_key(|place| place.rank);
        queue
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.line.len()
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.line.is_empty()
    }

    /// Whoever has waiting jobs, or had some.
    pub fn owners(&self) -> impl Iterator<Item = &UserId> {
        self.people.keys()
    }

    /// All waiting jobs, in order.
    pub fn ids(&self) -> impl Iterator<Item = JobId> {
        self.line.iter().map(Place::id)
    }

    /// A job has come, or one that is here has changed. One that is the same but for its time as the head is no news.
    pub fn put(&mut self, job: WaitingJob) {
        if let Some(known) = self.jobs.get_mut(&job.id) {
            let since = std::mem::replace(&mut known.head_since, job.head_since);
            if *known == job {
                if job.head_since.is_some() {
                    self.heads.insert(job.id);
                } else {
                    self.heads.remove(&job.id);
                }
                return;
            }
            known.head_since = since;
        }
        self.take(job.id);
        let place = self.enter(job);
        let at = self.line.partition_point(|other| other.rank < place.rank);
        self.line.insert(at, place);
        self.moved(place.rank);
    }

    /// A job is no longer in the queue; gives it, if it was.
    pub fn take(&mut self, id: JobId) -> Option<WaitingJob> {
        let job = self.jobs.remove(&id)?;
        let rank = rank(&job);
        if let Ok(at) = self.line.binary_search_by_key(&rank, |place| place.rank) {
            let place = self.line.remove(at);
            self.leave(place.class);
        }
        self.heads.remove(&id);
        self.fresh.remove(&id);
        self.changed.remove(&id);
        self.moved(rank);
        Some(job)
    }

    /// Since when these have been the head, by what is known of each job: one at most, unless somebody else wrote.
    pub fn heads(&self) -> impl Iterator<Item = (JobId, Timestamp)> {
        self.heads.iter().filter_map(|id| Some((*id, self.jobs.get(id)?.head_since?)))
    }

    /// A waiting job.
    pub fn job(&self, id: JobId) -> Option<&WaitingJob> {
        self.jobs.get(&id)
    }

    /// What the last decision says of a job: `None` for one that is not here, that came after it, or that it starts.
    /// The place in the queue is the present one.
    pub fn waiting(&self, id: JobId) -> Option<Waiting> {
        let rank = rank(self.jobs.get(&id)?);
        if self.fresh.contains(&id) || self.words.starts(rank) {
            return None;
        }
        let at = self.line.binary_search_by_key(&rank, |place| place.rank).ok()?;
        let before = at - self.starting_before(rank);
        let position = u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1);
        Some(self.words.waiting(&self.classes, self.line[at], position))
    }

    /// Of whom something else is said than when this was last asked: another reason, another place, or a moment that
    /// moved by more than half a minute. No more than `most` are named.
    pub fn news(&mut self, most: usize) -> News {
        let mut of = std::mem::take(&mut self.changed);
        of.retain(|id| self.jobs.contains_key(id));
        let classes = std::mem::take(&mut self.changed_classes);
        if classes.contains(&true) {
            let told = self.line.iter().filter(|place| classes.get(place.class) == Some(&true));
            of.extend(told.take(most + 1).map(Place::id));
        }
        if let Some(rank) = self.moved_from.take() {
            let at = self.line.partition_point(|place| place.rank < rank);
            of.extend(self.line[at..].iter().take(most + 1).map(Place::id));
        }
        of.retain(|id| !self.fresh.contains(id));
        if of.len() > most {
            return News::Many;
        }
        let mut of: Vec<JobId> = of.into_iter().collect();
        of.sort_unstable();
        News::Of(of)
    }

    /// Of the jobs that the last decision starts, those that are still here and stand before this one.
    fn starting_before(&self, rank: Rank) -> usize {
        let before = self.words.started.iter().take_while(|other| **other < rank);
        before.filter(|(.., id)| self.jobs.contains_key(id)).count()
    }

    fn moved(&mut self, rank: Rank) {
        self.moved_from = Some(self.moved_from.map_or(rank, |other| other.min(rank)));
    }

    fn enter(&mut self, job: WaitingJob) -> Place {
        let user = person(&mut self.people, &mut self.people_names, &job.user);
        if self.people_names[user] != job.user_name {
            self.people_names[user].clone_from(&job.user_name);
        }
        let wish = match &job.wish {
            NodeWish::Auto => None,
            NodeWish::Node(id) => {
                let next = self.wishes.len();
                Some(*self.wishes.entry(id.clone()).or_insert(next))
            }
        };
        let wants = Wants { solver: job.solver, cpus: job.cpus, tokens: job.tokens };
        let class = Class {
            shape: self.shapes.take(Shape { wish, wants }),
            purse: self.purses.take(Purse { user, tokens: job.tokens }),
            amount: self.amounts.take(job.tokens),
            not_before: job.not_before,
        };
        let place = Place { rank: rank(&job), class: self.classes.take(class), shape: class.shape };
        if self.classes.count(place.class) == 1 {
            self.words.forget(place.class);
        }
        self.fresh.insert(job.id);
        if job.head_since.is_some() {
            self.heads.insert(job.id);
        }
        self.jobs.insert(job.id, job);
        place
    }

    fn leave(&mut self, number: usize) {
        if let Some(&class) = self.classes.get(number) {
            self.shapes.give(class.shape);
            self.purses.give(class.purse);
            self.amounts.give(class.amount);
        }
        self.classes.give(number);
    }
}

fn rank(job: &WaitingJob) -> Rank {
    (Reverse(job.priority), job.id)
}

/// The person's number, a new one for somebody new.
fn person(people: &mut Map<UserId, usize>, names: &mut Vec<String>, user: &UserId) -> usize {
    if let Some(&number) = people.get(user) {
        return number;
    }
    people.insert(user.clone(), names.len());
    names.push(String::new());
    names.len() - 1
}
