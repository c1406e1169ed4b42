//! Tokens by which programs ask in somebody's name.

use super::read as read_account;
use crate::entities::{api_tokens, users};
use crate::rows::Row;
use crate::{Repository, RepositoryError, audit, now};
use domain::{Account, Actor, ApiToken, Scope, Timestamp, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

/// A use within so many seconds of the last one is not worth a commit.
const USED_STEP: u64 = 300;

fn read(model: api_tokens::Model) -> Result<ApiToken, RepositoryError> {
    let row = Row::new("api_tokens", model.id);
    Ok(ApiToken {
        id: model.id,
        user: row.take("user_id", UserId::parse(&model.user_id))?,
        scope: row.word("scope", &model.scope, Scope::from_word(&model.scope))?,
        name: model.name,
        created_at: Timestamp(model.created_at),
        used_at: model.used_at.map(Timestamp),
    })
}

/// Takes back all tokens of a person: what somebody else made in their name is over with the rest.
pub(super) async fn end_all(db: &impl ConnectionTrait, user: &UserId) -> Result<(), RepositoryError> {
    api_tokens::Entity::delete_many().filter(api_tokens::Column::UserId.eq(user.as_str())).exec(db).await?;
    Ok(())
}

fn no_token(id: i64) -> RepositoryError {
    RepositoryError::NotFound { what: "token", id: id.to_string() }
}

impl Repository {
    /// Makes one for the person acting; `fingerprint` is what is kept of its secret.
    ///
    /// # Errors
    /// As every change.
    pub async fn add_token(
        &self,
        owner: &UserId,
        name: &str,
        scope: Scope,
        fingerprint: String,
        actor: &Actor,
    ) -> Result<ApiToken, RepositoryError> {
        let (owner, name, actor) = (owner.clone(), name.to_owned(), actor.clone());
        self.write(move |change| {
            Box::pin(async move {
                let db = &change.db;
                let row = api_tokens::ActiveModel {
                    user_id: Set(owner.to_string()),
                    name: Set(name),
                    fingerprint: Set(fingerprint),
                    scope: Set(scope.as_str().to_owned()),
                    created_at: Set(now().0),
                    ..Default::default()
                };
                let id = api_tokens::Entity::insert(row).exec(db).await?.last_insert_id;
                let made = api_tokens::Entity::find_by_id(id).one(db).await?.ok_or_else(|| no_token(id))?;
                let made = read(made)?;
                audit::write(db, &actor, "add_token", format!("token {id}"), &None, &Some(&made)).await?;
                Ok(made)
            })
        })
        .await
    }

    /// The token of this fingerprint and whose it is, while the account is open. Looking is no use of it.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn look_at_token(&self, fingerprint: &str) -> Result<Option<(Account, ApiToken)>, RepositoryError> {
        let found =
            api_tokens::Entity::find().filter(api_tokens::Column::Fingerprint.eq(fingerprint)).one(self.db()).await?;
        let Some(token) = found.map(read).transpose()? else { return Ok(None) };
        let Some(user) = users::Entity::find_by_id(token.user.to_string()).one(self.db()).await? else {
            return Ok(None);
        };
        let account = read_account(user)?;
        if !account.is_open(now()) {
            return Ok(None);
        }
        Ok(Some((account, token)))
    }

    /// The same for who uses it, which is written down now and then.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn token(&self, fingerprint: &str) -> Result<Option<(Account, ApiToken)>, RepositoryError> {
        let found = self.look_at_token(fingerprint).await?;
        if let Some((_, token)) = &found {
            let now = now();
            if token.used_at.is_none_or(|at| now.since(at).0 >= USED_STEP) {
                self.token_used(token, now).await;
            }
        }
        Ok(found)
    }

    /// A disk without room must not keep programs from looking: it is tried again with the next request.
    async fn token_used(&self, token: &ApiToken, now: Timestamp) {
        let (id, user) = (token.id, token.user.clone());
        let written = self
            .write(move |change| {
                Box::pin(async move {
                    api_tokens::Entity::update_many()
                        .col_expr(api_tokens::Column::UsedAt, Expr::value(now.0))
                        .filter(api_tokens::Column::Id.eq(id))
                        .exec(&change.db)
                        .await?;
                    super::seen(&change.db, &user, now).await
                })
            })
            .await;
        if let Err(error) = written {
            tracing::warn!(%error, "that a token was used could not be written down");
        }
    }

    /// Those of a person, the newest first.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn tokens_of(&self, user: &UserId) -> Result<Vec<ApiToken>, RepositoryError> {
        let rows = api_tokens::Entity::find()
            .filter(api_tokens::Column::UserId.eq(user.as_str()))
            .order_by_desc(api_tokens::Column::Id)
            .all(self.db())
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// Takes back one of a person's tokens.
    ///
    /// # Errors
    /// `NotFound` when there is none of theirs.
    pub async fn revoke_token(&self, user: &UserId, id: i64, actor: &Actor) -> Result<(), RepositoryError> {
        let (user, actor) = (user.clone(), actor.clone());
        self.write(move |change| {
            Box::pin(async move {
                let db = &change.db;
                let known = api_tokens::Entity::find_by_id(id).one(db).await?.map(read).transpose()?;
                let known = known.filter(|token| token.user == user).ok_or_else(|| no_token(id))?;
                api_tokens::Entity::delete_by_id(id).exec(db).await?;
                audit::write(db, &actor, "revoke_token", format!("token {id}"), &Some(known), &None).await
            })
        })
        .await
    }
}
