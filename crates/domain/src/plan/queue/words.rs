//! What the last decision says of those who wait, and of whom it says something else than the one before.

use super::counted::Counted;
use super::{Class, Place, Rank};
use crate::plan::lookup::Map;
use crate::plan::reason::{Keepers, Part, retry_part};
use crate::plan::{WaitReason, Waiting};
use crate::{JobId, JobName, Timestamp};

/// A moment that moved by no more seconds than these is the same to a reader, who sees "about 14:20". Moments follow
/// the running jobs' own, which move with every increment: without this every increment would be news of the whole queue.
pub(super) const SAME_MOMENT: u64 = 30;

/// A part of a reason, and the moment that was told with it.
pub(super) struct Told {
    pub part: Part,
    /// When somebody gives back what is missing, as it was told last.
    gives: Option<Timestamp>,
}

/// Which part of a class is the reason.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    Nothing,
    Node,
    Tokens,
    User,
    Retry,
}

/// How a part differs from the last decision's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    None,
    /// Not to a reader.
    Little,
    News,
}

/// When a job may start.
pub(super) struct Moment {
    latest: Timestamp,
    /// As it was told last: the earliest and the latest.
    told: Option<(Timestamp, Timestamp)>,
}

/// By the numbers of shapes, amounts and purses.
#[derive(Default)]
pub(super) struct Parts {
    pub nodes: Vec<Option<Told>>,
    pub tokens: Vec<Option<Told>>,
    pub users: Vec<Option<Told>>,
}

/// The whole.
#[derive(Default)]
pub(super) struct Words {
    pub now: Timestamp,
    pub parts: Parts,
    /// By number of the class; `None` before the first decision about it.
    firsts: Vec<Option<First>>,
    pub head: Option<(Rank, JobName)>,
    pub moments: Map<JobId, Moment>,
    /// Jobs that start, in the order of the queue.
    pub started: Vec<Rank>,
}

impl Told {
    pub fn new(part: Part) -> Told {
        let gives = part.reason.giver().and_then(|giver| giver.at);
        Told { part, gives }
    }

    /// How this differs from what was said before. Where it is the same to a reader, the moment that was told stays the
    /// one to compare with.
    fn change(&mut self, before: &Told) -> Change {
        if self.part == before.part {
            self.gives = before.gives;
            return Change::None;
        }
        let (is, was) = (self.gives, before.gives);
        let near = is.zip(was).map_or(is == was, |(is, was)| near(is, was));
        if near && alike(&before.part.reason, &self.part.reason) {
            self.gives = before.gives;
            return Change::Little;
        }
        Change::News
    }
}

/// The same but for the moment at which somebody gives back.
fn alike(a: &WaitReason, b: &WaitReason) -> bool {
    if a == b {
        return true;
    }
    let mut a = a.clone();
    if let (Some(a), Some(b)) = (a.giver_mut(), b.giver()) {
        a.at = b.at;
    }
    a == *b
}

fn near(a: Timestamp, b: Timestamp) -> bool {
    a.0.abs_diff(b.0) <= SAME_MOMENT
}

/// By number.
fn changes(now: &mut [Option<Told>], before: &[Option<Told>]) -> Vec<Change> {
    let before = before.iter().map(Option::as_ref).chain(std::iter::repeat(None));
    let changed = now.iter_mut().zip(before).map(|(now, before)| match (now, before) {
        (None, None) => Change::None,
        (Some(now), Some(before)) => now.change(before),
        _ => Change::News,
    });
    changed.collect()
}

impl Parts {
    fn keepers<'p>(&'p self, class: &Class, retry: Option<&'p Part>) -> Keepers<'p> {
        let part = |parts: &'p [Option<Told>], at: usize| parts.get(at)?.as_ref().map(|told| &told.part);
        let (node, tokens) = (part(&self.nodes, class.shape), part(&self.tokens, class.amount));
        Keepers::new(node, tokens, part(&self.users, class.purse), retry)
    }

