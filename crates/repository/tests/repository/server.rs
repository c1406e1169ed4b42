//! What only a database's server can do to us: refuse us, go away, hold another language. And what must not differ.

use crate::fresh::{Fresh, Raw, is_postgres};
use crate::lab::*;
use crate::link::Link;
use domain::*;
use repository::*;
use sea_orm::{ConnectionTrait, TransactionTrait};
use std::collections::HashSet;
use std::future::Future;
use std::time::Duration;

/// Our lock for the claim, as the server's views have it: other tests hold theirs in databases beside this one.
const CLAIM: &str = "classid = 6384237 AND objid = 1 \
                     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
const OTHERS: &str = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                      WHERE datname = current_database() AND pid <> pg_backend_pid()";
/// Longer than anything here takes; never waited for where all is well.
const LIMIT: Duration = Duration::from_secs(60);

fn no_server() -> bool {
    let no_server = !is_postgres("");
    if no_server {
        eprintln!("SKIPPED on SQLite: it has no server");
    }
    no_server
}

#[tokio::test]
async fn tables_that_are_not_as_the_program_makes_them_are_found() {
    if no_server() {
        return;
    }
    for (change, part) in [
        ("ALTER TABLE jobs RENAME cancel_by TO cancel_bz", "table jobs, cancel_by"),
        ("ALTER TABLE jobs ALTER cancel_by TYPE varchar(9)", "table jobs, cancel_by"),
        ("ALTER TABLE jobs ALTER name TYPE text COLLATE \"default\"", "table jobs, name"),
        ("ALTER TABLE jobs ALTER status DROP DEFAULT", "table jobs, status"),
        ("ALTER TABLE job_files DROP CONSTRAINT job_files_pkey", "job_files_pkey"),
        ("DROP INDEX idx_jobs_status", "index idx_jobs_status of jobs, status"),
        ("DROP TABLE audit_log", "audit_log"),
    ] {
        let lab = Lab::new().await;
        lab.raw().await.execute(change).await;
        let error = examine(lab.address(), Use::Live).await.unwrap_err();
        assert!(matches!(&error, RepositoryError::Damaged { found } if found.contains(part)), "{change}: {error:?}");
    }
    // what an admin added is no damage, and a look leaves nothing behind
    let lab = Lab::new().await;
    let db = lab.raw().await;
    for sql in ["CREATE TABLE notes (text TEXT)", "CREATE INDEX mine ON jobs (name)", "CREATE SCHEMA theirs"] {
        db.execute(sql).await;
    }
    let tables = "SELECT count(*) FROM pg_class WHERE relname = 'jobs'";
    assert_eq!(examine(lab.address(), Use::Live).await.unwrap().pending, 0);
    assert_eq!(db.one::<i64>(tables).await, 1);
}

