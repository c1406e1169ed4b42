//! Linux: `/proc` says who is there, sessions let go, signals end.

use super::{Identity, Wrapper};
use domain::RunToken;
use runner::protocol::MARK;
use rustix::process::{
    Pid, PidfdFlags, Signal, kill_process, kill_process_group, pidfd_open, pidfd_send_signal, setsid,
};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;

/// Processes can be asked to end by a signal.
pub const CAN_ASK: bool = true;

/// Another value after every start of the machine. Empty where it cannot be told.
pub fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|text| text.trim().to_owned()).unwrap_or_default()
}

/// Bytes of memory.
pub fn memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()?.saturating_mul(1024))
}

/// Free (for this account) and total bytes of the disk that holds `path`.
pub fn disk(path: &Path) -> Option<(u64, u64)> {
    let facts = rustix::fs::statvfs(path).ok()?;
    let free = facts.f_bavail.saturating_mul(facts.f_frsize);
    // what only root may fill counts as full, as `df` has it
    let used = facts.f_blocks.saturating_sub(facts.f_bfree).saturating_mul(facts.f_frsize);
    Some((free, used.saturating_add(free)))
}

/// Has the disk keep so many bytes behind a file's end for it, where the file system can.
pub fn keep_room_behind(file: &fs::File, bytes: u64) {
    use rustix::fs::{FallocateFlags, fallocate};
    if let Ok(facts) = file.metadata() {
        let _ = fallocate(file, FallocateFlags::KEEP_SIZE, facts.len(), bytes);
    }
}

/// The account's locale.
pub fn locale() -> String {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()))
        .unwrap_or_default()
}

/// Whether the program at this path is still there and may be started.
pub fn can_be_started(program: &Path) -> bool {
    rustix::fs::access(program, rustix::fs::Access::EXEC_OK).is_ok()
}

/// Under its new name at once, in place of what had it.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

/// Nobody keeps anybody from a file here, so there is nothing to be waited for.
pub fn patiently<T>(act: impl Fn() -> io::Result<T>) -> io::Result<T> {
    act()
}

/// Waits until nobody else holds it; until the file is closed.
pub fn lock(file: &fs::File) -> io::Result<()> {
    file.lock()
}

/// What was opened for this process stays with it: descriptors of ours are closed in every child anyway.
pub fn keep_to_ourselves() {}

/// What is made here is the account's own, as far as its umask says.
pub fn keep_folder_to_ourselves(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Why what is started here would end with its caller. A session of its own never does.
pub fn held_by(_: &Path) -> io::Result<Option<String>> {
    Ok(None)
}

/// Starts this program's wrapper for a run so that it can become independent ([`detach`]). Its end is not awaited, because
/// it lives on. After an error nothing was started.
pub fn let_go(program: &Path, token: &RunToken, folder: &Path, log: fs::File) -> io::Result<Wrapper> {
    let (said, stdout) = io::pipe()?;
    let mut wrapper = Command::new(program)
        .args(["wrap", token.as_str()])
        .env(MARK, token.as_str())
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(log)
        .spawn()?;
    // it is our child as long as we live: when it ends, its entry in the process table must not stay. Without a thread to
    // wait for it, it stays until we end ourselves
    let _waiting = thread::Builder::new().spawn(move || wrapper.wait());
    Ok(Wrapper::Speaks(said))
}

/// The wrapper leaves the session of its caller, so that its end is not ours, and outlives the signals that end a whole
/// group. A handler, not "ignore": that would be inherited by the solver.
pub fn detach(_: &RunToken) -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    setsid()?;
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::new(AtomicBool::new(false)))?;
    }
    Ok(())
}

/// A command in a group of its own, so that a signal to it does not reach us.
pub fn command(program: &str) -> io::Result<Command> {
    let mut command = Command::new(program);
    command.process_group(0);
    Ok(command)
}

/// Starts a run's solver. Its processes are known by their marks.
pub fn start_solver(command: &mut Command, _: &RunToken) -> io::Result<Child> {
    command.spawn()
}

/// A short command that can be ended with all that it has started.
pub struct Apart {
    pub child: Child,
}

impl Apart {
    /// Starts what [`command`] has made.
    pub fn start(command: &mut Command) -> io::Result<Apart> {
        Ok(Apart { child: command.spawn()? })
    }

    /// Its whole group. It must not have been waited for yet, so that its number is still its own.
    pub fn end(&mut self) {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // a group that is gone is what was wanted
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

/// Code or signal.
pub fn ended(status: ExitStatus) -> domain::ExitStatus {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => domain::ExitStatus::Code(code),
        (None, Some(signal)) => domain::ExitStatus::Signal(signal),
        (None, None) => domain::ExitStatus::Unknown,
    }
}

/// One line of the process table.
struct Entry {
    start: u64,
    parent: u32,
    session: u32,
}

/// What `/proc` says of a process; `None` where it is gone, or is none of ours and hidden from us. Whatever else keeps us
/// from reading (no descriptor is free, no memory) says nothing of the process.
fn read(pid: u32, what: &str) -> io::Result<Option<Vec<u8>>> {
    match fs::read(format!("/proc/{pid}/{what}")) {
        Ok(text) => Ok(Some(text)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied) => Ok(None),
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::SRCH.raw_os_error()) => Ok(None),
        Err(error) => Err(error),
    }
}

