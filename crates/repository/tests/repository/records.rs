//! Results, nodes, settings, the audit log, and rows that hold what nobody wrote.

use crate::fresh::{Fresh, is_postgres};
use crate::lab::*;
use domain::job::Transfer;
use domain::*;
use repository::*;

const NOW: Timestamp = Timestamp(1_800_000_000);

#[tokio::test]
async fn results_replace_what_was_known() {
    let lab = Lab::new().await;
    let job = lab.submit("beam").await;
    let file = |name: &str, fetched: bool| ResultFile {
        name: FileName::parse(name).unwrap(),
        size: 5_000_000_000,
        sha256: fetched.then(|| "cd".repeat(32)),
        fetched,
        error: (!fetched).then(|| "no such file".to_owned()),
    };
    let early = lab.repo.record_results(job.id, vec![file("a.dat", true)], "1").await;
    assert!(matches!(early, Err(RepositoryError::Conflict { status: JobStatus::Waiting })), "{early:?}");
    lab.claim(job.id, "node-01").await;
    let many: Vec<ResultFile> = (0..1200).map(|n| file(&format!("beam.{n:04}"), n % 2 == 0)).collect();
    lab.repo.record_results(job.id, many.clone(), "1").await.unwrap();
    let detail = lab.repo.job(job.id).await.unwrap().unwrap();
    assert_eq!((detail.results, detail.result_path.as_deref()), (many, Some("1")));
    lab.repo.record_results(job.id, vec![file("a.dat", true)], "1").await.unwrap();
    assert_eq!(lab.repo.job(job.id).await.unwrap().unwrap().results, [file("a.dat", true)]);
    let missing = lab.repo.record_results(JobId(99), Vec::new(), "99").await;
    assert!(matches!(missing, Err(RepositoryError::NotFound { .. })));
}

#[tokio::test]
async fn transfer_and_lost_contact_are_shown_while_they_last() {
    let lab = Lab::new().await;
    let job = lab.submit("beam").await;
    let seen = async || lab.repo.summary(job.id).await.unwrap();
    lab.repo.record_transfer(job.id, Some(Transfer { done: 1, total: 2 })).await.unwrap();
    lab.repo.record_contact_lost(&[job.id], Some(NOW)).await.unwrap();
    assert_eq!(seen().await, job, "nothing is under way for a job in the queue");
    lab.claim(job.id, "node-01").await;
    lab.repo.record_transfer(job.id, Some(Transfer { done: 1, total: 2 })).await.unwrap();
    lab.repo.record_contact_lost(&[job.id], Some(NOW)).await.unwrap();
    lab.repo.record_contact_lost(&[job.id], Some(Timestamp(NOW.0 + 9))).await.unwrap();
    let now = seen().await;
    assert_eq!((now.transfer, now.no_contact_since), (Some(Transfer { done: 1, total: 2 }), Some(NOW)));
    assert_eq!(now.status, JobStatus::Starting);
    lab.repo.record_transfer(job.id, None).await.unwrap();
    lab.repo.record_contact_lost(&[job.id], None).await.unwrap();
    let now = seen().await;
    assert_eq!((now.transfer, now.no_contact_since), (None, None));
}

#[tokio::test]
async fn a_node_comes_and_goes_but_what_an_admin_set_stays() {
    let lab = Lab::new().await;
    let id = node_id("node-01");
    let seen = async || lab.repo.node(&id).await.unwrap().unwrap();
    assert_eq!(seen().await, node("node-01", 8));
    lab.repo
        .node_contact(&id, NOW, NodeAnswer { disk: Some((10, 100)), clock_ahead: Some(-3), ..NodeAnswer::default() })
        .await
        .unwrap();
    assert_eq!((seen().await.last_contact, seen().await.disk), (Some(NOW), Some((10, 100))));
    assert_eq!(lab.repo.node_summaries().await.unwrap()[0].clock_ahead, Some(-3));
    lab.repo.node_lost(&id, Timestamp(NOW.0 - 1), &Fault::ConnectionLost).await.unwrap();
    assert_eq!(seen().await.state, NodeState::Available, "an answer that came later wins");
    lab.repo
        .node_lost(&id, Timestamp(NOW.0 + 5), &Fault::Unreachable { said: "no route to host".into() })
        .await
        .unwrap();
    assert_eq!(
        (seen().await.state, seen().await.state_reason),
        (NodeState::Unavailable, Some(Fault::Unreachable { said: "no route to host".into() }.into()))
    );
    lab.repo.node_contact(&id, Timestamp(NOW.0 + 6), NodeAnswer::default()).await.unwrap();
    let back = seen().await;
    assert_eq!((back.state, back.state_reason, back.disk), (NodeState::Available, None, Some((10, 100))));
    for state in [NodeState::Draining, NodeState::Disabled] {
        let set = Node { state, state_reason: Some("upgrade".into()), cores: Cores(16), ..node("node-01", 8) };
        lab.repo.save_node(&set, &admin()).await.unwrap();
        lab.repo.node_lost(&id, Timestamp(NOW.0 + 60), &Fault::ConnectionLost).await.unwrap();
        lab.repo.node_contact(&id, Timestamp(NOW.0 + 120), NodeAnswer::default()).await.unwrap();
        let seen = seen().await;
        assert_eq!((seen.state, seen.state_reason, seen.cores), (state, Some("upgrade".into()), Cores(16)));
        assert_eq!((seen.disk, seen.clock_ahead), (Some((10, 100)), Some(-3)), "what the node said is not the form's");
    }
    let nobody = lab.repo.node_contact(&node_id("nobody"), NOW, NodeAnswer::default()).await;
    assert!(matches!(nobody, Err(RepositoryError::NotFound { what: "node", .. })));
}