#[tokio::test]
async fn a_server_that_cannot_be_used_is_told_apart() {
    if no_server() {
        return;
    }
    let fresh = Fresh::new().await;
    let url = fresh.url();
    let (server, database) = url.rsplit_once('/').unwrap();
    let (name, rest) = database.split_once('?').unwrap_or((database, ""));
    let opened = async |url: String| {
        let database = Address::parse_url(&url).unwrap();
        let error = Repository::open(&config(&database)).await.err().unwrap();
        assert_eq!(error.to_string(), examine(&database, Use::Live).await.unwrap_err().to_string());
        error
    };
    let missing = opened(format!("{server}/no_{name}?{rest}")).await;
    assert!(matches!(missing, RepositoryError::Missing), "{missing:?}");
    let stranger = opened(format!("{url}{}user=nobody_we_know", if rest.is_empty() { "?" } else { "&" })).await;
    assert!(matches!(&stranger, RepositoryError::Refused { why } if why.contains("nobody_we_know")), "{stranger:?}");
    let nowhere = tempfile::tempdir().unwrap();
    let nobody = opened(format!("postgres://ajm@localhost/jobs?host={}", nowhere.path().display())).await;
    assert!(matches!(nobody, RepositoryError::Unreachable { .. }), "{nobody:?}");
    let db = fresh.raw().await;
    db.execute(&format!(
        "CREATE DATABASE latin_{name} ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0"
    ))
    .await;
    let latin = opened(format!("{server}/latin_{name}?{rest}")).await;
    db.execute(&format!("DROP DATABASE latin_{name} WITH (FORCE)")).await;
    assert!(matches!(&latin, RepositoryError::Unfit { why } if why.contains("LATIN1")), "{latin:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_cut_lose_nothing_that_was_acknowledged() {
    if no_server() {
        return;
    }
    let lab = Lab::new().await;
    let deck = upload(&lab.repo, "beam.inp").await;
    let mut lanes = tokio::task::JoinSet::new();
    for lane in 0..4 {
        let (repo, deck) = (lab.repo.clone(), deck.clone());
        lanes.spawn(async move {
            let (mut told, mut refused) = (HashSet::new(), 0);
            for n in 0..100 {
                match repo.submit(&submission(&format!("job-{lane}-x{n}"), &deck), &student()).await {
                    Ok(job) => drop(told.insert(job.id)),
                    Err(RepositoryError::Unreachable { .. } | RepositoryError::Busy | RepositoryError::Closed) => {
                        refused += 1
                    }
                    Err(error) => panic!("{error:?}"),
                }
            }
            (told, refused)
        });
    }
    let db = lab.raw().await;
    let mut events = lab.repo.subscribe();
    let (mut cut, mut heard, mut ended) = (0, 0, Vec::new());
    loop {
        tokio::select! {
            lane = lanes.join_next() => match lane {
                Some(lane) => ended.push(lane.unwrap()),
                None => break,
            },
            _ = events.recv() => {
                heard += 1;
                if heard % 25 == 0 {
                    cut += db.one::<i64>(OTHERS).await;
                }
            }
        }
    }
    let told: HashSet<JobId> = ended.iter().flat_map(|(told, _)| told.iter().copied()).collect();
    let refused: u32 = ended.iter().map(|(_, refused)| refused).sum();
    println!("{cut} connections cut: {} acknowledged, {refused} refused", told.len());
    // the next who asks is answered
    lab.submit("after").await;
    let query = JobQuery { limit: 1000, ..JobQuery::all(student().id) };
    let stored: HashSet<JobId> = lab.repo.jobs(&query).await.unwrap().jobs.iter().map(|job| job.id).collect();
    assert!(told.is_subset(&stored) && cut > 0 && refused > 0, "{cut} {refused}");
}

async fn in_time<T>(what: &str, waited: impl Future<Output = T>) -> T {
    tokio::time::timeout(LIMIT, waited).await.unwrap_or_else(|_| panic!("not in time: {what}"))
}

/// Waits until the server's views say so.
async fn until(db: &Raw, sql: &str) {
    let seen = async {
        while db.one::<i64>(sql).await == 0 {
            tokio::task::yield_now().await;
        }
    };
    in_time("the server says so", seen).await;
}

/// The connection that holds the database is cut, and `other` has it at once.
pub async fn taken_by_another(db: &Raw, other: &Raw) {
    let waiting = async { other.execute("SELECT pg_advisory_lock(6384237, 1)").await };
    let cutting = async {
        until(db, &format!("SELECT count(*) FROM pg_locks WHERE {CLAIM} AND NOT granted")).await;
        db.execute(&format!("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE {CLAIM} AND granted")).await;
    };
    tokio::join!(waiting, cutting);
}

#[tokio::test]
async fn a_claim_outlives_its_connection_and_ends_when_somebody_else_has_it() {
    if no_server() {
        return;
    }
    let fresh = Fresh::new().await;
    let db = fresh.raw().await;
    let claim = Claim::take(fresh.address(), "server").await.unwrap();
    let holder = Claim::holder(fresh.address()).await.unwrap();
    let held = format!("SELECT count(*) FROM pg_locks WHERE {CLAIM} AND granted");
    let pid: i32 = db.one(&format!("SELECT pid FROM pg_locks WHERE {CLAIM}")).await;
    db.execute(&format!("SELECT pg_terminate_backend({pid})")).await;
    until(&db, &format!("{held} AND pid <> {pid}")).await;
    assert_eq!(Claim::holder(fresh.address()).await, Some(holder));
    let refused = Claim::take(fresh.address(), "restore").await;
    assert!(matches!(refused, Err(ClaimError::Held(Some(_)))), "{refused:?}");
    // somebody who waits for it has it when the connection is cut again
    let other = fresh.raw().await;
    taken_by_another(&db, &other).await;
    in_time("it is told", claim.lost()).await;
}

#[tokio::test]
async fn tables_are_not_changed_once_another_program_has_the_database() {
    if no_server() {
        return;
    }
    let fresh = Fresh::new().await;
    let (db, other) = (fresh.raw().await, fresh.raw().await);
    let claim = Claim::take(fresh.address(), "server").await.unwrap();
    taken_by_another(&db, &other).await;
    let opened = Repository::open_under(&claim, &config(fresh.address())).await.err();
    assert!(matches!(opened, Some(RepositoryError::Unreachable { .. })), "{opened:?}");
    assert!(is_blank(fresh.address()).await.unwrap());
    let newest = {
        open(&fresh).await.close().await;
        examine(fresh.address(), Use::Live).await.unwrap()
    };
    let gone = go_back(&claim, fresh.address(), "m0001_four_tables").await;
    assert!(matches!(gone, Err(RepositoryError::Unreachable { .. })), "{gone:?}");
    assert_eq!(examine(fresh.address(), Use::Live).await.unwrap(), newest);
}

#[tokio::test]
async fn a_role_s_own_time_limits_do_not_end_long_work() {
    if no_server() {
        return;
    }
    let lab = Lab::new().await;
    lab.submit("beam").await;
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    lab.repo.copy_to(&copy).await.unwrap();
    let fresh = Fresh::new().await;
    let claim = Claim::take(fresh.address(), "restore").await.unwrap();
    let (db, other) = (fresh.raw().await, fresh.raw().await);
    let database: String = db.one("SELECT current_database()::text").await;
    // somebody else is writing, and is done later than a statement of the role's may wait
    let writes = other.0.begin().await.unwrap();
    writes.execute_unprepared("SELECT pg_advisory_xact_lock(6384237, 2)").await.unwrap();
    for setting in ["idle_in_transaction_session_timeout", "statement_timeout"] {
        db.execute(&format!("ALTER DATABASE {database} SET {setting} = '100ms'")).await;
    }
    // looked at from a database without such limits
    let look = lab.raw().await;
    let long = |state: &str, since: &str| {
        format!(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}' AND {state} \
             AND now() - {since} > interval '250 ms' AND application_name = 'abaqus-job-manager'"
        )
    };
    let released = async {
        until(&look, &long("wait_event_type = 'Lock'", "query_start")).await;
        writes.rollback().await.unwrap();
    };
    let address = fresh.address();
    let (ready, ()) = tokio::join!(Replacement::prepare(&address, &claim, &copy, "before"), released);
    // files move meanwhile, for longer than the role's transactions may rest
    until(&look, &long("state = 'idle in transaction'", "state_change")).await;
    assert_eq!(ready.unwrap().commit().await.unwrap(), None);
}

