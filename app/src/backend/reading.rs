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

/// A job's reading: one reader at a time.
type Shared = Arc<Mutex<Reading>>;

/// Readings of the jobs that were looked at last.
#[derive(Clone, Default)]
pub(super) struct Readings {
    kept: Arc<Mutex<Vec<(JobId, Shared)>>>,
}

impl Readings {
    fn of(&self, job: &JobSummary) -> Shared {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().position(|(id, _)| *id == job.id).map(|at| kept.remove(at).1);
        let reading = found.unwrap_or_else(|| Arc::new(Mutex::new(Reading::new(job))));
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
#[derive(Clone, Copy, PartialEq)]
struct Seen {
    bytes: u64,
    /// When it was made: a run that began anew has new files.
    made: Option<SystemTime>,
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
            if let Some((file, seen)) = open(folder, &name)? {
                files.push((name, file, seen));
            }
        }
        let another = |name: &str, now: &Seen| {
            self.read.get(name).is_some_and(|before| before.made != now.made || before.bytes > now.bytes)
        };
        let gone = self.read.keys().any(|name| files.iter().all(|(known, ..)| known != name));
        if gone || files.iter().any(|(name, _, seen)| another(name, seen)) {
            self.reader = RunReader::new(self.solver, Vec::new());
            self.read.clear();
        }
        let mut slice = vec![0; SLICE];
        for (name, mut file, now) in files {
            let mut at = self.read.get(&name).map_or(0, |before| before.bytes);
            file.seek(SeekFrom::Start(at))?;
            loop {
                let got = file.read(&mut slice)?;
                if got == 0 {
                    break;
                }
                self.reader.feed(&name, &slice[..got]);
                at += got as u64;
                // at once: what a later error leaves is not fed again
                self.read.insert(name.clone(), Seen { bytes: at, made: now.made });
            }
            self.read.entry(name).or_insert(Seen { bytes: at, made: now.made });
        }
        Ok(())
    }
}

/// The file under its own name, or as it grows.
fn open(folder: &Path, name: &str) -> io::Result<Option<(File, Seen)>> {
    for path in [folder.join(name), folder.join(format!("{name}{PART}"))] {
        match File::open(path) {
            Ok(file) => {
                let facts = file.metadata()?;
                return Ok(Some((file, Seen { bytes: facts.len(), made: facts.created().ok() })));
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
        let read = tokio::task::spawn_blocking(move || -> io::Result<T> {
            let mut reading = reading.lock().unwrap_or_else(PoisonError::into_inner);
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