#[tokio::test]
async fn a_setting_is_in_force_at_once_and_audited() {
    let lab = Lab::new().await;
    lab.repo.change_setting("total_license_tokens", "６０", &admin()).await.unwrap();
    assert_eq!(lab.repo.settings().total_license_tokens, Tokens(60));
    let unknown = lab.repo.change_setting("no_such", "1", &admin()).await;
    assert!(matches!(unknown, Err(RepositoryError::Setting(_))));
    let lab = lab.reopen().await;
    assert_eq!(lab.repo.settings().total_license_tokens, Tokens(60));
    let db = lab.raw().await;
    let sql = "SELECT actor, subject, before, after FROM audit_log WHERE action = 'change_setting'";
    let audit: Vec<(String, String, String, String)> = db.rows(sql).await;
    let wanted = ("root", "setting total_license_tokens", "\"50\"", "\"60\"");
    assert_eq!(audit.len(), 1);
    let (actor, subject, before, after) = &audit[0];
    assert_eq!((actor.as_str(), subject.as_str(), before.as_str(), after.as_str()), wanted);
    // what somebody broke by hand is not used, and not repaired either
    db.execute("UPDATE system_config SET value = 'many' WHERE key = 'total_license_tokens'").await;
    let lab = lab.reopen().await;
    assert_eq!(lab.repo.settings().total_license_tokens, Tokens(50));
    let kept: String = db.one("SELECT value FROM system_config WHERE key = 'total_license_tokens'").await;
    assert_eq!(kept, "many");
}

#[tokio::test]
async fn the_environment_gives_first_values_only() {
    let fresh = Fresh::new().await;
    let config = |value: &str| RepositoryConfig {
        database: fresh.address(),
        first_values: vec![("total_license_tokens".to_owned(), value.to_owned())],
    };
    let repo = Repository::open(&config("70")).await.unwrap();
    assert_eq!(repo.settings().total_license_tokens, Tokens(70));
    repo.close().await;
    let repo = Repository::open(&config("80")).await.unwrap();
    assert_eq!(repo.settings().total_license_tokens, Tokens(70));
    repo.close().await;
    assert!(matches!(Repository::open(&config("none")).await, Err(RepositoryError::Setting(_))));
}

#[tokio::test]
async fn every_intent_is_in_the_audit_log_with_before_after_and_from_where() {
    let lab = Lab::new().await;
    let job = lab.submit("beam").await;
    lab.repo.hold(job.id, &student()).await.unwrap();
    lab.repo.release(job.id, &admin()).await.unwrap();
    lab.repo.set_priority(job.id, Priority::URGENT, &admin()).await.unwrap();
    lab.repo.ask_cancel(job.id, &student()).await.unwrap();
    lab.repo.hold(job.id, &student()).await.unwrap_err();
    lab.repo.delete_job(job.id, &Actor { origin: Origin::Api, ..admin() }).await.unwrap();
    let status = |of: &str| match is_postgres("") {
        true => format!("{of}::json ->> 'status'"),
        false => format!("json_extract({of}, '$.status')"),
    };
    let sql = format!(
        "SELECT actor || ' ' || origin, action, {}, {} FROM audit_log WHERE subject = 'job 1' ORDER BY id",
        status("before"),
        status("after")
    );
    let audit: Vec<(String, String, Option<String>, Option<String>)> = lab.raw().await.rows(&sql).await;
    let audit: Vec<_> = audit
        .iter()
        .map(|(actor, action, before, after)| (actor.as_str(), action.as_str(), before.as_deref(), after.as_deref()))
        .collect();
    assert_eq!(
        audit,
        [
            ("sato web", "submit_job", None, Some("Waiting")),
            ("sato web", "hold_job", Some("Waiting"), Some("Held")),
            ("root web", "release_job", Some("Held"), Some("Waiting")),
            ("root web", "set_priority", Some("Waiting"), Some("Waiting")),
            ("sato web", "cancel_job", Some("Waiting"), Some("Cancelled")),
            ("root api", "delete_job", Some("Cancelled"), None),
        ]
    );
}

