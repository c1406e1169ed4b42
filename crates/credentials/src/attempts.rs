//! How often somebody may try to sign in: per account from one address, per account, and per address.
//!
//! The first is what a person who has forgotten meets; the second stops guessing from many machines, and is larger, so
//! that nobody is shut out by a stranger at once; the third stops one machine that goes through the names.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Seconds in which tries are counted.
const WINDOW: u64 = 15 * 60;
/// Tries at one account from one address.
const OWN: u32 = 10;
/// Tries at one account.
const ACCOUNT: u32 = 50;
/// Tries from one address: a lecture room may share one.
const ADDRESS: u32 = 200;
/// Beyond so many entries the oldest go: memory has an end, names do not.
const MOST: usize = 20_000;

/// So many seconds are to pass before the next try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause(pub u64);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    Own(String, IpAddr),
    Account(String),
    Address(IpAddr),
}

impl Key {
    fn most(&self) -> u32 {
        match self {
            Key::Own(..) => OWN,
            Key::Account(_) => ACCOUNT,
            Key::Address(_) => ADDRESS,
        }
    }
}

struct Count {
    since: u64,
    tries: u32,
}

/// Tries of the last minutes.
#[derive(Default)]
pub struct Attempts(Mutex<HashMap<Key, Count>>);

/// One machine may have a whole network of the new kind to itself.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        old => old,
    }
}

fn keys(account: &str, address: IpAddr) -> [Key; 3] {
    let address = network(address);
    let account: String = account.chars().take(64).collect();
    [Key::Own(account.clone(), address), Key::Account(account), Key::Address(address)]
}

impl Attempts {
    /// Counts a try at `now` (seconds), before its password is looked at: many at once are not one. Gives how many are
    /// left after it.
    ///
    /// # Errors
    /// How long to wait; the try is not counted then.
    pub fn begin(&self, account: &str, address: IpAddr, now: u64) -> Result<u32, Pause> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = keys(account, address);
        let live = |count: &Count| now.saturating_sub(count.since) < WINDOW;
        let pauses = keys.iter().filter_map(|key| {
            let count = counts.get(key).filter(|count| live(count) && count.tries >= key.most())?;
            Some((count.since + WINDOW).saturating_sub(now).max(1))
        });
        if let Some(pause) = pauses.max() {
            return Err(Pause(pause));
        }
        if counts.len() + keys.len() > MOST {
            counts.retain(|_, count| live(count));
        }
        if counts.len() + keys.len() > MOST {
            let mut ages: Vec<u64> = counts.values().map(|count| count.since).collect();
            ages.sort_unstable();
            let middle = ages.get(ages.len() / 2).copied().unwrap_or(now);
            counts.retain(|_, count| count.since > middle);
        }
        let mut left = u32::MAX;
        for key in keys {
            let most = key.most();
            let count = counts.entry(key).or_insert(Count { since: now, tries: 0 });
            if !live(count) {
                *count = Count { since: now, tries: 0 };
            }
            count.tries += 1;
            left = left.min(most.saturating_sub(count.tries));
        }
        Ok(left)
    }

    /// The password could not be looked at: it was no try.
    pub fn forget(&self, account: &str, address: IpAddr) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys(account, address) {
            if let Some(count) = counts.get_mut(&key) {
                count.tries = count.tries.saturating_sub(1);
            }
        }
    }

    /// The try was right: it does not count, and who knows the password has not been guessing.
    pub fn succeeded(&self, account: &str, address: IpAddr) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let [own, account, address] = keys(account, address);
        counts.remove(&own);
        for key in [account, address] {
            if let Some(count) = counts.get_mut(&key) {
                count.tries = count.tries.saturating_sub(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn one_person_waits_after_ten_tries_and_may_again_later() {
        let attempts = Attempts::default();
        for second in 0..10 {
            let left = attempts.begin("sato", address(1), second).unwrap();
            assert_eq!(u64::from(left), 9 - second);
        }
        assert_eq!(attempts.begin("sato", address(1), 60), Err(Pause(840)));
        assert_eq!(attempts.begin("sato", address(2), 60), Ok(9), "elsewhere the owner may");
        assert_eq!(attempts.begin("suzuki", address(1), 60), Ok(9));
        assert_eq!(attempts.begin("sato", address(1), 900), Ok(9));
    }

    #[test]
    fn the_right_password_begins_anew() {
        let attempts = Attempts::default();
        for _ in 0..9 {
            attempts.begin("sato", address(1), 0).unwrap();
        }
        attempts.begin("sato", address(1), 0).unwrap();
        attempts.succeeded("sato", address(1));
        for _ in 0..10 {
            attempts.begin("sato", address(1), 0).unwrap();
        }
        assert!(attempts.begin("sato", address(1), 0).is_err());
    }

    #[test]
    fn what_could_not_be_looked_at_was_no_try() {
        let attempts = Attempts::default();
        for _ in 0..30 {
            assert_eq!(attempts.begin("sato", address(1), 0), Ok(9));
            attempts.forget("sato", address(1));
        }
    }

    #[test]
    fn many_addresses_do_not_guess_one_account_nor_one_address_many() {
        let attempts = Attempts::default();
        for last in 0..50 {
            attempts.begin("sato", address(last), 0).unwrap();
        }
        assert!(attempts.begin("sato", address(99), 0).is_err());
        for name in 0..200 {
            attempts.begin(&format!("user{name}"), address(200), 0).unwrap();
        }
        assert!(attempts.begin("another", address(200), 0).is_err());
        let (one, other): (IpAddr, IpAddr) = ("2001:db8::1".parse().unwrap(), "2001:db8::2".parse().unwrap());
        assert_eq!(network(one), network(other), "one machine of the new kind has many addresses");
    }

    #[test]
    fn names_that_nobody_has_do_not_fill_the_memory() {
        let attempts = Attempts::default();
        for n in 0..30_000_u32 {
            let [_, b, c, d] = n.to_be_bytes();
            let _ = attempts.begin(&format!("user{n}"), IpAddr::from([10, b, c, d]), u64::from(n) / 1000);
        }
        assert!(attempts.0.lock().unwrap().len() <= MOST);
    }
}
