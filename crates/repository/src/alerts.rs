//! Alarms that last, over a restart, and messages of them until a webhook has taken them.

use crate::entities::{alerts, webhook_messages};
use crate::rows::json_text;
use crate::{Repository, RepositoryError, audit, now};
use domain::health::{News, Raised};
use domain::{Actor, Timestamp};
use sea_orm::sea_query::{OnConflict, SimpleExpr};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// A message that waits for its webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookMessage {
    /// Its name, the same however often and from wherever it is sent.
    pub id: Uuid,
    /// When what it says happened.
    pub at: Timestamp,
    /// What it says.
    pub news: News,
}

impl WebhookMessage {
    /// A new one.
    pub fn new(at: Timestamp, news: News) -> WebhookMessage {
        WebhookMessage { id: Uuid::now_v7(), at, news }
    }
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

    /// Keeps these alarms in place of those before, and what the webhook is to be told: in this order, each once however often
    /// it is given.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn keep_alerts(&self, lasting: Vec<Raised>, news: Vec<WebhookMessage>) -> Result<(), RepositoryError> {
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
                for message in news {
                    tell(&change.db, &message).await?;
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
                let message = WebhookMessage::new(now(), News::Test { by: actor.name.clone() });
                tell(&change.db, &message).await?;
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
            let news = serde_json::from_str(&row.news).map_err(|error| error.to_string());
            match news.and_then(|news| Ok((news, row.uuid.parse().map_err(|error: uuid::Error| error.to_string())?))) {
                Ok((news, id)) => return Ok(Some(WebhookMessage { id, at: Timestamp(row.at), news })),
                Err(error) => {
                    tracing::warn!(id = row.id, error, "a message for the webhook cannot be read, and is dropped");
                    self.cross_off(webhook_messages::Column::Id.eq(row.id)).await?;
                }
            }
        }
    }

    /// It was taken, or given up.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn webhook_message_done(&self, id: Uuid) -> Result<(), RepositoryError> {
        self.cross_off(webhook_messages::Column::Uuid.eq(id.to_string())).await
    }

    async fn cross_off(&self, which: SimpleExpr) -> Result<(), RepositoryError> {
        self.write(move |change| {
            Box::pin(async move {
                webhook_messages::Entity::delete_many().filter(which).exec(&change.db).await?;
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

/// One that is there already stays as it is: what a commit whose answer was lost has kept is given again.
async fn tell(db: &impl ConnectionTrait, message: &WebhookMessage) -> Result<(), RepositoryError> {
    let row = webhook_messages::ActiveModel {
        uuid: Set(message.id.to_string()),
        at: Set(message.at.0),
        news: Set(json_text("news", &message.news)?),
        ..Default::default()
    };
    let kept = OnConflict::column(webhook_messages::Column::Uuid).do_nothing().to_owned();
    webhook_messages::Entity::insert(row).on_conflict(kept).exec_without_returning(db).await?;
    Ok(())
}
