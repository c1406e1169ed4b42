//! Messages of alarms to a webhook: what is told, when, and how that went. Sending them is the server's.

use crate::AppError;
use crate::backend::{Asking, Backend, fault};
use crate::clock::{self, server_voice};
use crate::i18n::Locale;
use crate::i18n::sentence::alert;
use domain::Timestamp;
use domain::health::{News, WebhookHealth};
use repository::{RepositoryError, WebhookMessage};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Where messages go.
#[derive(Clone)]
pub struct Webhook(Arc<Inner>);

struct Inner {
    host: String,
    page: String,
    went: Mutex<Went>,
    bell: Notify,
}

#[derive(Default)]
struct Went {
    delivered: Option<Timestamp>,
    error: Option<String>,
}

impl Webhook {
    /// `host`: where they go, without what of the address may be a secret. `base`: the beginning of our own pages' addresses.
    pub fn new(host: String, base: &str) -> Webhook {
        let page = format!("{}/admin/operations", base.trim_end_matches('/'));
        Webhook(Arc::new(Inner { host, page, went: Mutex::default(), bell: Notify::new() }))
    }

    /// Where they go.
    pub fn host(&self) -> &str {
        &self.0.host
    }

    /// Until there is something new to send, or somebody wants it tried again now.
    pub async fn rung(&self) {
        self.0.bell.notified().await;
    }

    /// One was taken.
    pub fn delivered(&self) {
        let mut went = self.went();
        (went.delivered, went.error) = (Some(clock::server_now()), None);
    }

    /// An attempt failed. `true`: the one before did not.
    pub fn failed(&self, error: String) -> bool {
        self.went().error.replace(error).is_none()
    }

    /// What is sent, as JSON. `text` is for chats that show nothing else.
    pub fn body(&self, message: &WebhookMessage) -> Value {
        let (ja, en) = (words(Locale::Ja, &message.news), words(Locale::En, &message.news));
        let mut body = json!({
            "id": message.id,
            "at": rfc3339(message.at),
            "url": self.0.page,
            "title": { "ja": ja.title, "en": en.title },
            "text": format!("{}\n{}\n{}", ja.line(Locale::Ja), en.line(Locale::En), self.0.page),
        });
        let raised = match &message.news {
            News::Raised(raised) => {
                body["event"] = json!("raised");
                body["remedy"] = json!({ "ja": ja.remedy, "en": en.remedy });
                raised
            }
            News::Over(raised) => {
                body["event"] = json!("over");
                raised
            }
            News::Test { .. } => {
                body["event"] = json!("test");
                return body;
            }
        };
        body["key"] = json!(raised.alert.key());
        body["level"] = json!(raised.alert.level());
        body["since"] = json!(rfc3339(raised.since));
        body["alert"] = json!(raised.alert);
        body
    }

    fn went(&self) -> MutexGuard<'_, Went> {
        self.0.went.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn ring(&self) {
        self.0.bell.notify_one();
    }
}

fn words(locale: Locale, news: &News) -> alert::Words {
    match news {
        News::Raised(raised) => alert::words(server_voice(locale), &raised.alert),
        News::Over(raised) => {
            let was = alert::words(server_voice(locale), &raised.alert).title;
            let title = locale.pick(format!("解消しました: {was}"), format!("Over: {was}"));
            alert::Words { title, remedy: String::new() }
        }
        News::Test { by } => {
            let title = locale.pick(format!("{by} さんによる試しの知らせです"), format!("A test message by {by}"));
            alert::Words { title, remedy: String::new() }
        }
    }
}

fn rfc3339(at: Timestamp) -> String {
    chrono::DateTime::from_timestamp(at.0, 0).map(|at| at.to_rfc3339()).unwrap_or_default()
}

