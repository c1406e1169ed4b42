//! Sessions of browsers.

use super::{SessionSpan, read as read_account};
use crate::entities::{sessions, users};
use crate::rows::Row;
use crate::{Repository, RepositoryError, now};
use domain::{Account, Session, Timestamp, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

/// A use within so many seconds of the last one is not worth a commit.
const SEEN_STEP: u64 = 300;
/// Letters kept of what a browser says of itself.
const LONGEST_AGENT: usize = 200;

fn read(model: sessions::Model) -> Result<Session, RepositoryError> {
    let row = Row::new("sessions", "…");
    Ok(Session {
        user: row.take("user_id", UserId::parse(&model.user_id))?,
        id: model.id,
        created_at: Timestamp(model.created_at),
        seen_at: Timestamp(model.seen_at),
        address: model.address,
        agent: model.agent,
    })
}

fn is_over(session: &Session, how_long: SessionSpan, now: Timestamp) -> bool {
    now.since(session.seen_at).0 > how_long.idle || now.since(session.created_at).0 > how_long.longest
}

/// Ends all sessions of a person but one.
pub(super) async fn end_all(
    db: &impl ConnectionTrait,
    user: &UserId,
    but: Option<&str>,
) -> Result<(), RepositoryError> {
    let mut which = Condition::all().add(sessions::Column::UserId.eq(user.as_str()));
    if let Some(but) = but {
        which = which.add(sessions::Column::Id.ne(but));
    }
    sessions::Entity::delete_many().filter(which).exec(db).await?;
    Ok(())
}

impl Repository {
    /// Begins one for who knew the password of this `hash`; `before`, the one the browser had, ends. Those that are over by
    /// now go too.
    ///
    /// # Errors
    /// `NotFound` when the password has been changed or the account closed since the hash was looked at.
    pub async fn begin_session(
        &self,
        new: Session,
        hash: &str,
        before: Option<String>,
        how_long: SessionSpan,
    ) -> Result<(), RepositoryError> {
        let hash = hash.to_owned();
        self.write(move |change| {
            Box::pin(async move {
                use sessions::Column as C;
                super::still_fits(&change.db, &new.user, &hash).await?;
                let past = |seconds: u64| new.created_at.0.saturating_sub(i64::try_from(seconds).unwrap_or(i64::MAX));
                let mut over = Condition::any()
                    .add(C::SeenAt.lt(past(how_long.idle)))
                    .add(C::CreatedAt.lt(past(how_long.longest)));
                if let Some(before) = before {
                    over = over.add(C::Id.eq(before));
                }
                sessions::Entity::delete_many().filter(over).exec(&change.db).await?;
                super::seen(&change.db, &new.user, new.seen_at).await?;
                let row = sessions::ActiveModel {
                    id: Set(new.id),
                    user_id: Set(new.user.to_string()),
                    created_at: Set(new.created_at.0),
                    seen_at: Set(new.seen_at.0),
                    address: Set(new.address),
                    agent: Set(new.agent.chars().filter(|c| !c.is_control()).take(LONGEST_AGENT).collect()),
                };
                sessions::Entity::insert(row).exec_without_returning(&change.db).await?;
                Ok(())
            })
        })
        .await
    }

    /// The session of this fingerprint and whose it is, while both are good. Looking is no use of it.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn look_at_session(
        &self,
        id: &str,
        how_long: SessionSpan,
    ) -> Result<Option<(Account, Session)>, RepositoryError> {
        let Some(session) = sessions::Entity::find_by_id(id.to_owned()).one(self.db()).await? else { return Ok(None) };
        let Some(user) = users::Entity::find_by_id(session.user_id.clone()).one(self.db()).await? else {
            return Ok(None);
        };
        let (account, session, now) = (read_account(user)?, read(session)?, now());
        if is_over(&session, how_long, now) || !account.is_open(now) {
            return Ok(None);
        }
        Ok(Some((account, session)))
    }

    /// The same for who uses it, which is written down now and then.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn session(
        &self,
        id: &str,
        how_long: SessionSpan,
    ) -> Result<Option<(Account, Session)>, RepositoryError> {
        let found = self.look_at_session(id, how_long).await?;
        if let Some((_, session)) = &found {
            let now = now();
            if now.since(session.seen_at).0 >= SEEN_STEP {
                self.session_seen(session, now).await;
            }
        }
        Ok(found)
    }

    /// A disk without room must not keep people from looking: it is tried again with the next request.
    async fn session_seen(&self, session: &Session, now: Timestamp) {
        let (id, user) = (session.id.clone(), session.user.clone());
        let written = self
            .write(move |change| {
                Box::pin(async move {
                    sessions::Entity::update_many()
                        .col_expr(sessions::Column::SeenAt, Expr::value(now.0))
                        .filter(sessions::Column::Id.eq(id))
                        .exec(&change.db)
                        .await?;
                    super::seen(&change.db, &user, now).await
                })
            })
            .await;
        if let Err(error) = written {
            tracing::warn!(%error, "that a session was used could not be written down");
        }
    }

    /// Those of a person, the last used first.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn sessions_of(&self, user: &UserId, how_long: SessionSpan) -> Result<Vec<Session>, RepositoryError> {
        let rows = sessions::Entity::find()
            .filter(sessions::Column::UserId.eq(user.as_str()))
            .order_by_desc(sessions::Column::SeenAt)
            .all(self.db())
            .await?;
        let mut all: Vec<Session> = rows.into_iter().map(read).collect::<Result<_, _>>()?;
        let now = now();
        all.retain(|session| !is_over(session, how_long, now));
        Ok(all)
    }

    /// Ends one of a person's sessions; one that is over already is no error.
    ///
    /// # Errors
    /// As every change.
    pub async fn end_session(&self, user: &UserId, id: String) -> Result<(), RepositoryError> {
        let user = user.clone();
        self.write(move |change| {
            Box::pin(async move {
                sessions::Entity::delete_many()
                    .filter(sessions::Column::Id.eq(id))
                    .filter(sessions::Column::UserId.eq(user.as_str()))
                    .exec(&change.db)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// Ends all sessions of a person but one.
    ///
    /// # Errors
    /// As every change.
    pub async fn end_sessions_of(&self, user: &UserId, but: Option<String>) -> Result<(), RepositoryError> {
        let user = user.clone();
        self.write(move |change| Box::pin(async move { end_all(&change.db, &user, but.as_deref()).await })).await
    }
}
