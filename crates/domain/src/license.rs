//! What the licence server says beside our own count.

use crate::plan::LicenseUse;
use crate::{Message, Timestamp, Tokens};
use serde::{Deserialize, Serialize};

/// Tokens that somebody holds or waits for, in the licence server's own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseHolder {
    /// Account.
    pub user: String,
    /// Machine.
    pub host: String,
    /// How many.
    pub tokens: Tokens,
    /// Since when, as the server writes it; empty where it does not.
    pub since: String,
}

/// One answer of the licence server about one feature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseReport {
    /// When it was given, by this server's clock.
    pub at: Timestamp,
    /// All tokens the licence server has.
    pub total: Tokens,
    /// In use, by us and by others.
    pub in_use: Tokens,
    /// What our own runs held at that moment.
    pub ours: Tokens,
    /// Who holds them.
    pub holders: Vec<LicenseHolder>,
    /// Who waits for some.
    pub queue: Vec<LicenseHolder>,
    /// When the first part of them ends, where it is said.
    pub expires: Option<Timestamp>,
}

impl LicenseReport {
    /// Tokens that are not ours to take although our own count knows nothing of them: what others hold, and what the
    /// licence server has less than we count on. With these taken away, what is free for us is the smaller of our count
    /// and the report's.
    pub fn external(&self, counted: Tokens) -> Tokens {
        self.in_use.plus(counted.minus(self.total)).minus(self.ours)
    }
}

/// How the asking stands: the last answer, and what has hindered another one since.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LicenseAsking {
    /// The last answer.
    pub report: Option<LicenseReport>,
    /// Why there is no newer one, while there is none.
    pub problem: Option<Message>,
    /// When the licence ends, as the last run said whose solver warned of it.
    pub warned: Option<Timestamp>,
}

impl LicenseAsking {
    /// When the licence ends, by whichever source says the earlier. Sources that are not asked any more do not count.
    pub fn expires(&self, is_asked: bool) -> Option<Timestamp> {
        let reported = self.report.as_ref().filter(|_| is_asked).and_then(|report| report.expires);
        [reported, self.warned].into_iter().flatten().min()
    }
}

/// What everybody may see of the licence server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LicenseStanding {
    /// Whether it is asked at all.
    pub is_asked: bool,
    /// The last answer and the last problem.
    pub asking: LicenseAsking,
    /// Whether the answer still counts.
    pub is_fresh: bool,
    /// Tokens in use now, as the plan counts them.
    pub usage: LicenseUse,
    /// When the licence ends, where anything said it.
    pub expires: Option<Timestamp>,
}

impl LicenseStanding {
    /// Whole days left, 0 on the last one, less than that afterwards; `None` where nothing said when it ends.
    pub fn days_left(&self, now: Timestamp) -> Option<i64> {
        const DAY: i64 = 24 * 3_600;
        self.expires.map(|end| end.0.saturating_sub(now.0).div_euclid(DAY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_is_the_smaller_of_both_counts() {
        let report = |total, in_use, ours| LicenseReport {
            at: Timestamp(0),
            total: Tokens(total),
            in_use: Tokens(in_use),
            ours: Tokens(ours),
            holders: vec![],
            queue: vec![],
            expires: None,
        };
        // (report's total, in use, ours) with 50 counted on -> free for us
        for ((total, in_use, ours), free) in
            [((50, 39, 34), 11), ((48, 39, 34), 9), ((60, 39, 34), 11), ((50, 20, 34), 16), ((50, 50, 0), 0)]
        {
            let report = report(total, in_use, ours);
            let usage = LicenseUse {
                total: Tokens(50),
                ours: report.ours,
                external: report.external(Tokens(50)),
                reserved: Tokens(0),
            };
            assert_eq!(usage.free(), Tokens(free), "{report:?}");
        }
    }

    #[test]
    fn the_earlier_end_counts_and_the_last_day_is_a_day_of_none_left() {
        let report = LicenseReport {
            at: Timestamp(0),
            total: Tokens(50),
            in_use: Tokens(0),
            ours: Tokens(0),
            holders: vec![],
            queue: vec![],
            expires: Some(Timestamp(5 * 86_400)),
        };
        let mut asking = LicenseAsking { report: Some(report), problem: None, warned: None };
        assert_eq!((asking.expires(true), asking.expires(false)), (Some(Timestamp(5 * 86_400)), None));
        asking.warned = Some(Timestamp(3 * 86_400));
        assert_eq!((asking.expires(true), asking.expires(false)), (asking.warned, asking.warned));
        let standing = LicenseStanding {
            is_asked: true,
            is_fresh: true,
            usage: LicenseUse::default(),
            expires: asking.expires(true),
            asking,
        };
        let left = [0, 86_400, 2 * 86_400, 3 * 86_400 - 1, 3 * 86_400].map(|now| standing.days_left(Timestamp(now)));
        assert_eq!(left, [Some(3), Some(2), Some(1), Some(0), Some(0)]);
        assert_eq!(standing.days_left(Timestamp(3 * 86_400 + 1)), Some(-1));
    }
}
