//! Which files of a job are logs, in which order, under which name, and which one is shown first.

use crate::jobs::api::{FileView, JobView};
use crate::jobs::detail::load::Wanted;
use domain::JobStatus;
use domain::files::CONSOLE;

/// One tab.
#[derive(Clone, Debug, PartialEq)]
pub struct LogFile {
    /// The file.
    pub name: String,
    /// `.sta`, or the whole name where the file is not called like the job.
    pub label: String,
    /// `sta`, `cvg`, `dat`, `console`, …: for tests and tones.
    pub kind: String,
    /// Bytes on the server now.
    pub size: u64,
}

fn ending(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// What kind of log a file is: its ending, or `console`.
pub fn kind(name: &str) -> String {
    if name == CONSOLE { "console".to_owned() } else { ending(name).to_ascii_lowercase() }
}

/// Status first, then what explains it, then the rest by name.
fn order(kind: &str) -> usize {
    ["sta", "msg", "cvg", "dat", "console", "log"].iter().position(|known| *known == kind).unwrap_or(9)
}

/// The readable files of the run, as far as they are here: of a lost run what was read before is the only witness.
pub fn files(view: &JobView) -> Vec<LogFile> {
    logs(view.summary.name.as_str(), &view.results)
}

fn logs(job: &str, results: &[FileView]) -> Vec<LogFile> {
    let is_log = |file: &&FileView| file.readable && file.is_here();
    let mut logs: Vec<LogFile> = results
        .iter()
        .filter(is_log)
        .map(|file| {
            let kind = kind(&file.name);
            let own = file.name.strip_prefix(job).filter(|rest| rest.starts_with('.'));
            LogFile { label: own.unwrap_or(&file.name).to_owned(), name: file.name.clone(), kind, size: file.size }
        })
        .collect();
    logs.sort_by(|one, other| (order(&one.kind), &one.name).cmp(&(order(&other.kind), &other.name)));
    logs
}

/// The log to show first and the line to look at: what the address asks for, else the line that decided a failure,
/// else the first one that has anything in it.
pub fn first(view: &JobView, wanted: &Wanted) -> Option<(String, Option<u64>)> {
    let logs = files(view);
    let has = |name: &str| logs.iter().any(|file| file.name == name);
    if let Some(name) = wanted.file.as_deref().filter(|name| has(name)) {
        return Some((name.to_owned(), wanted.line));
    }
    let verdict = view.summary.verdict.as_ref();
    let failed = matches!(view.summary.status, JobStatus::Failed | JobStatus::Missing);
    if let Some(evidence) =
        verdict.and_then(|verdict| verdict.evidence.as_ref()).filter(|evidence| failed && has(&evidence.file))
    {
        return Some((evidence.file.clone(), evidence.line));
    }
    let log = logs.iter().find(|file| file.size > 0).or(logs.first())?;
    Some((log.name.clone(), None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_before_a_run_was_lost_stays_readable() {
        let lost = |name: &str, size: u64| FileView {
            name: name.to_owned(),
            size,
            complete: false,
            readable: true,
            error: Some("the folder is gone".to_owned()),
            upload: None,
        };
        let results = [lost("beam.dat", 0), lost("beam.sta", 120), FileView { complete: true, ..lost(CONSOLE, 0) }];
        let logs = logs("beam", &results);
        let names: Vec<&str> = logs.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["beam.sta", CONSOLE]);
    }
}
