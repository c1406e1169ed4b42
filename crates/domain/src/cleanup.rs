//! What goes away by itself, and when: results first, then completed jobs that have none left. Never what is active or kept.

use crate::{JobId, JobName, JobStatus, Seconds, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// A change of the rules takes nothing away before it could be seen for so long: a week.
pub const NOTICE: Seconds = Seconds(7 * 24 * 3_600);

/// A clock that is further on than this without the time having passed here may be wrong: ten days. A machine that was off
/// over the holidays waits a week longer; one whose clock leapt by a year takes nothing away for it.
pub const LEAP: Seconds = Seconds(10 * 24 * 3_600);

/// The same while the program counts the time itself: two days, for a machine that slept.
pub const LEAP_COUNTED: Seconds = Seconds(2 * 24 * 3_600);

/// Whether the clock leapt ahead by more than `most`: it was at `before`, `passed` went by, and now it is at `now`.
pub fn leapt(before: Timestamp, passed: Seconds, now: Timestamp, most: Seconds) -> bool {
    now.since(before.plus(passed)) > most
}

/// `cleanup_…` of the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CleanupRules {
    /// Five fields as cron has them; `None` is never.
    pub schedule: Option<String>,
    /// Results go so long after their job's end; `None` is never.
    pub results_after: Option<Seconds>,
    /// A completed job goes so long after its end; `None` is never.
    pub jobs_after: Option<Seconds>,
}

/// What of a job goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Going {
    /// Its result files; the job stays in the list.
    Results,
    /// The job with all its files.
    Job,
}

/// What the rules ask of an ended job that nobody keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// How.
    pub status: JobStatus,
    /// When the solver ended.
    pub at: Timestamp,
    /// When its row changed last: its results may have come much later than its end.
    pub settled_at: Timestamp,
    /// Whether there are results of it.
    pub has_results: bool,
}

impl CleanupRules {
    /// What goes next of this job, and when. `since` is when the rules were changed last.
    pub fn next(&self, job: Ended, since: Timestamp) -> Option<(Going, Timestamp)> {
        let noticed = since.max(job.settled_at).plus(NOTICE);
        let after = |span: Option<Seconds>| span.map(|span| job.at.plus(span).max(noticed));
        let job_goes = || after(self.jobs_after).filter(|_| job.status == JobStatus::Completed);
        if !job.has_results {
            return job_goes().map(|at| (Going::Job, at));
        }
        let results_go = after(self.results_after)?;
        // both at once is one thing for who reads it
        match job_goes() {
            Some(at) if at <= results_go => Some((Going::Job, results_go)),
            _ => Some((Going::Results, results_go)),
        }
    }

    /// Jobs that ended later than this have nothing that goes by `until`.
    pub fn newest_end(&self, until: Timestamp) -> Option<Timestamp> {
        let spans = self.results_after.into_iter().chain(self.jobs_after);
        spans.min().map(|span| Timestamp(until.0.saturating_sub(i64::try_from(span.0).unwrap_or(i64::MAX))))
    }
}

/// A job of which something goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoingJob {
    /// Its number.
    pub id: JobId,
    /// Its name.
    pub name: JobName,
    /// Whose it is.
    pub user: UserId,
    /// What people call its owner.
    pub user_name: String,
    /// When it ended.
    pub ended_at: Timestamp,
    /// What goes.
    pub what: Going,
    /// When, at the next clean-up from then on.
    pub at: Timestamp,
    /// Bytes of its results.
    pub bytes: u64,
}

/// Files that nobody needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heap {
    /// So many: uploads, or folders of results.
    pub count: u64,
    /// Bytes of all.
    pub bytes: u64,
}

impl Heap {
    /// With one more.
    pub fn add(&mut self, bytes: u64) {
        self.count += 1;
        self.bytes += bytes;
    }
}

/// A file that should be there and is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingFile {
    /// Of which job; an upload may be of several, or of none.
    pub job: Option<JobId>,
    /// Its name.
    pub name: String,
}

