//! Answers of this moment: after a change every open tab asks for the same again, and is given what the first one's
//! question brought, until the next change.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::OnceCell;

/// So old an answer may be without a change of ours: other programs write too, and days end.
const LONGEST: Duration = Duration::from_secs(1);
/// Different questions between two changes whose answers are kept.
const MOST: usize = 16;

struct Answer<Q, A> {
    question: Q,
    since: Instant,
    cell: Arc<OnceCell<A>>,
}

struct Known<Q, A> {
    change: u64,
    answers: Vec<Answer<Q, A>>,
}

/// Answers to questions. Clones share them.
pub struct Moment<Q, A>(Arc<Mutex<Known<Q, A>>>);

impl<Q, A> Clone for Moment<Q, A> {
    fn clone(&self) -> Self {
        Moment(Arc::clone(&self.0))
    }
}

impl<Q, A> Default for Moment<Q, A> {
    fn default() -> Self {
        Moment(Arc::new(Mutex::new(Known { change: 0, answers: Vec::new() })))
    }
}

impl<Q: Clone + PartialEq, A: Clone> Moment<Q, A> {
    /// What `find` gives, or gave somebody else since `change`, the number of the last change there was. Who asks while it
    /// is being found waits for it.
    ///
    /// # Errors
    /// Those of `find`, which the next one asks again.
    pub async fn ask<E, F: Future<Output = Result<A, E>>>(
        &self,
        change: u64,
        question: &Q,
        find: impl FnOnce() -> F,
    ) -> Result<A, E> {
        self.cell(change, question, Instant::now()).get_or_try_init(find).await.cloned()
    }

    fn cell(&self, change: u64, question: &Q, now: Instant) -> Arc<OnceCell<A>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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
        let moment = Moment::<u8, u32>::default();
        let asked = AtomicU32::new(0);
        let find = || async {
            tokio::task::yield_now().await;
            Ok::<u32, ()>(asked.fetch_add(1, Ordering::Relaxed))
        };
        let all = tokio::join!(moment.ask(1, &7, find), moment.ask(1, &7, find), moment.ask(1, &7, find));
        assert_eq!(all, (Ok(0), Ok(0), Ok(0)));
        assert_eq!(moment.ask(1, &8, find).await, Ok(1), "another question");
        assert_eq!(moment.ask(2, &7, find).await, Ok(2), "something has changed");
        assert_eq!(moment.ask(1, &7, find).await, Ok(2), "newer than it asked for");
    }

    #[tokio::test]
    async fn what_could_not_be_found_is_asked_again() {
        let moment = Moment::<u8, u32>::default();
        assert_eq!(moment.ask(1, &7, || async { Err("busy") }).await, Err("busy"));
        assert_eq!(moment.ask(1, &7, || async { Ok::<u32, &str>(5) }).await, Ok(5));
    }

    #[test]
    fn answers_are_forgotten_with_time_and_when_there_are_many() {
        let moment = Moment::<usize, u32>::default();
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
