//! Where things lie: the work folder, a run's folder and our own folder inside it, and how records get there.

use crate::os::{self, Identity};
use domain::files::CONSOLE;
use domain::lifecycle::RunEnd;
use domain::{FileName, RunToken, Timestamp};
use runner::protocol::{Fault, FaultKind, INCOMING, InputFile, LaunchRequest, OWN, RUNS};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

/// Bytes of disk kept for a record that must be written later; none is longer.
const ROOM: usize = 4096;

/// The folder this program lies in.
pub struct Work {
    root: PathBuf,
    program: PathBuf,
}

impl Work {
    /// Found from the program's own path, so that no request can name another.
    pub fn of_this_program() -> io::Result<Work> {
        let program = std::env::current_exe()?;
        let root = program.parent().ok_or(io::ErrorKind::NotFound)?.to_owned();
        Ok(Work { root, program })
    }

    /// This program's file. Once it was replaced, the system no longer tells this path of a process that began before.
    pub fn program(&self) -> &Path {
        &self.program
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn journal(&self) -> PathBuf {
        self.root.join("journal")
    }

    /// Whether nothing was put there but this program, whole or on its way.
    pub fn is_new(&self) -> bool {
        let is_ours = |entry: io::Result<fs::DirEntry>| {
            entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("runner"))
        };
        fs::read_dir(&self.root).is_ok_and(|mut entries| entries.all(is_ours))
    }

    /// All runs.
    fn runs(&self) -> PathBuf {
        self.root.join(RUNS)
    }

    pub fn trash(&self) -> PathBuf {
        self.root.join("trash")
    }

    /// A token is hexadecimal digits and hyphens only, so this can never leave the folder of all runs.
    pub fn run(&self, token: &RunToken) -> RunFolder {
        RunFolder { root: self.runs().join(token.as_str()) }
    }
}

/// One run's folder.
pub struct RunFolder {
    root: PathBuf,
}

/// What was launched, written before the gate is passed.
#[derive(Serialize, Deserialize)]
pub struct LaunchRecord {
    pub boot: String,
    pub at: Timestamp,
    pub request: LaunchRequest,
}

/// Who they are: written by the wrapper, first about itself, then with the solver.
#[derive(Serialize, Deserialize)]
pub struct ProcessRecord {
    pub boot: String,
    pub wrapper: Identity,
    pub solver: Option<Identity>,
}

/// How it ended.
#[derive(Serialize, Deserialize)]
pub struct ExitRecord {
    pub end: RunEnd,
    pub at: Timestamp,
}

/// An input file as it was put down, to tell later whether the solver changed it.
#[derive(Clone, Serialize, Deserialize)]
pub struct InputRecord {
    pub name: FileName,
    pub size: u64,
    pub sha256: String,
    pub changed_ns: u128,
}

impl RunFolder {
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A real folder, not a link to one. An error says neither: a disk that does not answer has lost nothing.
    pub fn is_there(&self) -> io::Result<bool> {
        Ok(unless_absent(fs::symlink_metadata(&self.root))?.is_some_and(|facts| facts.is_dir()))
    }

    pub fn own(&self) -> PathBuf {
        self.root.join(OWN)
    }

    /// The gate: whoever makes this folder may launch, and nobody after.
    pub fn started(&self) -> PathBuf {
        self.own().join("started")
    }

    pub fn closed(&self) -> PathBuf {
        self.own().join("closed")
    }

    /// Closes the gate.
    pub fn close(&self) -> io::Result<()> {
        fs::create_dir_all(self.own())?;
        let closed = self.closed();
        os::rename(&kept_for(&closed), &closed).or_else(|_| fs::File::create(&closed).map(drop))
    }

    pub fn wrapper_log(&self) -> PathBuf {
        self.own().join("wrapper.log")
    }

    pub fn console(&self) -> PathBuf {
        self.root.join(CONSOLE)
    }

    fn process(&self) -> PathBuf {
        self.own().join("process.json")
    }

    fn exit(&self) -> PathBuf {
        self.own().join("exit.json")
    }

    /// Takes the room for all that must be written once the run is launched, because others may have filled the disk by
    /// then, and at its end the run itself.
    pub fn keep_room(&self) -> io::Result<()> {
        for record in [self.process(), self.exit()] {
            fs::write(kept_for(&record), [0; ROOM])?;
        }
        // a file system may also run out of files
        fs::write(kept_for(&self.closed()), [])?;
        for output in [self.wrapper_log(), self.console()] {
            fs::OpenOptions::new().create(true).append(true).open(output)?;
        }
        Ok(())
    }

