//! Accounts, and what lets their owners in: sessions of browsers, tokens of programs, one-time links. Secrets themselves
//! never come here: rows hold their fingerprints.

mod accounts;
mod links;
mod sessions;
mod tokens;

pub use accounts::Person;

use crate::entities::users;
use crate::{RepositoryError, now};
use domain::account::Wishes;
use domain::{Account, JobStatus, Role, Settings, Timestamp, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter};

/// How long sessions last, from the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionSpan {
    /// A session that is not used for so many seconds is over.
    pub idle: u64,
    /// A session is over after so many seconds, used or not.
    pub longest: u64,
}

impl From<&Settings> for SessionSpan {
    fn from(settings: &Settings) -> SessionSpan {
        SessionSpan { idle: settings.session_idle.0, longest: settings.session_longest.0 }
    }
}

fn read(model: users::Model) -> Result<Account, RepositoryError> {
    let stamp = |at: Option<i64>| at.map(Timestamp);
    Ok(Account {
        has_password: model.password_hash.is_some(),
        disabled_at: stamp(model.disabled_at),
        expires_at: stamp(model.expires_at),
        wishes: Wishes {
            language: model.language.clone(),
            theme: model.theme.clone(),
            single_keys: model.single_keys.clone(),
        },
        user: crate::users::read(model)?,
    })
}

/// The words of the statuses that are over.
fn ended() -> impl Iterator<Item = &'static str> {
    JobStatus::ALL.into_iter().filter(|status| status.is_ended()).map(JobStatus::as_str)
}

fn no_account(id: &UserId) -> RepositoryError {
    RepositoryError::NotFound { what: "account", id: id.to_string() }
}

async fn find(db: &impl ConnectionTrait, id: &UserId) -> Result<Account, RepositoryError> {
    let row = users::Entity::find_by_id(id.to_string()).one(db).await?;
    read(row.ok_or_else(|| no_account(id))?)
}

/// Refuses what a password was checked for, where that is the password no longer, or the account is closed: checking takes
/// its time, and both may happen meanwhile.
async fn still_fits(db: &impl ConnectionTrait, id: &UserId, hash: &str) -> Result<(), RepositoryError> {
    let row = users::Entity::find_by_id(id.to_string()).one(db).await?.ok_or_else(|| no_account(id))?;
    let same = row.password_hash.as_deref() == Some(hash);
    if same && read(row)?.is_open(now()) { Ok(()) } else { Err(no_account(id)) }
}

/// Writes down that a person, or a program of theirs, asked for something.
async fn seen(db: &impl ConnectionTrait, id: &UserId, at: Timestamp) -> Result<(), RepositoryError> {
    users::Entity::update_many()
        .col_expr(users::Column::SeenAt, Expr::value(at.0))
        .filter(users::Column::Id.eq(id.as_str()))
        .exec(db)
        .await?;
    Ok(())
}

/// Admins who can sign in at this moment.
async fn admins(db: &impl ConnectionTrait, now: Timestamp) -> Result<u64, RepositoryError> {
    use users::Column as C;
    let admins = users::Entity::find()
        .filter(C::Role.eq(Role::Admin.as_str()))
        .filter(C::PasswordHash.is_not_null())
        .filter(C::DisabledAt.is_null())
        .filter(C::ExpiresAt.is_null().or(C::ExpiresAt.gt(now.0)));
    Ok(admins.count(db).await?)
}
