//! The node doctor: what is looked at on a node, in which order, what was found, and what to do about it.
//!
//! Who looks (the executor) and who says it (pages, the command line) are elsewhere; here are the facts. Commands to be
//! pasted are made of parsed types only, so that none of them holds more than it should.

mod remedy;

pub use remedy::{authorize, host_key_command, prepare_windows, remedies, remedy};

use crate::{AccountName, Cores, Fault, HostName, Node, Solver, SolverCommand, WorkFolder};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// For all steps together.
pub const LIMIT: Duration = Duration::from_secs(60);
/// Clocks that differ by more seconds are worth a look: certificates and licences have their hours.
pub const CLOCK: u64 = 5;
/// A work disk with less of its room left, in percent, is worth a look.
pub const LITTLE_ROOM: u64 = 10;

/// What a node is, as far as a remedy for it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum System {
    /// Commands are for sh.
    Linux,
    /// Commands are for Windows PowerShell 5.1, run as an administrator.
    Windows,
}

impl System {
    /// Both.
    pub const ALL: [System; 2] = [System::Linux, System::Windows];
}

/// One thing that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The host's name has an address.
    Name,
    /// Something answers at its port.
    Port,
    /// It shows the accepted host key.
    HostKey,
    /// It lets our key in.
    Login,
    /// The account's shell runs a command.
    Shell,
    /// The work folder can be written.
    WorkFolder,
    /// Our program is there and runs.
    Program,
    /// What it starts outlives the connection.
    LettingGo,
    /// The work folder's disk has room.
    Disk,
    /// Its clock goes as ours.
    Clock,
    /// It has the cores that are configured.
    Cores,
    /// CalculiX can be started.
    Calculix,
    /// Abaqus can be started.
    Abaqus,
    /// The licence server answers it.
    License,
}

impl Step {
    /// All, in the order of a test.
    pub const ALL: [Step; 14] = [
        Step::Name,
        Step::Port,
        Step::HostKey,
        Step::Login,
        Step::Shell,
        Step::WorkFolder,
        Step::Program,
        Step::LettingGo,
        Step::Disk,
        Step::Clock,
        Step::Cores,
        Step::Calculix,
        Step::Abaqus,
        Step::License,
    ];

    /// What must be well before this can be looked at.
    pub fn after(self) -> Option<Step> {
        match self {
            Step::Name => None,
            Step::Port => Some(Step::Name),
            Step::HostKey => Some(Step::Port),
            Step::Login => Some(Step::HostKey),
            Step::Shell => Some(Step::Login),
            Step::WorkFolder => Some(Step::Login),
            Step::Program => Some(Step::WorkFolder),
            Step::LettingGo | Step::Disk | Step::Clock | Step::Cores | Step::Calculix | Step::Abaqus => {
                Some(Step::Program)
            }
            Step::License => Some(Step::Abaqus),
        }
    }

    /// Time it has.
    pub fn limit(self) -> Duration {
        Duration::from_secs(match self {
            Step::Abaqus | Step::License => 30,
            Step::Program => 20,
            _ => 10,
        })
    }

    /// Those that say something of a node with these solvers.
    pub fn of(solvers: &[Solver]) -> Vec<Step> {
        let has = |solver| solvers.contains(&solver);
        Step::ALL
            .into_iter()
            .filter(|step| match step {
                Step::Calculix => has(Solver::Calculix),
                Step::Abaqus | Step::License => has(Solver::Abaqus),
                _ => true,
            })
            .collect()
    }
}

