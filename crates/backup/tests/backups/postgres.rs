//! Backups of a database in PostgreSQL, and from one kind of database to the other.

use crate::lab::*;
use backup::{Kept, Lost, Restored};
use domain::*;
use repository::*;
use testbed::ServerDatabase;

async fn restored(database: &Address, lab: &Lab) -> Restored {
    let claim = Claim::take(database, "restore").await.unwrap();
    let root = Actor::at_the_shell().unwrap();
    backup::restore(database, &claim, &lab.places(), "latest", &root, &silent()).await.unwrap()
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
    lab.repo.close().await;
    let done = restored(&database, &lab).await;
    assert_eq!((done.lost, done.kept, done.files), (Lost::Nothing, None, 0));
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
