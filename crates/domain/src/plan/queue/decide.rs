//! One decision about everybody.

use super::words::{Parts, Told};
use super::{Place, Purse, Queue, Shape, Starts, person};
use crate::plan::Snapshot;
use crate::plan::forecast;
use crate::plan::keep::{Clock, Head, Hopeless, No, head_at, try_start};
use crate::plan::lookup::{Map, Set};
use crate::plan::reason::{node_part, token_part, user_part};
use crate::plan::room::{Ask, Queued, Room, Spot};
use crate::{JobId, NodeId, Timestamp};

/// Places of the line with their nodes, and the head.
struct Passed {
    starts: Vec<(usize, usize)>,
    head: Option<Head>,
}

impl Queue {
    /// Decides about every waiting job, as [`plan`](super::super::plan) would were they in the snapshot; the snapshot's
    /// own waiting jobs are not looked at. What is said of those who wait is kept for [`Queue::waiting`].
    pub fn decide(&mut self, around: &Snapshot) -> Starts {
        let (mut room, places) = Room::around(around, |user| person(&mut self.people, &mut self.people_names, user));
        room.welcome(self.people_names.len());
        let wishes = spots(&self.wishes, &places);
        let clock = Clock { now: around.now, patience: around.backfill_patience };
        let passed = self.pass(&mut room, &wishes, clock);
        let head = passed.head.as_ref().map(|head| self.line[head.at]);
        let names = |place: &Place| self.jobs.get(&place.id()).map(|job| job.name.clone());
        let head_now = head.as_ref().and_then(|place| Some((place.rank, names(place)?)));
        let starts: Vec<_> =
            passed.starts.iter().map(|&(at, node)| (self.line[at], room.nodes[node].id.clone())).collect();
        let moments = self.moments(&room, &wishes, around, &passed);
        let parts = self.parts(&room, &wishes);
        drop(room);

        self.note_starts(starts.iter().map(|(place, _)| *place).collect());
        let head_moved = self.words.head.as_ref().map(|(rank, _)| rank) != head_now.as_ref().map(|(rank, _)| rank);
        self.words.head = head_now;
        self.words.now = around.now;
        self.words.renew(parts, &self.classes, head_moved, &mut self.changed_classes);
        let (jobs, line, classes) = (&self.jobs, &self.line, &self.classes);
        let moved = self.words.forecast(moments, |words, id| {
            let rank = super::rank(jobs.get(&id)?);
            let at = line.binary_search_by_key(&rank, |place| place.rank).ok()?;
            words.waiting(classes, line[at], 1).starts
        });
        self.changed.extend(moved);
        self.changed.extend(self.fresh.drain());
        for (place, _) in &starts {
            self.changed.remove(&place.id());
        }
        Starts {
            starts: starts.into_iter().map(|(place, node)| (place.id(), node)).collect(),
            head: head.map(|place| place.id()),
        }
    }