/// What was found where all is well, or nearly so. Texts are the node's own words, one short line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Finding {
    /// The first of its addresses.
    Address {
        /// As numbers.
        address: String,
    },
    /// The port.
    Port {
        /// Its number.
        port: u16,
    },
    /// The accepted key.
    HostKey {
        /// `SHA256:…`.
        fingerprint: String,
    },
    /// The account that was let in.
    Account {
        /// Its name.
        user: AccountName,
    },
    /// It answered.
    Answer,
    /// It could be written.
    Folder {
        /// Which.
        folder: WorkFolder,
    },
    /// The program on the node.
    Program {
        /// The node's system.
        system: String,
        /// Its language and, on Windows, its console's code page; may be nothing.
        locale: String,
    },
    /// Runs go on without the connection.
    LettingGo,
    /// Room on the disk.
    Disk {
        /// Free bytes.
        free: u64,
        /// All bytes.
        total: u64,
    },
    /// The node does not say how full its disk is.
    DiskUnknown,
    /// Seconds by which the node's clock is ahead; negative: behind.
    Clock {
        /// Whole seconds.
        ahead: i64,
    },
    /// What the machine has.
    Machine {
        /// Its cores.
        cores: Cores,
        /// Those that are configured.
        configured: Cores,
        /// Bytes of memory.
        memory: Option<u64>,
    },
    /// What a solver says of its version.
    Release {
        /// In its words; may be nothing.
        said: String,
    },
    /// The licence server answered.
    License {
        /// So many features are issued there.
        features: u64,
    },
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Problem {
    /// The name has no address.
    NoSuchName {
        /// Which name.
        host: HostName,
    },
    /// Nothing answers there.
    Closed {
        /// Where.
        host: HostName,
        /// At which port.
        port: u16,
        /// In the system's words.
        said: String,
    },
    /// Nobody has accepted its key yet.
    KeyUnknown {
        /// The key shown.
        fingerprint: String,
    },
    /// It shows another key.
    KeyChanged {
        /// The accepted one.
        accepted: String,
        /// The one shown.
        found: String,
    },
    /// It does not let our key in.
    KeyRefused {
        /// The account.
        user: AccountName,
        /// Our public key, as it must stand in `authorized_keys`.
        public_key: String,
    },
    /// The shell does not do what it is told.
    Shell {
        /// What came instead.
        said: String,
    },
    /// The work folder cannot be written.
    Folder {
        /// Which.
        folder: WorkFolder,
        /// By whom.
        user: AccountName,
        /// In the node's words.
        said: String,
    },
    /// The disk is full.
    DiskFull {
        /// Below which folder.
        folder: WorkFolder,
    },
    /// The program does not run there.
    Program {
        /// In words.
        said: String,
        /// Where it lies.
        folder: WorkFolder,
    },
    /// What is started there ends with the connection.
    EndsWithConnection {
        /// Why, in the program's words.
        said: String,
    },
    /// The solver's command is not there.
    NoCommand {
        /// Which solver.
        solver: Solver,
        /// What is configured.
        command: SolverCommand,
        /// In the node's words.
        said: String,
    },
    /// The solver's command is there and does not do what it should.
    Command {
        /// Which solver.
        solver: Solver,
        /// What it wrote.
        said: String,
    },
    /// The licence server does not answer, or says nothing of any licence.
    License {
        /// The tool's words.
        said: String,
    },
    /// No answer in time.
    TooSlow {
        /// The time it had.
        seconds: u64,
    },
    /// Something else on the way.
    Other {
        /// What.
        fault: Fault,
    },
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// All is well.
    Good {
        /// What was found.
        finding: Finding,
    },
    /// It works, and is worth a look.
    Caution {
        /// What was found.
        finding: Finding,
    },
    /// It must be corrected.
    Failed {
        /// What is wrong.
        problem: Problem,
    },
    /// Not looked at: something before it must be corrected first.
    After {
        /// That.
        step: Step,
    },
}

impl Outcome {
    /// Whether what comes after it can be looked at.
    pub fn is_well(&self) -> bool {
        matches!(self, Outcome::Good { .. } | Outcome::Caution { .. })
    }

