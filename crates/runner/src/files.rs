//! A run's files: put down and checked before it starts, listed after it has ended, removed when they are safe elsewhere.

use crate::folder::{InputRecord, RunFolder, Work, changed_ns, fault, unless_absent, while_doing};
use crate::journal::Journal;
use crate::launch::check_letting_go;
use crate::{os, poll, stop};
use domain::files::CONSOLE;
use runner::protocol::{
    Bytes, Fault, FaultKind, InputFile, ListRequest, Listed, ListedFile, Placed, RemoveRequest, Removed, StageRequest,
    Staged, VerifyRequest,
};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

/// What failed, in faults of several verbs.
const LOOKING: &str = "looking for the run's folder";
const NOTES: &str = "reading what is noted of the input files";

pub fn stage(work: &Work, request: StageRequest) -> Result<Staged, Fault> {
    let run = work.run(&request.token);
    check_names(&request.files)?;
    // here already, so that no gigabytes are sent for a run that cannot be
    check_letting_go(work)?;
    if !run.is_there().map_err(while_doing(LOOKING))? {
        let journal = unless_absent(Journal::peek(work)).map_err(while_doing("reading the journal"))?;
        if journal.is_some_and(|journal| journal.is_over(&request.token)) {
            return Err(started());
        }
    }
    make_folder(work, &run).map_err(while_doing("making the run's folder"))?;
    place(&run, &request.files, |file| {
        let part = run.part(&file.name);
        match &file.bytes {
            Some(Bytes(bytes)) => {
                File::create(&part).and_then(|mut to| to.write_all(bytes))?;
                settle(&run, file)
            }
            None => match part_size(&part) {
                Some(size) if size <= file.size => Ok(Placed::Part(size)),
                Some(_) => fs::remove_file(&part).map(|()| Placed::Part(0)),
                None => Ok(Placed::Part(0)),
            },
        }
    })
}

