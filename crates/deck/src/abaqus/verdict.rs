//! How a run of Abaqus ended, on evidence: end lines of `.sta` and console first, then the exit. A code alone is none:
//! some releases abort after success, and some launchers give 0 after a failed compilation.

use super::console::{Denied, Summary};
use super::{Said, sta};
use domain::files::CONSOLE;
use domain::{Cause, Evidence, ExitStatus, Remark, Verdict};

/// What a run's files say.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// The console text.
    pub console: &'a Summary,
    /// The status file.
    pub status: &'a sta::Reader,
    /// Its name.
    pub status_file: &'a str,
    /// The first error of `.msg` or `.dat`: better than the console's hint to look there.
    pub first_error: Option<&'a Evidence>,
    /// `Process terminated by external request` of `.msg`.
    pub terminated: Option<&'a Evidence>,
}

/// Judges an ended run. Where end lines disagree the run has not completed, and a remark says so.
pub fn verdict(exit: ExitStatus, told: Told) -> Verdict {
    let status = told.status.end().map(|end| end.completed);
    let console = told.console.ended();
    let completed = match (console, status) {
        (Some(console), Some(status)) => console && status,
        (one, other) => one.or(other).unwrap_or(false),
    };
    let zero = exit == ExitStatus::Code(0);
    let mut remarks = Vec::new();
    if console.zip(status).is_some_and(|(console, status)| console != status) {
        remarks.push(Remark::EndLinesDisagree);
    }
    let (cause, evidence) = if completed {
        if !zero {
            remarks.push(Remark::ExitDisagrees { exit });
        }
        (Cause::Completed, told.status_end().or(told.said(told.console.completed.as_ref())))
    } else {
        if zero {
            remarks.push(Remark::ExitZeroButFailed);
        }
        told.failure(exit)
    };
    if let (Cause::NoLicense, Some(denied)) = (&cause, told.console.denied) {
        let Denied { requested, total, in_use, available } = denied;
        remarks.push(Remark::LicenseDenied { requested, total, in_use, available });
    }
    Verdict { cause, evidence, exit, remarks }
}

impl Told<'_> {
    fn said(&self, said: Option<&Said>) -> Option<Evidence> {
        said.map(|said| evidence(CONSOLE, said))
    }

    fn status_end(&self) -> Option<Evidence> {
        self.status.end().map(|end| evidence(self.status_file, &end.said))
    }

    /// The most exact line there is: `.msg` and `.dat`, Explicit's status file, the console, the end line.
    fn first_error(&self) -> Option<Evidence> {
        let status = || self.status.first_error().map(|said| evidence(self.status_file, said));
        let console = || self.said(self.console.first_error.as_ref().or(self.console.failed.as_ref()));
        self.first_error.cloned().or_else(status).or_else(console).or_else(|| self.status_end())
    }

    fn failure(&self, exit: ExitStatus) -> (Cause, Option<Evidence>) {
        let console = self.console;
        let certain = [
            (Cause::NoLicense, &console.license),
            (Cause::LockFile, &console.lock),
            (Cause::SubroutineError, &console.subroutine),
            (Cause::MissingFile, &console.missing_file),
        ];
        for (cause, said) in certain {
            if said.is_some() {
                return (cause, self.said(said.as_ref()));
            }
        }
        if let Some(line) = self.terminated {
            return (Cause::Killed { signal: 15 }, Some(line.clone()));
        }
        if console.input.is_some() {
            return (Cause::InputError, self.first_error());
        }
        if console.crash.is_some() {
            return (Cause::SolverError, self.first_error());
        }
        let ended = console.ended().is_some() || self.status.end().is_some();
        match (ended, signal(exit)) {
            // what was written before a signal came did not end it
            (false, Some(signal)) => (Cause::Killed { signal }, None),
            (false, None) if self.first_error.is_none() && self.status.errors() == 0 => {
                let code = if let ExitStatus::Code(code) = exit { Some(code) } else { None };
                (Cause::NoEndLine { code }, None)
            }
            _ => (if self.diverged() { Cause::Diverged } else { Cause::SolverError }, self.first_error()),
        }
    }

    /// The error says so; without one, the last attempt did not converge.
    fn diverged(&self) -> bool {
        match self.first_error {
            Some(error) => {
                let text = error.text.to_ascii_uppercase();
                ["TOO MANY ATTEMPTS", "LESS THAN THE MINIMUM SPECIFIED"].iter().any(|words| text.contains(words))
            }
            None => self.status.table().last().is_some_and(|row| !row.converged),
        }
    }
}

fn evidence(file: &str, said: &Said) -> Evidence {
    Evidence { file: file.to_owned(), line: Some(said.line), text: said.text.clone() }
}

