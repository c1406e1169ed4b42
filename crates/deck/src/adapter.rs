//! What differs between solvers while a run is watched and judged. A closed list: `match solver`.

use crate::abaqus;
use crate::attempt::{Attempt, Table};
use crate::calculix::{self, console, cvg, sta};
use crate::iteration::Iteration;
use crate::message::{Message, Messages, Severity};
use crate::progress::{self, Finer, Thresholds, Watch};
use domain::files::CONSOLE;
use domain::progress::LicenseQueue;
use domain::{Evidence, ExitStatus, Progress, Solver, StepShape, Timestamp, TroubleKind, Verdict};
use std::borrow::Cow;

/// Endings of the files, beside [`CONSOLE`], that a solver writes while it runs and that are worth reading live.
pub fn live_files(solver: Solver) -> &'static [&'static str] {
    match solver {
        Solver::Abaqus => &["sta", "msg", "dat", "log"],
        Solver::Calculix => &["sta", "cvg", "dat"],
    }
}

/// The readers of a run of Abaqus.
#[derive(Clone, Debug, Default)]
struct Abaqus {
    console: abaqus::console::Reader,
    status: abaqus::sta::Reader,
    msg: abaqus::msg::Reader,
    dat: abaqus::dat::Reader,
    /// What the files' names begin with, as they were fed: `beam.`.
    stem: String,
}

impl Abaqus {
    fn named(&mut self, file: &str) {
        let stem = file.rfind('.').map_or("", |dot| &file[..=dot]);
        stem.clone_into(&mut self.stem);
    }

    /// Explicit tells its errors in the status file; the first stands for all.
    fn in_status(&self) -> Messages {
        let (errors, warnings) = (self.status.errors(), self.status.warnings());
        let list = self.status.first_error().map(|said| error(said, errors)).into_iter().collect();
        Messages { list, errors, warnings, ..Messages::default() }
    }

    /// What the console names as the error; mostly it only points to another file.
    fn in_console(&self) -> Messages {
        let summary = self.console.summary();
        let list: Vec<Message> = summary.first_error.iter().map(|said| error(said, 1)).collect();
        Messages { errors: u64::from(!list.is_empty()), list, ..Messages::default() }
    }

    fn verdict(&self, exit: ExitStatus) -> Verdict {
        let Abaqus { mut status, mut msg, mut dat, console, stem } = self.clone();
        status.finish();
        msg.finish();
        dat.finish();
        let console = console.summary();
        let error = |ending: &str, messages: &Messages| {
            let error = messages.first_error()?;
            let text = format!("***ERROR: {}", error.text);
            Some(Evidence { file: format!("{stem}{ending}"), line: Some(error.first_line), text })
        };
        let (in_msg, in_dat) = (error("msg", msg.messages()), error("dat", dat.messages()));
        // a run that got as far as the analysis was not ended by what stands in the .dat
        let first_error = if console.input.is_some() { in_dat.or(in_msg) } else { in_msg.or(in_dat) };
        let terminated = msg.ended().filter(|ended| ended.ending == abaqus::Ending::Cancelled);
        let terminated = terminated.map(|ended| Evidence {
            file: format!("{stem}msg"),
            line: Some(ended.line),
            text: ended.text.clone(),
        });
        let told = abaqus::Told {
            console: &console,
            status: &status,
            status_file: &format!("{stem}sta"),
            first_error: first_error.as_ref(),
            terminated: terminated.as_ref(),
        };
        abaqus::verdict(exit, told)
    }
}

fn error(said: &abaqus::Said, count: u64) -> Message {
    Message {
        severity: Severity::Error,
        text: said.text.trim_start_matches("***ERROR:").trim_start().to_owned(),
        count,
        first_line: said.line,
        last_line: said.line,
        place: None,
        deck: None,
        line_image: None,
        context: None,
    }
}

/// Reads one run's files as they grow. Made anew and fed from the files' beginnings it knows the same again, except
/// for when what was there arrived.
#[derive(Clone, Debug)]
pub struct RunReader {
    solver: Solver,
    shapes: Vec<StepShape>,
    sta: sta::Reader,
    cvg: cvg::Reader,
    console: console::Reader,
    abaqus: Abaqus,
    watch: Watch,
    /// Something grew since the last look.
    grown: bool,
}

impl RunReader {
    /// For a run of a deck with these steps.
    pub fn new(solver: Solver, shapes: Vec<StepShape>) -> Self {
        RunReader {
            solver,
            shapes,
            sta: sta::Reader::default(),
            cvg: cvg::Reader::default(),
            console: console::Reader::default(),
            abaqus: Abaqus::default(),
            watch: Watch::default(),
            grown: false,
        }
    }

    /// Takes the next bytes of a file, given by its ending (`sta`) or its name ([`CONSOLE`], `beam.sta`). Files that say
    /// nothing about progress or end are passed over.
    pub fn feed(&mut self, file: &str, bytes: &[u8]) {
        let console = file == CONSOLE;
        let ending = file.rsplit('.').next().unwrap_or(file);
        self.grown |= !bytes.is_empty();
        match self.solver {
            Solver::Calculix if console => self.console.feed(bytes),
            Solver::Calculix if ending == "sta" => self.sta.feed(bytes),
            Solver::Calculix if ending == "cvg" => self.cvg.feed(bytes),
            Solver::Abaqus if console => self.abaqus.console.feed(bytes),
            Solver::Abaqus if ending == "sta" => {
                self.abaqus.named(file);
                self.abaqus.status.feed(bytes);
            }
            Solver::Abaqus if ending == "msg" => {
                self.abaqus.named(file);
                self.abaqus.msg.feed(bytes);
            }
            Solver::Abaqus if ending == "dat" => {
                self.abaqus.named(file);
                self.abaqus.dat.feed(bytes);
            }
            Solver::Calculix | Solver::Abaqus => {}
        }
    }

