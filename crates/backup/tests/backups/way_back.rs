//! Putting one back: what is lost is said, what was there is kept, and nothing starts by itself that may have run.

use crate::lab::*;
use backup::{Kept, Lost};
use domain::*;

#[tokio::test]
async fn what_happened_since_is_named_and_what_was_waiting_is_held() {
    let lab = Lab::new().await;
    let [first, second] = [lab.submit("first").await, lab.submit("second").await];
    lab.repo.ask_cancel(second, &student()).await.unwrap();
    let kept_result = lab.result(first, "first.dat", b"as it was");
    let made = lab.back_up().await.unwrap();
    // afterwards
    lab.repo.ask_cancel(first, &student()).await.unwrap();
    let third = lab.submit("third").await;
    std::fs::write(&kept_result, b"otherwise").unwrap();
    let newer = lab.result(third, "third.dat", b"newer");

    let restored = lab.restore_into(lab.path(), "latest").await.unwrap();
    assert_eq!(restored.manifest, made.manifest.unwrap());
    let Lost::Known { jobs, changed } = &restored.lost else { panic!("{restored:?}") };
    assert_eq!((jobs.len(), jobs[0].id, jobs[0].name.as_str(), *changed), (1, third, "third", 1));
    assert_eq!(restored.settled.held, [first]);
    assert_eq!(restored.files, 1, "only what differed");
    let repo = open(lab.path()).await;
    let [held, ended] = [repo.job(first).await.unwrap().unwrap(), repo.job(second).await.unwrap().unwrap()];
    assert_eq!((held.summary.status, ended.summary.status), (JobStatus::Held, JobStatus::Cancelled));
    assert!(repo.job(third).await.unwrap().is_none());
    // what was replaced is there: the database with the third job, and the file
    let Some(Kept::Folder(kept)) = restored.kept else { panic!("it is kept") };
    let before = repository::jobs_in(&kept.join("jobs.db"), repository::Use::Live).await.unwrap();
    assert_eq!(before.len(), 3);
    assert_eq!(std::fs::read(&kept_result).unwrap(), b"as it was");
    let aside = contents(&lab.places().results);
    assert!(
        aside
            .iter()
            .any(|(path, bytes)| path.to_string_lossy().starts_with(".before-restore-") && bytes == b"otherwise")
    );
    assert_eq!(std::fs::read(newer).unwrap(), b"newer");
    // the third one's deck is kept, where nobody takes it for forgotten
    let uploads = contents(&lab.places().uploads);
    let deck = uploads.iter().find(|(_, bytes)| **bytes == deck_of("third").into_bytes()).unwrap().0;
    assert!(deck.to_string_lossy().starts_with(".before-restore-"), "{deck:?}");
    // a number whose files lie there is given to nobody
    let next = submit(&repo, &lab.places().uploads, "next").await;
    assert!(next > third, "{next}");
    let audit = repo.audit(&AuditQuery::default(), 10).await.unwrap();
    assert!(audit.iter().any(|entry| entry.action == "restore_backup"), "{audit:?}");
    repo.close().await;
}

#[tokio::test]
async fn into_an_empty_place_everything_comes_back() {
    let lab = Lab::new().await;
    let id = lab.submit("beam").await;
    lab.result(id, "beam.frd", &[3; 50_000]);
    lab.back_up().await.unwrap();
    let place = tempfile::tempdir().unwrap();
    let restored = lab.restore_into(place.path(), "latest").await.unwrap();
    assert_eq!((restored.lost, restored.kept, restored.files), (Lost::Nothing, None, 2));
    for folder in ["uploads", "results"] {
        assert_eq!(contents(&place.path().join(folder)), contents(&lab.path().join(folder)), "{folder}");
    }
}

#[tokio::test]
async fn over_a_damaged_database_the_loss_is_said_to_be_unknown() {
    let lab = Lab::new().await;
    lab.submit("beam").await;
    let made = lab.back_up().await.unwrap();
    lab.repo.close().await;
    std::fs::write(database(lab.path()), b"no database any more").unwrap();
    let restored = lab.restore_into(lab.path(), &made.name).await.unwrap();
    assert_eq!(restored.lost, Lost::Unknown);
    let Some(Kept::Folder(kept)) = restored.kept else { panic!("it is kept") };
    assert_eq!(std::fs::read(kept.join("jobs.db")).unwrap(), b"no database any more");
    let repo = open(lab.path()).await;
    assert_eq!(repo.job(JobId(1)).await.unwrap().unwrap().summary.status, JobStatus::Held);
}

#[tokio::test]
async fn a_damaged_backup_changes_nothing() {
    let lab = Lab::new().await;
    let id = lab.submit("beam").await;
    lab.result(id, "beam.dat", b"good");
    let made = lab.back_up().await.unwrap();
    std::fs::write(made.folder.join(format!("results/{id}/beam.dat")), b"bad!").unwrap();
    lab.repo.close().await;
    let before = contents(&lab.path().join("data"));
    lab.restore_into(lab.path(), &made.name).await.unwrap_err();
    let mut after = contents(&lab.path().join("data"));
    after.remove(std::path::Path::new("jobs.db.lock"));
    assert_eq!(after, before);
}

#[tokio::test]
async fn what_a_killed_restore_has_left_is_put_right_by_the_next_one() {
    let lab = Lab::new().await;
    let first = lab.submit("first").await;
    let result = lab.result(first, "first.dat", b"as it was");
    lab.back_up().await.unwrap();
    let second = lab.submit("second").await;
    std::fs::write(&result, b"otherwise").unwrap();
    let restored = lab.restore_into(lab.path(), "latest").await.unwrap();
    // killed before the database's name had changed: the files are the backup's, the database is the one before
    let Some(Kept::Folder(kept)) = restored.kept else { panic!("it is kept") };
    std::fs::rename(kept.join("jobs.db"), database(lab.path())).unwrap();
    let again = lab.restore_into(lab.path(), "latest").await.unwrap();
    let Lost::Known { jobs, .. } = &again.lost else { panic!("{again:?}") };
    assert_eq!((jobs.len(), jobs[0].id, again.files), (1, second, 0));
    let repo = open(lab.path()).await;
    assert!(repo.job(first).await.unwrap().is_some() && repo.job(second).await.unwrap().is_none());
    repo.close().await;
    assert_eq!(std::fs::read(&result).unwrap(), b"as it was");
    // what the first had replaced is kept still
    let aside = contents(&lab.places().results);
    assert!(aside.values().any(|bytes| bytes == b"otherwise"), "{:?}", aside.keys());
}