#[tokio::test]
async fn nothing_is_written_once_another_program_has_the_database() {
    if no_server() {
        return;
    }
    let fresh = Fresh::new().await;
    let (db, other) = (fresh.raw().await, fresh.raw().await);
    let claim = Claim::take(fresh.address(), "server").await.unwrap();
    let repo = Repository::open_under(&claim, &config(fresh.address())).await.unwrap();
    let deck = upload(&repo, "beam.inp").await;
    repo.submit(&submission("before", &deck), &student()).await.unwrap();
    taken_by_another(&db, &other).await;
    // at once: long before its holder has looked
    let after = repo.submit(&submission("after", &deck), &student()).await;
    assert!(matches!(after, Err(RepositoryError::Unreachable { .. })), "{after:?}");
    assert_eq!(db.rows::<(String,)>("SELECT name FROM jobs").await, [("before".to_owned(),)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_another_program_had_meanwhile_is_lost_also_when_it_is_free_again() {
    if no_server() {
        return;
    }
    let fresh = Fresh::new().await;
    let (db, link) = (fresh.raw().await, Link::to(&fresh));
    let claim = Claim::take(link.address(), "server").await.unwrap();
    let repo = Repository::open_under(&claim, &config(link.address())).await.unwrap();
    let deck = upload(&repo, "beam.inp").await;
    repo.submit(&submission("before", &deck), &student()).await.unwrap();
    // another comes, does its work and goes, while the way to the server is closed to us
    let pid: i32 = db.one(&format!("SELECT pid FROM pg_locks WHERE {CLAIM}")).await;
    link.close();
    db.execute(&format!("SELECT pg_terminate_backend({pid})")).await;
    until(&db, &format!("SELECT CAST(count(*) = 0 AS int)::bigint FROM pg_stat_activity WHERE pid = {pid}")).await;
    let other = Claim::take(fresh.address(), "restore").await.unwrap();
    Repository::open_under(&other, &config(fresh.address())).await.unwrap().close().await;
    drop(other);
    link.open();
    in_time("it is told", claim.lost()).await;
    let after = repo.submit(&submission("after", &deck), &student()).await;
    assert!(matches!(after, Err(RepositoryError::Unreachable { .. })), "{after:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_gone_without_a_word_is_parted_from_and_come_back_to() {
    if no_server() {
        return;
    }
    let fresh = Fresh::new().await;
    let (db, link) = (fresh.raw().await, Link::to(&fresh));
    let claim = Claim::take(link.address(), "server").await.unwrap();
    let holder = Claim::holder(link.address()).await.unwrap();
    let repo = Repository::open_under(&claim, &config(link.address())).await.unwrap();
    let deck = upload(&repo, "beam.inp").await;
    repo.submit(&submission("before", &deck), &student()).await.unwrap();
    let pid: i32 = db.one(&format!("SELECT pid FROM pg_locks WHERE {CLAIM}")).await;
    link.freeze();
    let during = submission("during", &deck);
    let all = JobQuery::all(student().id);
    let person = student();
    let asked = async { tokio::join!(repo.submit(&during, &person), repo.jobs(&all)) };
    let (wrote, read) = in_time("nobody waits for ever", asked).await;
    // `Busy` where the pool itself has waited for its connection
    for refused in [wrote.err(), read.err()] {
        let told = matches!(refused, Some(RepositoryError::Unreachable { .. } | RepositoryError::Busy));
        assert!(told, "{refused:?}");
    }
    // its own connection before does not keep it from having the database again
    until(&db, &format!("SELECT count(*) FROM pg_locks WHERE {CLAIM} AND granted AND pid <> {pid}")).await;
    assert_eq!(Claim::holder(link.address()).await, Some(holder));
    acknowledged(&repo, &submission("after", &deck)).await;
    let page = repo.jobs(&all).await.unwrap();
    let mut names: Vec<&str> = page.jobs.iter().map(|job| job.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["after", "before"]);
    in_time("it closes", repo.close()).await;
}

/// Asks again as long as the database is away.
async fn acknowledged(repo: &Repository, submission: &Submission) {
    let asked = async {
        loop {
            match repo.submit(submission, &student()).await {
                Ok(_) => return,
                Err(RepositoryError::Unreachable { .. } | RepositoryError::Busy) => tokio::task::yield_now().await,
                Err(error) => panic!("{error:?}"),
            }
        }
    };
    in_time("it is there again", asked).await;
}

#[tokio::test]
async fn a_role_s_own_isolation_does_not_make_a_writer_blind() {
    if no_server() {
        return;
    }
    let fresh = Fresh::new().await;
    let db = fresh.raw().await;
    let database: String = db.one("SELECT current_database()::text").await;
    for setting in ["default_transaction_isolation = 'serializable'", "default_transaction_read_only = on"] {
        db.execute(&format!("ALTER DATABASE {database} SET {setting}")).await;
    }
    let repos = [open(&fresh).await, open(&fresh).await];
    let deck = upload(&repos[0], "beam.inp").await;
    // both in turn: one that saw the moment before the other's would find a contradiction
    for n in 0..20 {
        repos[n % 2].submit(&submission(&format!("job-{n}-x"), &deck), &student()).await.unwrap();
    }
    assert_eq!(db.one::<i64>("SELECT count(*) FROM jobs").await, 20);
}

#[tokio::test]
async fn names_are_sorted_by_their_bytes_whatever_the_database_s_language() {
    let lab = Lab::new().await;
    // by the alphabet it would be a ä b B C
    let mut wanted = ["b", "B", "ä", "a", "C", "鋼"];
    for job in wanted {
        lab.submit(job).await;
    }
    wanted.sort_unstable();
    for descending in [false, true] {
        let sort = Sort { by: SortKey::Name, descending };
        let page = lab.repo.jobs(&JobQuery { sort, ..JobQuery::all(student().id) }).await.unwrap();
        let names: Vec<&str> = page.jobs.iter().map(|job| job.name.as_str()).collect();
        assert_eq!(names, wanted);
        wanted.reverse();
    }
    assert_eq!(lab.repo.free_name(&name("B")).await.unwrap().as_str(), "B-2");
}

#[tokio::test]
async fn the_character_that_no_text_has_is_refused_or_left_out_and_breaks_nothing() {
    let lab = Lab::new().await;
    let job = lab.submit("beam").await;
    let found = lab.repo.jobs(&JobQuery { search: Some("be\0am".to_owned()), ..JobQuery::all(student().id) }).await;
    assert_eq!(found.unwrap().total, 1);
    let life = lab.claim(job.id, "node-01").await;
    let evidence = Evidence { file: "beam.sta".into(), line: Some(1), text: "killed\0by".into() };
    let verdict =
        Verdict { cause: Cause::CannotStart, evidence: Some(evidence), exit: ExitStatus::Unknown, remarks: Vec::new() };
    let ended = lifecycle::Life { status: JobStatus::Failed, verdict: Some(verdict), ..life.clone() };
    assert!(lab.repo.advance(job.id, &life, &ended, Timestamp(1_800_000_001), HistoryFact::Stopped).await.unwrap());
    let seen = lab.repo.summary(job.id).await.unwrap();
    assert_eq!(seen.message, Some("killedby".into()));
    let mut user = lab.repo.user(&student().id).await.unwrap().unwrap();
    user.name = "sa\0to".to_owned();
    match lab.repo.ensure_user(&user).await {
        Ok(()) => assert!(!is_postgres("")),
        Err(RepositoryError::Invalid { problem: Contradiction::NotStorable(why), .. }) => assert!(why.contains("NUL")),
        Err(error) => panic!("{error:?}"),
    }
    lab.submit("after").await;
}

#[tokio::test]
async fn what_the_server_says_is_understood() {
    if no_server() {
        return;
    }
    let lab = Lab::new().await;
    let db = lab.raw().await;
    for (code, wanted) in [
        ("53100", "Full"),
        ("40001", "Busy"),
        ("40P01", "Busy"),
        ("55P03", "Busy"),
        ("53300", "Busy"),
        ("57P01", "Unreachable"),
        ("08006", "Unreachable"),
        ("42501", "Refused"),
        ("XX001", "Damaged"),
        ("22021", "Invalid"),
        ("22012", "Database"),
    ] {
        let raise = format!("DO $$ BEGIN RAISE EXCEPTION 'said so' USING ERRCODE = '{code}'; END $$");
        let error = sea_orm::ConnectionTrait::execute_unprepared(&db.0, &raise).await.unwrap_err();
        let understood = format!("{:?}", RepositoryError::from(error));
        assert!(understood.starts_with(wanted), "{code}: {understood}");
    }
}
