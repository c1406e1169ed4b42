//! One pool of tokens for all stand-ins that share a folder, and what the licence tools print of it.

use crate::settings::Settings;
pub use crate::system::host;
use crate::system::{SignOfLife, start_of};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A holder of tokens, or one who waits for them.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    id: u32,
    tokens: u32,
    queued: bool,
    since: u64,
    user: String,
    /// It counts while one of these (pid, start) is alive.
    processes: Vec<(u32, u64)>,
}

impl Entry {
    fn parse(line: &str) -> Option<Entry> {
        let mut fields = line.split('\t');
        let mut next = || fields.next();
        Some(Entry {
            id: next()?.parse().ok()?,
            tokens: next()?.parse().ok()?,
            queued: next()? == "queued",
            since: next()?.parse().ok()?,
            user: next()?.to_owned(),
            processes: next()?
                .split(' ')
                .filter_map(|process| process.split_once(':'))
                .filter_map(|(pid, start)| Some((pid.parse().ok()?, start.parse().ok()?)))
                .collect(),
        })
    }

    fn line(&self) -> String {
        let processes: Vec<String> = self.processes.iter().map(|(pid, start)| format!("{pid}:{start}")).collect();
        let state = if self.queued { "queued" } else { "holds" };
        format!("{}\t{}\t{state}\t{}\t{}\t{}\n", self.id, self.tokens, self.since, self.user, processes.join(" "))
    }

    fn lives(&self, folder: &Path) -> bool {
        self.processes.iter().any(|(pid, start)| start_of(folder, *pid) == Some(*start))
    }
}

/// The pool, as this process sees it.
#[derive(Debug)]
pub struct Pool {
    folder: PathBuf,
    total: u32,
    days_left: u32,
    id: u32,
    since: u64,
    processes: Vec<(u32, u64)>,
    _sign: SignOfLife,
}

/// What became of a request.
pub enum Answer {
    /// So many are left.
    Granted(u32),
    Short {
        in_use: u32,
    },
}

impl Pool {
    pub fn open(settings: &Settings) -> io::Result<Pool> {
        fs::create_dir_all(&settings.licence_dir)?;
        let id = std::process::id();
        let sign = SignOfLife::give(&settings.licence_dir)?;
        let start = start_of(&settings.licence_dir, id);
        Ok(Pool {
            folder: settings.licence_dir.clone(),
            total: settings.total,
            days_left: settings.days_left,
            id,
            since: now(),
            processes: start.map(|start| (id, start)).into_iter().collect(),
            _sign: sign,
        })
    }

    /// Under the lock: what is alive, changed by `act`.
    fn with<T>(&self, act: impl FnOnce(&mut Vec<Entry>) -> T) -> io::Result<T> {
        let lock = File::create(self.folder.join("lock"))?;
        lock.lock()?;
        let path = self.folder.join("holders");
        let text = fs::read_to_string(&path).unwrap_or_default();
        let mut entries: Vec<Entry> = text.lines().filter_map(Entry::parse).collect();
        entries.retain(|entry| entry.lives(&self.folder));
        let answer = act(&mut entries);
        fs::write(&path, entries.iter().map(Entry::line).collect::<String>())?;
        Ok(answer)
    }

    /// Takes the tokens or, where `queue`, a place in the queue.
    pub fn request(&self, tokens: u32, queue: bool) -> io::Result<Answer> {
        self.with(|entries| {
            entries.retain(|entry| entry.id != self.id);
            let in_use: u32 = entries.iter().filter(|entry| !entry.queued).map(|entry| entry.tokens).sum();
            let granted = in_use + tokens <= self.total;
            if granted || queue {
                let (user, processes) = (user(), self.processes.clone());
                entries.push(Entry { id: self.id, tokens, queued: !granted, since: self.since, user, processes });
            }
            if granted { Answer::Granted(self.total - in_use - tokens) } else { Answer::Short { in_use } }
        })
    }

    /// The tokens stay taken while this process lives, too.
    pub fn share_with(&mut self, pid: u32) -> io::Result<()> {
        self.processes.extend(start_of(&self.folder, pid).map(|start| (pid, start)));
        self.with(|entries| {
            for entry in entries.iter_mut().filter(|entry| entry.id == self.id) {
                entry.processes.clone_from(&self.processes);
            }
        })
    }