impl Backend {
    /// The message that waits longest; but first what the database could not be given: that it does not answer or has no room
    /// is what people must hear of most.
    ///
    /// # Errors
    /// When the database does not answer and nothing waits in memory.
    pub async fn next_message(&self) -> Result<Option<WebhookMessage>, RepositoryError> {
        let (aside, is_refused) = self.watch.news();
        let first = aside.into_iter().next();
        if is_refused && first.is_some() {
            return Ok(first);
        }
        match self.repository.next_webhook_message().await {
            Err(error) => first.map(Some).ok_or(error),
            kept => kept,
        }
    }

    /// It was taken, or given up.
    ///
    /// # Errors
    /// When the database does not answer: it is still there then.
    pub async fn message_done(&self, message: &WebhookMessage) -> Result<(), RepositoryError> {
        // in memory and in the database, where it was not told that it had taken it
        let waited_here = self.watch.told(message);
        match self.repository.webhook_message_done(message.id).await {
            Err(error) if !waited_here => Err(error),
            _ => Ok(()),
        }
    }

    /// Sends a message that only says that it came.
    ///
    /// # Errors
    /// `NOT_FOUND` where there is no webhook; when the database does not answer.
    pub async fn test_webhook(&self, asking: &Asking) -> Result<(), AppError> {
        let Some(webhook) = &self.webhook else { return Err(fault::no_webhook(asking.locale)) };
        let told = self.repository.test_webhook(webhook.host(), &asking.actor).await;
        told.map_err(|error| fault::repository(asking.locale, error))?;
        webhook.ring();
        Ok(())
    }

    /// `before`: what the last look found, where the database does not say what waits in it.
    pub(super) async fn webhook_health(&self, before: Option<&WebhookHealth>) -> Option<WebhookHealth> {
        let webhook = self.webhook.as_ref()?;
        let (aside, _) = self.watch.news();
        let (count, first) = (u64::try_from(aside.len()).unwrap_or(u64::MAX), aside.first().map(|message| message.at));
        let (waiting, oldest) = match (self.repository.waiting_messages().await, before) {
            (Ok(kept), _) => (kept.count.saturating_add(count), [first, kept.oldest].into_iter().flatten().min()),
            (Err(_), Some(before)) => (before.waiting, before.oldest),
            (Err(_), None) => (count, first),
        };
        let went = webhook.went();
        Some(WebhookHealth {
            host: webhook.host().to_owned(),
            delivered: went.delivered,
            waiting,
            oldest,
            error: went.error.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::health::{Alert, Raised};

    fn said(news: News) -> Value {
        let webhook = Webhook::new("chat.example.ac.jp".to_owned(), "https://jobs.example.ac.jp/");
        webhook.body(&WebhookMessage::new(Timestamp(1_800_000_000), news))
    }

    #[test]
    fn a_message_says_what_since_when_and_what_to_do_in_both_languages() {
        let raised = Raised { alert: Alert::Queue { waiting: 120 }, since: Timestamp(1_799_999_940) };
        let body = said(News::Raised(raised.clone()));
        assert_eq!(
            (&body["event"], &body["key"], &body["level"], &body["since"], &body["at"]),
            (
                &json!("raised"),
                &json!("queue"),
                &json!("caution"),
                &json!("2027-01-15T07:59:00+00:00"),
                &json!("2027-01-15T08:00:00+00:00")
            )
        );
        assert_eq!(body["alert"], json!({ "what": "queue", "waiting": 120 }));
        assert_eq!(body["id"].as_str().map(str::len), Some(36), "{body}");
        assert_eq!(body["title"], json!({ "ja": "120件のジョブが待っています", "en": "120 jobs wait" }));
        let text = body["text"].as_str().unwrap_or_default();
        for part in ["120件", "120 jobs wait. See in the list", "https://jobs.example.ac.jp/admin/operations"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        let over = said(News::Over(raised));
        assert_eq!((&over["event"], &over["title"]["en"]), (&json!("over"), &json!("Over: 120 jobs wait")));
        assert_eq!(over["remedy"], Value::Null);
        let test = said(News::Test { by: "Sato".to_owned() });
        assert_eq!((&test["event"], &test["title"]["en"]), (&json!("test"), &json!("A test message by Sato")));
        assert_eq!(test["alert"], Value::Null);
    }
}
