//! What a person changes of the own account: password, language, sessions, tokens.

use super::entrance::Visitor;
use super::{may_be_password, now, password_fault, secret};
use crate::account::api::{AccountView, MadeToken, OwnSession};
use crate::backend::{Asking, Backend, fault};
use crate::{AppError, ErrorCode};
use domain::Scope;
use domain::account::Wishes;
use domain::name::is_unseen;
use repository::{RepositoryError, SessionSpan};

/// Characters of a token's name.
const LONGEST_NAME: usize = 60;
/// Tokens of one person.
const MOST_TOKENS: usize = 50;

impl Backend {
    /// What the account's page shows.
    ///
    /// # Errors
    /// As the database.
    pub async fn account(&self, visitor: &Visitor, asking: &Asking) -> Result<AccountView, AppError> {
        let (locale, id) = (asking.locale, &asking.actor.id);
        let faulty = |error| fault::repository(locale, error);
        let account = self.repository.account(id).await.map_err(faulty)?.ok_or_else(|| fault::internal(locale))?;
        let span = SessionSpan::from(&*self.repository.settings());
        let sessions = self.repository.sessions_of(id, span).await.map_err(faulty)?;
        let tokens = self.repository.tokens_of(id).await.map_err(faulty)?;
        let own =
            |session: domain::Session| OwnSession { here: visitor.session.as_ref() == Some(&session.id), session };
        Ok(AccountView { account, sessions: sessions.into_iter().map(own).collect(), tokens })
    }

    /// Sets another password. The other sessions end.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` about `current` or `password`; `RATE_LIMITED` after too many wrong ones.
    pub async fn change_password(
        &self,
        current: String,
        new: String,
        visitor: &Visitor,
        asking: &Asking,
    ) -> Result<(), AppError> {
        let (locale, id) = (asking.locale, &asking.actor.id);
        let seconds = u64::try_from(now().0).unwrap_or(0);
        let tried = self.entrance.attempts.begin(id.as_str(), visitor.address, seconds);
        tried.map_err(|pause| {
            let minutes = pause.0.div_ceil(60);
            let message = locale.pick(
                format!("今のパスワードの間違いが続いています。{minutes}分ほど待ってください。"),
                format!("The present password was wrong too often. Try again in about {minutes} min."),
            );
            AppError::new(ErrorCode::RateLimited, message).about("current")
        })?;
        let known = self.repository.account_and_hash(id).await;
        // what could not be looked at was no try
        let known = known.inspect_err(|_| self.entrance.attempts.forget(id.as_str(), visitor.address));
        let known = known.map_err(|error| fault::repository(locale, error))?;
        let hash = known.and_then(|(_, hash)| hash);
        let fits = self.entrance.passwords.fits(current, hash.clone()).await;
        let fits = fits.inspect_err(|_| self.entrance.attempts.forget(id.as_str(), visitor.address));
        if !fits.map_err(|error| password_fault(locale, error))? {
            let message = locale.pick("今のパスワードが違います。", "The present password is wrong.");
            return Err(AppError::new(ErrorCode::ValidationError, message).about("current"));
        }
        self.entrance.attempts.succeeded(id.as_str(), visitor.address);
        may_be_password(locale, id, &new)?;
        let next = self.entrance.passwords.hash(new).await.map_err(|error| password_fault(locale, error))?;
        let set = self.repository.set_password(id, hash, next, visitor.session.clone(), &asking.actor).await;
        set.map_err(|error| match error {
            // the password is another one since it was checked
            RepositoryError::NotFound { .. } => fault::not_signed_in(locale),
            error => fault::repository(locale, error),
        })
    }

    /// Keeps what a person has chosen of the pages.
    ///
    /// # Errors
    /// As the database.
    pub async fn keep_wishes(&self, wishes: Wishes, asking: &Asking) -> Result<(), AppError> {
        let kept = self.repository.keep_wishes(&asking.actor.id, wishes).await;
        kept.map_err(|error| fault::repository(asking.locale, error))
    }

    /// Ends one of the own sessions, or all but this browser's.
    ///
    /// # Errors
    /// As the database.
    pub async fn end_sessions(
        &self,
        which: Option<String>,
        visitor: &Visitor,
        asking: &Asking,
    ) -> Result<(), AppError> {
        let id = &asking.actor.id;
        let ended = match which {
            Some(session) => self.repository.end_session(id, session).await,
            None => self.repository.end_sessions_of(id, visitor.session.clone()).await,
        };
        ended.map_err(|error| fault::repository(asking.locale, error))
    }

    /// Makes a token. Its secret is in the answer and nowhere else. Only for who is signed in: a token makes no others, so
    /// that taking it back is enough.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` about `name`; `FORBIDDEN` for a token.
    pub async fn add_token(
        &self,
        name: &str,
        scope: Scope,
        visitor: &Visitor,
        asking: &Asking,
    ) -> Result<MadeToken, AppError> {
        if visitor.token.is_some() {
            return Err(fault::not_allowed(asking.locale));
        }
        let (locale, id) = (asking.locale, &asking.actor.id);
        let name = name.trim();
        let letters = name.chars().count();
        if letters == 0 || letters > LONGEST_NAME || name.chars().any(|c| c.is_control() || is_unseen(c)) {
            let message = locale.pick(
                format!("何に使うかを1〜{LONGEST_NAME}文字で入れてください。"),
                format!("Say what it is for, in 1 to {LONGEST_NAME} characters."),
            );
            return Err(AppError::new(ErrorCode::ValidationError, message).about("name"));
        }
        let known = self.repository.tokens_of(id).await.map_err(|error| fault::repository(locale, error))?;
        if known.len() >= MOST_TOKENS {
            let message = locale.pick(
                format!("トークンは{MOST_TOKENS}個までです。使わないものを取り消してください。"),
                format!("You can have {MOST_TOKENS} tokens. Revoke those you do not use."),
            );
            return Err(AppError::new(ErrorCode::Conflict, message).about("name"));
        }
        let secret = secret(locale)?;
        let made = self.repository.add_token(id, name, scope, secret.fingerprint(), &asking.actor).await;
        let token = made.map_err(|error| fault::repository(locale, error))?;
        Ok(MadeToken { token, secret: secret.text().to_owned() })
    }

    /// Takes one of the own tokens back.
    ///
    /// # Errors
    /// `NOT_FOUND` for another's.
    pub async fn revoke_token(&self, id: i64, asking: &Asking) -> Result<(), AppError> {
        let revoked = self.repository.revoke_token(&asking.actor.id, id, &asking.actor).await;
        revoked.map_err(|error| fault::repository(asking.locale, error))
    }
}
