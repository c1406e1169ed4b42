//! Deleted rows leave room, and it is given back where that pays.

use crate::fresh::is_postgres;
use crate::lab::*;
use repository::*;

#[tokio::test]
async fn room_is_given_back_when_it_pays_and_nobody_else_is_at_work() {
    let lab = Lab::new().await;
    let deck = upload(&lab.repo, "beam.inp").await;
    // a report of some size makes rows of some size
    let mut jobs = Vec::new();
    for n in 0..200 {
        let report = serde_json::json!({ "words": "x".repeat(20_000) });
        let new = Submission { deck_report: report, ..submission(&format!("job{n}"), &deck) };
        jobs.push(lab.repo.submit(&new, &student()).await.unwrap().id);
    }
    for id in &jobs[1..] {
        lab.repo.ask_cancel(*id, &student()).await.unwrap();
        lab.repo.delete_job(*id, &student()).await.unwrap();
    }
    if is_postgres("it uses the room of deleted rows again by itself") {
        let done = optimize(lab.address(), false).await.unwrap();
        assert!(!done.packed && done.before > 1024 * 1024, "{done:?}");
        let counted: i64 = lab.raw().await.one("SELECT reltuples::bigint FROM pg_class WHERE relname = 'jobs'").await;
        assert_eq!(counted, 1, "statistics are up to date");
        return;
    }
    let beside = optimize(lab.address(), false).await.unwrap();
    assert!(!beside.packed && beside.free > 1024 * 1024, "{beside:?}");
    lab.repo.close().await;
    let alone = optimize(lab.address(), true).await.unwrap();
    assert!(alone.packed && alone.after < alone.before / 2, "{alone:?}");
    assert!(!optimize(lab.address(), true).await.unwrap().packed, "once is enough");
    let lab = lab.reopen().await;
    assert_eq!(lab.repo.jobs(&JobQuery::all(student().id)).await.unwrap().total, 1);
    let nowhere = lab.path().with_file_name("nothing.db");
    assert!(matches!(optimize(&nowhere, true).await, Err(RepositoryError::Missing)));
    assert!(!nowhere.exists());
}
