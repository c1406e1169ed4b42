//! The final verdict: what the solver's files say, what the node saw, and whether a person wanted it ended.

use super::{Life, RunEnd};
use crate::verdict::{Cause, ExitStatus, Remark, Verdict};

/// Joins the evidence for [`super::LifeEvent::Collected`]. `files` is what the solver's own files say together with
/// the exit (`deck`'s verdict); `None` when none could be read.
///
/// - A run that did not complete and was ended by our own stop, because a person wanted it, is cancelled; one that
///   completed never is.
/// - A run whose end nobody saw is missing, even if its files say completed: they may be cut off. If a person wanted
///   it ended and nothing says completed, it is cancelled: then its end is what was wanted.
pub fn judge(life: &Life, files: Option<Verdict>) -> Verdict {
    let end = life.run.as_ref().and_then(|run| run.end.clone()).unwrap_or(RunEnd::ProcessGone);
    let wished = life.cancel.is_some();
    let completed = files.as_ref().is_some_and(|verdict| verdict.cause == Cause::Completed);
    let unseen = |cause| if wished && !completed { Cause::Cancelled } else { cause };
    let with_cause = |cause: Cause, exit: ExitStatus| {
        let (evidence, remarks) = match files.clone() {
            Some(verdict) => (verdict.evidence, verdict.remarks),
            None => (None, vec![]),
        };
        Verdict { cause, evidence, exit, remarks }
    };
    match end {
        RunEnd::CannotStart { .. } => with_cause(Cause::CannotStart, ExitStatus::Unknown),
        RunEnd::Rebooted => with_cause(unseen(Cause::NodeRebooted), ExitStatus::Unknown),
        RunEnd::ProcessGone => with_cause(unseen(Cause::ProcessGone), ExitStatus::Unknown),
        RunEnd::FolderGone => with_cause(unseen(Cause::FolderGone), ExitStatus::Unknown),
        RunEnd::Exited { exit, stopped: true } if wished && !completed => with_cause(Cause::Cancelled, exit),
        RunEnd::Exited { exit, .. } => {
            let code = match exit {
                ExitStatus::Code(code) => Some(code),
                ExitStatus::Signal(_) | ExitStatus::Unknown => None,
            };
            let cause = files.as_ref().map_or(Cause::NoEndLine { code }, |verdict| verdict.cause.clone());
            let mut verdict = with_cause(cause, exit);
            if wished {
                verdict.remarks.push(Remark::EndedBeforeCancel);
            }
            verdict
        }
    }
}
