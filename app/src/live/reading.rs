//! How a page reads one thing again and again.

use super::turns::Turns;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::future::Future;
use std::time::Duration;

/// Read at most this often, however many events come.
const PAUSE: Duration = Duration::from_millis(700);

/// One thing that is read again and again: one reading at a time, and no answer after a newer one.
#[derive(Clone, Copy)]
pub struct Reading {
    turns: StoredValue<Turns>,
    /// A reading is to begin soon.
    asked: StoredValue<bool>,
    pause: Duration,
}

impl Default for Reading {
    fn default() -> Reading {
        Reading::every(PAUSE)
    }
}

impl Reading {
    /// Of something that events tell of, begun at most this often.
    pub fn every(pause: Duration) -> Reading {
        Reading { turns: StoredValue::new(Turns::default()), asked: StoredValue::new(false), pause }
    }

    /// Reads now; `take` gets the answer, unless the page is gone or something newer was asked for by then.
    pub fn now<T, R>(self, read: impl Fn() -> R + Copy + 'static, take: impl Fn(T) + Copy + 'static)
    where
        R: Future<Output = T> + 'static,
        T: 'static,
    {
        if let Some(turn) = self.turns.try_update_value(Turns::begin_anew) {
            self.take_turn(turn, read, take);
        }
    }

    /// Reads soon, and not before a reading under way has ended; many calls are one.
    pub fn soon<T, R>(self, read: impl Fn() -> R + Copy + 'static, take: impl Fn(T) + Copy + 'static)
    where
        R: Future<Output = T> + 'static,
        T: 'static,
    {
        if self.asked.try_get_value() != Some(false) {
            return;
        }
        self.asked.set_value(true);
        set_timeout(
            move || {
                // the page may be gone
                if self.asked.try_set_value(false).is_none()
                    && let Some(turn) = self.turns.try_update_value(|turns| turns.begin(true)).flatten()
                {
                    self.take_turn(turn, read, take);
                }
            },
            self.pause,
        );
    }

    fn take_turn<T, R>(self, turn: u32, read: impl Fn() -> R + Copy + 'static, take: impl Fn(T) + Copy + 'static)
    where
        R: Future<Output = T> + 'static,
        T: 'static,
    {
        let answer = read();
        spawn_local(async move {
            let answer = answer.await;
            if self.turns.try_with_value(|turns| turns.is_wanted(turn)) != Some(true) {
                return;
            }
            take(answer);
            if self.turns.try_update_value(|turns| turns.end(turn)) == Some(true) {
                self.soon(read, take);
            }
        });
    }
}
