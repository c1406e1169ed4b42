//! What admins do with accounts.

use super::{now, secret};
use crate::admin::people::api::{NewPerson, PeopleView, PersonRow, PersonalLink};
use crate::backend::{Asking, Backend, fault};
use crate::{AppError, ErrorCode};
use domain::{Account, Profile, UserId};

/// Seconds of a day.
const DAY: u64 = 86_400;
/// People of one import.
pub(super) const MOST: usize = 500;

impl Backend {
    /// All accounts.
    ///
    /// # Errors
    /// As the database.
    pub async fn people(&self, asking: &Asking) -> Result<PeopleView, AppError> {
        let people = self.repository.people().await.map_err(|error| fault::repository(asking.locale, error))?;
        let row = |person: repository::Person| PersonRow {
            account: person.account,
            open_jobs: person.open_jobs,
            seen_at: person.seen_at,
            link_until: person.link_until,
        };
        let settings = self.repository.settings();
        Ok(PeopleView {
            me: asking.actor.id.clone(),
            people: people.into_iter().map(row).collect(),
            link_days: settings.link_lasts.0 / DAY,
            jobs_of_all: settings.user_max_running_jobs,
            tokens_of_all: settings.user_max_tokens,
        })
    }

    /// Makes accounts, all or none, each with a link by which its owner sets a password.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming row and field; `CONFLICT` naming the row whose sign-in name is taken.
    pub async fn add_people(&self, new: &[NewPerson], asking: &Asking) -> Result<Vec<PersonalLink>, AppError> {
        let locale = asking.locale;
        if new.is_empty() || new.len() > MOST {
            let message =
                locale.pick(format!("一度に1〜{MOST}人を登録できます。"), format!("From 1 to {MOST} people at once."));
            return Err(AppError::new(ErrorCode::ValidationError, message).about("people"));
        }
        let (mut rows, mut links) = (Vec::with_capacity(new.len()), Vec::with_capacity(new.len()));
        for (at, person) in new.iter().enumerate() {
            let of_row = |error: AppError| error.with(serde_json::json!({ "row": at + 1 }));
            let id = UserId::parse(person.id.trim()).map_err(|error| of_row(fault::user_id(locale, error)))?;
            person.profile.check().map_err(|problem| of_row(fault::profile(locale, problem)))?;
            if rows.iter().any(|(known, ..): &(UserId, Profile, Option<String>)| *known == id) {
                return Err(of_row(fault::account_exists(locale, &id)));
            }
            let secret = secret(locale)?;
            rows.push((id.clone(), person.profile.clone(), Some(secret.fingerprint())));
            links.push(PersonalLink {
                id,
                name: person.profile.name.trim().to_owned(),
                path: format!("/welcome/{}", secret.text()),
            });
        }
        let until = now().plus(self.repository.settings().link_lasts);
        let made = self.repository.add_accounts(rows, until, &asking.actor).await;
        made.map_err(|error| fault::repository(locale, error))?;
        Ok(links)
    }

    /// Changes what is said of a person.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming the field; `CONFLICT` for the last admin, and with the present `profile` when somebody
    /// else has changed it since it was as `was`.
    pub async fn change_person(
        &self,
        id: &UserId,
        was: &Profile,
        profile: &Profile,
        asking: &Asking,
    ) -> Result<Account, AppError> {
        let locale = asking.locale;
        profile.check().map_err(|problem| fault::profile(locale, problem))?;
        let changed = self.repository.change_account(id, was, profile, &asking.actor).await;
        changed.map_err(|error| fault::repository(locale, error))
    }

    /// Closes an account or opens it again.
    ///
    /// # Errors
    /// `CONFLICT` for the last admin.
    pub async fn disable_person(&self, id: &UserId, disabled: bool, asking: &Asking) -> Result<Account, AppError> {
        let done = self.repository.disable_account(id, disabled, &asking.actor).await;
        done.map_err(|error| fault::repository(asking.locale, error))
    }

    /// A link by which a person sets a new password, in place of any before.
    ///
    /// # Errors
    /// `NOT_FOUND`; `CONFLICT` for a closed account.
    pub async fn link_for(&self, id: &UserId, asking: &Asking) -> Result<PersonalLink, AppError> {
        let locale = asking.locale;
        let known = self.repository.account(id).await.map_err(|error| fault::repository(locale, error))?;
        let account = known.ok_or_else(|| fault::no_account(locale))?;
        if !account.is_open(now()) {
            let message = locale.pick(
                "利用停止中か、期限が過ぎたアカウントです。先に利用を再開してください。",
                "This account is disabled or has expired. Enable it first.",
            );
            return Err(AppError::new(ErrorCode::Conflict, message));
        }
        let secret = secret(locale)?;
        let until = now().plus(self.repository.settings().link_lasts);
        let added = self.repository.add_link(id, secret.fingerprint(), until, &asking.actor).await;
        added.map_err(|error| fault::repository(locale, error))?;
        Ok(PersonalLink { id: id.clone(), name: account.user.name, path: format!("/welcome/{}", secret.text()) })
    }

    /// Gives all of a person's jobs to another.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` for the same person; `NOT_FOUND`.
    pub async fn hand_over(&self, from: &UserId, to: &UserId, asking: &Asking) -> Result<u64, AppError> {
        if from == to {
            let message = asking.locale.pick("別の人を選んでください。", "Choose somebody else.");
            return Err(AppError::new(ErrorCode::ValidationError, message).about("to"));
        }
        let done = self.repository.hand_over(from, to, &asking.actor).await;
        done.map_err(|error| fault::repository(asking.locale, error))
    }
}
