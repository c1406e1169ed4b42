//! What differs between solvers while a run is watched and judged. A closed list: `match solver`.

use crate::calculix::{self, console, cvg, sta};
use crate::progress::{self, Thresholds, Watch};
use domain::files::CONSOLE;
use domain::{Cause, Evidence, ExitStatus, Progress, Remark, Solver, StepShape, Timestamp, Verdict};

/// Endings of the files, beside [`CONSOLE`], that a solver writes while it runs and that are worth reading live.
pub fn live_files(solver: Solver) -> &'static [&'static str] {
    match solver {
        Solver::Abaqus => &["sta", "msg", "dat", "log"],
        Solver::Calculix => &["sta", "cvg", "dat"],
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
    abaqus: AbaqusConsole,
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
            abaqus: AbaqusConsole::default(),
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
            Solver::Abaqus if console => self.abaqus.feed(bytes),
            Solver::Calculix | Solver::Abaqus => {}
        }
    }

    /// Attempts so far.
    pub fn attempts(&self) -> &[sta::Attempt] {
        self.sta.rows()
    }

    /// Iterations so far, for the convergence plot.
    pub fn iterations(&self) -> &[cvg::Iteration] {
        self.cvg.rows()
    }

    /// How far the run is, as seen now. To be asked after each feeding: the time between is how fast it goes.
    pub fn progress(&mut self, now: Timestamp, thresholds: Thresholds) -> Progress {
        let grown = std::mem::take(&mut self.grown);
        self.watch.look(self.sta.rows().len(), grown, now);
        progress::of(&self.shapes, self.sta.rows(), &self.watch, now, thresholds)
    }

    /// How the run ended, all its console text fed.
    pub fn verdict(&self, exit: ExitStatus) -> Verdict {
        match self.solver {
            Solver::Calculix => calculix::verdict(exit, &self.console.summary()),
            Solver::Abaqus => self.abaqus.verdict(exit),
        }
    }
}

/// Abaqus' console text: its own last lines only. What its other files say is not read yet.
#[derive(Clone, Debug, Default)]
struct AbaqusConsole {
    lines: crate::lines::Lines,
    count: u64,
    completed: Option<(u64, String)>,
    failed: Option<(u64, String)>,
}

impl AbaqusConsole {
    fn feed(&mut self, bytes: &[u8]) {
        let AbaqusConsole { lines, count, completed, failed } = self;
        lines.feed(bytes, |line| {
            *count += 1;
            let line = line.bytes.trim_ascii();
            if line.starts_with(b"Abaqus JOB ") && line.ends_with(b" COMPLETED") {
                *completed = Some((*count, crate::text::shown(line, 200)));
            } else if failed.is_none()
                && (line.starts_with(b"Abaqus/Analysis exited with error") || line.starts_with(b"Abaqus Error:"))
            {
                *failed = Some((*count, crate::text::shown(line, 200)));
            }
        });
    }

    fn verdict(&self, exit: ExitStatus) -> Verdict {
        let evidence = |(line, text): &(u64, String)| {
            Some(Evidence { file: CONSOLE.to_owned(), line: Some(*line), text: text.clone() })
        };
        let zero = exit == ExitStatus::Code(0);
        let (cause, evidence, remark) = match (&self.failed, &self.completed, exit) {
            (Some(line), _, _) => (Cause::SolverError, evidence(line), zero.then_some(Remark::ExitZeroButFailed)),
            (None, Some(line), _) => {
                (Cause::Completed, evidence(line), (!zero).then_some(Remark::ExitDisagrees { exit }))
            }
            (None, None, ExitStatus::Signal(signal)) => (Cause::Killed { signal }, None, None),
            (None, None, ExitStatus::Code(code)) => {
                (Cause::NoEndLine { code: Some(code) }, None, zero.then_some(Remark::ExitZeroButFailed))
            }
            (None, None, ExitStatus::Unknown) => (Cause::NoEndLine { code: None }, None, None),
        };
        Verdict { cause, evidence, exit, remarks: remark.into_iter().collect() }
    }
}
