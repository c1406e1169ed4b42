//! People: how they come in, what they change of their own account, and what admins change of all.

mod account;
mod admin;
mod entrance;
mod file;

pub use entrance::{Entrance, Visitor};

use super::fault;
use crate::i18n::Locale;
use crate::{AppError, ErrorCode};
use credentials::{PasswordFault, Secret};
use domain::account::{LONGEST_PASSWORD, PasswordProblem, SHORTEST_PASSWORD, check_password};
use domain::{Timestamp, UserId};

fn now() -> Timestamp {
    Timestamp(chrono::Utc::now().timestamp())
}

/// A new secret.
///
/// # Errors
/// `INTERNAL_ERROR` where the system gives no random numbers.
fn secret(locale: Locale) -> Result<Secret, AppError> {
    Secret::new().map_err(|error| {
        tracing::error!(%error, "no secret");
        fault::internal(locale)
    })
}

/// A new password that can be one.
///
/// # Errors
/// `VALIDATION_ERROR` about `password`.
fn may_be_password(locale: Locale, id: &UserId, password: &str) -> Result<(), AppError> {
    let message = match check_password(id, password) {
        Ok(()) => return Ok(()),
        Err(PasswordProblem::TooShort) => locale.pick(
            format!("{SHORTEST_PASSWORD}文字以上にしてください。文章でもかまいません。"),
            format!("Use at least {SHORTEST_PASSWORD} characters. A sentence is fine."),
        ),
        Err(PasswordProblem::TooLong) => locale.pick(
            format!("{LONGEST_PASSWORD}文字以内にしてください。"),
            format!("Use at most {LONGEST_PASSWORD} characters."),
        ),
        Err(PasswordProblem::Common) => locale
            .pick(
                "推測されやすいパスワードです。別のものにしてください。",
                "This one is guessed easily. Choose another one.",
            )
            .to_owned(),
    };
    Err(AppError::new(ErrorCode::ValidationError, message).about("password"))
}

fn password_fault(locale: Locale, error: PasswordFault) -> AppError {
    match error {
        PasswordFault::Busy => AppError::new(
            ErrorCode::Unavailable,
            locale.pick(
                "サインインが混み合っています。少し待ってから、もう一度試してください。",
                "Many people are signing in. Wait a moment and try again.",
            ),
        ),
        PasswordFault::Failed => {
            tracing::error!(%error, "a password");
            fault::internal(locale)
        }
    }
}