    /// How a finding is to be taken.
    pub fn of(finding: Finding) -> Outcome {
        let look = match &finding {
            Finding::Disk { free, total } => free.saturating_mul(100) < total.saturating_mul(LITTLE_ROOM),
            Finding::Clock { ahead } => ahead.unsigned_abs() > CLOCK,
            Finding::Machine { cores, configured, .. } => configured > cores,
            _ => false,
        };
        if look { Outcome::Caution { finding } } else { Outcome::Good { finding } }
    }
}

/// A step that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Which.
    pub step: Step,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took.
    pub millis: u64,
    /// What the node is, as far as it was known by then.
    #[serde(default)]
    pub system: Option<System>,
}

/// What is told while a test goes on, one line each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "told")]
pub enum Told {
    /// It begins: these will be looked at.
    Steps {
        /// In order.
        steps: Vec<Step>,
    },
    /// This is being looked at.
    Begun {
        /// Which.
        step: Step,
    },
    /// This is over.
    Done {
        /// How.
        report: Report,
    },
    /// All of it is over.
    End,
}

/// What is already known to be unwell before `step`, of what is over.
pub fn hindrance(step: Step, over: &[Report]) -> Option<Step> {
    let before = step.after()?;
    match over.iter().find(|report| report.step == before).map(|report| &report.outcome) {
        // the first cause is of more use than the step just before
        Some(Outcome::After { step }) => Some(*step),
        Some(outcome) if outcome.is_well() => None,
        Some(_) => Some(before),
        None => hindrance(before, over),
    }
}

/// The steps for this node.
pub fn steps(node: &Node) -> Vec<Step> {
    let solvers: Vec<Solver> = node.solvers.iter().map(|(solver, _)| *solver).collect();
    Step::of(&solvers)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn over(step: Step, outcome: Outcome) -> Report {
        Report { step, outcome, millis: 1, system: None }
    }

    fn good() -> Outcome {
        Outcome::Good { finding: Finding::Answer }
    }

    #[test]
    fn each_step_stands_after_the_one_it_needs() {
        for (at, step) in Step::ALL.into_iter().enumerate() {
            if let Some(before) = step.after() {
                assert!(Step::ALL[..at].contains(&before), "{step:?}");
            }
        }
        assert!(!Step::of(&[Solver::Calculix]).contains(&Step::License));
        assert!(!Step::of(&[Solver::Abaqus]).contains(&Step::Calculix));
    }

    #[test]
    fn what_failed_hinders_all_that_needs_it_and_nothing_else() {
        let slow = Outcome::Failed { problem: Problem::TooSlow { seconds: 10 } };
        let mut all = Vec::new();
        for step in Step::ALL {
            let outcome = match hindrance(step, &all) {
                Some(cause) => Outcome::After { step: cause },
                None if matches!(step, Step::Abaqus | Step::WorkFolder) => slow.clone(),
                None => good(),
            };
            all.push(over(step, outcome));
        }
        let of = |step| all.iter().find(|report| report.step == step).unwrap().outcome.clone();
        assert_eq!(of(Step::Shell), good());
        assert_eq!(of(Step::WorkFolder), slow);
        for step in [Step::Program, Step::LettingGo, Step::Disk, Step::Abaqus, Step::License] {
            assert_eq!(of(step), Outcome::After { step: Step::WorkFolder }, "{step:?}");
        }
        assert_eq!(hindrance(Step::License, &[over(Step::Abaqus, slow)]), Some(Step::Abaqus));
    }

    #[test]
    fn little_room_a_wrong_clock_and_too_many_cores_are_worth_a_look() {
        let is_caution = |finding| matches!(Outcome::of(finding), Outcome::Caution { .. });
        assert!(
            is_caution(Finding::Disk { free: 9, total: 100 }) && !is_caution(Finding::Disk { free: 10, total: 100 })
        );
        assert!(is_caution(Finding::Clock { ahead: -6 }) && !is_caution(Finding::Clock { ahead: 5 }));
        let machine = |configured| Finding::Machine { cores: Cores(8), configured: Cores(configured), memory: None };
        assert!(is_caution(machine(9)) && !is_caution(machine(8)));
    }
}
