//! What the wide column of a row says: how far it is, or why not. Pure, so that every state can be tested.

use crate::i18n::sentence::{Voice, amount, fault, progress, verdict, waiting};
use crate::ui::{Glyph, Tone};
use domain::plan::WaitReason;
use domain::{Cause, JobStatus, JobSummary};

/// The wide column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// A bar, where a share is known.
    pub bar: Option<Bar>,
    /// Beside the bar, or the first line where there is none.
    pub first: String,
    /// Of the first line where there is no bar.
    pub tone: Tone,
    /// The second line.
    pub second: Option<Second>,
    /// Of a waiting job: its position, and its start.
    pub place: Option<(String, String)>,
    /// Sizes of the last increments for the small plot; empty where there is none.
    pub spark: Vec<(f64, bool)>,
}

/// A bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// 0 to 1.
    pub share: f64,
    /// Of the steps; empty is one segment.
    pub weights: Vec<f64>,
    /// Computing, in trouble, or a transfer.
    pub tone: Tone,
}

/// The second line.
#[derive(Clone, Debug, PartialEq)]
pub struct Second {
    /// What it says.
    pub text: String,
    /// Calm, or caution for what needs a look.
    pub tone: Tone,
    /// Before it.
    pub glyph: Option<Glyph>,
}

impl Second {
    fn calm(text: String) -> Option<Second> {
        Some(Second { text, tone: Tone::Calm, glyph: None })
    }

    fn caution(text: String, glyph: Glyph) -> Option<Second> {
        Some(Second { text, tone: Tone::Caution, glyph: Some(glyph) })
    }
}

/// The wide column of this job.
pub fn of(voice: Voice, job: &JobSummary) -> Cell {
    let mut cell = match job.status {
        JobStatus::Waiting => waits(voice, job),
        JobStatus::Held => Cell {
            first: voice.pick("保留中。再開するまで開始しません", "Held. Will not start until released").to_owned(),
            ..Cell::default()
        },
        JobStatus::Starting => moves(
            job,
            voice.pick("入力ファイルを転送中", "Sending input files"),
            voice.pick("開始の準備をしています", "Getting ready to start"),
            job.solver.title(),
        ),
        JobStatus::Running => runs(voice, job),
        JobStatus::Collecting => moves(
            job,
            voice.pick("結果を回収中", "Bringing results back"),
            voice.pick("結果の回収を始めます", "About to bring results back"),
            voice.pick("コアとトークンは返却済み", "Cores and tokens already returned"),
        ),
        JobStatus::Completed | JobStatus::Failed | JobStatus::Cancelled | JobStatus::Missing => ended(voice, job),
    };
    if !job.status.is_ended() {
        // what keeps it from going on; in the queue the reason to wait says more
        if let Some(message) = &job.message
            && job.status != JobStatus::Waiting
            && job.status != JobStatus::Held
        {
            cell.second = Second::caution(fault::message(voice.locale, message), Glyph::Warning);
        }
        if job.cancel_asked {
            cell.second = Second::caution(voice.pick("中止しています", "Being stopped").to_owned(), Glyph::Ban);
        }
        if let Some(since) = job.no_contact_since {
            cell.second = Second::caution(progress::no_contact(voice, since), Glyph::Unlinked);
        }
    }
    cell
}

fn waits(voice: Voice, job: &JobSummary) -> Cell {
    match &job.waiting {
        Some(wait) => Cell {
            first: waiting::reason(voice, &wait.reason),
            tone: Tone::Accent,
            place: (wait.reason != WaitReason::Queued)
                .then(|| (waiting::position(voice, wait), waiting::start(voice, wait))),
            ..Cell::default()
        },
        None => Cell { first: waiting::reason(voice, &WaitReason::Queued), tone: Tone::Accent, ..Cell::default() },
    }
}