    pub fn give_back(&self) -> io::Result<()> {
        self.with(|entries| entries.retain(|entry| entry.id != self.id))
    }

    /// The last day of the licence.
    fn last_day(&self, format: &str) -> String {
        let end = now() + u64::from(self.days_left) * 86_400;
        chrono::DateTime::from_timestamp(end.cast_signed(), 0).unwrap_or_default().format(format).to_string()
    }

    /// What `licensing lmstat -a` prints.
    pub fn lmstat(&self) -> io::Result<String> {
        let entries = self.with(|entries| entries.clone())?;
        let used: u32 = entries.iter().filter(|entry| !entry.queued).map(|entry| entry.tokens).sum();
        let host = host();
        let mut text = format!(
            "lmutil - the stand-in for Abaqus over CalculiX\nFlexible License Manager status on {}\n\n\
             License server status: 27000@{host}\n    License file(s) on {host}: {}:\n\n\
             {host}: license server UP (MASTER) v11.13\n\nVendor daemon status (on {host}):\n\n  ABAQUSLM: UP v11.13\n\n\
             Feature usage info:\n\nUsers of abaqus:  (Total of {} {} issued;  Total of {used} {} in use)\n",
            day_and_hour(now(), "%a %m/%d/%Y %H:%M"),
            self.folder.display(),
            self.total,
            licences(self.total),
            licences(used),
        );
        if !entries.is_empty() {
            let day = self.last_day("%-d-%b-%Y").to_lowercase();
            text.push_str(&format!("\n  \"abaqus\" v62.7, vendor: ABAQUSLM, expiry: {day}\n  floating license\n\n"));
        }
        for entry in &entries {
            let start = format!("    {} {host} /dev/tty (v62.6) ({host}/27000 {})", entry.user, entry.id);
            let rest = if entry.queued {
                format!(" queued for {} {}", entry.tokens, licences(entry.tokens))
            } else if entry.tokens == 1 {
                format!(", start {}", day_and_hour(entry.since, "%a %-m/%-d %-H:%M"))
            } else {
                format!(", start {}, {} licenses", day_and_hour(entry.since, "%a %-m/%-d %-H:%M"), entry.tokens)
            };
            text.push_str(&format!("{start}{rest}\n"));
        }
        Ok(text)
    }

    /// What `licensing dslsstat -usage` prints.
    pub fn dslsstat(&self) -> io::Result<String> {
        let entries = self.with(|entries| entries.clone())?;
        let used: u32 = entries.iter().filter(|entry| !entry.queued).map(|entry| entry.tokens).sum();
        let host = host();
        let mut text = format!(
            "dslsstat - the stand-in for Abaqus over CalculiX\nLicenses:\n\
             | Feature | Version | Max Release | Model | Type | Number | InUse | Expires | Server Name | Customer ID |\n\
             | SRU | 1 | 426 | Token | STD | {} | {used} | {} | {host} | 10000001 |\n",
            self.total,
            self.last_day("%Y-%m-%d"),
        );
        for entry in entries.iter().filter(|entry| !entry.queued) {
            let (user, id, tokens) = (&entry.user, entry.id, entry.tokens);
            text.push_str(&format!("    {user} on {host} (pid {id}) using SRU, {tokens} {}\n", licences(tokens)));
        }
        for entry in entries.iter().filter(|entry| entry.queued) {
            text.push_str(&format!("    {} on {host} queued for {} licenses of SRU\n", entry.user, entry.tokens));
        }
        Ok(text)
    }
}

fn licences(number: u32) -> &'static str {
    if number == 1 { "license" } else { "licenses" }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}

fn day_and_hour(at: u64, format: &str) -> String {
    let utc = chrono::DateTime::from_timestamp(at.cast_signed(), 0).unwrap_or_default();
    utc.with_timezone(&chrono::Local).format(format).to_string()
}

fn user() -> String {
    ["USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok()).unwrap_or_else(|| "user".to_owned())
}
