//! What the page of operations shows.

use crate::AppError;
use crate::admin::operations::api::{BackupFacts, BackupView, BackupsView, OperationsView};
use crate::backend::{Asking, Backend, fault};
use crate::clock;
use chrono::{DateTime, FixedOffset};
use domain::{AuditQuery, Timestamp};

/// Changes shown; the rest is in the log of changes.
const CHANGES: u64 = 5;

impl Backend {
    /// How everything stands now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn operations(&self, asking: &Asking) -> Result<OperationsView, AppError> {
        let health = self.look().await;
        let alerts = self.watch.alerts();
        let changes = self.repository.audit(&AuditQuery::default(), CHANGES).await;
        let changes = changes.map_err(|error| fault::repository(asking.locale, error))?;
        Ok(OperationsView { health: (*health).clone(), alerts, backups: self.backups(asking).await?, changes })
    }

    async fn backups(&self, asking: &Asking) -> Result<BackupsView, AppError> {
        let folder = self.own.backups.clone();
        let listed = tokio::task::spawn_blocking(move || backup::list(&folder)).await;
        let all = match listed {
            Ok(Ok(all)) => all,
            Ok(Err(error)) => {
                tracing::error!(%error, "the backups could not be listed");
                return Err(fault::internal(asking.locale));
            }
            Err(error) => {
                tracing::error!(%error, "the backups could not be listed");
                return Err(fault::internal(asking.locale));
            }
        };
        let settings = self.repository.settings();
        let next = settings.backup_schedule.as_deref().and_then(|schedule| next_after(schedule, clock::server_now()));
        let good = all.iter().find(|shelved| shelved.is_good() && shelved.manifest.is_ok());
        let restore = good.map(|good| super::command(&format!("restore {}", good.name)));
        Ok(BackupsView {
            restore,
            all: all.into_iter().map(view).collect(),
            next,
            keep: settings.backup_keep,
            under_way: self.backup_work.under_way(),
            folder: self.own.backups.display().to_string(),
        })
    }
}

fn view(shelved: backup::Shelved) -> BackupView {
    let check = shelved.check;
    let mut problem = check.as_ref().and_then(|check| check.problem.clone());
    let facts = match shelved.manifest {
        Ok(manifest) => Some(BackupFacts {
            made_at: Timestamp(manifest.made_at),
            bytes: manifest.bytes,
            new_bytes: manifest.new_bytes,
            jobs: manifest.jobs,
            version: manifest.version,
        }),
        Err(error) => {
            problem = Some(error.problem());
            None
        }
    };
    // it was read right after it was written
    let written = facts.as_ref().map(|facts| facts.made_at);
    BackupView { name: shelved.name, facts, checked_at: check.map(|check| Timestamp(check.at)).or(written), problem }
}

/// When a schedule is next after this moment, by the server's clock.
pub fn next_after(schedule: &str, now: Timestamp) -> Option<Timestamp> {
    let schedule: croner::Cron = schedule.parse().ok()?;
    let offset = FixedOffset::east_opt(clock::server_offset_minutes().saturating_mul(60))?;
    let now: DateTime<FixedOffset> = DateTime::from_timestamp(now.0, 0)?.with_timezone(&offset);
    // a day that never is (the 31st of February) has no next
    schedule.find_next_occurrence(&now, false).ok().map(|next| Timestamp(next.timestamp()))
}

/// When a schedule was last, up to this moment, by the server's clock.
pub fn last_before(schedule: &str, now: Timestamp) -> Option<Timestamp> {
    let schedule: croner::Cron = schedule.parse().ok()?;
    let offset = FixedOffset::east_opt(clock::server_offset_minutes().saturating_mul(60))?;
    let now: DateTime<FixedOffset> = DateTime::from_timestamp(now.0, 0)?.with_timezone(&offset);
    schedule.find_previous_occurrence(&now, true).ok().map(|last| Timestamp(last.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_is_after_now_and_a_day_that_never_is_has_none() {
        let now = Timestamp(1_800_000_000);
        let next = next_after("0 2 * * *", now).unwrap_or_default();
        let since = next.since(now).0;
        assert!(since > 0 && since <= 86_400, "{since}");
        assert_eq!((next.0 + i64::from(clock::server_offset_minutes()) * 60).rem_euclid(86_400), 7_200);
        // on the very second it is the next one
        assert_eq!(next_after("0 2 * * *", next), Some(Timestamp(next.0 + 86_400)));
        assert_eq!(next_after("0 2 31 2 *", now), None);
        assert_eq!(last_before("0 2 * * *", next), Some(next));
        assert_eq!(last_before("0 2 * * *", Timestamp(next.0 - 1)), Some(Timestamp(next.0 - 86_400)));
    }

    /// What the settings take is what the clock understands.
    mod schedules {
        use proptest::prelude::*;

        fn field(min: u32, max: u32) -> impl Strategy<Value = String> {
            let number = min..=max;
            prop_oneof![
                Just("*".to_owned()),
                number.clone().prop_map(|n| n.to_string()),
                (number.clone(), number.clone()).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b))),
                (1..=max).prop_map(|n| format!("*/{n}")),
                (number.clone(), number).prop_map(|(a, b)| format!("{a},{b}")),
            ]
        }

        proptest! {
            #[test]
            fn are_understood_by_the_clock(
                minute in field(0, 59), hour in field(0, 23), day in field(1, 31), month in field(1, 12), week in field(0, 7)
            ) {
                let text = format!("{minute} {hour} {day} {month} {week}");
                prop_assert!(domain::settings::check("backup_schedule", &text).is_ok(), "{text}");
                prop_assert!(text.parse::<croner::Cron>().is_ok(), "{text}");
            }
        }
    }
}
