//! What differs between solvers while a run is watched and judged. A closed list: `match solver`.

use crate::abaqus;
use crate::attempt::{Attempt, Table};
use crate::calculix::{self, console, cvg, sta};
use crate::progress::{self, Thresholds, Watch};
use domain::files::CONSOLE;
use domain::progress::LicenseQueue;
use domain::{ExitStatus, Progress, Solver, StepShape, Timestamp, TroubleKind, Verdict};

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
    /// The status file's name as it was fed.
    status_file: String,
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
                file.clone_into(&mut self.abaqus.status_file);
                self.abaqus.status.feed(bytes);
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

    /// Iterations so far, for the convergence plot.
    pub fn iterations(&self) -> &[cvg::Iteration] {
        self.cvg.rows()
    }

    /// How far the run is, as seen now. To be asked after each feeding: the time between is how fast it goes.
    pub fn progress(&mut self, now: Timestamp, thresholds: Thresholds) -> Progress {
        let grown = std::mem::take(&mut self.grown);
        self.watch.look(self.table().count(), grown, now);
        let mut progress = progress::of(&self.shapes, self.table(), &self.watch, now, thresholds);
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
            Solver::Abaqus => {
                let mut status = self.abaqus.status.clone();
                status.finish();
                let told = abaqus::Told {
                    console: &self.abaqus.console.summary(),
                    status: &status,
                    status_file: &self.abaqus.status_file,
                    first_error: None,
                    terminated: None,
                };
                abaqus::verdict(exit, told)
            }
        }
    }
}
