//! One-time links: by one a person sets a password, by one the first admin is made.

use super::{accounts, admins, find};
use crate::entities::invitations as links;
use crate::rows::Row;
use crate::{Repository, RepositoryError, audit, now};
use domain::{Account, Actor, Profile, Timestamp, UserId};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::HashMap;

fn over() -> RepositoryError {
    // its fingerprint tells nobody anything
    RepositoryError::NotFound { what: "link", id: String::new() }
}

/// Puts one down.
pub(super) async fn put(
    db: &impl ConnectionTrait,
    fingerprint: &str,
    user: Option<&UserId>,
    until: Timestamp,
) -> Result<(), RepositoryError> {
    let row = links::ActiveModel {
        id: Set(fingerprint.to_owned()),
        user_id: Set(user.map(UserId::to_string)),
        created_at: Set(now().0),
        expires_at: Set(until.0),
    };
    links::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// By person, until when the link works that is out.
pub(super) async fn ends(db: &impl ConnectionTrait) -> Result<HashMap<String, i64>, RepositoryError> {
    let rows: Vec<(String, i64)> = links::Entity::find()
        .select_only()
        .column(links::Column::UserId)
        .column(links::Column::ExpiresAt)
        .filter(links::Column::UserId.is_not_null())
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Ends those of a person.
pub(super) async fn end_all(db: &impl ConnectionTrait, user: &UserId) -> Result<(), RepositoryError> {
    links::Entity::delete_many().filter(links::Column::UserId.eq(user.as_str())).exec(db).await?;
    Ok(())
}

/// For whom this one is; `None` for the first admin's.
async fn owner(db: &impl ConnectionTrait, fingerprint: &str) -> Result<Option<UserId>, RepositoryError> {
    let found = links::Entity::find_by_id(fingerprint.to_owned()).one(db).await?.ok_or_else(over)?;
    if Timestamp(found.expires_at) <= now() {
        return Err(over());
    }
    let row = Row::new("invitations", "…");
    found.user_id.map(|id| row.take("user_id", UserId::parse(&id))).transpose()
}

impl Repository {
    /// A new link for a person, in place of any before.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn add_link(
        &self,
        user: &UserId,
        fingerprint: String,
        until: Timestamp,
        actor: &Actor,
    ) -> Result<(), RepositoryError> {
        let (user, actor) = (user.clone(), actor.clone());
        self.write(move |change| {
            Box::pin(async move {
                let db = &change.db;
                find(db, &user).await?;
                end_all(db, &user).await?;
                put(db, &fingerprint, Some(&user), until).await?;
                change.mention(|mentions| mentions.people = true);
                audit::write(db, &actor, "add_link", format!("user {user}"), &None::<()>, &None).await
            })
        })
        .await
    }

    /// The link by which the first admin is made, in place of any before.
    ///
    /// # Errors
    /// `LastAdmin` when there is an admin already.
    pub async fn add_first_link(&self, fingerprint: String, until: Timestamp) -> Result<(), RepositoryError> {
        self.write(move |change| {
            Box::pin(async move {
                let db = &change.db;
                if admins(db, now()).await? > 0 {
                    return Err(RepositoryError::LastAdmin);
                }
                links::Entity::delete_many().filter(links::Column::UserId.is_null()).exec(db).await?;
                put(db, &fingerprint, None, until).await
            })
        })
        .await
    }

    /// Ends the link by which the first admin is made: there is one.
    ///
    /// # Errors
    /// As every change.
    pub async fn end_first_link(&self) -> Result<(), RepositoryError> {
        self.write(move |change| {
            Box::pin(async move {
                links::Entity::delete_many().filter(links::Column::UserId.is_null()).exec(&change.db).await?;
                Ok(())
            })
        })
        .await
    }

    /// For whom a link is; `None` is for the first admin.
    ///
    /// # Errors
    /// `NotFound` when there is none or it is over.
    pub async fn link(&self, fingerprint: &str) -> Result<Option<Account>, RepositoryError> {
        match owner(self.db(), fingerprint).await? {
            Some(id) => {
                let account = find(self.db(), &id).await?;
                if account.is_open(now()) { Ok(Some(account)) } else { Err(over()) }
            }
            None if admins(self.db(), now()).await? > 0 => Err(over()),
            None => Ok(None),
        }
    }

    /// Uses a link: the password is set, the link and every session and token of the account are over.
    ///
    /// # Errors
    /// `NotFound` when it is over or the account is closed.
    pub async fn use_link(
        &self,
        fingerprint: &str,
        hash: String,
        by: impl Fn(&Account) -> Actor + Send + 'static,
    ) -> Result<Account, RepositoryError> {
        let fingerprint = fingerprint.to_owned();
        self.write(move |change| {
            Box::pin(async move {
                let db = &change.db;
                let id = owner(db, &fingerprint).await?.ok_or_else(over)?;
                let account = find(db, &id).await?;
                if !account.is_open(now()) {
                    return Err(over());
                }
                accounts::store_password(db, &id, hash).await?;
                end_all(db, &id).await?;
                super::sessions::end_all(db, &id, None).await?;
                super::tokens::end_all(db, &id).await?;
                let subject = format!("user {id}");
                audit::write(db, &by(&account), "set_password", subject, &None::<()>, &None).await?;
                // admins see that the link has been used
                change.mention(|mentions| mentions.people = true);
                find(db, &id).await
            })
        })
        .await
    }

    /// Uses the first link: the first admin is there, with a password.
    ///
    /// # Errors
    /// `NotFound` when it is over or there is an admin already; `AccountExists`.
    pub async fn use_first_link(
        &self,
        fingerprint: &str,
        id: &UserId,
        profile: &Profile,
        hash: String,
        actor: &Actor,
    ) -> Result<Account, RepositoryError> {
        let (fingerprint, id, profile, actor) = (fingerprint.to_owned(), id.clone(), profile.clone(), actor.clone());
        self.write(move |change| {
            Box::pin(async move {
                let db = &change.db;
                if owner(db, &fingerprint).await?.is_some() || admins(db, now()).await? > 0 {
                    return Err(over());
                }
                let made = accounts::make(db, &id, &profile, Some(hash), &actor).await?;
                links::Entity::delete_many().filter(links::Column::UserId.is_null()).exec(db).await?;
                change.mention(|mentions| mentions.people = true);
                Ok(made)
            })
        })
        .await
    }
}
