//! Tokens: who holds them, who waits for them, and what people keep for themselves.

use super::{Asking, Backend, fault};
use crate::AppError;
use crate::i18n::sentence;
use crate::jobs::api::ListQuery;
use crate::licenses::api::{Held, LicensesView, TokenRow};
use crate::{ErrorCode, jobs::api::Tab};
use domain::{Act, JobStatus, JobSummary, LicenseStanding, NewReservation, Reservation, ReservationId, Solver, Tokens};
use repository::RepositoryError;

/// Rows of each table: more wait in longer queues, and their number is said.
const MOST: u32 = 200;

impl Backend {
    /// Everything the page shows.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn licenses(&self, asking: &Asking) -> Result<LicensesView, AppError> {
        let fault = |error| fault::repository(asking.locale, error);
        let standing = self.license_standing(asking).await?;
        let reservations = self.reservations(asking).await?;
        let settings = self.repository.settings();
        let nodes = self.repository.node_summaries().await.map_err(fault)?;
        let snapshot = self.repository.snapshot(crate::clock::server_now()).await.map_err(fault)?;
        let ends: std::collections::HashMap<_, _> =
            snapshot.running.into_iter().filter_map(|job| Some((job.id, job.expected_end?))).collect();
        let with_tokens = |jobs: Vec<JobSummary>| jobs.into_iter().filter(|job| job.tokens > Tokens::ZERO);
        let mut holding = Vec::new();
        for status in [JobStatus::Running, JobStatus::Starting] {
            holding.extend(with_tokens(self.of_status(status, asking).await?));
        }
        let mut waiting: Vec<JobSummary> = with_tokens(self.of_status(JobStatus::Waiting, asking).await?).collect();
        waiting.sort_by_key(|job| job.waiting.as_ref().map_or(u32::MAX, |waiting| waiting.position));
        let row = |job: JobSummary| TokenRow { ends: ends.get(&job.id).copied(), job };
        let may_end = |one: &Reservation| asking.actor.may(Act::EndReservationOf(&one.holder));
        let rule = domain::Cores::CHOICES.map(|cores| (cores, Solver::Abaqus.tokens(cores, &settings.token_rule)));
        Ok(LicensesView {
            holding: holding.into_iter().map(row).collect(),
            waiting,
            reservations: reservations.into_iter().map(|one| Held { may_end: may_end(&one), one }).collect(),
            rule: rule.to_vec(),
            longest: settings.reservation_longest,
            nodes: nodes.into_iter().map(|node| (node.id, node.cores)).collect(),
            standing,
        })
    }

    async fn of_status(&self, status: JobStatus, asking: &Asking) -> Result<Vec<JobSummary>, AppError> {
        let query = ListQuery { tab: Tab::All, status: Some(status), limit: MOST, ..ListQuery::default() };
        Ok(self.list_jobs(&query, asking).await?.jobs)
    }

    /// Our count, and what the licence server says.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn license_standing(&self, asking: &Asking) -> Result<LicenseStanding, AppError> {
        self.repository.license_standing().await.map_err(|error| fault::repository(asking.locale, error))
    }

    /// Those in force, the next to end first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn reservations(&self, asking: &Asking) -> Result<Vec<Reservation>, AppError> {
        self.repository.reservations().await.map_err(|error| fault::repository(asking.locale, error))
    }

    /// This one, while it is in force.
    ///
    /// # Errors
    /// `NOT_FOUND` when it is over.
    pub async fn reservation(&self, id: ReservationId, asking: &Asking) -> Result<Reservation, AppError> {
        self.repository.reservation(id).await.map_err(|error| fault::repository(asking.locale, error))
    }

    /// Keeps tokens and cores for the person who asks.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming the field, with what can be had.
    pub async fn reserve(&self, new: &NewReservation, asking: &Asking) -> Result<Reservation, AppError> {
        let locale = asking.locale;
        self.repository.reserve(new, &asking.actor).await.map_err(|error| match error {
            RepositoryError::Reservation(problem) => {
                let field = problem.field();
                let message = sentence::license::problem(locale, &problem);
                AppError::new(ErrorCode::ValidationError, message).about(field)
            }
            other => fault::repository(locale, other),
        })
    }

    /// Says that it is still wanted.
    ///
    /// # Errors
    /// `NOT_FOUND` when it is over; `FORBIDDEN` for another's.
    pub async fn renew_reservation(&self, id: ReservationId, asking: &Asking) -> Result<Reservation, AppError> {
        self.own(id, asking).await?;
        self.repository.renew_reservation(id).await.map_err(|error| fault::repository(asking.locale, error))
    }

    /// Gives back what it holds.
    ///
    /// # Errors
    /// `NOT_FOUND` when it is over; `FORBIDDEN` for another's.
    pub async fn end_reservation(&self, id: ReservationId, asking: &Asking) -> Result<Reservation, AppError> {
        self.own(id, asking).await?;
        let ended = self.repository.end_reservation(id, &asking.actor).await;
        ended.map_err(|error| fault::repository(asking.locale, error))
    }

    async fn own(&self, id: ReservationId, asking: &Asking) -> Result<(), AppError> {
        let known = self.reservation(id, asking).await?;
        if asking.actor.may(Act::EndReservationOf(&known.holder)) {
            Ok(())
        } else {
            Err(fault::not_your_reservation(asking.locale))
        }
    }
}
