//! Old log files become `NAME.N.gz`. Whatever kills this leaves the plain file, the compressed one or both: the plain one
//! goes only when the other is whole, on the disk, and reads the same.

use crate::rotating::gone;
use crate::{Log, names};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// A file that nobody has written to for so long is compressed.
pub const PACKED_AFTER: Duration = Duration::from_secs(7 * 24 * 3_600);

/// Bytes compared at once.
const BLOCK: usize = 64 * 1024;

/// What was compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Packed {
    /// Files.
    pub files: u32,
    /// Bytes they had.
    pub before: u64,
    /// Bytes they have.
    pub after: u64,
}

/// Compresses what was moved aside and is old at `now`. The file that is written is never touched, however quiet the
/// server is. One at a time.
///
/// # Errors
/// Those of the disk; a full one leaves everything as it was.
pub fn pack(log: &Log, now: SystemTime) -> io::Result<Packed> {
    gone(&log.unfinished())?;
    let mut packed = Packed::default();
    for number in 1..log.files {
        let path = log.aside(number);
        let plain = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            opened => opened?,
        };
        let age = now.duration_since(plain.metadata()?.modified()?).unwrap_or_default();
        if age < PACKED_AFTER {
            continue;
        }
        let done = pack_one(log, plain);
        if done.is_err() {
            // what it took of a full disk is given back at once
            let _ = fs::remove_file(log.unfinished());
        }
        if let Some((before, after)) = done? {
            packed = Packed { files: packed.files + 1, before: packed.before + before, after: packed.after + after };
        }
    }
    Ok(packed)
}

/// Bytes before and after; `None` where it was moved out of the log meanwhile.
fn pack_one(log: &Log, mut plain: File) -> io::Result<Option<(u64, u64)>> {
    let is = plain.metadata()?;
    let unfinished = log.unfinished();
    let file = OpenOptions::new().create(true).truncate(true).write(true).read(true).mode(0o640).open(&unfinished)?;
    let mut encoder = GzEncoder::new(file, Compression::default());
    io::copy(&mut plain, &mut encoder)?;
    let mut file = encoder.finish()?;
    file.flush()?;
    plain.rewind()?;
    file.rewind()?;
    if !reads_the_same(&plain, GzDecoder::new(BufReader::new(&file)))? {
        return Err(io::Error::other("a log file that was compressed does not read as it did"));
    }
    // its age is that of its last line
    file.set_modified(is.modified()?)?;
    file.sync_all()?;
    let after = file.metadata()?.len();
    // the file may have been moved on while it was compressed: what counts is which it is, not where it was
    let _names = names();
    let same = |path: &Path| fs::metadata(path).is_ok_and(|of| (of.dev(), of.ino()) == (is.dev(), is.ino()));
    let Some(number) = (1..log.files).find(|number| same(&log.aside(*number))) else {
        gone(&unfinished)?;
        return Ok(None);
    };
    fs::rename(&unfinished, log.packed(number))?;
    if let Some(folder) = log.path.parent() {
        // the new name is on the disk before the old one goes
        File::open(folder)?.sync_all()?;
    }
    fs::remove_file(log.aside(number))?;
    Ok(Some((is.len(), after)))
}

fn reads_the_same(mut one: impl Read, mut other: impl Read) -> io::Result<bool> {
    let (mut left, mut right) = (vec![0; BLOCK], vec![0; BLOCK]);
    loop {
        let (of_one, of_other) = (fill(&mut one, &mut left)?, fill(&mut other, &mut right)?);
        if left[..of_one] != right[..of_other] {
            return Ok(false);
        }
        if of_one == 0 {
            return Ok(true);
        }
    }
}

