//! Backups of a database in PostgreSQL, and from one kind of database to the other.

use crate::lab::*;
use backup::{BackupError, Kept, Lost, Restored, Target};
use domain::*;
use repository::*;
use testbed::ServerDatabase;

async fn restored(database: &Address, lab: &Lab) -> Restored {
    try_restore(database, lab).await.unwrap()
}

async fn try_restore(database: &Address, lab: &Lab) -> Result<Restored, BackupError> {
    let claim = Claim::take(database, "restore").await.unwrap();
    let root = Actor::at_the_shell().unwrap();
    let file = super::lab::database(lab.path());
    let of_file = match database.file() {
        Some(_) => None,
        None => Some(Claim::take(&file, "restore").await.unwrap()),
    };
    let left = of_file.as_ref().map(|of_file| (file, of_file));
    let target = Target { database: database.clone(), claim: &claim, left };
    backup::restore(target, &lab.places(), "latest", &root, &silent()).await
}

#[tokio::test]
async fn a_backup_of_postgres_has_the_database_and_goes_back_as_a_whole() {
    let Some(server) = ServerDatabase::new() else { return };
    let database = Address::parse_url(&server.url()).unwrap();
    let lab = Lab { repo: open_at(&database).await, ..Lab::new().await };
    let [first, second] = [lab.submit("first").await, lab.submit("second").await];
    lab.repo.ask_cancel(second, &student()).await.unwrap();
    lab.result(first, "first.dat", b"as it was");
    let made = lab.back_up().await.unwrap();
    let manifest = made.manifest.unwrap();
    assert_eq!((manifest.jobs, manifest.last_job), (2, second.0));
    // proven without the server
    assert_eq!(backup::verify(&made.folder, &silent()).await.unwrap().pending, 0);
    let third = lab.submit("third").await;
    lab.repo.close().await;

    let done = restored(&database, &lab).await;
    let Lost::Known { jobs, .. } = &done.lost else { panic!("{done:?}") };
    assert_eq!((jobs.len(), jobs[0].id), (1, third));
    assert_eq!(done.settled.held, [first]);
    let Some(Kept::Schema(kept)) = done.kept else { panic!("it is kept") };
    assert_eq!(server.sql(&format!("SELECT count(*) FROM \"{kept}\".jobs")).unwrap(), "3");
    let left: Vec<_> =
        std::fs::read_dir(lab.places().backups).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("restoring")), "{left:?}");
    let repo = open_at(&database).await;
    let [held, ended] = [repo.job(first).await.unwrap().unwrap(), repo.job(second).await.unwrap().unwrap()];
    assert_eq!((held.summary.status, ended.summary.status), (JobStatus::Held, JobStatus::Cancelled));
    let next = submit(&repo, &lab.places().uploads, "next").await;
    assert!(next > third, "a number whose files lie there is given to nobody: {next}");
    repo.close().await;
    assert_eq!(examine(&database, Use::Live).await.unwrap().pending, 0);
}

#[tokio::test]
async fn a_lab_moves_to_postgres_and_back_by_its_backup() {
    let Some(server) = ServerDatabase::new() else { return };
    let database = Address::parse_url(&server.url()).unwrap();
    let lab = Lab::new().await;
    let id = lab.submit("beam").await;
    lab.back_up().await.unwrap();
    let forgotten = lab.submit("forgotten").await;
    lab.repo.close().await;
    let file = super::lab::database(lab.path());
    let done = restored(&database, &lab).await;
    // what the file knows beyond the backup is told, and no server begins with it again
    let Lost::Known { jobs, .. } = &done.lost else { panic!("{done:?}") };
    assert_eq!((jobs.len(), jobs[0].id, done.kept.clone(), done.files), (1, forgotten, None, 0));
    let left = done.left.unwrap().join(file.file_name().unwrap());
    assert!(!file.exists() && left.exists(), "{}", left.display());
    assert_eq!(jobs_in(&left, Use::Live).await.unwrap().len(), 2);
    let lab = Lab { repo: open_at(&database).await, ..lab };
    assert_eq!(lab.repo.job(id).await.unwrap().unwrap().summary.status, JobStatus::Held);
    let later = lab.submit("later").await;
    lab.back_up().await.unwrap();
    lab.repo.close().await;
    restored(&super::lab::database(lab.path()).into(), &lab).await;
    let repo = open(lab.path()).await;
    assert!(later > id && repo.job(later).await.unwrap().is_some());
    repo.close().await;
}

/// Lets the tables be made, and refuses at the very end.
const REFUSES_AT_COMMIT: &str = "\
    CREATE FUNCTION refuses() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not today'; END $$; \
    CREATE FUNCTION sets_a_trap() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN \
      IF to_regclass('public.jobs') IS NOT NULL \
        AND NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = to_regclass('public.jobs') AND tgname = 'trap') THEN \
        CREATE CONSTRAINT TRIGGER trap AFTER INSERT ON public.jobs DEFERRABLE INITIALLY DEFERRED \
          FOR EACH ROW EXECUTE FUNCTION refuses(); \
      END IF; END $$; \
    CREATE EVENT TRIGGER trap ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE') \
      EXECUTE FUNCTION sets_a_trap()";

#[tokio::test]
async fn a_database_that_refuses_at_the_end_leaves_the_files_as_they_were() {
    let Some(server) = ServerDatabase::new() else { return };
    let database = Address::parse_url(&server.url()).unwrap();
    let lab = Lab { repo: open_at(&database).await, ..Lab::new().await };
    let job = lab.submit("beam").await;
    let file = lab.result(job, "beam.dat", b"as it was");
    lab.back_up().await.unwrap();
    std::fs::write(&file, b"as it is").unwrap();
    lab.repo.close().await;
    server.sql(REFUSES_AT_COMMIT).unwrap();
    let error = try_restore(&database, &lab).await.unwrap_err();
    assert!(!matches!(error, BackupError::Unknown(_)), "{error:?}");
    assert_eq!(std::fs::read(&file).unwrap(), b"as it is");
    let beside = std::fs::read_dir(file.parent().unwrap()).unwrap().count();
    assert_eq!(beside, 1, "no part is left");
    server.sql("DROP EVENT TRIGGER trap").unwrap();
    // nothing was changed, and the next try does it
    assert_eq!(jobs_in(&database, Use::Live).await.unwrap().len(), 1);
    restored(&database, &lab).await;
    assert_eq!(std::fs::read(&file).unwrap(), b"as it was");
}
