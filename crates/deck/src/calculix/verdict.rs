//! How a ccx run ended, on evidence. Its exit code alone is none: it is 0 when the deck or an included file is missing.

use super::console::{ConsoleError, ErrorKind, Summary};
use domain::{Cause, Evidence, ExitStatus, Remark, Verdict};

/// The console text's name in a run's folder.
const FILE: &str = domain::files::CONSOLE;

/// Judges an ended run by its console text and its exit. `Job finished` means completed; where the exit says
/// otherwise, or nobody saw it, a remark says so.
pub fn verdict(exit: ExitStatus, console: &Summary) -> Verdict {
    if let Some(line) = console.finished {
        let evidence = Evidence { file: FILE.to_owned(), line: Some(line), text: "Job finished".to_owned() };
        let mut remarks = if exit == ExitStatus::Code(0) { Vec::new() } else { vec![Remark::ExitDisagrees { exit }] };
        if console.skipped > 0 {
            remarks.push(Remark::LinesSkipped { count: u32::try_from(console.skipped).unwrap_or(u32::MAX) });
        }
        return Verdict { cause: Cause::Completed, evidence: Some(evidence), exit, remarks };
    }
    let (cause, error) = cause(exit, console);
    let evidence =
        error.map(|error| Evidence { file: FILE.to_owned(), line: Some(error.line), text: error.text.clone() });
    let remarks = if exit == ExitStatus::Code(0) { vec![Remark::ExitZeroButFailed] } else { Vec::new() };
    Verdict { cause, evidence, exit, remarks }
}

fn cause(exit: ExitStatus, console: &Summary) -> (Cause, Option<&ConsoleError>) {
    if let Some(error) = &console.missing_file {
        return (Cause::MissingFile, Some(error));
    }
    if let Some(error) = &console.diverged {
        return (Cause::Diverged, Some(error));
    }
    // an error of a run that was then ended by a signal did not end it: ccx ends itself after errors
    if let Some(signal) = signal(exit) {
        return (Cause::Killed { signal }, console.first_error());
    }
    match console.first_error() {
        Some(error) if error.kind() == ErrorKind::Input => (Cause::InputError, Some(error)),
        Some(error) => (Cause::SolverError, Some(error)),
        None => {
            let code = if let ExitStatus::Code(code) = exit { Some(code) } else { None };
            (Cause::NoEndLine { code }, None)
        }
    }
}

/// The signal, also where a shell in between made a code of it (128 + signal; ccx itself ends with 201).
fn signal(exit: ExitStatus) -> Option<i32> {
    match exit {
        ExitStatus::Signal(signal) => Some(signal),
        ExitStatus::Code(code @ (129..=159)) => Some(code - 128),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::calculix::console::Reader;
    use domain::JobStatus;

    fn judge(exit: ExitStatus, text: &str) -> Verdict {
        let mut reader = Reader::default();
        reader.feed(b"\n CalculiX Version 2.20, Copyright(C) 1998-2022 Guido Dhondt\n");
        reader.feed(text.as_bytes());
        verdict(exit, &reader.summary())
    }

    #[test]
    fn lines_that_the_solver_skipped_are_told_beside_a_good_end() {
        let skipped = " *WARNING in calinput. Card image cannot be inter    preted:\n *WARNING reading the input file. Card image:\n          *CLAOD\n\n";
        let odd = judge(ExitStatus::Code(0), &format!("{skipped}{skipped} Job finished\n"));
        assert_eq!((odd.cause, odd.remarks), (Cause::Completed, vec![Remark::LinesSkipped { count: 2 }]));
    }

    #[test]
    fn finished() {
        let good = judge(ExitStatus::Code(0), " Job finished\n\nTotal CalculiX Time: 0.02\n");
        assert_eq!((good.status(), good.remarks.len()), (JobStatus::Completed, 0));
        assert_eq!(good.evidence.unwrap().line, Some(3));
        for exit in [ExitStatus::Code(1), ExitStatus::Unknown, ExitStatus::Signal(15)] {
            let odd = judge(exit, " Job finished\n");
            assert_eq!(odd.cause, Cause::Completed);
            assert_eq!(odd.remarks, [Remark::ExitDisagrees { exit }]);
        }
        // an error that did not stop it
        let odd = judge(ExitStatus::Code(0), " *ERROR in calinput: *END STEP card in step 3\n\n Job finished\n");
        assert_eq!(odd.cause, Cause::Completed);
    }

    #[test]
    fn exit_zero_is_no_success() {
        let gone = judge(ExitStatus::Code(0), " *ERROR in readinput: cannot open file gone.inc\n");
        assert_eq!(gone.cause, Cause::MissingFile);
        assert_eq!(gone.remarks, [Remark::ExitZeroButFailed]);
        assert!(gone.evidence.unwrap().text.contains("gone.inc"));
        let silent = judge(ExitStatus::Code(0), "");
        assert_eq!(silent.cause, Cause::NoEndLine { code: Some(0) });
    }

    #[test]
    fn the_first_error_is_the_reason() {
        let text = " *ERROR reading *VISCO:\n        no strictly positive value\n        for CETOL\n\n \
                    *ERROR in calinput: at least one fatal\n        error message\n";
        let input = judge(ExitStatus::Code(201), text);
        assert_eq!(input.cause, Cause::InputError);
        let evidence = input.evidence.unwrap();
        assert_eq!(evidence.text, "*ERROR reading *VISCO: no strictly positive value for CETOL");
        assert_eq!(evidence.line, Some(3));
    }

    #[test]
    fn divergence_is_what_ended_it() {
        let text = " *ERROR in orifice: something\n *ERROR: too many cutbacks\n best solution and residuals\n";
        let diverged = judge(ExitStatus::Code(201), text);
        assert_eq!(diverged.cause, Cause::Diverged);
        assert_eq!(diverged.evidence.unwrap().text, "*ERROR: too many cutbacks");
    }

    #[test]
    fn others() {
        let memory = judge(ExitStatus::Code(16), " *ERROR in u_calloc: error allocating memory\n");
        assert_eq!(memory.cause, Cause::SolverError);
        let frd = judge(ExitStatus::Code(16), "ERROR in readfrd: The input file \"a.frd\" could not be opened.\n");
        assert_eq!(frd.cause, Cause::MissingFile);
        assert_eq!(judge(ExitStatus::Signal(9), "").cause, Cause::Killed { signal: 9 });
        assert_eq!(judge(ExitStatus::Code(143), "").cause, Cause::Killed { signal: 15 });
        assert_eq!(judge(ExitStatus::Unknown, "").cause, Cause::NoEndLine { code: None });
    }
}
