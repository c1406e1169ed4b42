//! A disk without room, for real.
#![allow(clippy::unwrap_used, missing_docs)]

use domain::log::LogQuery;
use logbook::{COMBINED, Log, PACKED_AFTER, pack};
use std::fs::{self, File};
use std::time::{Duration, SystemTime};
use testbed::Disk;

#[test]
fn compressing_on_a_full_disk_loses_nothing_and_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::mount(folder.path(), "size=2m") else {
        eprintln!("SKIPPED: a full disk needs an account that may mount one");
        return;
    };
    let plain = folder.path().join("combined.log.1");
    // hardly smaller when it is compressed
    let noise = (0..20_000_u64).map(|n| n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let text: String =
        noise.map(|n| format!("{n:x}{:x}\n", n.rotate_left(23).wrapping_mul(0x2545_f491_4f6c_dd1d))).collect();
    fs::write(&plain, &text).unwrap();
    let old = SystemTime::now() - PACKED_AFTER - Duration::from_secs(3_600);
    File::options().append(true).open(&plain).unwrap().set_modified(old).unwrap();
    let log = Log::of(folder.path(), COMBINED);
    disk.fill().unwrap();
    pack(&log, SystemTime::now()).unwrap_err();
    assert_eq!(fs::read_to_string(&plain).unwrap(), text);
    assert!(!folder.path().join("combined.log.1.gz").exists());
    assert!(!folder.path().join(".combined.log.gz.part").exists(), "it keeps nothing of a disk that is full");
    disk.make_room().unwrap();
    assert_eq!(pack(&log, SystemTime::now()).unwrap().files, 1);
    assert!(!plain.exists());
    let end = logbook::older(&log, None, &LogQuery::default(), 3).unwrap();
    let last: Vec<&str> = text.lines().rev().take(3).collect();
    assert_eq!(end.records.iter().rev().map(|record| record.message.as_str()).collect::<Vec<_>>(), last);
}
