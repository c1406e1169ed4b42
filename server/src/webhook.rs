//! Tells a webhook of alarms: each message until it is taken, in order, over restarts.

use crate::ServerError;
use crate::config::Config;
use app::backend::{Backend, Webhook};
use domain::{Seconds, Timestamp};
use repository::WebhookMessage;
use reqwest::{Client, Url, redirect};
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// For a receiver to take a message.
const PATIENCE: Duration = Duration::from_secs(15);
/// Between the first two attempts; doubled after each up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(600);
/// What could not be told for so long is old news.
const GIVEN_UP_AFTER: Seconds = Seconds(24 * 3_600);

/// Messages that are known as taken, beyond what the database says.
const REMEMBERED: usize = 100;

/// What reaches it. Nothing of its address beyond the host is ever shown: the rest may be a secret.
pub struct Sender {
    client: Client,
    url: Url,
}

impl Sender {
    /// As configured; `None` where there is no webhook.
    ///
    /// # Errors
    /// Where the address is none.
    pub fn of(config: &Config) -> Result<Option<Sender>, ServerError> {
        let Some(text) = config.webhook_url.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let refused = |why: &str| ServerError::Webhook(why.to_owned());
        let url = Url::parse(text).map_err(|error| refused(&format!("is no address: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refused("does not begin with http:// or https://"));
        }
        // a redirect would send what was meant for one host to another
        let client = Client::builder()
            .timeout(PATIENCE)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("abaqus-job-manager/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| refused(&format!("cannot be used: {}", error.without_url())))?;
        Ok(Some(Sender { client, url }))
    }

    /// What pages and messages know of it.
    pub fn webhook(&self, base: &str) -> Webhook {
        Webhook::new(self.url.host_str().unwrap_or_default().to_owned(), base)
    }

    async fn send(&self, webhook: &Webhook, message: &WebhookMessage) -> Result<(), String> {
        let sent = self.client.post(self.url.clone()).json(&webhook.body(message)).send().await;
        let answer = sent.map_err(|error| innermost(&error.without_url()))?;
        if answer.status().is_success() { Ok(()) } else { Err(format!("HTTP {}", answer.status().as_u16())) }
    }
}

/// The cause at the bottom: what is above it only says that a request failed.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(below) = cause.source() {
        cause = below;
    }
    cause.to_string()
}

/// Goes on until the server stops; what is not told then is told after the next start.
pub async fn tell_until_stopped(backend: Backend, sender: Option<Sender>, stop: CancellationToken) {
    let (Some(sender), Some(webhook)) = (sender, backend.webhook.clone()) else {
        if let Err(error) = backend.repository.drop_webhook_messages().await {
            tracing::warn!(%error, "messages for a webhook that is no more");
        }
        return;
    };
    let mut telling = Telling { backend, sender, webhook, told: VecDeque::new(), failing: None, pause: FIRST_PAUSE };
    loop {
        let pause = tokio::select! {
            () = stop.cancelled() => return,
            pause = telling.tell_next() => pause,
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = telling.webhook.rung(), if pause != Some(Duration::ZERO) => {}
            () = tokio::time::sleep(pause.unwrap_or_default()), if pause.is_some() => {}
        }
    }
}

struct Telling {
    backend: Backend,
    sender: Sender,
    webhook: Webhook,
    /// Those that were taken last: they are not sent again where they could not be crossed off.
    told: VecDeque<Uuid>,
    /// Since when none is taken.
    failing: Option<Instant>,
    pause: Duration,
}

impl Telling {
    /// Sends the next message; returns how long to wait before another attempt, `None`: until there is something to send.
    async fn tell_next(&mut self) -> Option<Duration> {
        let message = match self.backend.next_message().await {
            Ok(message) => message?,
            Err(error) => {
                tracing::error!(%error, "messages for the webhook could not be read");
                return Some(self.longer());
            }
        };
        if !self.told.contains(&message.id) && !self.is_old_news(&message) {
            if let Err(error) = self.sender.send(&self.webhook, &message).await {
                self.failing.get_or_insert_with(Instant::now);
                if self.webhook.failed(error.clone()) {
                    tracing::warn!(host = self.webhook.host(), error, "a message was not taken; it is sent again");
                }
                return Some(self.longer());
            }
            self.failing = None;
            self.told.truncate(REMEMBERED - 1);
            self.told.push_front(message.id);
            self.webhook.delivered();
            tracing::info!(host = self.webhook.host(), id = %message.id, "a message was taken");
        }
        if let Err(error) = self.backend.message_done(&message).await {
            tracing::error!(%error, "a message could not be crossed off");
            return Some(self.longer());
        }
        self.pause = FIRST_PAUSE;
        Some(Duration::ZERO)
    }

    fn longer(&mut self) -> Duration {
        let pause = self.pause;
        self.pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        pause
    }

    /// By the clock and by what was waited here: a clock that leaps ahead makes no news old.
    fn is_old_news(&self, message: &WebhookMessage) -> bool {
        let age = Timestamp(chrono::Utc::now().timestamp()).since(message.at);
        let waited = self.failing.is_some_and(|since| since.elapsed().as_secs() >= GIVEN_UP_AFTER.0);
        let is_old = age >= GIVEN_UP_AFTER && waited;
        if is_old {
            tracing::error!(host = self.webhook.host(), id = %message.id, news = ?message.news, "given up: nobody took it");
        }
        is_old
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        config: Config,
    }

    fn of(url: &str) -> Result<Option<Sender>, ServerError> {
        Sender::of(&Line::parse_from(["server", "--webhook-url", url]).config)
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_repeated() {
        assert!(of("").unwrap().is_none());
        for wrong in ["chat.example.ac.jp/hooks/s3cret", "ftp://chat/s3cret", "http:///", "/etc/s3cret"] {
            let error = of(wrong).err().unwrap().to_string();
            assert!(error.starts_with("WEBHOOK_URL ") && !error.contains("s3cret"), "{error}");
        }
        let sender = of("https://name:pass@chat.example.ac.jp/hooks/s3cret").unwrap().unwrap();
        assert_eq!(sender.webhook("http://here").host(), "chat.example.ac.jp");
    }

    #[tokio::test]
    async fn what_goes_wrong_does_not_name_the_address() {
        let sender = of("http://127.0.0.1:1/s3cret").unwrap().unwrap();
        let message = WebhookMessage::new(Timestamp(0), domain::health::News::Test { by: "Sato".to_owned() });
        let error = sender.send(&sender.webhook("http://here"), &message).await.unwrap_err();
        assert!(!error.contains("s3cret") && !error.is_empty(), "{error}");
    }
}