#[tokio::test]
async fn a_deleted_job_takes_its_rows_and_leaves_what_others_need() {
    let lab = Lab::new().await;
    let shared = upload(&lab.repo, "material.inc").await;
    let (deck, other_deck) = (upload(&lab.repo, "beam.inp").await, upload(&lab.repo, "plate.inp").await);
    let with =
        |job: &str, deck: &UploadId| Submission { files: vec![deck.clone(), shared.clone()], ..submission(job, deck) };
    let beam = lab.repo.submit(&with("beam", &deck), &student()).await.unwrap();
    let plate = lab.repo.submit(&with("plate", &other_deck), &student()).await.unwrap();
    let early = lab.repo.delete_job(beam.id, &student()).await;
    assert!(matches!(early, Err(RepositoryError::Conflict { status: JobStatus::Waiting })));
    lab.repo.ask_cancel(beam.id, &student()).await.unwrap();
    let mut events = lab.repo.subscribe();
    let gone = lab.repo.delete_job(beam.id, &student()).await.unwrap();
    assert_eq!(gone.uploads, [format!("inp-files/{deck}")]);
    assert_eq!(events.recv().await.unwrap(), Event::JobDeleted(beam.id));
    assert_eq!(lab.repo.job(beam.id).await.unwrap(), None);
    let summary = lab.repo.summary(beam.id).await;
    assert!(matches!(summary, Err(RepositoryError::NotFound { what: "job", .. })));
    assert!(matches!(lab.repo.uploads(&[deck]).await, Err(RepositoryError::NotFound { what: "upload", .. })));
    assert_eq!(lab.repo.uploads(&[shared, other_deck]).await.unwrap()[0].name.as_str(), "material.inc");
    assert_eq!(lab.repo.job(plate.id).await.unwrap().unwrap().inputs.len(), 2);
    let db = lab.raw().await;
    for table in ["job_files", "job_history", "runs", "result_files"] {
        let left: i64 = db.one(&format!("SELECT count(*) FROM {table} WHERE job_id = {}", beam.id)).await;
        assert_eq!(left, 0, "{table}");
    }
}

#[tokio::test]
async fn what_was_sent_for_no_job_is_taken_back() {
    let lab = Lab::new().await;
    let (deck, spare) = (upload(&lab.repo, "beam.inp").await, upload(&lab.repo, "spare.inc").await);
    lab.repo.submit(&submission("beam", &deck), &student()).await.unwrap();
    let sent = [deck.clone(), spare.clone()];
    assert_eq!(lab.repo.remove_unused_uploads(&sent).await.unwrap(), [format!("inp-files/{spare}")]);
    assert!(lab.repo.remove_unused_uploads(&sent).await.unwrap().is_empty());
    assert!(lab.repo.uploads(&[deck]).await.is_ok());
    assert!(matches!(lab.repo.uploads(&[spare]).await, Err(RepositoryError::NotFound { what: "upload", .. })));
}

#[tokio::test]
async fn a_row_that_nobody_wrote_is_named_and_never_a_panic() {
    for (column, cell) in [
        ("status", "'Sleeping'"),
        ("name", "'../etc/passwd'"),
        ("user_id", "'NO ONE'"),
        ("node_id", "'-rf'"),
        ("license_tokens", "-1"),
        ("wish", "'Nowhere'"),
        ("solver", "'nastran'"),
        ("progress", "'{'"),
        ("waiting", "'{\"why\":\"unknown\"}'"),
        ("verdict", "'7'"),
        ("tries", "-3"),
        ("priority", "99999999999"),
        ("created_at", "NULL"),
        ("created_at", "'yesterday'"),
    ] {
        if cell == "'yesterday'" && is_postgres("its columns hold numbers only") {
            continue;
        }
        let lab = Lab::new().await;
        let job = lab.submit("beam").await;
        lab.raw().await.execute(&format!("UPDATE jobs SET {column} = {cell}")).await;
        let mut answers = vec![
            lab.repo.jobs(&JobQuery::all(student().id)).await.map(drop),
            lab.repo.summary(job.id).await.map(drop),
            lab.repo.job(job.id).await.map(drop),
        ];
        let at_work = lab.repo.active_job(job.id).await.map(drop);
        if ["status", "name", "node_id", "solver", "verdict", "tries"].contains(&column) {
            answers.push(at_work);
        } else {
            at_work.expect("a run goes on whatever cells it does not need hold");
        }
        for answer in answers {
            let Err(RepositoryError::Corrupt { column: named, row, .. }) = &answer else {
                panic!("{column}: {answer:?}")
            };
            assert_eq!(named, column);
            assert!(row == "1" || cell == "'yesterday'", "{row}");
        }
    }
}
