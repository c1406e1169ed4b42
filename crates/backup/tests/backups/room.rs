//! A full backup disk: said, nothing half stays, and it works when there is room.

use crate::lab::*;
use testbed::Disk;

#[tokio::test]
async fn a_backup_without_room_leaves_nothing_and_the_next_one_works() {
    let lab = Lab::new().await;
    let id = lab.submit("beam").await;
    let backups = lab.places().backups;
    std::fs::create_dir_all(&backups).unwrap();
    let Some(disk) = Disk::mount(&backups, "size=48m") else {
        eprintln!("SKIPPED: a full disk needs an account that may mount one");
        return;
    };
    lab.back_up().await.unwrap();
    lab.result(id, "large.frd", &vec![1; 60_000_000]);
    let error = lab.back_up().await.unwrap_err();
    assert!(error.is_full() && error.to_string().contains("MB are needed"), "{error}");
    assert_eq!(lab.names().len(), 1);
    let noted = backup::last_attempt(&backups).unwrap();
    assert!(noted.name.is_none() && noted.full, "{noted:?}");
    // not even the database
    std::fs::remove_file(lab.places().results.join(format!("{id}/large.frd"))).unwrap();
    disk.fill().unwrap();
    let error = lab.back_up().await.unwrap_err();
    assert!(error.is_full(), "{error:?}");
    let names: Vec<_> = std::fs::read_dir(&backups).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().contains("unfinished")), "{names:?}");
    disk.make_room().unwrap();
    let made = lab.back_up().await.unwrap();
    backup::verify(&made.folder, &silent()).await.unwrap();
    assert_eq!(lab.names().len(), 2);
}

#[tokio::test]
async fn a_restore_without_room_leaves_everything_as_it_was() {
    let lab = Lab::new().await;
    let id = lab.submit("beam").await;
    lab.result(id, "beam.dat", b"as it was");
    lab.result(id, "large.frd", &vec![1; 20_000_000]);
    let made = lab.back_up().await.unwrap();
    let place = tempfile::tempdir().unwrap();
    let results = place.path().join("results");
    std::fs::create_dir_all(&results).unwrap();
    let Some(_disk) = Disk::mount(&results, "size=8m") else {
        eprintln!("SKIPPED: a full disk needs an account that may mount one");
        return;
    };
    let before = open(place.path()).await;
    before.close().await;
    std::fs::create_dir_all(results.join(id.to_string())).unwrap();
    std::fs::write(results.join(format!("{id}/beam.dat")), b"another").unwrap();
    let was = contents(place.path());
    let error = lab.restore_into(place.path(), &made.name).await.unwrap_err();
    assert!(error.is_full(), "{error:?}");
    let mut is = contents(place.path());
    // the lock, and what SQLite leaves beside a file that was only looked at
    is.retain(|path, _| !["lock", "-wal", "-shm"].iter().any(|end| path.to_string_lossy().ends_with(end)));
    assert!(is == was, "{:?} and {:?}", is.keys(), was.keys());
}