/// `None` when it is gone, or a zombie that only waits to be reaped.
fn entry(pid: u32) -> io::Result<Option<Entry>> {
    let Some(text) = read(pid, "stat")? else { return Ok(None) };
    // one that goes while it is read leaves nothing to read
    Ok(parsed(&text))
}

fn parsed(text: &[u8]) -> Option<Entry> {
    // the name in parentheses may hold blanks and parentheses itself
    let after = text.iter().rposition(|byte| *byte == b')')?;
    let fields: Vec<&str> = std::str::from_utf8(text.get(after + 1..)?).ok()?.split_whitespace().collect();
    if matches!(*fields.first()?, "Z" | "X" | "x") {
        return None;
    }
    // proc(5): the field after the name is number 3
    let number = |field: usize| fields.get(field - 3).and_then(|text| text.parse::<u64>().ok());
    let small = |field: usize| number(field).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
    Some(Entry { start: number(22)?, parent: small(4), session: small(6) })
}

/// The process with this number as it is now.
pub fn identity(pid: u32) -> io::Result<Option<Identity>> {
    Ok(entry(pid)?.map(|entry| Identity { pid, start: entry.start }))
}

/// Is it still that process, and does it run?
pub fn is_alive(process: Identity) -> io::Result<bool> {
    Ok(identity(process.pid)? == Some(process))
}

fn numbers() -> io::Result<Vec<u32>> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir("/proc")? {
        numbers.extend(entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok()));
    }
    Ok(numbers)
}

/// The run a process is marked with, if we may read that.
fn mark(pid: u32) -> io::Result<Option<RunToken>> {
    let Some(text) = read(pid, "environ")? else { return Ok(None) };
    let value = text.split(|byte| *byte == 0).find_map(|pair| pair.strip_prefix(MARK.as_bytes())?.strip_prefix(b"="));
    Ok(value.and_then(|value| RunToken::parse(std::str::from_utf8(value).ok()?).ok()))
}

/// The runs that have at least one living process with their mark.
pub struct Marked(HashSet<RunToken>);

impl Marked {
    /// As it is now.
    pub fn look() -> io::Result<Marked> {
        let me = std::process::id();
        let mut found = HashSet::new();
        for pid in numbers()?.into_iter().filter(|pid| *pid != me) {
            if let Some(token) = mark(pid)?
                && entry(pid)?.is_some()
            {
                found.insert(token);
            }
        }
        Ok(Marked(found))
    }

    /// Is this one of them?
    pub fn contains(&self, token: &RunToken) -> io::Result<bool> {
        Ok(self.0.contains(token))
    }
}

/// Every living process of the run: marked with it, or `known` to belong to it, or in the session of its living
/// `wrapper`, or descended from one of these. Neither the wrapper itself nor this process is counted.
pub fn members(token: &RunToken, wrapper: Option<Identity>, known: Option<Identity>) -> io::Result<Vec<Identity>> {
    let me = std::process::id();
    let mut table: HashMap<u32, Entry> = HashMap::new();
    for pid in numbers()? {
        table.extend(entry(pid)?.map(|entry| (pid, entry)));
    }
    let wrapper = wrapper.filter(|process| table.get(&process.pid).is_some_and(|entry| entry.start == process.start));
    let mut found: HashSet<u32> = HashSet::new();
    for (pid, entry) in &table {
        let in_session = wrapper.is_some_and(|wrapper| entry.session == wrapper.pid);
        let is_known = known == Some(Identity { pid: *pid, start: entry.start });
        if in_session || is_known || mark(*pid)?.as_ref() == Some(token) {
            found.insert(*pid);
        }
    }
    loop {
        let more: Vec<u32> = table
            .iter()
            .filter(|(pid, entry)| !found.contains(pid) && found.contains(&entry.parent))
            .map(|(pid, _)| *pid)
            .collect();
        if more.is_empty() {
            break;
        }
        found.extend(more);
    }
    let members = found
        .into_iter()
        .filter(|pid| *pid != me && Some(*pid) != wrapper.map(|wrapper| wrapper.pid))
        .filter_map(|pid| table.get(&pid).map(|entry| Identity { pid, start: entry.start }));
    Ok(members.collect())
}

/// Ask it to end.
pub fn ask_to_end(process: Identity) {
    send(process, Signal::TERM);
}

/// End it.
pub fn force_to_end(process: Identity) {
    send(process, Signal::KILL);
}

/// Nothing here ends many at once: each is ended by itself.
pub fn force_all_to_end(_: &RunToken) {}

/// Held by a descriptor, the number cannot pass to another process between the look and the signal.
fn send(process: Identity, signal: Signal) {
    let Some(pid) = i32::try_from(process.pid).ok().and_then(Pid::from_raw) else { return };
    // what is not known to be that process is sent nothing
    let is_that = || is_alive(process).unwrap_or(false);
    match pidfd_open(pid, PidfdFlags::empty()) {
        Ok(held) => {
            if is_that() {
                // the only failures left: it just ended, or it is not ours; the caller looks again in any case
                let _ = pidfd_send_signal(&held, signal);
            }
        }
        // kernels before 5.3
        Err(rustix::io::Errno::NOSYS) if is_that() => {
            let _ = kill_process(pid, signal);
        }
        Err(_) => {}
    }
}
