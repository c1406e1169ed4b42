//! When a waiting job may start: the same pass over the queue, at the moments when running jobs and
//! people's reservations will end.
//!
//! How long a job that has not started will run is not known, so what starts in the forecast never ends in it: the
//! moment found is late rather than early, and a job that would need such an end is left without one.

use super::Snapshot;
use super::keep::{Clock, pass};
use super::lookup::Map;
use super::room::{Queued, Room};
use crate::Timestamp;
use std::collections::BTreeMap;

/// So many jobs of the queue are forecast; those behind are too far away to be told a time.
pub(super) const JOBS: usize = 100;
/// So many moments are looked at.
const MOMENTS: usize = 500;

/// What happens without anybody's doing.
enum Change {
    Ends(usize),
    Opens(usize),
    Lapses(usize),
    Wakes,
}

/// The moments at which the first [`JOBS`] of those who wait may start, by their place in `queue`: all who wait, in
/// order. `head` is the place of the head now.
pub(super) fn forecast<'a>(
    room: &Room<'a>,
    queue: &[Queued<'a>],
    snapshot: &Snapshot,
    head: Option<usize>,
) -> Map<usize, Timestamp> {
    let mut found = Map::default();
    let mut pending: Vec<usize> = (0..queue.len()).take(JOBS).collect();
    let mut changes: BTreeMap<Timestamp, Vec<Change>> = BTreeMap::new();
    let mut add = |at: Timestamp, change| changes.entry(at.max(snapshot.now)).or_default().push(change);
    for (at, holder) in room.holders.iter().enumerate() {
        if let Some(end) = holder.end {
            add(end, Change::Ends(at));
        }
    }
    for (at, node) in room.nodes.iter().enumerate() {
        if let Some(until) = node.until
            && node.state != crate::NodeState::Available
        {
            add(until, Change::Opens(at));
        }
    }
    for (at, lapse) in snapshot.lapses.iter().enumerate() {
        add(lapse.at, Change::Lapses(at));
    }
    for &at in &pending {
        if let Some(until) = queue[at].ask.not_before.filter(|until| *until > snapshot.now) {
            add(until, Change::Wakes);
        }
    }
    if pending.is_empty() || changes.is_empty() {
        return found;
    }
    let mut room = room.clone();
    let mut head = head.map(|at| (at, queue[at].job.head_since.unwrap_or(snapshot.now)));
    for (now, changes) in changes.into_iter().take(MOMENTS) {
        for change in changes {
            match change {
                Change::Ends(holder) => room.release(holder),
                Change::Opens(node) => room.open(node),
                Change::Lapses(at) => room.lapse(&snapshot.lapses[at]),
                Change::Wakes => {}
            }
        }
        let clock = Clock { now, patience: snapshot.backfill_patience };
        let since = |at| head.filter(|(place, _)| *place == at).map(|(_, since)| since);
        let passed = pass(&mut room, queue, pending.iter().copied(), clock, since);
        head = passed.head.map(|next| (next.at, since(next.at).unwrap_or(now)));
        for &(at, _) in &passed.starts {
            found.insert(at, now);
        }
        pending.retain(|at| !found.contains_key(at));
        if pending.is_empty() {
            break;
        }
    }
    found
}
