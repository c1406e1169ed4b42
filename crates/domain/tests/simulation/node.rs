//! A model of a node with its runner, as the contract of the real one says it behaves.

use crate::random::Random;
use domain::lifecycle::{RunEnd, RunReport};
use domain::verdict::{Cause, ExitStatus, Verdict};
use std::collections::BTreeMap;

/// What a run of the solver really came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It has not ended, or nothing was written when it did.
    Nothing,
    /// Its files say completed.
    Completed,
    /// Its files say failed.
    Failed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    Open,
    /// By a launch.
    Used,
    /// By a stop, before any launch.
    Closed,
}

/// The folder of one run and the process in it. They can be lost separately.
#[derive(Clone, Debug)]
pub struct RunHere {
    pub folder: bool,
    pub folder_lost: bool,
    staged: bool,
    gate: Gate,
    boot: u32,
    pub alive: bool,
    /// A stop found it alive and ended it.
    pub stopped: bool,
    pub exit: Option<RunEnd>,
    pub truth: Truth,
    /// The journal outside the folder: never forgotten.
    pub launches: u32,
}

pub struct Node {
    /// How it reports a run whose gate a stop closed before any launch: as stopped, or as not started. Both are true.
    closed_is_stopped: bool,
    pub boot: u32,
    pub reachable: bool,
    pub runs: BTreeMap<u32, RunHere>,
}

pub enum LaunchAnswer {
    Launched,
    Refused,
}

impl Node {
    pub fn new(closed_is_stopped: bool) -> Node {
        Node { closed_is_stopped, boot: 1, reachable: true, runs: BTreeMap::new() }
    }

    fn run(&mut self, token: u32) -> &mut RunHere {
        self.runs.entry(token).or_insert(RunHere {
            folder: false,
            folder_lost: false,
            staged: false,
            gate: Gate::Open,
            boot: 0,
            alive: false,
            stopped: false,
            exit: None,
            truth: Truth::Nothing,
            launches: 0,
        })
    }

    /// A folder that is made anew has a gate that is open.
    fn make_folder(run: &mut RunHere) {
        if !run.folder {
            run.folder = true;
            run.gate = Gate::Open;
            run.staged = false;
            run.exit = None;
        }
    }

    pub fn stage(&mut self, token: u32) {
        let run = self.run(token);
        Node::make_folder(run);
        run.staged = true;
    }

    pub fn launch(&mut self, token: u32, random: &mut Random) -> LaunchAnswer {
        let boot = self.boot;
        let run = self.run(token);
        // the journal knows even when the folder is gone
        if run.launches > 0 {
            return LaunchAnswer::Launched;
        }
        if !run.folder || !run.staged {
            return LaunchAnswer::Refused;
        }
        match run.gate {
            Gate::Used => LaunchAnswer::Launched,
            Gate::Closed => LaunchAnswer::Refused,
            // the disk is full
            Gate::Open if random.percent(5) => LaunchAnswer::Refused,
            Gate::Open => {
                run.gate = Gate::Used;
                run.launches += 1;
                run.boot = boot;
                if random.percent(5) {
                    run.exit = Some(RunEnd::CannotStart { reason: "not found".into() });
                } else {
                    run.alive = true;
                }
                LaunchAnswer::Launched
            }
        }
    }

    pub fn stop(&mut self, token: u32, random: &mut Random) {
        let run = self.run(token);
        // a folder that was lost is not made anew: it would say that nothing was ever launched in it
        if run.launches == 0 {
            Node::make_folder(run);
        }
        if run.gate == Gate::Open {
            run.gate = Gate::Closed;
        }
        if run.alive {
            run.alive = false;
            run.stopped = true;
            if random.percent(10) {
                // the grace was enough for it to complete
                run.truth = Truth::Completed;
                run.exit = Some(RunEnd::Exited { exit: ExitStatus::Code(0), stopped: true });
            } else if random.percent(80) {
                run.exit = Some(RunEnd::Exited { exit: ExitStatus::Signal(15), stopped: true });
            }
        }
    }

    pub fn report(&self, token: u32) -> RunReport {
        let Some(run) = self.runs.get(&token) else { return RunReport::Ended(RunEnd::FolderGone) };
        if run.alive {
            RunReport::Alive
        } else if !run.folder {
            RunReport::Ended(RunEnd::FolderGone)
        } else if let Some(exit) = &run.exit {
            RunReport::Ended(exit.clone())
        } else if run.gate == Gate::Closed && self.closed_is_stopped {
            RunReport::Ended(RunEnd::Exited { exit: ExitStatus::Unknown, stopped: true })
        } else if run.gate != Gate::Used {
            RunReport::NotStarted
        } else if run.boot != self.boot {
            RunReport::Ended(RunEnd::Rebooted)
        } else {
            RunReport::Ended(RunEnd::ProcessGone)
        }
    }

    /// What the solver's files say, where there are any.
    pub fn files(&self, token: u32) -> Option<Verdict> {
        let run = self.runs.get(&token).filter(|run| run.folder)?;
        let verdict = |cause, exit| Some(Verdict { cause, evidence: None, exit, remarks: vec![] });
        match run.truth {
            Truth::Nothing => None,
            Truth::Completed => verdict(Cause::Completed, ExitStatus::Code(0)),
            Truth::Failed => verdict(Cause::Diverged, ExitStatus::Code(1)),
        }
    }

    pub fn remove(&mut self, token: u32) {
        let run = self.run(token);
        run.folder = false;
        run.staged = false;
    }

    pub fn reboot(&mut self) {
        self.boot += 1;
        for run in self.runs.values_mut() {
            run.alive = false;
        }
    }

    /// Somebody cleans up, or a disk is lost. What runs goes on running.
    pub fn lose_folder(&mut self, random: &mut Random) {
        let tokens: Vec<u32> = self.runs.iter().filter(|(_, run)| run.folder).map(|(token, _)| *token).collect();
        if !tokens.is_empty() {
            let run = self.run(random.pick(&tokens));
            run.folder = false;
            run.folder_lost = true;
            run.staged = false;
        }
    }

    /// Some solver ends by itself, in one of the ways they do, but none of those that are `spared`.
    pub fn solver_ends(&mut self, random: &mut Random, spared: &[u32]) {
        let alive = self.runs.iter().filter(|(token, run)| run.alive && !spared.contains(token));
        let tokens: Vec<u32> = alive.map(|(token, _)| *token).collect();
        if !tokens.is_empty() {
            let run = self.run(random.pick(&tokens));
            run.alive = false;
            let exited = |exit| Some(RunEnd::Exited { exit, stopped: false });
            match random.below(10) {
                0 => {} // killed with its wrapper
                1 => run.exit = exited(ExitStatus::Signal(9)),
                2 | 3 => {
                    run.truth = Truth::Failed;
                    run.exit = exited(ExitStatus::Code(1));
                }
                _ => {
                    run.truth = Truth::Completed;
                    run.exit = exited(ExitStatus::Code(0));
                }
            }
        }
    }
}
