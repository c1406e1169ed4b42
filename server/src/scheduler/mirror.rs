//! What a running job's files say so far: kept on the server's disk as `NAME.part` while they grow on the node, so
//! that people can read them and so that collecting only fetches the rest.

use deck::adapter::RunReader;
use domain::files::{CONSOLE, PART};
use domain::{Solver, StepShape};
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const SLICE: usize = 64 * 1024;

/// One run's growing files and their reader.
pub struct Mirror {
    folder: PathBuf,
    job: String,
    solver: Solver,
    steps: Vec<StepShape>,
    reader: RunReader,
    offsets: HashMap<String, u64>,
}

/// The files whose growth is fetched while the run goes on, those that tell how it stands first.
pub fn wanted(job: &str, solver: Solver) -> impl Iterator<Item = String> {
    let live = deck::adapter::live_files(solver).iter().map(move |ending| format!("{job}.{ending}"));
    [CONSOLE.to_owned()].into_iter().chain(live)
}

impl Mirror {
    /// Reads what an earlier life of the server has fetched already. Blocking.
    ///
    /// # Errors
    /// What the file system says.
    pub fn open(folder: PathBuf, job: &str, solver: Solver, steps: &[StepShape]) -> io::Result<Mirror> {
        std::fs::create_dir_all(&folder)?;
        let mut mirror = Mirror {
            folder,
            job: job.to_owned(),
            solver,
            steps: steps.to_vec(),
            reader: RunReader::new(solver, steps.to_vec()),
            offsets: HashMap::new(),
        };
        let mut names: Vec<String> = Vec::new();
        for entry in std::fs::read_dir(&mirror.folder)? {
            if let Some(name) = entry?.file_name().to_str().and_then(|name| name.strip_suffix(PART))
                && wanted(job, solver).any(|wanted| wanted == name)
            {
                names.push(name.to_owned());
            }
        }
        for name in names {
            let mut file = File::open(mirror.folder.join(format!("{name}{PART}")))?;
            let read = feed(&mut mirror.reader, &name, &mut file)?;
            mirror.offsets.insert(name, read);
        }
        Ok(mirror)
    }

    /// How much of each file is here.
    pub fn offsets(&self) -> Vec<(String, u64)> {
        self.offsets.iter().map(|(name, at)| (name.clone(), *at)).collect()
    }

    /// Adds what has grown. A file that begins anew is read anew. What was not asked for is no file of this run: the
    /// node's word is neither a path nor a place in a file. Blocking.
    ///
    /// # Errors
    /// What the file system says.
    pub fn add(&mut self, name: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let known = self.offsets.get(name).copied().unwrap_or(0);
        if !wanted(&self.job, self.solver).any(|wanted| wanted == name) || !(offset == known || offset == 0) {
            return Ok(());
        }
        let path = self.folder.join(format!("{name}{PART}"));
        let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        file.set_len(offset)?;
        file.seek(SeekFrom::Start(offset))?;
        file.write_all(bytes)?;
        self.offsets.insert(name.to_owned(), offset + bytes.len() as u64);
        if offset < known {
            *self = Mirror::open(self.folder.clone(), &self.job, self.solver, &self.steps)?;
        } else {
            self.reader.feed(name, bytes);
        }
        Ok(())
    }

    /// The reader, for progress.
    pub fn reader(&mut self) -> &mut RunReader {
        &mut self.reader
    }
}

fn feed(reader: &mut RunReader, name: &str, file: &mut File) -> io::Result<u64> {
    let mut slice = vec![0; SLICE];
    let mut all = 0;
    loop {
        let read = file.read(&mut slice)?;
        if read == 0 {
            return Ok(all);
        }
        reader.feed(name, &slice[..read]);
        all += read as u64;
    }
}

/// A reader that has seen all that was collected of the files that tell how a run ended. Blocking.
///
/// # Errors
/// What the file system says.
pub fn read_again(folder: &Path, job: &str, solver: Solver, steps: &[StepShape]) -> io::Result<RunReader> {
    let mut reader = RunReader::new(solver, steps.to_vec());
    for name in wanted(job, solver) {
        for file in [folder.join(&name), folder.join(format!("{name}{PART}"))] {
            match File::open(file) {
                Ok(mut file) => {
                    feed(&mut reader, &name, &mut file)?;
                    break;
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(reader)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_what_was_asked_for_is_kept_and_only_where_it_fits() {
        let folder = tempfile::tempdir().unwrap();
        let here = || {
            let all = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap());
            let mut all: Vec<_> =
                all.map(|e| (e.file_name().into_string().unwrap(), e.metadata().unwrap().len())).collect();
            all.sort();
            all
        };
        let mut mirror = Mirror::open(folder.path().to_owned(), "beam", Solver::Calculix, &[]).unwrap();
        for (name, offset) in [("../beam.sta", 0), ("other.sta", 0), ("beam.odb", 0), (CONSOLE, 1 << 41), (CONSOLE, 5)]
        {
            mirror.add(name, offset, b"text").unwrap();
        }
        assert_eq!(here(), []);
        mirror.add(CONSOLE, 0, b"one\n").unwrap();
        mirror.add(CONSOLE, 4, b"two\n").unwrap();
        mirror.add(CONSOLE, 2, b"no").unwrap();
        assert_eq!(mirror.offsets(), [(CONSOLE.to_owned(), 8)]);
        mirror.add(CONSOLE, 0, b"anew\n").unwrap();
        assert_eq!(mirror.offsets(), [(CONSOLE.to_owned(), 5)]);
        assert_eq!(here(), [(format!("{CONSOLE}{PART}"), 5)]);
    }
}
