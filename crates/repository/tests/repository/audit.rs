//! Reading the audit log.

use crate::fresh::is_postgres;
use crate::lab::*;
use domain::*;

/// So many changes, all of one second but the first ones, by two people in turn.
async fn many(count: i64) -> Lab {
    let lab = Lab::new().await;
    let db = lab.raw().await;
    db.execute("DELETE FROM audit_log").await;
    for number in 1..=count {
        let (who, action) = if number % 2 == 0 { ("root", "hold_job") } else { ("guest", "release_job") };
        let at = number.min(20);
        let sql = format!(
            "INSERT INTO audit_log (id, at, actor, action, subject, before, after, origin, address) VALUES \
             ({number}, {at}, '{who}', '{action}', 'job {number}', 'null', '{{\"x\":1}}', 'web', '192.0.2.8')"
        );
        db.execute(&sql).await;
    }
    db.skip("audit_log", count).await;
    lab
}

fn ids(entries: &[AuditEntry]) -> Vec<i64> {
    entries.iter().map(|entry| entry.id).collect()
}

#[tokio::test]
async fn pages_follow_each_other_without_a_gap_even_within_one_second() {
    let lab = many(50).await;
    let mut query = AuditQuery::default();
    let mut all = Vec::new();
    loop {
        let page = lab.repo.audit(&query, 7).await.unwrap();
        let Some(last) = page.last() else { break };
        query.older_than = Some(last.place());
        all.extend(ids(&page));
        // what comes meanwhile is newer and moves no page
        lab.repo.change_setting("user_max_tokens", &(all.len() + 1).to_string(), &admin()).await.unwrap();
    }
    assert_eq!(all, (1..=50).rev().collect::<Vec<i64>>());
}

#[tokio::test]
async fn each_filter_leaves_what_it_says() {
    let lab = many(30).await;
    let find = async |query: AuditQuery| ids(&lab.repo.audit(&query, 100).await.unwrap());
    let none = AuditQuery::default();
    let even: Vec<i64> = (1..=15).rev().map(|half| half * 2).collect();
    assert_eq!(find(AuditQuery { actor: Some("root".into()), ..none.clone() }).await, even);
    assert_eq!(find(AuditQuery { action: Some("hold_job".into()), ..none.clone() }).await, even);
    assert_eq!(find(AuditQuery { subject: Some(" JOB 7 ".into()), ..none.clone() }).await, [7]);
    assert_eq!(find(AuditQuery { subject: Some("job%7".into()), ..none.clone() }).await, [0; 0]);
    let days = AuditQuery { from: Some(Timestamp(3)), until: Some(Timestamp(6)), ..none.clone() };
    assert_eq!(find(days.clone()).await, [5, 4, 3]);
    assert_eq!(find(AuditQuery { actor: Some("root".into()), ..days }).await, [4]);
    let [entry] = &lab.repo.audit(&AuditQuery { subject: Some("job 30".into()), ..none }, 5).await.unwrap()[..] else {
        panic!("one")
    };
    assert_eq!((entry.actor.as_str(), entry.name.as_str()), ("root", "root さん"));
    assert_eq!((entry.before.as_deref(), entry.after.as_deref()), (None, Some("{\"x\":1}")));
    assert_eq!((entry.origin.as_deref(), entry.address.as_deref()), (Some("web"), Some("192.0.2.8")));
    assert_eq!(entry.about(), ("job", "30"));
}

#[tokio::test]
async fn who_and_what_can_be_chosen_are_those_of_the_log() {
    let lab = many(3).await;
    let actors = lab.repo.audit_actors().await.unwrap();
    let wanted = [("guest", "guest"), ("root", "root さん")].map(|(id, name)| (id.to_owned(), name.to_owned()));
    assert_eq!(actors.into_iter().collect::<Vec<_>>(), wanted);
    assert_eq!(lab.repo.audit_actions().await.unwrap(), ["hold_job", "release_job"]);
}

#[tokio::test]
async fn a_page_is_read_from_an_index() {
    if is_postgres("its planner goes by statistics, not by rule") {
        return;
    }
    let lab = many(1).await;
    let db = lab.raw().await;
    let order = "ORDER BY at DESC, id DESC LIMIT 50";
    for (filter, index) in [("", "idx_audit_log_at"), ("actor = 'root' AND", "idx_audit_log_actor")] {
        let sql = format!(
            "EXPLAIN QUERY PLAN SELECT * FROM audit_log WHERE {filter} at <= 9 AND (at < 9 OR (at = 9 AND id < 3)) {order}"
        );
        let plan: Vec<(i64, i64, i64, String)> = db.rows(&sql).await;
        let plan: String = plan.into_iter().map(|(.., step)| step).collect();
        assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{plan}");
    }
}
