//! Alarms over a restart, and messages until a webhook has taken them.

use crate::lab::*;
use domain::Timestamp;
use domain::health::{Alert, News, Raised};
use repository::{WaitingMessages, WebhookMessage};

fn raised(waiting: u64, since: i64) -> Raised {
    Raised { alert: Alert::Queue { waiting }, since: Timestamp(since) }
}

#[tokio::test]
async fn what_lasts_replaces_what_lasted_and_messages_wait_in_order_over_a_restart() {
    let lab = Lab::new().await;
    assert_eq!(lab.repo.lasting_alerts().await.unwrap(), []);
    assert_eq!(lab.repo.waiting_messages().await.unwrap(), WaitingMessages::default());
    let begun = WebhookMessage::new(Timestamp(20), News::Raised(raised(100, 20)));
    lab.repo.keep_alerts(vec![raised(100, 20)], vec![begun.clone()]).await.unwrap();
    lab.repo.test_webhook("chat.example.ac.jp", &admin()).await.unwrap();
    let over = WebhookMessage::new(Timestamp(10), News::Over(raised(100, 20)));
    // what was kept though its keeping was told as failed is kept once
    for _ in 0..2 {
        let lasting = vec![Raised { alert: Alert::Database, since: Timestamp(30) }];
        lab.repo.keep_alerts(lasting, vec![begun.clone(), over.clone()]).await.unwrap();
    }

    let lab = lab.reopen().await;
    assert_eq!(lab.repo.lasting_alerts().await.unwrap(), [Raised { alert: Alert::Database, since: Timestamp(30) }]);
    let waiting = lab.repo.waiting_messages().await.unwrap();
    assert_eq!(waiting, WaitingMessages { count: 3, oldest: Some(Timestamp(10)) });
    let mut told = Vec::new();
    while let Some(message) = lab.repo.next_webhook_message().await.unwrap() {
        assert_eq!(lab.repo.next_webhook_message().await.unwrap().unwrap(), message, "until it is done");
        lab.repo.webhook_message_done(message.id).await.unwrap();
        told.push(message);
    }
    let [first, test, last] = &told[..] else { panic!("{told:?}") };
    assert_eq!((first, last), (&begun, &over), "as written, whatever the clock said");
    assert_eq!(test.news, News::Test { by: admin().name });
    let audit = lab.repo.audit(&domain::AuditQuery::default(), 1).await.unwrap();
    assert_eq!((audit[0].action.as_str(), audit[0].subject.as_str()), ("test_webhook", "webhook chat.example.ac.jp"));
}

#[tokio::test]
async fn what_a_newer_version_wrote_stops_nothing() {
    let lab = Lab::new().await;
    let db = lab.raw().await;
    for sql in [
        "INSERT INTO alerts (key, alert, since) VALUES ('flood', '{\"what\":\"flood\"}', 1)",
        "INSERT INTO webhook_messages (uuid, at, news) VALUES ('1', 1, '{\"event\":\"flood\"}')",
    ] {
        db.execute(sql).await;
    }
    lab.repo.test_webhook("chat", &admin()).await.unwrap();
    assert_eq!(lab.repo.lasting_alerts().await.unwrap(), []);
    let next = lab.repo.next_webhook_message().await.unwrap().unwrap();
    assert_eq!(next.news, News::Test { by: admin().name });
    assert_eq!(lab.repo.waiting_messages().await.unwrap().count, 1, "what cannot be read is gone");
    lab.repo.drop_webhook_messages().await.unwrap();
    assert_eq!(lab.repo.next_webhook_message().await.unwrap(), None);
}
