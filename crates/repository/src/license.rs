//! Tokens in use, counted by us and by the licence server. What the licence server says is kept in memory only: after a
//! start it is asked again sooner than it would be believed. So is what a solver warns of: the next run does so again.

use crate::entities::jobs;
use crate::rows::Row;
use crate::{Repository, RepositoryError, nodes, now, reservations};
use domain::plan::LicenseUse;
use domain::reservation::reserved_tokens;
use domain::settings::LicenseReportKind;
use domain::{JobStatus, LicenseAsking, LicenseReport, LicenseStanding, Message, Settings, Timestamp, Tokens};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What the licence server last said.
#[derive(Default)]
pub(crate) struct LicenseCell {
    asking: Mutex<LicenseAsking>,
    /// When the run began that told last of the licence's end, epoch seconds; changed under the lock of `asking`.
    told_by: AtomicI64,
}

impl LicenseCell {
    fn lock(&self) -> MutexGuard<'_, LicenseAsking> {
        // an answer is put there whole
        self.asking.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tokens that are not ours to take, as far as a fresh answer says and policy counts it.
    pub(crate) fn external(&self, settings: &Settings, now: Timestamp) -> Tokens {
        let asking = self.lock();
        let Some(report) = asking.report.as_ref().filter(|_| is_asked(settings)) else { return Tokens::ZERO };
        settings.counted_external(report.external(settings.total_license_tokens), now.since(report.at))
    }
}

fn is_asked(settings: &Settings) -> bool {
    settings.license_report != LicenseReportKind::Off && settings.license_report_node.is_some()
}

/// Tokens of the whole system.
pub(crate) async fn usage(
    db: &impl ConnectionTrait,
    settings: &Settings,
    license: &LicenseCell,
) -> Result<LicenseUse, RepositoryError> {
    let ours: Option<Option<i64>> = jobs::Entity::find()
        .select_only()
        .column_as(crate::backend::sum(jobs::Column::LicenseTokens), "ours")
        .filter(jobs::Column::Status.is_in(nodes::holding()))
        .into_tuple()
        .one(db)
        .await?;
    let ours = Row::new("jobs", "sum").count("license_tokens", ours.flatten().unwrap_or(0))?;
    let now = now();
    Ok(LicenseUse {
        total: settings.total_license_tokens,
        ours: Tokens(ours),
        external: license.external(settings, now),
        reserved: reserved_tokens(&reservations::live(db, now).await?),
    })
}

impl Repository {
    /// Tokens that our own runs have taken from the licence server: of jobs Running whose solver has said something and
    /// does not stand in that server's queue. One that is only starting holds tokens of ours, not yet of the server's.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn checked_out(&self) -> Result<Tokens, RepositoryError> {
        let taken: Option<Option<i64>> = jobs::Entity::find()
            .select_only()
            .column_as(crate::backend::sum(jobs::Column::LicenseTokens), "taken")
            .filter(jobs::Column::Status.eq(JobStatus::Running.as_str()))
            .filter(jobs::Column::Progress.is_not_null())
            .filter(jobs::Column::Progress.not_like(r#"%"license_queue":{%"#))
            .into_tuple()
            .one(self.db())
            .await?;
        Ok(Tokens(Row::new("jobs", "sum").count("license_tokens", taken.flatten().unwrap_or(0))?))
    }

    /// Tokens of the whole system: how many there are, how many are in use and by whom.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn license_use(&self) -> Result<LicenseUse, RepositoryError> {
        usage(self.db(), &self.settings(), &self.shared.license).await
    }

    /// Whether somebody who is to be asked what others have taken was: after a start nobody was at first.
    pub fn license_is_known(&self) -> bool {
        let asking = self.shared.license.lock();
        !is_asked(&self.settings()) || asking.report.is_some() || asking.problem.is_some()
    }

    /// The same, beside what the licence server says.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn license_standing(&self) -> Result<LicenseStanding, RepositoryError> {
        let settings = self.settings();
        let usage = self.license_use().await?;
        let asking = self.shared.license.lock().clone();
        let age = asking.report.as_ref().map(|report| now().since(report.at));
        Ok(LicenseStanding {
            is_asked: is_asked(&settings),
            is_fresh: age.is_some_and(|age| age <= settings.license_report_max_age),
            expires: asking.expires(is_asked(&settings)),
            asking,
            usage,
        })
    }

    /// The licence server has answered: in force, and told, when this returns.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn license_reported(&self, report: LicenseReport) -> Result<(), RepositoryError> {
        {
            let mut asking = self.shared.license.lock();
            (asking.report, asking.problem) = (Some(report), None);
        }
        self.tell_license().await
    }

    /// The solver of a run that `began` then has warned that the licence `ends`, or has not warned of anything. A run may
    /// last for weeks: what one knows that began earlier than the last to tell is out of date.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn license_warned(&self, began: Timestamp, ends: Option<Timestamp>) -> Result<(), RepositoryError> {
        {
            let cell = &self.shared.license;
            let mut asking = cell.lock();
            if began.0 < cell.told_by.load(Ordering::Relaxed) {
                return Ok(());
            }
            cell.told_by.store(began.0, Ordering::Relaxed);
            if std::mem::replace(&mut asking.warned, ends) == ends {
                return Ok(());
            }
        }
        self.tell_license().await
    }

    /// There is no new answer, and why. The last one stays until it is too old.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn license_not_reported(&self, problem: Message) -> Result<(), RepositoryError> {
        self.shared.license.lock().problem = Some(problem);
        self.tell_license().await
    }

    async fn tell_license(&self) -> Result<(), RepositoryError> {
        // through the writer although nothing is written: events keep the order of the changes
        self.write(|change| {
            Box::pin(async move {
                change.mention(|mentions| mentions.license = true);
                Ok(())
            })
        })
        .await
    }

    pub(crate) fn external_tokens(&self, settings: &Settings, now: Timestamp) -> Tokens {
        self.shared.license.external(settings, now)
    }
}