/// What a clean-up took away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cleaned {
    /// Jobs whose results went.
    pub results: u64,
    /// Jobs that went.
    pub jobs: u64,
    /// Uploads of no job.
    pub uploads: u64,
    /// Folders and files that belong to nothing.
    pub strays: u64,
    /// Bytes of all.
    pub bytes: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: u64 = 86_400;

    fn rules(results: Option<u64>, jobs: Option<u64>) -> CleanupRules {
        let days = |days: Option<u64>| days.map(|days| Seconds(days * DAY));
        CleanupRules { schedule: None, results_after: days(results), jobs_after: days(jobs) }
    }

    fn ended(status: JobStatus, has_results: bool) -> Ended {
        Ended { status, at: Timestamp(0), settled_at: Timestamp(0), has_results }
    }

    const LONG_AGO: Timestamp = Timestamp(-1_000_000_000);

    #[test]
    fn results_outlast_the_days_of_their_job() {
        let by_the_book = rules(Some(90), Some(30));
        let after = |days: u64| Timestamp(0).plus(Seconds(days * DAY));
        let next = |rules: &CleanupRules, status, results| rules.next(ended(status, results), LONG_AGO);
        assert_eq!(next(&by_the_book, JobStatus::Completed, true), Some((Going::Job, after(90))));
        assert_eq!(next(&by_the_book, JobStatus::Completed, false), Some((Going::Job, after(30))));
        assert_eq!(next(&by_the_book, JobStatus::Failed, true), Some((Going::Results, after(90))));
        assert_eq!(next(&by_the_book, JobStatus::Failed, false), None);
        assert_eq!(next(&rules(Some(10), Some(30)), JobStatus::Completed, true), Some((Going::Results, after(10))));
        assert_eq!(next(&rules(None, Some(30)), JobStatus::Completed, true), None);
        assert_eq!(next(&rules(Some(90), None), JobStatus::Completed, true), Some((Going::Results, after(90))));
    }

    #[test]
    fn a_clock_leaps_when_it_runs_ahead_of_the_time_that_passed() {
        let at = |days: u64| Timestamp(1_800_000_000).plus(Seconds(days * DAY));
        assert!(!leapt(at(0), Seconds(30), at(10), LEAP));
        assert!(leapt(at(0), Seconds(0), at(10).plus(Seconds(1)), LEAP));
        assert!(!leapt(at(0), Seconds(400 * DAY), at(400), LEAP));
        // set back is no leap: what was not due before is not due now
        assert!(!leapt(at(400), Seconds(30), at(0), LEAP));
    }

    proptest! {
        #[test]
        fn nothing_goes_before_its_days_or_before_the_rules_were_seen_for_a_week(
            end in 0..2_000_000_000i64,
            since in 0..2_000_000_000i64,
            results in proptest::option::of(1..4_000u64),
            jobs in proptest::option::of(1..4_000u64),
            has_results in any::<bool>(),
            completed in any::<bool>(),
            late in 0..100_000_000i64,
        ) {
            let rules = rules(results, jobs);
            let status = if completed { JobStatus::Completed } else { JobStatus::Cancelled };
            let job = Ended { status, at: Timestamp(end), settled_at: Timestamp(end.saturating_add(late)), has_results };
            if let Some((what, at)) = rules.next(job, Timestamp(since)) {
                prop_assert!(at >= Timestamp(since).plus(NOTICE) && at >= job.settled_at.plus(NOTICE));
                if what == Going::Job {
                    prop_assert!(completed);
                    prop_assert!(jobs.is_some_and(|days| at.since(Timestamp(end)).0 >= days * DAY));
                }
                if has_results {
                    prop_assert!(results.is_some_and(|days| at.since(Timestamp(end)).0 >= days * DAY));
                }
                // the rows that are read for it hold it
                prop_assert!(rules.newest_end(at).is_some_and(|newest| Timestamp(end) <= newest));
            }
        }
    }
}
