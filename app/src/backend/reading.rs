//! What a job's own files say, read only where they grew: pages ask again and again while a run goes on, and a message
//! file may have gigabytes.

use super::{Asking, Backend, fault};
use crate::AppError;
use deck::adapter::{RunReader, live_files};
use domain::files::{CONSOLE, PART};
use domain::{JobId, JobSummary, Solver};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// Jobs whose readings are kept; the one asked for longest ago goes first.
const KEPT: usize = 24;
/// Bytes read at once.
const SLICE: usize = 256 * 1024;
/// Bytes by which a file is known again: a row of every solver's table is longer than its times alone.
const SEAM: usize = 256;

/// A job's reading: one reader at a time.
type Shared = Arc<tokio::sync::Mutex<Reading>>;

/// Readings of the jobs that were looked at last.
#[derive(Clone, Default)]
pub(super) struct Readings {
    kept: Arc<Mutex<Vec<(JobId, Shared)>>>,
}

impl Readings {
    fn of(&self, job: &JobSummary) -> Shared {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().position(|(id, _)| *id == job.id).map(|at| kept.remove(at).1);
        let reading = found.unwrap_or_else(|| Arc::new(tokio::sync::Mutex::new(Reading::new(job))));
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        kept.push((job.id, reading.clone()));
        reading
    }
}

/// A reader and how far it has read each file.
pub(super) struct Reading {
    job: String,
    solver: Solver,
    reader: RunReader,
    read: HashMap<String, Seen>,
}

/// A file as far as it was read.
struct Seen {
    bytes: u64,
    /// When it was made: a run that began anew has new files.
    made: Option<SystemTime>,
    /// The last bytes read, at most [`SEAM`]: a file may begin anew in place and be longer by now than it was.
    seam: Vec<u8>,
}

impl Seen {
    fn begin(made: Option<SystemTime>) -> Seen {
        Seen { bytes: 0, made, seam: Vec::new() }
    }

    fn add(&mut self, slice: &[u8]) {
        self.bytes += slice.len() as u64;
        self.seam.extend_from_slice(&slice[slice.len().saturating_sub(SEAM)..]);
        self.seam.drain(..self.seam.len().saturating_sub(SEAM));
    }

