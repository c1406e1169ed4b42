//! Answers of this moment: after a change every open tab asks for the same again, and is given what the first one's
//! question brought, until the next change.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::OnceCell;

/// So old an answer may be without a change of ours: other programs write too, and days end.
const LONGEST: Duration = Duration::from_secs(1);
/// Different questions between two changes whose answers are kept.
const MOST: usize = 16;

type Cell<A, E> = Arc<OnceCell<Result<A, E>>>;

struct Answer<Q, A, E> {
    question: Q,
    since: Instant,
    cell: Cell<A, E>,
}

struct Known<Q, A, E> {
    change: u64,
    answers: Vec<Answer<Q, A, E>>,
}

/// Answers to questions. Clones share them.
pub struct Moment<Q, A, E>(Arc<Mutex<Known<Q, A, E>>>);

impl<Q, A, E> Clone for Moment<Q, A, E> {
    fn clone(&self) -> Self {
        Moment(Arc::clone(&self.0))
    }
}

impl<Q, A, E> Default for Moment<Q, A, E> {
    fn default() -> Self {
        Moment(Arc::new(Mutex::new(Known { change: 0, answers: Vec::new() })))
    }
}

impl<Q: Clone + PartialEq, A: Clone, E: Clone> Moment<Q, A, E> {
    /// What `find` gives, or gave somebody else since `change`, the number of the last change there was. Who asks while it
    /// is being found waits for it.
    ///
    /// # Errors
    /// Those of `find`: told to all who wait for it, and kept for nobody.
    pub async fn ask<F: Future<Output = Result<A, E>>>(
        &self,
        change: u64,
        question: &Q,
        find: impl FnOnce() -> F,
    ) -> Result<A, E> {
        let cell = self.cell(change, question, Instant::now());
        let answer = cell.get_or_init(find).await.clone();
        if answer.is_err() {
            self.known().answers.retain(|known| !Arc::ptr_eq(&known.cell, &cell));
        }
        answer
    }

    fn known(&self) -> MutexGuard<'_, Known<Q, A, E>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cell(&self, change: u64, question: &Q, now: Instant) -> Cell<A, E> {
        let mut known = self.known();
        // who counted before somebody else's change may still be given what is newer
        if change > known.change {
            known.change = change;
            known.answers.clear();
        }
        known.answers.retain(|answer| now.duration_since(answer.since) < LONGEST);
        if let Some(answer) = known.answers.iter().find(|answer| answer.question == *question) {
            return Arc::clone(&answer.cell);
        }
        let cell = Arc::new(OnceCell::new());
        if known.answers.len() == MOST {
            known.answers.remove(0);
        }
        known.answers.push(Answer { question: question.clone(), since: now, cell: Arc::clone(&cell) });
        cell
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test]
    async fn a_question_is_asked_once_between_two_changes_however_many_ask_it() {
        let moment = Moment::<u8, u32, ()>::default();
        let asked = AtomicU32::new(0);
        let find = || async {
            tokio::task::yield_now().await;
            Ok(asked.fetch_add(1, Ordering::Relaxed))
        };
        let all = tokio::join!(moment.ask(1, &7, find), moment.ask(1, &7, find), moment.ask(1, &7, find));
        assert_eq!(all, (Ok(0), Ok(0), Ok(0)));
        assert_eq!(moment.ask(1, &8, find).await, Ok(1), "another question");
        assert_eq!(moment.ask(2, &7, find).await, Ok(2), "something has changed");
        assert_eq!(moment.ask(1, &7, find).await, Ok(2), "newer than it asked for");
    }

    #[tokio::test]
    async fn what_could_not_be_found_is_told_to_all_who_wait_and_asked_again_by_the_next() {
        let moment = Moment::<u8, u32, &str>::default();
        let asked = AtomicU32::new(0);
        let find = || async {
            tokio::task::yield_now().await;
            asked.fetch_add(1, Ordering::Relaxed);
            Err("busy")
        };
        let all = tokio::join!(moment.ask(1, &7, find), moment.ask(1, &7, find), moment.ask(1, &7, find));
        assert_eq!(all, (Err("busy"), Err("busy"), Err("busy")));
        assert_eq!(asked.into_inner(), 1);
        assert_eq!(moment.ask(1, &7, || async { Ok(5) }).await, Ok(5));
    }

    #[test]
    fn answers_are_forgotten_with_time_and_when_there_are_many() {
        let moment = Moment::<usize, u32, ()>::default();
        let now = Instant::now();
        let first = moment.cell(1, &0, now);
        assert!(Arc::ptr_eq(&first, &moment.cell(1, &0, now)));
        assert!(!Arc::ptr_eq(&first, &moment.cell(1, &0, now + LONGEST)));
        let first = moment.cell(1, &0, now + LONGEST);
        (1..=MOST).for_each(|question| drop(moment.cell(1, &question, now + LONGEST)));
        assert!(!Arc::ptr_eq(&first, &moment.cell(1, &0, now + LONGEST)));
        assert_eq!(moment.0.lock().unwrap().answers.len(), MOST);
    }
}
