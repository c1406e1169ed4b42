//! Accounts: made, changed, closed, and their jobs handed over.

use super::{admins, find, no_account, read};
use crate::entities::{jobs, users};
use crate::{Repository, RepositoryError, audit, now};
use domain::account::Wishes;
use domain::{Account, Actor, JobId, Profile, Timestamp, UserId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;

/// An account as the admins' list shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// The account.
    pub account: Account,
    /// Its jobs that have not ended.
    pub open_jobs: u64,
    /// When its owner or a program of theirs last asked for something.
    pub seen_at: Option<Timestamp>,
    /// Until when its one-time link works, where one is out.
    pub link_until: Option<Timestamp>,
}

/// What the audit log keeps of an account.
#[derive(serde::Serialize)]
struct Seen<'a> {
    name: &'a str,
    role: domain::Role,
    max_running_jobs: Option<u32>,
    max_tokens: Option<domain::Tokens>,
    expires_at: Option<Timestamp>,
    disabled: bool,
}

impl<'a> From<&'a Account> for Seen<'a> {
    fn from(account: &'a Account) -> Seen<'a> {
        Seen {
            name: &account.user.name,
            role: account.user.role,
            max_running_jobs: account.user.max_running_jobs,
            max_tokens: account.user.max_tokens,
            expires_at: account.expires_at,
            disabled: account.disabled_at.is_some(),
        }
    }
}

fn subject(id: &UserId) -> String {
    format!("user {id}")
}

/// The row of a new account.
pub(super) fn row(id: &UserId, profile: &Profile, password_hash: Option<String>) -> users::ActiveModel {
    users::ActiveModel {
        id: Set(id.to_string()),
        name: Set(profile.name.trim().to_owned()),
        role: Set(Some(profile.role.as_str().to_owned())),
        created_at: Set(Some(now().0)),
        max_running_jobs: Set(profile.max_running_jobs.map(i64::from)),
        max_license_tokens: Set(profile.max_tokens.map(|tokens| i64::from(tokens.0))),
        expires_at: Set(profile.expires_at.map(|at| at.0)),
        password_hash: Set(password_hash),
        ..Default::default()
    }
}

/// Makes one inside a change.
pub(super) async fn make(
    db: &impl ConnectionTrait,
    id: &UserId,
    profile: &Profile,
    password_hash: Option<String>,
    actor: &Actor,
) -> Result<Account, RepositoryError> {
    if users::Entity::find_by_id(id.to_string()).one(db).await?.is_some() {
        return Err(RepositoryError::AccountExists { id: id.clone() });
    }
    users::Entity::insert(row(id, profile, password_hash)).exec_without_returning(db).await?;
    let made = find(db, id).await?;
    audit::write(db, actor, "add_user", subject(id), &None, &Some(Seen::from(&made))).await?;
    Ok(made)
}