/// As many bytes as there are and fit.
fn fill(from: &mut impl Read, block: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < block.len() {
        match from.read(&mut block[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Rotating;

    fn text(path: &Path) -> String {
        let mut text = String::new();
        GzDecoder::new(File::open(path).unwrap()).read_to_string(&mut text).unwrap();
        text
    }

    fn in_eight_days() -> SystemTime {
        SystemTime::now() + Duration::from_secs(8 * 24 * 3_600)
    }

    /// Lines of 15 bytes, six to a file, until the line `last`.
    fn write(rotating: &mut Rotating, lines: std::ops::RangeInclusive<u32>) {
        for n in lines {
            rotating.write_all(format!("line number {n:02}\n").as_bytes()).unwrap();
        }
    }

    fn lab() -> (tempfile::TempDir, Log) {
        let folder = tempfile::tempdir().unwrap();
        let log = Log { path: folder.path().join("combined.log"), files: 5, largest: 100 };
        (folder, log)
    }

    /// Names of the folder, and every line of the log from the oldest on, of plain files before compressed ones.
    fn listing(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_old_is_compressed_and_goes_on_moving() {
        let (folder, log) = lab();
        let mut rotating = Rotating::new(log.clone());
        write(&mut rotating, 1..=20);
        assert_eq!(pack(&log, SystemTime::now()).unwrap(), Packed::default(), "nothing is old yet");
        let before = text_of(&log);
        let packed = pack(&log, in_eight_days()).unwrap();
        assert_eq!((packed.files, packed.before), (3, 270));
        assert_eq!(
            listing(folder.path()),
            ["combined.log", "combined.log.1.gz", "combined.log.2.gz", "combined.log.3.gz"]
        );
        assert_eq!(text_of(&log), before, "no line is lost");
        assert!(text(&log.packed(1)).starts_with("line number 13\n"));
        // moved on beside plain ones, and the oldest goes
        write(&mut rotating, 21..=32);
        assert_eq!(
            listing(folder.path()),
            ["combined.log", "combined.log.1", "combined.log.2", "combined.log.3.gz", "combined.log.4.gz"]
        );
        assert!(text(&log.packed(4)).starts_with("line number 07\n"));
        assert_eq!(text_of(&log).lines().next(), Some("line number 07"));
        assert_eq!(text_of(&log).lines().count(), 26);
        assert_eq!(pack(&log, in_eight_days()).unwrap().files, 2);
        write(&mut rotating, 33..=60);
        assert_eq!(text_of(&log).lines().last(), Some("line number 60"));
        assert!(listing(folder.path()).len() <= 5);
    }

    /// The whole log, from its oldest line on.
    fn text_of(log: &Log) -> String {
        let mut all = String::new();
        for number in (1..log.files).rev() {
            match fs::read_to_string(log.aside(number)) {
                Ok(plain) => all += &plain,
                Err(_) if log.packed(number).exists() => all += &text(&log.packed(number)),
                Err(_) => {}
            }
        }
        all + &fs::read_to_string(&log.path).unwrap_or_default()
    }

    #[test]
    fn its_age_stays_that_of_its_last_line() {
        let (_folder, log) = lab();
        write(&mut Rotating::new(log.clone()), 1..=7);
        let before = fs::metadata(log.aside(1)).unwrap().modified().unwrap();
        pack(&log, in_eight_days()).unwrap();
        assert_eq!(fs::metadata(log.packed(1)).unwrap().modified().unwrap(), before);
        assert_eq!(fs::metadata(log.packed(1)).unwrap().mode() & 0o777, 0o640);
    }

    #[test]
    fn whatever_a_crash_left_is_put_right_and_loses_nothing() {
        let (folder, log) = lab();
        let mut rotating = Rotating::new(log.clone());
        write(&mut rotating, 1..=14);
        let before = text_of(&log);
        // killed while it wrote
        fs::write(log.unfinished(), "half of").unwrap();
        // killed after it was named, before the plain one went: half of another one even
        fs::write(log.packed(1), "not a compressed file").unwrap();
        assert_eq!(text_of(&log), before);
        assert_eq!(pack(&log, in_eight_days()).unwrap().files, 2);
        assert_eq!(listing(folder.path()), ["combined.log", "combined.log.1.gz", "combined.log.2.gz"]);
        assert_eq!(text_of(&log), before);
        // the same, and it rotates before anybody compresses again
        fs::write(log.aside(2), text(&log.packed(2))).unwrap();
        write(&mut rotating, 15..=19);
        assert_eq!(
            text_of(&log),
            format!("{before}{}", (15..=19).map(|n| format!("line number {n:02}\n")).collect::<String>())
        );
        assert_eq!(listing(folder.path()), ["combined.log", "combined.log.1", "combined.log.2.gz", "combined.log.3"]);
    }

    #[test]
    fn a_file_that_moves_on_while_it_is_compressed_is_found_again() {
        let (_folder, log) = lab();
        let mut rotating = Rotating::new(log.clone());
        write(&mut rotating, 1..=7);
        let opened = File::open(log.aside(1)).unwrap();
        write(&mut rotating, 8..=13);
        let before = text_of(&log);
        assert!(pack_one(&log, opened).unwrap().is_some());
        assert!(log.packed(2).exists() && log.aside(1).exists() && !log.aside(2).exists());
        assert_eq!(text_of(&log), before);
        // one that has left the log by then
        let opened = File::open(log.aside(1)).unwrap();
        fs::remove_file(log.aside(1)).unwrap();
        assert_eq!(pack_one(&log, opened).unwrap(), None);
        assert!(!log.unfinished().exists());
    }

    #[test]
    fn where_it_cannot_write_everything_stays() {
        let (_folder, log) = lab();
        write(&mut Rotating::new(log.clone()), 1..=14);
        let before = text_of(&log);
        // a folder in the place of the hidden name: as a disk that takes nothing
        fs::create_dir(log.unfinished()).unwrap();
        assert!(pack(&log, in_eight_days()).is_err());
        assert_eq!(text_of(&log), before);
        fs::remove_dir(log.unfinished()).unwrap();
        assert_eq!(pack(&log, in_eight_days()).unwrap().files, 2);
        assert_eq!(text_of(&log), before);
    }
}
