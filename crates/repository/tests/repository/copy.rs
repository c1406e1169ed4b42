//! A copy in a file, of whichever database, and the way back into a server.

use crate::fresh::{Fresh, is_postgres};
use crate::lab::*;
use crate::server::taken_by_another;
use domain::*;
use repository::*;
use std::collections::BTreeMap;

/// A lab with something in most of its tables, and numbers given to jobs and reservations that are gone.
async fn busy() -> Lab {
    let lab = Lab::new().await;
    // more than is read at once
    let deck = upload(&lab.repo, "梁 1.inp").await;
    for n in 0..450 {
        lab.repo.submit(&submission(&format!("job{n}"), &deck), &student()).await.unwrap();
    }
    let running = lab.submit("鋼の梁").await;
    lab.claim(running.id, "node-01").await;
    lab.repo.change_setting("total_license_tokens", "60", &admin()).await.unwrap();
    let gone = lab.submit("gone").await;
    lab.repo.ask_cancel(gone.id, &student()).await.unwrap();
    lab.repo.delete_job(gone.id, &student()).await.unwrap();
    lab
}

/// What people see of it.
async fn seen(repo: &Repository) -> (Vec<JobSummary>, Vec<AuditEntry>, BTreeMap<String, String>, JobId, Vec<Node>) {
    let jobs = repo.jobs(&JobQuery { limit: 1000, ..JobQuery::all(student().id) }).await.unwrap().jobs;
    let audit = repo.audit(&AuditQuery::default(), 1000).await.unwrap();
    (jobs, audit, repo.audit_actors().await.unwrap(), repo.largest_job().await.unwrap(), repo.nodes().await.unwrap())
}

#[tokio::test]
async fn a_copy_is_a_file_that_is_whole_and_has_everything_of_one_moment() {
    let lab = busy().await;
    let before = seen(&lab.repo).await;
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    let deck = upload(&lab.repo, "beam.inp").await;
    let (copied, _) = tokio::join!(lab.repo.copy_to(&copy), async {
        // others go on writing
        lab.repo.submit(&submission("meanwhile", &deck), &student()).await.unwrap()
    });
    copied.unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "a file alone");
    assert_eq!(examine(&copy, Use::Still).await.unwrap().pending, 0);
    let repo = Repository::open(&config(&copy)).await.unwrap();
    let mut after = seen(&repo).await;
    assert_eq!(repo.settings().total_license_tokens, Tokens(60));
    assert_eq!((after.3.0 - before.3.0) as usize, after.0.len() - before.0.len(), "no number is given twice");
    after.0.retain(|job| job.name.as_str() != "meanwhile");
    if after.3 != before.3 {
        after.1.retain(|entry| entry.about().1 != after.3.0.to_string());
        after.3 = before.3;
    }
    assert!(after == before);
    assert!(lab.repo.copy_to(&copy).await.is_err(), "nothing is written over");
}

#[tokio::test]
async fn a_file_takes_the_place_of_a_server_s_tables_as_a_whole_and_what_was_there_is_kept() {
    if !is_postgres("") {
        eprintln!("SKIPPED on SQLite: a file is replaced by its name");
        return;
    }
    let lab = busy().await;
    let wanted = seen(&lab.repo).await;
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    lab.repo.copy_to(&copy).await.unwrap();
    // into an empty one
    let fresh = Fresh::new().await;
    assert!(is_blank(fresh.address()).await.unwrap());
    let claim = Claim::take(fresh.address(), "restore").await.unwrap();
    let ready = Replacement::prepare(&fresh.address(), &claim, &copy, "before").await.unwrap();
    assert!(is_blank(fresh.address()).await.unwrap(), "nobody sees it before it is committed");
    assert_eq!(ready.commit().await.unwrap(), None);
    assert_eq!(examine(fresh.address(), Use::Live).await.unwrap().pending, 0);
    let repo = open(&fresh).await;
    assert!(seen(&repo).await == wanted);
    let deck = upload(&repo, "beam.inp").await;
    let next = repo.submit(&submission("next", &deck), &student()).await.unwrap();
    assert_eq!(next.id.0, wanted.3.0 + 1);
    repo.close().await;
    // over one that is damaged, and again over that
    let raw = fresh.raw().await;
    raw.execute("DROP TABLE audit_log").await;
    drop(Replacement::prepare(&fresh.address(), &claim, &copy, "never").await.unwrap());
    assert!(matches!(examine(fresh.address(), Use::Live).await, Err(RepositoryError::Damaged { .. })));
    for keep_in in ["before", "before_2"] {
        let ready = Replacement::prepare(&fresh.address(), &claim, &copy, keep_in).await.unwrap();
        assert_eq!(ready.commit().await.unwrap().as_deref(), Some(keep_in));
    }
    let repo = open(&fresh).await;
    assert!(seen(&repo).await == wanted);
    repo.close().await;
    assert_eq!(raw.one::<i64>("SELECT count(*) FROM before.jobs WHERE name = 'next'").await, 1);
    // one that is cut off before the end has changed nothing, and that is known
    let ready = Replacement::prepare(&fresh.address(), &claim, &copy, "cut").await.unwrap();
    raw.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
         AND pid <> pg_backend_pid() AND application_name NOT LIKE 'ajm %'",
    )
    .await;
    let cut = ready.commit().await;
    assert!(matches!(cut, Err(NotPlaced::Refused(_))), "{cut:?}");
    assert_eq!(raw.one::<i64>("SELECT count(*) FROM pg_namespace WHERE nspname = 'cut'").await, 0);
    // what a newer version made goes with the rest, or the upgrade to it would find it there
    raw.execute("CREATE TABLE made_tomorrow (id BIGINT); INSERT INTO seaql_migrations VALUES ('m9999_of_tomorrow', 0)")
        .await;
    let ready = Replacement::prepare(&fresh.address(), &claim, &copy, "newer").await.unwrap();
    assert_eq!(ready.commit().await.unwrap().as_deref(), Some("newer"));
    assert_eq!(raw.one::<i64>("SELECT count(*) FROM newer.made_tomorrow").await, 0);
    // a table of an admin's stays where nothing else is in doubt
    raw.execute("CREATE TABLE notes (text TEXT)").await;
    let ready = Replacement::prepare(&fresh.address(), &claim, &copy, "last").await.unwrap();
    assert_eq!(ready.commit().await.unwrap().as_deref(), Some("last"));
    assert_eq!(raw.one::<i64>("SELECT count(*) FROM notes").await, 0);
    // whoever has lost the database to another program puts nothing into it, however far it is
    let ready = Replacement::prepare(&fresh.address(), &claim, &copy, "lost").await.unwrap();
    taken_by_another(&raw, &fresh.raw().await).await;
    let lost = ready.commit().await;
    assert!(matches!(lost, Err(NotPlaced::Refused(RepositoryError::Unreachable { .. }))), "{lost:?}");
    assert_eq!(raw.one::<i64>("SELECT count(*) FROM pg_namespace WHERE nspname = 'lost'").await, 0);
    let again = Replacement::prepare(&fresh.address(), &claim, &copy, "lost").await.err();
    assert!(matches!(again, Some(RepositoryError::Unreachable { .. })), "{again:?}");
}