    fn first(&self, class: &Class, now: Timestamp) -> First {
        let retry = retry_part(class.not_before, now);
        let Some(first) = self.keepers(class, retry.as_ref()).first() else { return First::Nothing };
        let is = |parts: &[Option<Told>], at: usize| {
            parts.get(at).and_then(Option::as_ref).is_some_and(|told| std::ptr::eq(&told.part, first))
        };
        if is(&self.nodes, class.shape) {
            First::Node
        } else if is(&self.tokens, class.amount) {
            First::Tokens
        } else if is(&self.users, class.purse) {
            First::User
        } else {
            First::Retry
        }
    }
}

impl Words {
    /// Whether the job of this rank starts.
    pub fn starts(&self, rank: Rank) -> bool {
        self.started.binary_search(&rank).is_ok()
    }

    /// What is said of a job that waits.
    pub fn waiting(&self, classes: &Counted<Class>, place: Place, position: u32) -> Waiting {
        let head = self.head.as_ref().filter(|(head, _)| *head < place.rank).map(|(_, name)| name);
        let moment = self.moments.get(&place.id()).map(|moment| moment.latest);
        let class = classes.get(place.class);
        let retry = class.and_then(|class| retry_part(class.not_before, self.now));
        let keepers = match class {
            Some(class) => self.parts.keepers(class, retry.as_ref()),
            None => Keepers::new(None, None, None, None),
        };
        keepers.waiting(head, moment, position, self.now)
    }

    /// The number stands for another class from now on.
    pub fn forget(&mut self, class: usize) {
        if let Some(first) = self.firsts.get_mut(class) {
            *first = None;
        }
    }

    /// Puts these parts in place of the last decision's; marks the classes of which something else is said now.
    pub fn renew(&mut self, mut parts: Parts, classes: &Counted<Class>, head_moved: bool, changed: &mut Vec<bool>) {
        let nodes = changes(&mut parts.nodes, &self.parts.nodes);
        let tokens = changes(&mut parts.tokens, &self.parts.tokens);
        let users = changes(&mut parts.users, &self.parts.users);
        changed.resize(classes.end().max(changed.len()), false);
        self.firsts.resize(classes.end(), None);
        for (number, class) in classes.iter() {
            let (node, tokens, user) = (nodes[class.shape], tokens[class.amount], users[class.purse]);
            let before = self.firsts[number];
            let same = [node, tokens, user] == [Change::None; 3] && class.not_before.is_none();
            let first = match before {
                Some(before) if same => before,
                _ => parts.first(class, self.now),
            };
            self.firsts[number] = Some(first);
            changed[number] |= before != Some(first)
                || match first {
                    First::Nothing => head_moved,
                    First::Node => node == Change::News,
                    First::Tokens => tokens == Change::News,
                    First::User => user == Change::News,
                    First::Retry => false,
                };
        }
        self.parts = parts;
    }

    /// Puts these moments in place of the last decision's; gives the jobs whose moment is news.
    pub fn forecast(
        &mut self,
        moments: Map<JobId, Timestamp>,
        starts: impl Fn(&Words, JobId) -> Option<(Timestamp, Timestamp)>,
    ) -> Vec<JobId> {
        let before = std::mem::take(&mut self.moments);
        let mut news: Vec<JobId> = before.keys().filter(|id| !moments.contains_key(id)).copied().collect();
        self.moments = moments.into_iter().map(|(id, latest)| (id, Moment { latest, told: None })).collect();
        let told: Vec<_> = self.moments.keys().map(|id| (*id, starts(self, *id))).collect();
        for (id, now) in told {
            let was = before.get(&id).and_then(|moment| moment.told);
            let same = was.zip(now).map_or(was == now, |(was, now)| near(was.0, now.0) && near(was.1, now.1));
            if !same {
                news.push(id);
            }
            if let Some(moment) = self.moments.get_mut(&id) {
                moment.told = if same { was } else { now };
            }
        }
        news
    }
}
