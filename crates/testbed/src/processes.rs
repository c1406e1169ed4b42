//! Just enough of `/proc` to end what a test has started and nothing else.

use std::fs;
use std::path::Path;

/// A process that cannot be mistaken for a later one with the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    pub pid: u32,
    pub start: u64,
    pub parent: u32,
}

/// Its line of the process table; `None` when gone or a zombie.
pub fn look(pid: u32) -> Option<Process> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, after) = text.rsplit_once(')')?;
    let fields: Vec<&str> = after.split_whitespace().collect();
    if fields.first() == Some(&"Z") {
        return None;
    }
    Some(Process { pid, parent: fields.get(1)?.parse().ok()?, start: fields.get(19)?.parse().ok()? })
}

fn all() -> Vec<Process> {
    let numbers = fs::read_dir("/proc").into_iter().flatten().flatten();
    numbers.filter_map(|entry| look(entry.file_name().to_str()?.parse().ok()?)).collect()
}

/// All processes with this name below `root` in the tree, without `root`.
pub fn descendants(root: u32, name: &str) -> Vec<Process> {
    let table = all();
    let mut found: Vec<Process> = Vec::new();
    loop {
        let more: Vec<Process> = table
            .iter()
            .filter(|p| !found.contains(p) && (p.parent == root || found.iter().any(|known| known.pid == p.parent)))
            .copied()
            .collect();
        if more.is_empty() {
            break;
        }
        found.extend(more);
    }
    found.retain(|p| fs::read_to_string(format!("/proc/{}/comm", p.pid)).is_ok_and(|comm| comm.trim() == name));
    found
}

/// All processes that work in `folder` or have their home there: what was started through an sshd of ours carries its
/// home on, wherever it went since.
pub fn belonging_to(folder: &Path) -> Vec<Process> {
    let works_there =
        |p: &Process| fs::read_link(format!("/proc/{}/cwd", p.pid)).is_ok_and(|cwd| cwd.starts_with(folder));
    let lives_there = |p: &Process| {
        let environment = fs::read(format!("/proc/{}/environ", p.pid)).unwrap_or_default();
        let mut variables = environment.split(|byte| *byte == 0);
        let home = variables.find_map(|variable| std::str::from_utf8(variable).ok()?.strip_prefix("HOME="));
        home.is_some_and(|home| Path::new(home).starts_with(folder))
    };
    all().into_iter().filter(|p| works_there(p) || lives_there(p)).collect()
}

/// SIGKILL, if it is still that process.
pub fn kill(process: Process) {
    if look(process.pid).is_some_and(|now| now.start == process.start)
        && let Some(pid) = i32::try_from(process.pid).ok().and_then(rustix::process::Pid::from_raw)
    {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
}
