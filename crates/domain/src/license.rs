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
}