    pub fn incoming(&self) -> PathBuf {
        self.own().join(INCOMING)
    }

    pub fn part(&self, name: &FileName) -> PathBuf {
        self.incoming().join(format!("{name}.part"))
    }

    pub fn file(&self, name: &FileName) -> PathBuf {
        self.root.join(name.as_str())
    }

    pub fn launch_record(&self) -> io::Result<Option<LaunchRecord>> {
        read_record(&self.own().join("launch.json"))
    }

    pub fn write_launch_record(&self, record: &LaunchRecord) -> io::Result<()> {
        write_record(&self.own().join("launch.json"), record, Lasts::ThisBoot)
    }

    pub fn process_record(&self) -> io::Result<Option<ProcessRecord>> {
        read_record(&self.process())
    }

    pub fn write_process_record(&self, record: &ProcessRecord) -> io::Result<()> {
        write_record(&self.process(), record, Lasts::ThisBoot)
    }

    pub fn exit_record(&self) -> io::Result<Option<ExitRecord>> {
        read_record(&self.exit())
    }

    pub fn write_exit_record(&self, record: &ExitRecord) -> io::Result<()> {
        write_record(&self.exit(), record, Lasts::BeyondPower)
    }

    pub fn inputs(&self) -> io::Result<Vec<InputRecord>> {
        Ok(read_record(&self.own().join("inputs.json"))?.unwrap_or_default())
    }

    pub fn write_inputs(&self, inputs: &[InputRecord]) -> io::Result<()> {
        write_record(&self.own().join("inputs.json"), inputs, Lasts::ThisBoot)
    }

    /// What the folder shows of this file, beside what was asked for.
    pub fn input_record(&self, file: &InputFile) -> io::Result<InputRecord> {
        let facts = fs::symlink_metadata(self.file(&file.name))?;
        Ok(InputRecord {
            name: file.name.clone(),
            size: facts.len(),
            sha256: file.sha256.clone(),
            changed_ns: changed_ns(&facts),
        })
    }
}

/// Nanoseconds since the epoch of the last change; 0 where the file system does not know.
pub fn changed_ns(facts: &fs::Metadata) -> u128 {
    facts
        .modified()
        .ok()
        .and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok())
        .map_or(0, |span| span.as_nanos())
}

/// The node's clock.
pub fn now() -> Timestamp {
    let span = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(span.as_secs()).unwrap_or(i64::MAX))
}

/// `None` when it is absent or half: it was never written. One that cannot be read for the moment (somebody has it open,
/// the disk does not answer, too many files are open) may say anything, and nobody must act as if it were not there.
fn read_record<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    let bytes = unless_absent(os::patiently(|| fs::read(path)))?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// `None` for what is not there; every other error stays one.
pub fn unless_absent<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The room kept for a record.
fn kept_for(record: &Path) -> PathBuf {
    record.with_extension("room")
}

/// All or nothing.
fn write_record<T: Serialize + ?Sized>(path: &Path, record: &T, lasts: Lasts) -> io::Result<()> {
    let bytes = serde_json::to_vec(record)?;
    let kept = Some(kept_for(path)).filter(|kept| kept.exists());
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let fresh = kept.clone().unwrap_or_else(|| {
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        path.with_extension(format!("{}-{next}.tmp", std::process::id()))
    });
    let write = || -> io::Result<()> {
        // not emptied first: its room would be anybody's
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(false).open(&fresh)?;
        file.write_all(&bytes)?;
        file.set_len(u64::try_from(bytes.len()).map_err(io::Error::other)?)?;
        if lasts == Lasts::BeyondPower {
            file.sync_data()?;
        }
        // what is open may have no other name on some systems
        drop(file);
        os::rename(&fresh, path)
    };
    // what failed is tried again: in the room kept for it, or under another name, and then nothing of it stays
    write().inspect_err(|_| {
        if kept.is_none() {
            drop(fs::remove_file(&fresh));
        }
    })
}

/// How long a record means anything. Waiting for the disk is most of what a launch costs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lasts {
    /// Until the machine is started again: nothing that it tells of lives longer.
    ThisBoot,
    /// It must be read even after the power went.
    BeyondPower,
}

/// A system's error as the caller will read it.
pub fn fault(error: &io::Error, doing: &str) -> Fault {
    let kind = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => FaultKind::DiskFull,
        _ => FaultKind::System,
    };
    Fault { kind, message: format!("{doing}: {error}") }
}

/// For `map_err`.
pub fn while_doing(doing: &'static str) -> impl Fn(io::Error) -> Fault {
    move |error| fault(&error, doing)
}
