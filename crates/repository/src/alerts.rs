//! Alarms that last, over a restart, and messages of them until a webhook has taken them.

use crate::entities::{alerts, webhook_messages};
use crate::rows::json_text;
use crate::{Repository, RepositoryError, audit, now};
use domain::health::{News, Raised};
use domain::{Actor, Timestamp};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryOrder, QuerySelect};

/// A message that waits for its webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookMessage {
    /// Its number, the same however often it is sent.
    pub id: i64,
    /// When what it says happened.
    pub at: Timestamp,
    /// What it says.
    pub news: News,
}

/// Messages that wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WaitingMessages {
    /// How many.
    pub count: u64,
    /// Of when the oldest is.
    pub oldest: Option<Timestamp>,
}

impl Repository {
    /// The alarms that lasted at the last look, perhaps of an earlier start.
    ///
    /// # Errors
    /// `Busy`, `Database`. One that this program does not know is left out.
    pub async fn lasting_alerts(&self) -> Result<Vec<Raised>, RepositoryError> {
        let rows = alerts::Entity::find().all(self.db()).await?;
        let raised = |row: alerts::Model| match serde_json::from_str(&row.alert) {
            Ok(alert) => Some(Raised { alert, since: Timestamp(row.since) }),
            Err(error) => {
                tracing::warn!(alert = row.key, %error, "an alarm of before cannot be read, and is forgotten");
                None
            }
        };
        Ok(rows.into_iter().filter_map(raised).collect())
    }

    /// Keeps these alarms in place of those before, and what the webhook is to be told.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn keep_alerts(&self, lasting: Vec<Raised>, news: Vec<(Timestamp, News)>) -> Result<(), RepositoryError> {
        self.write(move |change| {
            Box::pin(async move {
                alerts::Entity::delete_many().exec(&change.db).await?;
                for raised in lasting {
                    let row = alerts::ActiveModel {
                        key: Set(raised.alert.key()),
                        alert: Set(json_text("alert", &raised.alert)?),
                        since: Set(raised.since.0),
                    };
                    alerts::Entity::insert(row).exec_without_returning(&change.db).await?;
                }
                for (at, news) in news {
                    tell(&change.db, at, &news).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Has the webhook told that somebody wants to see whether messages arrive.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn test_webhook(&self, host: &str, actor: &Actor) -> Result<(), RepositoryError> {
        let (actor, subject) = (actor.clone(), format!("webhook {host}"));
        self.write(move |change| {
            Box::pin(async move {
                tell(&change.db, now(), &News::Test { by: actor.name.clone() }).await?;
                audit::write(&change.db, &actor, "test_webhook", subject, &(), &()).await
            })
        })
        .await
    }

    /// The message that waits longest. Those that this program cannot read are dropped.
    ///
    /// # Errors
    /// `Busy`, `Database`.
    pub async fn next_webhook_message(&self) -> Result<Option<WebhookMessage>, RepositoryError> {
        loop {
            let row = webhook_messages::Entity::find()
                .order_by_asc(webhook_messages::Column::Id)
                .limit(1)
                .one(self.db())
                .await?;
            let Some(row) = row else { return Ok(None) };
            match serde_json::from_str(&row.news) {
                Ok(news) => return Ok(Some(WebhookMessage { id: row.id, at: Timestamp(row.at), news })),
                Err(error) => {
                    tracing::warn!(id = row.id, %error, "a message for the webhook cannot be read, and is dropped");
                    self.webhook_message_done(row.id).await?;
                }
            }
        }
    }

    /// It was taken, or given up.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn webhook_message_done(&self, id: i64) -> Result<(), RepositoryError> {
        self.write(move |change| {
            Box::pin(async move {
                webhook_messages::Entity::delete_by_id(id).exec(&change.db).await?;
                Ok(())
            })
        })
        .await
    }

    /// Drops all of them: there is no webhook any more.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn drop_webhook_messages(&self) -> Result<(), RepositoryError> {
        if self.waiting_messages().await?.count == 0 {
            return Ok(());
        }
        self.write(move |change| {
            Box::pin(async move {
                webhook_messages::Entity::delete_many().exec(&change.db).await?;
                Ok(())
            })
        })
        .await
    }

    /// How many wait, and since when.
    ///
    /// # Errors
    /// `Busy`, `Database`.
    pub async fn waiting_messages(&self) -> Result<WaitingMessages, RepositoryError> {
        let (count, oldest): (i64, Option<i64>) = webhook_messages::Entity::find()
            .select_only()
            .column_as(webhook_messages::Column::Id.count(), "count")
            .column_as(webhook_messages::Column::At.min(), "oldest")
            .into_tuple()
            .one(self.db())
            .await?
            .unwrap_or_default();
        Ok(WaitingMessages { count: u64::try_from(count).unwrap_or(0), oldest: oldest.map(Timestamp) })
    }
}

async fn tell(db: &impl ConnectionTrait, at: Timestamp, news: &News) -> Result<(), RepositoryError> {
    let row =
        webhook_messages::ActiveModel { at: Set(at.0), news: Set(json_text("news", news)?), ..Default::default() };
    webhook_messages::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}