    /// Whether `file` still has what was read. Leaves it where reading goes on.
    fn is_in(&self, file: &mut File, made: Option<SystemTime>) -> io::Result<bool> {
        if self.made != made || file.metadata()?.len() < self.bytes {
            return Ok(false);
        }
        file.seek(SeekFrom::Start(self.bytes - self.seam.len() as u64))?;
        let mut there = vec![0; self.seam.len()];
        match file.read_exact(&mut there) {
            Ok(()) => Ok(there == self.seam),
            // it has shrunk this very moment
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Reading {
    fn new(job: &JobSummary) -> Reading {
        Reading {
            job: job.name.to_string(),
            solver: job.solver,
            reader: RunReader::new(job.solver, Vec::new()),
            read: HashMap::new(),
        }
    }

    /// Reads what is new; begins anew where a file is another one than before.
    fn catch_up(&mut self, folder: &Path) -> io::Result<()> {
        let endings = live_files(self.solver).iter().map(|ending| format!("{}.{ending}", self.job));
        let names: Vec<String> = endings.chain([CONSOLE.to_owned()]).collect();
        let mut files = Vec::new();
        for name in names {
            if let Some((file, made)) = open(folder, &name)? {
                files.push((name, file, made));
            }
        }
        let gone = self.read.keys().any(|name| files.iter().all(|(known, ..)| known != name));
        let mut another = gone;
        for (name, file, made) in &mut files {
            if let Some(seen) = self.read.get(name.as_str()) {
                another |= !seen.is_in(file, *made)?;
            }
        }
        if another {
            self.reader = RunReader::new(self.solver, Vec::new());
            self.read.clear();
        }
        let mut slice = vec![0; SLICE];
        for (name, mut file, made) in files {
            let seen = self.read.entry(name.clone()).or_insert_with(|| Seen::begin(made));
            file.seek(SeekFrom::Start(seen.bytes))?;
            loop {
                let got = file.read(&mut slice)?;
                if got == 0 {
                    break;
                }
                self.reader.feed(&name, &slice[..got]);
                // at once: what a later error leaves is not fed again
                seen.add(&slice[..got]);
            }
        }
        Ok(())
    }
}

/// The file under its own name, or as it grows.
fn open(folder: &Path, name: &str) -> io::Result<Option<(File, Option<SystemTime>)>> {
    for path in [folder.join(name), folder.join(format!("{name}{PART}"))] {
        match File::open(path) {
            Ok(file) => {
                let made = file.metadata()?.created().ok();
                return Ok(Some((file, made)));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

impl Backend {
    /// What `take` makes of all that the job's files say by now.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub(super) async fn reading<T: Send + 'static>(
        &self,
        job: &JobSummary,
        asking: &Asking,
        take: impl FnOnce(&RunReader) -> T + Send + 'static,
    ) -> Result<T, AppError> {
        let reading = self.readings.of(job);
        let folder: PathBuf = self.result_folder(job.id);
        // who waits for another's reading must not hold a thread of the pool that uploads and downloads need
        let mut reading = reading.lock_owned().await;
        let read = tokio::task::spawn_blocking(move || -> io::Result<T> {
            reading.catch_up(&folder)?;
            Ok(take(&reading.reader))
        });
        match read.await {
            Ok(Ok(taken)) => Ok(taken),
            Ok(Err(error)) => Err(fault::disk(asking.locale, &error)),
            Err(_) => Err(fault::internal(asking.locale)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::fs;

    fn reading() -> Reading {
        Reading {
            job: "beam".into(),
            solver: Solver::Calculix,
            reader: RunReader::new(Solver::Calculix, Vec::new()),
            read: HashMap::new(),
        }
    }

    const ROW: &str = "     1          1     1     2  0.500000E+00  0.500000E+00  0.500000E+00\n";
    const HEAD: &str =
        "SUMMARY OF JOB INFORMATION\n  STEP      INC     ATT  ITRS     TOT TIME     STEP TIME      INC TIME\n";

    #[test]
    fn a_file_is_read_only_where_it_grew_and_goes_on_under_its_final_name() {
        let folder = tempfile::tempdir().unwrap();
        let part = folder.path().join("beam.sta.part");
        fs::write(&part, format!("{HEAD}{ROW}")).unwrap();
        let mut reading = reading();
        reading.catch_up(folder.path()).unwrap();
        assert_eq!(reading.reader.attempts().len(), 1);
        // were it read from its beginning, there would be a third row
        use std::io::Write;
        fs::OpenOptions::new().append(true).open(&part).unwrap().write_all(ROW.as_bytes()).unwrap();
        fs::rename(&part, folder.path().join("beam.sta")).unwrap();
        reading.catch_up(folder.path()).unwrap();
        assert_eq!(reading.reader.attempts().len(), 2);
    }

    #[test]
    fn a_run_that_began_anew_in_place_is_read_from_its_beginning() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("beam.sta.part");
        fs::write(&file, format!("{HEAD}{ROW}")).unwrap();
        let mut reading = reading();
        reading.catch_up(folder.path()).unwrap();
        // the same file, longer than it was
        let other = ROW.replace("0.500000E+00", "0.250000E+00");
        fs::write(&file, format!("{HEAD}{other}{other}{other}")).unwrap();
        reading.catch_up(folder.path()).unwrap();
        assert_eq!(reading.reader.attempts().len(), 3);
    }

    #[test]
    fn another_run_of_the_job_is_read_from_its_beginning() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("beam.sta");
        fs::write(&file, format!("{HEAD}{ROW}{ROW}")).unwrap();
        let mut reading = reading();
        reading.catch_up(folder.path()).unwrap();
        fs::write(&file, format!("{HEAD}{ROW}")).unwrap();
        reading.catch_up(folder.path()).unwrap();
        assert_eq!(reading.reader.attempts().len(), 1);
        fs::remove_file(&file).unwrap();
        reading.catch_up(folder.path()).unwrap();
        assert_eq!(reading.reader.attempts().len(), 0);
    }
}