impl Repository {
    /// This account, if there is one.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn account(&self, id: &UserId) -> Result<Option<Account>, RepositoryError> {
        users::Entity::find_by_id(id.to_string()).one(self.db()).await?.map(read).transpose()
    }

    /// The same with what is stored of its password.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn account_and_hash(&self, id: &UserId) -> Result<Option<(Account, Option<String>)>, RepositoryError> {
        let row = users::Entity::find_by_id(id.to_string()).one(self.db()).await?;
        row.map(|row| {
            let hash = row.password_hash.clone();
            Ok((read(row)?, hash))
        })
        .transpose()
    }

    /// All accounts by name, with what they have going on: three queries, however many there are.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn people(&self) -> Result<Vec<Person>, RepositoryError> {
        let db = self.db();
        let open: HashMap<String, i64> = jobs::Entity::find()
            .select_only()
            .column(jobs::Column::UserId)
            .column_as(jobs::Column::Id.count(), "open")
            .filter(jobs::Column::Status.is_not_in(crate::people::ended()))
            .group_by(jobs::Column::UserId)
            .into_tuple::<(String, i64)>()
            .all(db)
            .await?
            .into_iter()
            .collect();
        let links = super::links::ends(db).await?;
        let rows = users::Entity::find().order_by_asc(users::Column::Id).all(db).await?;
        let person = |model: users::Model| {
            let link_until = links.get(&model.id).copied().map(Timestamp);
            let seen_at = model.seen_at.map(Timestamp);
            let open_jobs = open.get(&model.id).and_then(|n| u64::try_from(*n).ok()).unwrap_or(0);
            Ok(Person { account: read(model)?, open_jobs, seen_at, link_until })
        };
        rows.into_iter().map(person).collect()
    }

    /// Makes accounts, all or none, each with the fingerprint of the link by which its owner sets a password.
    ///
    /// # Errors
    /// `AccountExists` naming the first that is taken.
    pub async fn add_accounts(
        &self,
        new: Vec<(UserId, Profile, Option<String>)>,
        link_until: Timestamp,
        actor: &Actor,
    ) -> Result<Vec<Account>, RepositoryError> {
        let actor = actor.clone();
        self.write(move |change| {
            Box::pin(async move {
                let mut made = Vec::with_capacity(new.len());
                for (id, profile, link) in &new {
                    made.push(make(&change.db, id, profile, None, &actor).await?);
                    if let Some(link) = link {
                        super::links::put(&change.db, link, Some(id), link_until).await?;
                    }
                }
                change.mention(|mentions| mentions.people = true);
                Ok(made)
            })
        })
        .await
    }

    /// Changes what an admin says of a person, who `was` like this when it was read.
    ///
    /// # Errors
    /// `NotFound`; `AccountChanged` when somebody else was faster; `LastAdmin` when nobody could administer any more.
    pub async fn change_account(
        &self,
        id: &UserId,
        was: &Profile,
        profile: &Profile,
        actor: &Actor,
    ) -> Result<Account, RepositoryError> {
        let (id, was, profile, actor) = (id.clone(), was.clone(), profile.clone(), actor.clone());
        self.write(move |change| {
            Box::pin(async move {
                let db = &change.db;
                let before = find(db, &id).await?;
                let now = before.profile();
                if now != was {
                    return Err(RepositoryError::AccountChanged { now: Box::new(now) });
                }
                use users::Column as C;
                users::Entity::update_many()
                    .col_expr(C::Name, Expr::value(profile.name.trim()))
                    .col_expr(C::Role, Expr::value(profile.role.as_str()))
                    .col_expr(C::MaxRunningJobs, Expr::value(profile.max_running_jobs.map(i64::from)))
                    .col_expr(C::MaxLicenseTokens, Expr::value(profile.max_tokens.map(|tokens| i64::from(tokens.0))))
                    .col_expr(C::ExpiresAt, Expr::value(profile.expires_at.map(|at| at.0)))
                    .filter(C::Id.eq(id.as_str()))
                    .exec(db)
                    .await?;
                let after = find(db, &id).await?;
                if after != before {
                    still_administered(db, &before).await?;
                    let seen = (Some(Seen::from(&before)), Some(Seen::from(&after)));
                    audit::write(db, &actor, "change_user", subject(&id), &seen.0, &seen.1).await?;
                    change.mention(|mentions| mentions.people = true);
                }
                Ok(after)
            })
        })
        .await
    }

    /// Closes an account, or opens it again. Closing ends its sessions, tokens and links; its jobs go on.
    ///
    /// # Errors
    /// `NotFound`; `LastAdmin`.
    pub async fn disable_account(
        &self,
        id: &UserId,
        disabled: bool,
        actor: &Actor,
    ) -> Result<Account, RepositoryError> {
        let (id, actor) = (id.clone(), actor.clone());
        self.write(move |change| {
            Box::pin(async move {
                let db = &change.db;
                let before = find(db, &id).await?;
                if before.disabled_at.is_some() == disabled {
                    return Ok(before);
                }
                users::Entity::update_many()
                    .col_expr(users::Column::DisabledAt, Expr::value(disabled.then(|| now().0)))
                    .filter(users::Column::Id.eq(id.as_str()))
                    .exec(db)
                    .await?;
                if disabled {
                    still_administered(db, &before).await?;
                    super::sessions::end_all(db, &id, None).await?;
                    super::tokens::end_all(db, &id).await?;
                    super::links::end_all(db, &id).await?;
                }
                let after = find(db, &id).await?;
                let action = if disabled { "disable_user" } else { "enable_user" };
                let seen = (Some(Seen::from(&before)), Some(Seen::from(&after)));
                audit::write(db, &actor, action, subject(&id), &seen.0, &seen.1).await?;
                change.mention(|mentions| mentions.people = true);
                Ok(after)
            })
        })
        .await
    }

    /// Gives all jobs of one person to another; gives their number.
    ///
    /// # Errors
    /// `NotFound` for either.
    pub async fn hand_over(&self, from: &UserId, to: &UserId, actor: &Actor) -> Result<u64, RepositoryError> {
        let (from, to, actor) = (from.clone(), to.clone(), actor.clone());
        self.write(move |change| {
            Box::pin(async move {
                let db = &change.db;
                find(db, &from).await?;
                find(db, &to).await?;
                use jobs::Column as C;
                let ids: Vec<i64> = jobs::Entity::find()
                    .select_only()
                    .column(C::Id)
                    .filter(C::UserId.eq(from.as_str()))
                    .into_tuple()
                    .all(db)
                    .await?;
                jobs::Entity::update_many()
                    .col_expr(C::UserId, Expr::value(to.as_str()))
                    .col_expr(C::Version, Expr::col(C::Version).add(1))
                    .col_expr(C::UpdatedAt, Expr::value(now().0))
                    .filter(C::UserId.eq(from.as_str()))
                    .exec(db)
                    .await?;
                let said = serde_json::json!({ "jobs": ids.len(), "to": to });
                audit::write(db, &actor, "hand_over_jobs", subject(&from), &None, &Some(said)).await?;
                let count = u64::try_from(ids.len()).unwrap_or(u64::MAX);
                change.mention(|mentions| {
                    // limits count by person: the queue is read anew
                    mentions.people = true;
                    mentions.license = true;
                    mentions.changed.extend(ids.into_iter().map(JobId));
                });
                Ok(count)
            })
        })
        .await
    }

    /// Keeps what a person wants of the pages, as far as it is told.
    ///
    /// # Errors
    /// As every change.
    pub async fn keep_wishes(&self, id: &UserId, wishes: Wishes) -> Result<(), RepositoryError> {
        let id = id.clone();
        self.write(move |change| {
            Box::pin(async move {
                let mut update = users::Entity::update_many().filter(users::Column::Id.eq(id.as_str()));
                let Wishes { language, theme, single_keys } = wishes;
                use users::Column as C;
                for (column, value) in [(C::Language, language), (C::Theme, theme), (C::SingleKeys, single_keys)] {
                    if let Some(value) = value {
                        update = update.col_expr(column, Expr::value(value));
                    }
                }
                let done = update.exec(&change.db).await?;
                if done.rows_affected == 0 { Err(no_account(&id)) } else { Ok(()) }
            })
        })
        .await
    }

    /// Sets a password; every other session of the account ends, and links to it are over. With `was`, for who knew the
    /// password of that hash.
    ///
    /// # Errors
    /// `NotFound`, also when it has been changed since.
    pub async fn set_password(
        &self,
        id: &UserId,
        was: Option<String>,
        hash: String,
        keep_session: Option<String>,
        actor: &Actor,
    ) -> Result<(), RepositoryError> {
        let (id, actor) = (id.clone(), actor.clone());
        self.write(move |change| {
            Box::pin(async move {
                let db = &change.db;
                match was {
                    Some(was) => super::still_fits(db, &id, &was).await?,
                    None => drop(find(db, &id).await?),
                }
                store_password(db, &id, hash).await?;
                super::sessions::end_all(db, &id, keep_session.as_deref()).await?;
                super::links::end_all(db, &id).await?;
                audit::write(db, &actor, "set_password", subject(&id), &None::<()>, &None).await
            })
        })
        .await
    }

    /// Whether anybody can administer at this moment.
    ///
    /// # Errors
    /// `Busy`, `Database`.
    pub async fn has_admin(&self) -> Result<bool, RepositoryError> {
        Ok(admins(self.db(), now()).await? > 0)
    }
}

pub(super) async fn store_password(
    db: &impl ConnectionTrait,
    id: &UserId,
    hash: String,
) -> Result<(), RepositoryError> {
    users::Entity::update_many()
        .col_expr(users::Column::PasswordHash, Expr::value(hash))
        .filter(users::Column::Id.eq(id.as_str()))
        .exec(db)
        .await?;
    Ok(())
}

/// A day that no account's end comes after.
const FOR_EVER: Timestamp = Timestamp(i64::MAX);

/// Refuses a change that leaves nobody to administer, now or once an end has come, made to one who could.
async fn still_administered(db: &impl ConnectionTrait, before: &Account) -> Result<(), RepositoryError> {
    let could = before.user.role == domain::Role::Admin && before.standing(now()) == domain::Standing::Active;
    if could && admins(db, FOR_EVER).await? == 0 { Err(RepositoryError::LastAdmin) } else { Ok(()) }
}
