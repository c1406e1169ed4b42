//! What is wrong with a backup is found, and named.

use crate::lab::*;
use backup::BackupError;
use domain::health::BackupProblem;
use proptest::prelude::*;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

fn flip(path: &Path, at: usize, mask: u8) {
    let mut bytes = std::fs::read(path).unwrap();
    let at = at % bytes.len();
    bytes[at] ^= mask;
    std::fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn what_was_written_is_good_and_can_be_checked_without_this_program() {
    let lab = Lab::new().await;
    let id = lab.submit("beam").await;
    lab.result(id, "beam.frd", &[7; 100_000]);
    lab.result(id, "beam.sta.part", b"still growing");
    let made = lab.back_up().await.unwrap();
    let verified = backup::verify(&made.folder, &silent()).await.unwrap();
    let manifest = made.manifest.unwrap();
    assert_eq!(verified.manifest, manifest);
    assert_eq!((manifest.jobs, manifest.last_job, manifest.files, verified.pending), (1, id.0, 3, 0));
    let checked = std::process::Command::new("sha256sum").args(["-c", "SHA256SUMS"]).current_dir(&made.folder).output();
    let checked = checked.unwrap();
    let said = String::from_utf8_lossy(&checked.stdout);
    assert!(checked.status.success() && said.contains("abaqus-jobs.db: OK"), "{said}");
    let latest = std::fs::read_link(lab.places().backups.join("latest")).unwrap();
    assert_eq!(latest.to_str(), Some(made.name.as_str()));
    // it holds what only the admin may see
    for path in [made.folder.clone(), made.folder.join("abaqus-jobs.db")] {
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o077, 0, "{}", path.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_byte_that_changed_is_found() {
    let lab = Lab::new().await;
    let id = lab.submit("beam").await;
    lab.result(id, "beam.dat", b"S, STRESS\n");
    let made = lab.back_up().await.unwrap();
    let files: Vec<_> = contents(&made.folder).into_iter().collect();
    assert_eq!(files.len(), 5);
    let handle = tokio::runtime::Handle::current();
    let strategy = (0..files.len(), any::<usize>(), 1..=255u8);
    tokio::task::block_in_place(|| {
        proptest!(ProptestConfig::with_cases(100), |((which, at, mask) in strategy)| {
            let (path, bytes) = &files[which];
            let path = made.folder.join(path);
            flip(&path, at, mask);
            let found = handle.block_on(backup::verify(&made.folder, &silent()));
            std::fs::write(&path, bytes).unwrap();
            // the manifest's own numbers for people are held against nothing
            if !path.ends_with("manifest.json") {
                let file = path.strip_prefix(&made.folder).unwrap().to_str().unwrap();
                let error = found.unwrap_err();
                prop_assert!(matches!(&error, BackupError::Unusable(problem) if problem.to_string().contains(file)), "{error}");
            }
        });
    });
    backup::verify(&made.folder, &silent()).await.unwrap();
    std::fs::remove_file(made.folder.join("SHA256SUMS")).unwrap();
    backup::verify(&made.folder, &silent()).await.unwrap_err();
}

#[tokio::test]
async fn the_same_file_takes_no_room_twice_and_a_rotten_one_is_taken_anew() {
    let lab = Lab::new().await;
    let id = lab.submit("beam").await;
    lab.result(id, "beam.frd", &[7; 300_000]);
    lab.result(id, "beam.dat", b"first");
    let first = lab.back_up().await.unwrap();
    lab.result(id, "beam.dat", b"second");
    let second = lab.back_up().await.unwrap();
    let file = |folder: &Path, name: &str| folder.join(format!("results/{id}/{name}"));
    let inode = |path: &Path| std::fs::metadata(path).unwrap().ino();
    assert_eq!(inode(&file(&first.folder, "beam.frd")), inode(&file(&second.folder, "beam.frd")));
    assert_eq!(std::fs::read(file(&first.folder, "beam.dat")).unwrap(), b"first");
    assert_eq!(std::fs::read(file(&second.folder, "beam.dat")).unwrap(), b"second");
    let manifest = second.manifest.unwrap();
    assert!(manifest.bytes > 300_000 && manifest.new_bytes < manifest.bytes - 300_000, "{manifest:?}");
    // the disk has lost a byte of it, without anybody writing
    let rotten = file(&second.folder, "beam.frd");
    let modified = std::fs::metadata(&rotten).unwrap().modified().unwrap();
    flip(&rotten, 1234, 1);
    std::fs::File::options().append(true).open(&rotten).unwrap().set_modified(modified).unwrap();
    let third = lab.back_up().await.unwrap();
    backup::verify(&second.folder, &silent()).await.unwrap_err();
    backup::verify(&third.folder, &silent()).await.unwrap();
    assert_eq!(std::fs::read(file(&third.folder, "beam.frd")).unwrap(), [7; 300_000]);
}

#[tokio::test]
async fn old_results_stay_out_and_the_oldest_backups_go() {
    let lab = Lab::new().await;
    let id = lab.submit("beam").await;
    let old = lab.result(id, "old.dat", b"old");
    lab.result(id, "new.dat", b"new");
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(31 * 86_400);
    std::fs::File::options().append(true).open(old).unwrap().set_modified(long_ago).unwrap();
    let rules = backup::Rules { keep: 2, ..RULES };
    let mut made = Vec::new();
    for _ in 0..4 {
        made.insert(0, lab.back_up_by(rules).await.unwrap().name);
    }
    assert_eq!(lab.names(), made[..2]);
    let newest = backup::find(&lab.places().backups, "latest").unwrap();
    assert_eq!(newest.name, made[0]);
    let files: Vec<_> = contents(&newest.folder.join("results")).into_keys().collect();
    assert_eq!(files, [Path::new(&id.to_string()).join("new.dat")]);
    assert_eq!(backup::last_attempt(&lab.places().backups).unwrap().name.as_ref(), Some(&made[0]));
}

#[tokio::test]
async fn two_at_once_are_refused_and_what_was_cut_off_is_swept_away() {
    let lab = Lab::new().await;
    lab.submit("beam").await;
    let left = lab.places().backups.join(".unfinished-20200101_020000");
    std::fs::create_dir_all(&left).unwrap();
    std::fs::write(left.join("abaqus-jobs.db"), b"half").unwrap();
    assert_eq!(lab.names(), [""; 0]);
    let (one, other) = tokio::join!(lab.back_up(), lab.back_up());
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    assert!(matches!(one.and(other).unwrap_err(), BackupError::UnderWay));
    assert!(!left.exists());
    assert_eq!(lab.names().len(), 1);
}

#[tokio::test]
async fn one_of_a_newer_version_is_said_to_be() {
    let lab = Lab::new().await;
    let made = lab.back_up().await.unwrap();
    let path = made.folder.join("manifest.json");
    let text = std::fs::read_to_string(&path).unwrap().replace("\"format\": 1", "\"format\": 2");
    std::fs::write(&path, text).unwrap();
    let newer = backup::verify(&made.folder, &silent()).await.unwrap_err().problem();
    assert!(matches!(newer, BackupProblem::Newer { .. }), "{newer:?}");
    assert!(matches!(backup::find(&lab.places().backups, "20200101_020000"), Err(BackupError::NotFound(_))));
    assert!(matches!(backup::find(&lab.places().backups, "../data"), Err(BackupError::NotFound(_))));
}