fn moves(job: &JobSummary, under_way: &str, before: &str, note: &str) -> Cell {
    match job.transfer.filter(|transfer| transfer.total > 0) {
        Some(transfer) => {
            #[allow(clippy::cast_precision_loss, reason = "a bar some hundred pixels wide")]
            let share = transfer.done as f64 / transfer.total as f64;
            Cell {
                bar: Some(Bar { share, weights: Vec::new(), tone: Tone::Calm }),
                first: under_way.to_owned(),
                second: Second::calm(format!("{} · {note}", amount::bytes_of(transfer.done, transfer.total))),
                ..Cell::default()
            }
        }
        None => Cell { first: before.to_owned(), second: Second::calm(note.to_owned()), ..Cell::default() },
    }
}

fn runs(voice: Voice, job: &JobSummary) -> Cell {
    if let Some(queue) = job.progress.as_ref().and_then(|progress| progress.license_queue) {
        return Cell {
            first: progress::queued(voice, job.tokens),
            tone: Tone::Accent,
            second: Second::calm(progress::queued_for(voice, queue)),
            ..Cell::default()
        };
    }
    // a default progress says nothing: no step has begun
    let Some(advance) = job.progress.as_ref().filter(|progress| progress.step > 0) else {
        return Cell {
            first: voice.pick("計算を始めました", "The solver has started").to_owned(), ..Cell::default()
        };
    };
    let spark = advance.recent.iter().map(|increment| (increment.size, increment.converged)).collect();
    let facts = progress::facts(voice, advance);
    let trouble = advance.trouble.as_ref().map(|trouble| progress::trouble(voice, &trouble.kind));
    match advance.share {
        Some(share) => Cell {
            bar: Some(Bar {
                share,
                weights: advance.segments.clone(),
                tone: if trouble.is_some() { Tone::Caution } else { Tone::Accent },
            }),
            first: progress::time_left(voice, advance),
            second: match trouble {
                Some(text) => Second::caution(text, Glyph::Warning),
                None => Second::calm(facts),
            },
            spark,
            ..Cell::default()
        },
        // no percent is made up
        None => Cell {
            first: facts,
            second: match trouble {
                Some(text) => Second::caution(text, Glyph::Warning),
                None => Second::calm(progress::time_left(voice, advance)),
            },
            spark,
            ..Cell::default()
        },
    }
}

fn ended(voice: Voice, job: &JobSummary) -> Cell {
    let remark = job
        .verdict
        .as_ref()
        .and_then(|verdict| verdict.remarks.first())
        .and_then(|remark| Second::caution(verdict::remark(voice, remark), Glyph::Warning));
    let why = |tone: Tone| {
        let verdict = job.verdict.as_ref();
        let cause = verdict.map(|v| verdict::cause(voice, &v.cause, job.progress.as_ref(), job.node.as_ref()));
        let words = verdict
            .and_then(|v| v.evidence.as_ref().map(|evidence| evidence.text.clone()))
            .or_else(|| job.message.as_ref().map(|message| fault::message(voice.locale, message)))
            .filter(|text| !text.is_empty());
        match cause {
            Some(cause) => Cell { first: cause, tone, second: words.and_then(Second::calm), ..Cell::default() },
            None => {
                let unknown = voice.pick("原因は記録されていません", "No cause is recorded");
                Cell { first: words.unwrap_or_else(|| unknown.to_owned()), tone, ..Cell::default() }
            }
        }
    };
    match job.status {
        JobStatus::Failed => why(Tone::Bad),
        JobStatus::Missing => why(Tone::Caution),
        JobStatus::Cancelled => {
            let at = job.progress.as_ref().and_then(|progress| progress.share).map(amount::percent);
            let first = match at {
                Some(at) => voice.pick(format!("{at}で中止されました"), format!("Stopped at {at}")),
                None => verdict::cause(voice, &Cause::Cancelled, None, None),
            };
            Cell { first, second: remark, ..Cell::default() }
        }
        _ => {
            let computed = job.started_at.zip(job.ended_at).map(|(start, end)| end.since(start));
            Cell { first: verdict::ended_well(voice, computed), second: remark, ..Cell::default() }
        }
    }
}

#[cfg(test)]
mod tests;