/// The signal, also where a shell in between made a code of it (128 + signal).
fn signal(exit: ExitStatus) -> Option<i32> {
    match exit {
        ExitStatus::Signal(signal) => Some(signal),
        ExitStatus::Code(code @ 129..=159) => Some(code - 128),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::abaqus::console;

    fn judge(exit: ExitStatus, console: &str, status: &str) -> Verdict {
        let mut reader = console::Reader::default();
        reader.feed(console.as_bytes());
        let mut sta = sta::Reader::default();
        sta.feed(b"Abaqus/Standard 2023                  DATE 13-Jun-2026 TIME 05:18:08\n");
        sta.feed(status.as_bytes());
        let console = &reader.summary();
        verdict(exit, Told { console, status: &sta, status_file: "beam.sta", first_error: None, terminated: None })
    }

    const COMPLETED: &str = "Abaqus JOB beam\nAbaqus 2023\nAbaqus JOB beam COMPLETED\n";
    const FAILED: &str = "Abaqus Error: Abaqus/Standard Analysis exited with an error - Please see the \nmessage file for \
                          possible error messages if the file exists.\nAbaqus/Analysis exited with errors\n";
    const GOOD: &str = " THE ANALYSIS HAS COMPLETED SUCCESSFULLY\n";
    const BAD: &str = "   1     2   5U    0     4     4  1.00       1.00       0.1000    \n THE ANALYSIS HAS NOT BEEN \
                       COMPLETED\n";

    #[test]
    fn end_lines_come_before_the_exit() {
        let zero = ExitStatus::Code(0);
        let good = judge(zero, COMPLETED, GOOD);
        assert_eq!((good.cause, good.remarks), (Cause::Completed, vec![]));
        // a data check writes no status file
        assert_eq!(judge(zero, COMPLETED, "").evidence.unwrap().file, CONSOLE);
        // an abort after success
        for console in [COMPLETED, "*** buffer overflow detected ***\n"] {
            let exit = ExitStatus::Code(134);
            let odd = judge(exit, console, GOOD);
            assert_eq!((odd.cause, odd.remarks), (Cause::Completed, vec![Remark::ExitDisagrees { exit }]));
        }
        let diverged = judge(ExitStatus::Code(1), FAILED, BAD);
        assert_eq!((diverged.cause, diverged.remarks), (Cause::Diverged, vec![]));
        assert!(diverged.evidence.unwrap().text.starts_with("Abaqus Error: Abaqus/Standard"));
        let odd = judge(zero, COMPLETED, BAD);
        assert_eq!(odd.cause, Cause::Diverged);
        assert_eq!(odd.remarks, [Remark::EndLinesDisagree, Remark::ExitZeroButFailed]);
        let odd = judge(ExitStatus::Code(1), FAILED, GOOD);
        assert_eq!((odd.cause, odd.remarks), (Cause::SolverError, vec![Remark::EndLinesDisagree]));
    }

    #[test]
    fn causes_the_console_names() {
        let cause = |text: &str| judge(ExitStatus::Code(0), text, "").cause;
        assert_eq!(cause("Abaqus Error: Problem during compilation - a.for\n"), Cause::SubroutineError);
        assert_eq!(cause("FlexNet Licensing error:-87,147\nAbaqus/Analysis exited with errors\n"), Cause::NoLicense);
        let numbers = "FlexNet Licensing error:-87,147\nNumber of requested licenses: 14\nNumber of total licenses: 78\n\
                       Number of licenses in use: 70\nNumber of available licenses: 8\n";
        let denied = Remark::LicenseDenied { requested: 14, total: 78, in_use: 70, available: 8 };
        assert_eq!(judge(ExitStatus::Code(1), numbers, "").remarks, [denied]);
        let later = "FlexNet Licensing error:-5,357\nAbaqus/Standard checked out 13 tokens from Flexnet server lm.example.org.\n";
        assert_eq!(judge(ExitStatus::Code(1), &format!("{later}{FAILED}"), BAD).cause, Cause::Diverged);
        assert_eq!(cause("Abaqus Error: Detected lock file beam.lck.\n"), Cause::LockFile);
        assert_eq!(cause("Abaqus Error: The following file(s) could not be located: a.odb\n"), Cause::MissingFile);
        assert_eq!(cause("Abaqus Error: Analysis Input File Processor exited with an error.\n"), Cause::InputError);
        assert_eq!(cause("Begin Abaqus/Standard Analysis\n"), Cause::NoEndLine { code: Some(0) });
        assert_eq!(judge(ExitStatus::Code(137), "", "").cause, Cause::Killed { signal: 9 });
    }
}