    /// Attempts so far; of a very long run the last ones.
    pub fn attempts(&self) -> &[Attempt] {
        self.table().rows()
    }

    fn table(&self) -> &Table {
        match self.solver {
            Solver::Calculix => self.sta.table(),
            Solver::Abaqus => self.abaqus.status.table(),
        }
    }

    /// The wait at the licence server, where the run stands in it now.
    pub fn queued_for_license(&self) -> Option<LicenseQueue> {
        self.abaqus.console.queue().map(|queue| LicenseQueue { seconds: queue.seconds })
    }

    /// Days until the licence ends, counted when the run began; `None` inside where the run got a licence and was not
    /// warned, outside where nothing was heard of licences at all.
    pub fn license_days_left(&self) -> Option<Option<u32>> {
        let console = self.abaqus.console.summary();
        (console.tokens.is_some() || console.expires_in_days.is_some()).then_some(console.expires_in_days)
    }

    /// Which solver's files these are.
    pub fn solver(&self) -> Solver {
        self.solver
    }

    /// Iterations so far, for the convergence plot.
    pub fn iterations(&self) -> Cow<'_, [Iteration]> {
        match self.solver {
            Solver::Calculix => self.cvg.rows().iter().map(Iteration::from).collect(),
            Solver::Abaqus => Cow::Borrowed(self.abaqus.msg.iterations()),
        }
    }

    /// What the solver said so far, by file, for a job of this name.
    pub fn messages(&self, job: &str) -> Vec<(String, Messages)> {
        match self.solver {
            Solver::Calculix => vec![(CONSOLE.to_owned(), self.console.messages())],
            Solver::Abaqus => vec![
                (format!("{job}.dat"), self.abaqus.dat.messages().clone()),
                (format!("{job}.msg"), self.abaqus.msg.messages().clone()),
                (format!("{job}.sta"), self.abaqus.in_status()),
                (CONSOLE.to_owned(), self.abaqus.in_console()),
            ],
        }
    }

    /// How far the run is, as seen now. To be asked after each feeding: the time between is how fast it goes.
    pub fn progress(&mut self, now: Timestamp, thresholds: Thresholds) -> Progress {
        let grown = std::mem::take(&mut self.grown);
        self.watch.look(self.table().count(), grown, now);
        let msg = &self.abaqus.msg;
        let finer = Finer { solved: msg.last(), under_way: msg.under_way() };
        let mut progress = progress::of(&self.shapes, self.table(), finer, &self.watch, now, thresholds);
        progress.license_queue = self.queued_for_license();
        if progress.license_queue.is_some() {
            progress.trouble.take_if(|trouble| matches!(trouble.kind, TroubleKind::NoGrowth { .. }));
        }
        progress
    }

    /// How the run ended, all its console text fed.
    pub fn verdict(&self, exit: ExitStatus) -> Verdict {
        match self.solver {
            Solver::Calculix => calculix::verdict(exit, &self.console.summary()),
            Solver::Abaqus => self.abaqus.verdict(exit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Cause;

    #[test]
    fn the_message_file_tells_more_than_the_console() {
        let run = |message: &[u8]| {
            let mut run = RunReader::new(Solver::Abaqus, Vec::new());
            run.feed("beam.sta", b" THE ANALYSIS HAS NOT BEEN COMPLETED\n");
            run.feed("beam.msg", message);
            run.feed(CONSOLE, b"Abaqus Error: Abaqus/Standard Analysis exited with an error - Please see the \n");
            run.feed(CONSOLE, b"message file.\nAbaqus/Analysis exited with errors\n");
            let verdict = run.verdict(ExitStatus::Code(1));
            (verdict.cause, verdict.evidence.map(|evidence| (evidence.file, evidence.line)))
        };
        let at = Some(("beam.msg".to_owned(), Some(1)));
        assert_eq!(run(b" ***ERROR: TOO MANY ATTEMPTS MADE FOR THIS INCREMENT\n"), (Cause::Diverged, at.clone()));
        let ended = b" ***ERROR: Process terminated by external request (SIGTERM or SIGINT received).\n";
        assert_eq!(run(ended), (Cause::Killed { signal: 15 }, at));
    }

    #[test]
    fn waiting_for_a_licence_is_no_trouble() {
        let mut run = RunReader::new(Solver::Abaqus, Vec::new());
        let thresholds = Thresholds { cutbacks: 5, cutback_minutes: 10, no_growth_minutes: 1 };
        run.feed(CONSOLE, b"\"standard\" license request queued for the License Server on lm.\n");
        run.feed(CONSOLE, b"Total time in queue: 30 seconds.\n");
        run.progress(Timestamp(0), thresholds);
        let progress = run.progress(Timestamp(600), thresholds);
        assert_eq!((progress.license_queue, progress.trouble), (Some(LicenseQueue { seconds: 30 }), None));
        run.feed(CONSOLE, b"Begin Analysis Input File Processor\n");
        run.progress(Timestamp(600), thresholds);
        let progress = run.progress(Timestamp(1200), thresholds);
        assert!(progress.license_queue.is_none() && progress.trouble.is_some());
    }
}