/// A link where the run's folder should be is not followed.
fn make_folder(work: &Work, run: &RunFolder) -> io::Result<()> {
    if fs::symlink_metadata(run.root()).is_ok() && !run.is_there()? {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    // while there is room for it: on a full disk nothing could go there
    fs::create_dir_all(work.trash())?;
    fs::create_dir_all(run.incoming())
}

pub fn verify(work: &Work, request: VerifyRequest) -> Result<Staged, Fault> {
    let run = work.run(&request.token);
    check_names(&request.files)?;
    place(&run, &request.files, |file| settle(&run, file))
}

/// For each file that is not in its place yet: `put` it there, unless the run has started.
fn place(
    run: &RunFolder,
    files: &[InputFile],
    put: impl Fn(&InputFile) -> io::Result<Placed>,
) -> Result<Staged, Fault> {
    let mut inputs = run.inputs().map_err(while_doing(NOTES))?;
    let before = inputs.len();
    let mut placed = Vec::with_capacity(files.len());
    for file in files {
        if is_placed(run, &inputs, file) {
            placed.push(Placed::Whole);
            continue;
        }
        let is_over = || Ok(run.started().try_exists()? || run.closed().try_exists()?);
        if is_over().map_err(while_doing(LOOKING))? {
            return Err(started());
        }
        let state = put(file).map_err(|error| fault(&error, file.name.as_str()))?;
        if state == Placed::Whole {
            inputs.retain(|input| input.name != file.name);
            inputs.push(run.input_record(file).map_err(|error| fault(&error, file.name.as_str()))?);
        }
        placed.push(state);
    }
    if inputs.len() != before || placed.contains(&Placed::Whole) {
        run.write_inputs(&inputs).map_err(while_doing("noting the input files"))?;
    }
    Ok(Staged { files: placed })
}

fn started() -> Fault {
    let message = "the run was started or stopped; its input cannot change any more".to_owned();
    Fault { kind: FaultKind::Started, message }
}

fn check_names(files: &[InputFile]) -> Result<(), Fault> {
    match files.iter().find(|file| file.name.as_str().eq_ignore_ascii_case(CONSOLE)) {
        Some(file) => {
            let message = format!("{}: this name is kept for the solver's console", file.name);
            Err(Fault { kind: FaultKind::BadRequest, message })
        }
        None => Ok(()),
    }
}

/// In its place with the content asked for: by our own note if the file was not touched since, else by its hash.
fn is_placed(run: &RunFolder, inputs: &[InputRecord], file: &InputFile) -> bool {
    let path = run.file(&file.name);
    let Ok(facts) = fs::symlink_metadata(&path) else { return false };
    if !facts.is_file() || facts.len() != file.size {
        return false;
    }
    match inputs.iter().find(|input| input.name == file.name) {
        Some(input) if input.changed_ns == changed_ns(&facts) && input.size == file.size => input.sha256 == file.sha256,
        _ => sha256(&path).is_ok_and(|hash| hash == file.sha256),
    }
}

fn part_size(part: &Path) -> Option<u64> {
    fs::symlink_metadata(part).ok().filter(fs::Metadata::is_file).map(|facts| facts.len())
}

/// The `.part` under its name, if it is what it should be.
fn settle(run: &RunFolder, file: &InputFile) -> io::Result<Placed> {
    let part = run.part(&file.name);
    let Some(size) = part_size(&part) else { return Ok(Placed::Part(0)) };
    if size < file.size {
        return Ok(Placed::Part(size));
    }
    if size > file.size || sha256(&part)? != file.sha256 {
        fs::remove_file(&part)?;
        return Ok(Placed::Wrong);
    }
    os::rename(&part, &run.file(&file.name))?;
    Ok(Placed::Whole)
}

pub fn list(work: &Work, request: ListRequest) -> Result<Listed, Fault> {
    let run = work.run(&request.token);
    if !run.is_there().map_err(while_doing(LOOKING))? {
        return Err(Fault { kind: FaultKind::NoFolder, message: "the run has no folder here".to_owned() });
    }
    let inputs = run.inputs().map_err(while_doing(NOTES))?;
    let mut left = request.inline_all;
    let mut files = Vec::new();
    for file in poll::facts(&run).map_err(while_doing("listing the run's files"))? {
        let path = run.root().join(&file.name);
        let excepted = poll::ending(&file.name)
            .is_some_and(|ending| request.except.iter().any(|except| except.eq_ignore_ascii_case(ending)));
        if excepted || is_unchanged_input(&path, &file.name, &inputs) {
            continue;
        }
        if file.size <= request.inline_file.min(left)
            && let Ok(bytes) = os::patiently(|| fs::read(&path))
        {
            let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            left = left.saturating_sub(size);
            let sha256 = Ok(hex::encode(Sha256::digest(&bytes)));
            files.push(ListedFile { name: file.name, size, sha256, bytes: Some(Bytes(bytes)) });
        } else {
            let sha256 = sha256(&path).map_err(|error| error.to_string());
            files.push(ListedFile { name: file.name, size: file.size, sha256, bytes: None });
        }
    }
    Ok(Listed { files })
}

fn is_unchanged_input(path: &Path, name: &str, inputs: &[InputRecord]) -> bool {
    let Some(input) = inputs.iter().find(|input| input.name.as_str() == name) else { return false };
    let Ok(facts) = fs::symlink_metadata(path) else { return false };
    if facts.len() != input.size {
        return false;
    }
    changed_ns(&facts) == input.changed_ns || sha256(path).is_ok_and(|hash| hash == input.sha256)
}

pub fn remove(work: &Work, request: RemoveRequest) -> Result<Removed, Fault> {
    let run = work.run(&request.token);
    let was_there = run.is_there().map_err(while_doing(LOOKING))?;
    if was_there {
        if stop::is_alive(&run, &request.token).map_err(while_doing("looking for the run's processes"))? {
            return Err(Fault { kind: FaultKind::Alive, message: "the run is alive".to_owned() });
        }
        // renamed first: a half removed folder must never look like a run
        fs::create_dir_all(work.trash()).map_err(while_doing("making the trash"))?;
        let gone = work.trash().join(request.token.as_str());
        os::rename(run.root(), &gone).map_err(while_doing("moving the run's folder away"))?;
    }
    // with it goes what an interrupted removal may have left; what cannot go is the affair of its own run
    let own = work.trash().join(request.token.as_str());
    let mut failed = None;
    for entry in fs::read_dir(work.trash()).into_iter().flatten().flatten() {
        if let Err(error) = fs::remove_dir_all(entry.path())
            && error.kind() != io::ErrorKind::NotFound
            && entry.path() == own
        {
            failed = Some(error);
        }
    }
    match failed {
        Some(error) => Err(fault(&error, "removing the run's folder")),
        None => Ok(Removed { was_there }),
    }
}

/// SHA-256 of a file in hexadecimal.
pub fn sha256(path: &Path) -> io::Result<String> {
    let mut file = os::patiently(|| File::open(path))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 256 << 10];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex::encode(hash.finalize())),
            read => hash.update(&buffer[..read]),
        }
    }
}