    /// Through the line until nothing more can start. What a class was refused its later jobs are refused too, and so is
    /// everybody of a shape there is no room for, once the head is found: room only shrinks.
    fn pass<'a>(&'a self, room: &mut Room<'a>, wishes: &[Spot], clock: Clock) -> Passed {
        let (mut starts, mut head) = (Vec::new(), None::<Head>);
        let mut hopeless = Hopeless::default();
        let mut refused = vec![false; self.classes.end()];
        let mut open = vec![false; self.shapes.end()];
        for (number, shape) in self.shapes.iter() {
            open[number] = room.has_room(&shape.wants, spot(shape, wishes));
        }
        let mut left = open.iter().filter(|open| **open).count();
        for (at, place) in self.line.iter().enumerate() {
            if head.is_some() && left == 0 {
                break;
            }
            if refused[place.class] || (head.is_some() && !open[place.shape]) {
                continue;
            }
            let Some(ask) = self.ask(place.class, wishes) else { continue };
            match try_start(room, &ask, clock.now, head.as_ref(), &mut hopeless) {
                Ok(node) => {
                    if let Some(job) = self.jobs.get(&place.id()) {
                        room.start(&job.name, &ask, node);
                        starts.push((at, node));
                    }
                    continue;
                }
                Err(No::Short) if head.is_none() => {
                    let since = self.jobs.get(&place.id()).and_then(|job| job.head_since);
                    head = Some(head_at(room, &ask, at, since, clock));
                }
                Err(_) => {}
            }
            refused[place.class] = true;
            if open[place.shape] && !room.has_room(&ask.wants, ask.spot) {
                open[place.shape] = false;
                left -= 1;
            }
        }
        Passed { starts, head }
    }

    fn ask(&self, class: usize, wishes: &[Spot]) -> Option<Ask> {
        let class = self.classes.get(class)?;
        let shape = self.shapes.get(class.shape)?;
        let purse = self.purses.get(class.purse)?;
        Some(Ask { wants: shape.wants, not_before: class.not_before, spot: spot(shape, wishes), user: purse.user })
    }

    fn moments<'a>(
        &'a self,
        room: &Room<'a>,
        wishes: &[Spot],
        around: &Snapshot,
        passed: &Passed,
    ) -> Map<JobId, Timestamp> {
        let started: Set<usize> = passed.starts.iter().map(|&(at, _)| at).collect();
        let waiting = self.line.iter().enumerate().filter(|(at, _)| !started.contains(at));
        let (places, first): (Vec<usize>, Vec<Queued<'_>>) = waiting
            .filter_map(|(at, place)| {
                let job = self.jobs.get(&place.id())?;
                Some((at, Queued { job, id: job.id, ask: self.ask(place.class, wishes)? }))
            })
            .take(forecast::JOBS)
            .unzip();
        let head = passed.head.as_ref().and_then(|head| places.binary_search(&head.at).ok());
        let found = forecast::forecast(room, &first, around, head);
        found.into_iter().map(|(place, at)| (first[place].id, at)).collect()
    }

    /// What keeps jobs, by kind.
    fn parts(&self, room: &Room<'_>, wishes: &[Spot]) -> Parts {
        let mut nodes: Vec<Option<&NodeId>> = vec![None; self.wishes.len()];
        for (id, &number) in &self.wishes {
            nodes[number] = Some(id);
        }
        let node = |shape: &Shape| {
            let ask = Ask { wants: shape.wants, not_before: None, spot: spot(shape, wishes), user: 0 };
            node_part(room, &ask, shape.wish.and_then(|wish| nodes[wish])).map(Told::new)
        };
        let user =
            |purse: &Purse| user_part(room, purse.user, purse.tokens, &self.people_names[purse.user]).map(Told::new);
        Parts {
            nodes: self.shapes.map(node),
            tokens: self.amounts.map(|tokens| token_part(room, *tokens).map(Told::new)),
            users: self.purses.map(user),
        }
    }

    /// These start now. Those that were to start and did not wait again, and stand before others again.
    fn note_starts(&mut self, starts: Vec<Place>) {
        let ranks: Vec<_> = starts.iter().map(|place| place.rank).collect();
        let before = std::mem::replace(&mut self.words.started, ranks);
        let left: Vec<_> = before.into_iter().filter(|rank| self.jobs.contains_key(&rank.1)).collect();
        for rank in left {
            if !self.words.starts(rank) {
                self.changed.insert(rank.1);
                self.moved(rank);
            }
        }
        if let Some(first) = starts.first() {
            self.moved(first.rank);
        }
    }
}

/// By number of the wish, where that is now.
fn spots(wishes: &Map<NodeId, usize>, places: &Map<&NodeId, usize>) -> Vec<Spot> {
    let mut spots = vec![Spot::Nowhere; wishes.len()];
    for (id, &number) in wishes {
        if let Some(&at) = places.get(id) {
            spots[number] = Spot::Node(at);
        }
    }
    spots
}

fn spot(shape: &Shape, wishes: &[Spot]) -> Spot {
    shape.wish.map_or(Spot::Auto, |wish| wishes[wish])
}
