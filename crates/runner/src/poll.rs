//! How the runs are, what is new in their files, and what this machine is.

use crate::folder::{RunFolder, Work, now, unless_absent};
use crate::{files, os};
use domain::lifecycle::RunEnd;
use domain::{ExitStatus, RunToken, Seconds};
use runner::protocol::{Bytes, Fault, Grown, PollRequest, PollRun, Polled, PolledRun, Probe, ProbeRequest, RunState};
use std::cell::OnceCell;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// A launch that has passed the gate needs at most so long until its wrapper is there.
const BIRTH: Seconds = Seconds(30);

pub fn probe(work: &Work, _: ProbeRequest) -> Result<Probe, Fault> {
    let hash = std::env::current_exe().and_then(|path| files::sha256(&path));
    Ok(Probe {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        hash: hash.unwrap_or_default(),
        os: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        boot: os::boot(),
        clock: now(),
        cores: std::thread::available_parallelism().ok().and_then(|n| u32::try_from(n.get()).ok()).unwrap_or(0),
        memory: os::memory(),
        disk: os::disk(work.root()),
        locale: os::locale(),
        held_by: held_by(work),
    })
}

pub fn poll(work: &Work, request: PollRequest) -> Result<Polled, Fault> {
    let boot = os::boot();
    let living = OnceCell::new();
    let mut left = request.max_all;
    let mut runs = Vec::with_capacity(request.runs.len());
    for asked in &request.runs {
        let run = work.run(&asked.token);
        // the state first: bytes read after "ended" are the last there will be
        let state = state(&run, &asked.token, &boot, &living)
            .unwrap_or_else(|error| RunState::Unknown { reason: error.to_string() });
        // what cannot be looked at now is asked for again from the same offset
        let files = facts(&run).unwrap_or_default();
        let grown = grown(&run, asked, &files, request.max_file, &mut left);
        let ran = match &state {
            RunState::Ended(_) => ran(&run),
            RunState::NotStarted | RunState::Alive | RunState::Unknown { .. } => None,
        };
        runs.push(PolledRun { token: asked.token.clone(), state, ran, grown });
    }
    Ok(Polled { boot, clock: now(), disk: os::disk(work.root()), lets_go: held_by(work).is_none(), runs })
}

/// What could not be tried is no "no": a launch will say it.
fn held_by(work: &Work) -> Option<String> {
    os::held_by(work.program()).unwrap_or_default()
}

/// By this machine's clock alone, which may differ from the caller's.
fn ran(run: &RunFolder) -> Option<u64> {
    let (launch, exit) = (run.launch_record().ok()??, run.exit_record().ok()??);
    u64::try_from(exit.at.0.checked_sub(launch.at.0)?).ok()
}

type Living = OnceCell<os::Marked>;

/// An error means that it cannot be told now: what was not read must not become an end that never was.
fn state(run: &RunFolder, token: &RunToken, boot: &str, living: &Living) -> io::Result<RunState> {
    let exit = run.exit_record();
    if let Ok(Some(record)) = exit {
        return Ok(RunState::Ended(record.end));
    }
    let there = run.is_there()?;
    if there && !run.started().try_exists()? {
        exit?;
        return Ok(if run.closed().try_exists()? {
            RunState::Ended(RunEnd::Exited { exit: ExitStatus::Unknown, stopped: true })
        } else {
            RunState::NotStarted
        });
    }
    let processes = run.process_record()?;
    if let Some(record) = &processes
        && os::is_of_this_boot(&record.boot, boot)?
    {
        for process in [Some(record.wrapper), record.solver].into_iter().flatten() {
            if os::is_alive(process)? {
                return Ok(RunState::Alive);
            }
        }
    }
    // the wrapper may have been killed and the solver may compute on: its mark is on every process of the run
    let living = match living.get() {
        Some(living) => living,
        None => {
            let found = os::Marked::look()?;
            living.get_or_init(|| found)
        }
    };
    if living.contains(token)? {
        return Ok(RunState::Alive);
    }
    if !there {
        return Ok(RunState::Ended(RunEnd::FolderGone));
    }
    // it may have ended between the first look and the last, and what is written of that must be readable
    if let Some(record) = run.exit_record()? {
        return Ok(RunState::Ended(record.end));
    }
    let launch = run.launch_record()?;
    if let Some(record) = &launch
        && !os::is_of_this_boot(&record.boot, boot)?
    {
        return Ok(RunState::Ended(RunEnd::Rebooted));
    }
    if processes.is_none() && launch.is_some_and(|record| now().since(record.at) < BIRTH) {
        return Ok(RunState::Alive);
    }
    Ok(RunState::Ended(RunEnd::ProcessGone))
}

/// A file as the folder shows it.
pub struct FileFact {
    pub name: String,
    /// In bytes.
    pub size: u64,
}

/// The plain files, by name. Links, folders and names that are not text are nobody's result. Where one cannot be looked at
/// there is no list: half of it would pass for all that the run has left.
pub fn facts(run: &RunFolder) -> io::Result<Vec<FileFact>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(run.root())? {
        let entry = entry?;
        // asked of the file itself: Windows' folders show the size at which it was closed last
        let facts = unless_absent(os::patiently(|| fs::symlink_metadata(entry.path())))?;
        let Some(facts) = facts.filter(fs::Metadata::is_file) else { continue };
        let Ok(name) = entry.file_name().into_string() else { continue };
        files.push(FileFact { name, size: facts.len() });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

fn grown(run: &RunFolder, asked: &PollRun, files: &[FileFact], max_file: u64, left: &mut u64) -> Vec<Grown> {
    // in the order asked: where one answer cannot carry all, what matters most comes first
    let is = |name: &str, want: &str| name == want || ending(name) == Some(want);
    let wanted = asked.want.iter().flat_map(|want| files.iter().filter(move |file| is(&file.name, want)));
    let mut grown: Vec<Grown> = Vec::new();
    for file in wanted {
        if grown.iter().any(|before| before.name == file.name) {
            continue;
        }
        let had = asked.offsets.iter().find(|(name, _)| *name == file.name).map_or(0, |(_, offset)| *offset);
        let offset = if file.size < had { 0 } else { had };
        let most = max_file.min(*left);
        if file.size == offset || most == 0 {
            continue;
        }
        if let Ok(bytes) = read_from(&run.root().join(&file.name), offset, most)
            && !bytes.is_empty()
        {
            *left = left.saturating_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
            grown.push(Grown { name: file.name.clone(), offset, bytes: Bytes(bytes) });
        }
    }
    grown
}

/// What follows the last dot.
pub fn ending(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(_, ending)| ending)
}

fn read_from(path: &Path, offset: u64, most: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}
