//! Linux: `/proc` says who is there, sessions let go, signals end.

use super::Identity;
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
use std::process::{Child, Command, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Another value after every start of the machine.
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
    Some((facts.f_bavail.saturating_mul(facts.f_frsize), facts.f_blocks.saturating_mul(facts.f_frsize)))
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

/// Leave the session of the caller, so that its end is not ours.
pub fn detach() -> io::Result<()> {
    setsid()?;
    Ok(())
}

/// Outlive the signals that end a whole group. A handler, not "ignore": that would be inherited by the solver.
pub fn outlive_signals() -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::new(AtomicBool::new(false)))?;
    }
    Ok(())
}

/// Give the solver a group of its own, so that a signal to it does not reach the wrapper.
pub fn apart(command: &mut Command) {
    command.process_group(0);
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

/// `None` when it is gone, or a zombie that only waits to be reaped.
fn entry(pid: u32) -> Option<Entry> {
    let text = fs::read(format!("/proc/{pid}/stat")).ok()?;
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
pub fn identity(pid: u32) -> Option<Identity> {
    entry(pid).map(|entry| Identity { pid, start: entry.start })
}

/// Is it still that process, and does it run?
pub fn is_alive(process: Identity) -> bool {
    identity(process.pid) == Some(process)
}

fn numbers() -> impl Iterator<Item = u32> {
    fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// The run a process is marked with, if we may read that.
fn mark(pid: u32) -> Option<RunToken> {
    let text = fs::read(format!("/proc/{pid}/environ")).ok()?;
    let value =
        text.split(|byte| *byte == 0).find_map(|pair| pair.strip_prefix(MARK.as_bytes())?.strip_prefix(b"="))?;
    RunToken::parse(std::str::from_utf8(value).ok()?).ok()
}

/// The runs that have at least one living process with their mark.
pub fn marked_runs() -> HashSet<RunToken> {
    let me = std::process::id();
    numbers().filter(|pid| *pid != me).filter_map(|pid| mark(pid).filter(|_| entry(pid).is_some())).collect()
}

/// Every living process of the run: marked with it, or `known` to belong to it, or in the session of its living
/// `wrapper`, or descended from one of these. Neither the wrapper itself nor this process is counted.
pub fn members(token: &RunToken, wrapper: Option<Identity>, known: Option<Identity>) -> Vec<Identity> {
    let me = std::process::id();
    let wrapper = wrapper.filter(|process| is_alive(*process));
    let table: HashMap<u32, Entry> = numbers().filter_map(|pid| Some((pid, entry(pid)?))).collect();
    let mut found: HashSet<u32> = HashSet::new();
    for (pid, entry) in &table {
        let in_session = wrapper.is_some_and(|wrapper| entry.session == wrapper.pid);
        let is_known = known == Some(Identity { pid: *pid, start: entry.start });
        if in_session || is_known || mark(*pid).as_ref() == Some(token) {
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
    found
        .into_iter()
        .filter(|pid| *pid != me && Some(*pid) != wrapper.map(|wrapper| wrapper.pid))
        .filter_map(|pid| table.get(&pid).map(|entry| Identity { pid, start: entry.start }))
        .collect()
}

/// Ask it to end.
pub fn ask_to_end(process: Identity) {
    send(process, Signal::TERM);
}

/// End it.
pub fn force_to_end(process: Identity) {
    send(process, Signal::KILL);
}

/// End the group of a child that was put [`apart`] and not yet waited for, so that its number is still its own.
pub fn force_group_to_end(child: &Child) {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // a group that is gone is what was wanted
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// Held by a descriptor, the number cannot pass to another process between the look and the signal.
fn send(process: Identity, signal: Signal) {
    let Some(pid) = i32::try_from(process.pid).ok().and_then(Pid::from_raw) else { return };
    match pidfd_open(pid, PidfdFlags::empty()) {
        Ok(held) => {
            if is_alive(process) {
                // the only failures left: it just ended, or it is not ours; the caller looks again in any case
                let _ = pidfd_send_signal(&held, signal);
            }
        }
        // kernels before 5.3
        Err(rustix::io::Errno::NOSYS) if is_alive(process) => {
            let _ = kill_process(pid, signal);
        }
        Err(_) => {}
    }
}
