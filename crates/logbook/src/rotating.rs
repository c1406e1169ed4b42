//! A log file that is moved aside when it has grown: `combined.log`, then `combined.log.1` and so on, the oldest gone.
//!
//! Nothing that goes wrong here stops the server: what cannot be written is lost, and the next line is tried anew, so
//! that logging goes on by itself when there is room again.

use crate::{Log, names};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Writes a log.
pub struct Rotating {
    log: Log,
    open: Option<(File, u64)>,
}

impl Rotating {
    /// Goes on where the file ends; it and its folder are made when the first line comes.
    pub fn new(log: Log) -> Rotating {
        Rotating { log, open: None }
    }

    /// Moves each file to the next number; the oldest is written over.
    fn rotate(&mut self) -> io::Result<()> {
        self.open = None;
        let _names = names();
        for number in (1..self.log.files.saturating_sub(1)).rev() {
            self.shift(number)?;
        }
        if self.log.files <= 1 {
            return fs::remove_file(&self.log.path);
        }
        // where there are but two files nothing has moved it
        gone(&self.log.packed(1))?;
        moved(&self.log.path, &self.log.aside(1))
    }

    /// Moves one on, compressed or not. Where both are there, a crash came between: the plain one is whole.
    fn shift(&self, number: u32) -> io::Result<()> {
        let (plain, packed) = (self.log.aside(number), self.log.packed(number));
        let (next_plain, next_packed) = (self.log.aside(number + 1), self.log.packed(number + 1));
        if plain.try_exists()? {
            gone(&packed)?;
            gone(&next_packed)?;
            return moved(&plain, &next_plain);
        }
        if packed.try_exists()? {
            gone(&next_plain)?;
            moved(&packed, &next_packed)?;
        }
        Ok(())
    }

    fn opened(&mut self) -> io::Result<&mut (File, u64)> {
        if self.open.is_none() {
            if let Some(folder) = self.log.path.parent() {
                fs::DirBuilder::new().recursive(true).mode(0o750).create(folder)?;
            }
            let file = OpenOptions::new().create(true).append(true).mode(0o640).open(&self.log.path)?;
            let size = file.metadata()?.len();
            self.open = Some((file, size));
        }
        self.open.as_mut().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn line(&mut self, line: &[u8]) -> io::Result<()> {
        let (largest, length) = (self.log.largest, line.len() as u64);
        let (_, size) = self.opened()?;
        if *size > 0 && *size + length > largest {
            self.rotate()?;
        }
        let (file, size) = self.opened()?;
        if let Err(error) = file.write_all(line) {
            // a part of a line would be read together with the next one
            file.set_len(*size)?;
            return Err(error);
        }
        *size += length;
        Ok(())
    }
}

/// What is not there need not be moved.
fn moved(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What is not there need not be removed.
pub(crate) fn gone(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

impl Write for Rotating {
    /// Takes a line. That it could not be written is nobody's to mend here.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.line(line).is_err() {
            // opened anew for the next one
            self.open = None;
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.open {
            Some((file, _)) => file.flush(),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn lines(path: &Path) -> Vec<String> {
        fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    /// Three files of a hundred bytes.
    fn log_of(path: &Path) -> Log {
        Log { path: path.to_owned(), files: 3, largest: 100 }
    }

    #[test]
    fn the_newest_files_are_kept_and_no_line_is_torn() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logs/combined.log");
        let mut log = Rotating::new(log_of(&path));
        for n in 0..40 {
            log.write_all(format!("line number {n:02}\n").as_bytes()).unwrap();
        }
        // 15 bytes a line: six to a file
        assert_eq!(lines(&path), ["line number 36", "line number 37", "line number 38", "line number 39"]);
        assert_eq!(lines(&log.log.aside(1))[0], "line number 30");
        assert_eq!(lines(&log.log.aside(2))[0], "line number 24");
        assert!(!log.log.aside(3).exists());
        // another start goes on where this one stopped
        let mut again = Rotating::new(log_of(&path));
        again.write_all(b"line number 40\n").unwrap();
        assert_eq!(lines(&path).len(), 5);
        // a line that is longer than a file is whole
        again.write_all(format!("{}\n", "x".repeat(300)).as_bytes()).unwrap();
        assert_eq!(lines(&path)[0].len(), 300);
    }

    #[test]
    fn what_cannot_be_written_is_lost_and_the_next_line_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let in_the_way = folder.path().join("logs");
        fs::write(&in_the_way, "a file where the folder should be").unwrap();
        let path = in_the_way.join("combined.log");
        let mut log = Rotating::new(log_of(&path));
        log.write_all(b"lost\n").unwrap();
        fs::remove_file(&in_the_way).unwrap();
        log.write_all(b"kept\n").unwrap();
        assert_eq!(lines(&path), ["kept"]);
        // removed by somebody: the next one that is moved aside is not there, and that is no trouble
        fs::remove_file(&path).unwrap();
        for _ in 0..30 {
            log.write_all(b"0123456789\n").unwrap();
        }
        assert_eq!(lines(&path).last().map(String::as_str), Some("0123456789"));
    }
}
