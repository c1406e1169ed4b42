//! The node doctor at work: the executor looks, the domain's words say what was found. Each step has its time, all of
//! them together have theirs, and nobody looks on for a listener who has left.

use deck::abaqus::{dsls, lmstat};
use domain::doctor::{Finding, LIMIT, Outcome, Problem, Report, Step, Told, hindrance, steps};
use domain::settings::LicenseReportKind;
use domain::{Cores, ExitStatus, Node, Settings, Solver, SolverCommand};
use executor::{Asked, Examination, Executor, ExecutorError, NodeAddress, Probe, one_line};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{Instant, timeout_at};

/// Words that may be on their way to a listener.
const TOLD: usize = 32;
/// The runner is given so much less than the step, so that its own answer is heard.
const SLACK: Duration = Duration::from_secs(4);

/// Begins a test; what is told comes as it is found. When nobody listens any more it ends.
pub fn test(executor: Executor, node: Node, settings: Arc<Settings>) -> Receiver<Told> {
    let (tell, told) = channel(TOLD);
    tokio::spawn(async move {
        let look = Look { public_key: executor.public_key(), node, settings, probe: None, executor };
        tokio::select! {
            () = look.at_all(&tell) => {}
            () = tell.closed() => {}
        }
    });
    told
}

struct Look {
    executor: Executor,
    node: Node,
    settings: Arc<Settings>,
    public_key: String,
    probe: Option<Probe>,
}

impl Look {
    async fn at_all(mut self, tell: &Sender<Told>) {
        let all = steps(&self.node);
        let mut over: Vec<Report> = Vec::with_capacity(all.len());
        let mut examination = self.executor.examine(&NodeAddress::from(&self.node));
        let end = Instant::now() + LIMIT;
        // a listener who has left is noticed by whoever called
        let _ = tell.send(Told::Steps { steps: all.clone() }).await;
        for step in all {
            let _ = tell.send(Told::Begun { step }).await;
            let begun = Instant::now();
            let outcome = match hindrance(step, &over) {
                Some(cause) => Outcome::After { step: cause },
                None => {
                    let until = end.min(begun + step.limit());
                    let looked = timeout_at(until, self.at(step, &mut examination)).await;
                    let slow = Problem::TooSlow { seconds: until.duration_since(begun).as_secs() };
                    match looked.unwrap_or(Err(slow)) {
                        Ok(finding) => Outcome::of(finding),
                        Err(problem) => Outcome::Failed { problem },
                    }
                }
            };
            let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            let report = Report { step, outcome, millis, system: examination.system() };
            over.push(report.clone());
            let _ = tell.send(Told::Done { report }).await;
        }
        let _ = tell.send(Told::End).await;
    }

    async fn at(&mut self, step: Step, examination: &mut Examination) -> Result<Finding, Problem> {
        let node = &self.node;
        match step {
            Step::Name => match examination.name().await {
                Ok(address) => Ok(Finding::Address { address }),
                Err(_) => Err(Problem::NoSuchName { host: node.ssh_host.clone() }),
            },
            Step::Port => match examination.port().await {
                Ok(()) => Ok(Finding::Port { port: node.ssh_port }),
                Err(error) => Err(self.closed(&error)),
            },
            Step::HostKey => match examination.host_key().await {
                Ok(key) => Ok(Finding::HostKey { fingerprint: key.fingerprint }),
                Err(error) => Err(self.problem(error)),
            },
            Step::Login => match examination.log_in().await {
                Ok(()) => Ok(Finding::Account { user: node.ssh_user.clone() }),
                Err(error) => Err(self.problem(error)),
            },
            Step::Shell => match examination.shell().await {
                Ok(Ok(())) => Ok(Finding::Answer),
                Ok(Err(said)) => Err(Problem::Shell { said }),
                Err(error) => Err(self.problem(error)),
            },
            Step::WorkFolder => match examination.work_folder().await {
                Ok(()) => Ok(Finding::Folder { folder: node.work_dir.clone() }),
                Err(error) => Err(self.problem(error)),
            },
            Step::Program => match examination.program(step.limit()).await {
                Ok(probe) => {
                    let (system, locale) = (probe.os.clone(), probe.locale.clone());
                    self.probe = Some(probe);
                    Ok(Finding::Program { system, locale })
                }
                Err(error) => Err(self.problem(error)),
            },
            Step::LettingGo => match &self.probed()?.held_by {
                None => Ok(Finding::LettingGo),
                Some(said) => Err(Problem::EndsWithConnection { said: said.clone() }),
            },
            Step::Disk => match self.probed()?.disk {
                Some((0, _)) => Err(Problem::DiskFull { folder: node.work_dir.clone() }),
                Some((free, total)) => Ok(Finding::Disk { free, total }),
                None => Ok(Finding::DiskUnknown),
            },
            Step::Clock => {
                // asked anew, for looking at a program that had to be sent takes its time
                let probe = examination.program(step.limit()).await.map_err(|error| self.problem(error))?;
                Ok(Finding::Clock { ahead: probe.clock.0.saturating_sub(crate::clock::server_now().0) })
            }
            Step::Cores => {
                let probe = self.probed()?;
                let (cores, memory) = (Cores(probe.cores), probe.memory);
                Ok(Finding::Machine { cores, configured: node.cores, memory })
            }
            Step::Calculix => self.solver(examination, Solver::Calculix, step).await,
            Step::Abaqus => self.solver(examination, Solver::Abaqus, step).await,
            Step::License => self.license(examination, step).await,
        }
    }

    fn probed(&self) -> Result<&Probe, Problem> {
        // it comes after the program by its order; without an answer of that there is none to this
        self.probe.as_ref().ok_or(Problem::TooSlow { seconds: 0 })
    }

    fn command(&self, solver: Solver) -> Option<&SolverCommand> {
        self.node.solvers.iter().find(|(known, _)| *known == solver).map(|(_, command)| command)
    }

    async fn ask(
        &self,
        examination: &Examination,
        solver: Solver,
        args: &[&str],
        step: Step,
    ) -> Result<Asked, Problem> {
        let no_solver = || domain::Fault::NoSolver { solver: solver.title().to_owned() };
        let command = self.command(solver).ok_or_else(|| Problem::Other { fault: no_solver() })?;
        let limit = step.limit().saturating_sub(SLACK);
        match examination.ask(command.as_str(), args, limit).await {
            Ok(asked) if asked.exit.is_none() => Err(Problem::TooSlow { seconds: limit.as_secs() }),
            Ok(asked) => Ok(asked),
            Err(ExecutorError::RunnerFailed { message, .. }) => {
                Err(Problem::NoCommand { solver, command: command.clone(), said: message })
            }
            Err(error) => Err(self.problem(error)),
        }
    }

    async fn solver(&self, examination: &Examination, solver: Solver, step: Step) -> Result<Finding, Problem> {
        let question: &[&str] = match solver {
            Solver::Calculix => &["-v"],
            Solver::Abaqus => &["information=release"],
        };
        let asked = self.ask(examination, solver, question, step).await?;
        let said = release(&asked.output);
        let answers = match solver {
            // it ends with 201 after saying its version, and other builds with other numbers
            Solver::Calculix => said.to_ascii_lowercase().contains("version"),
            Solver::Abaqus => asked.exit == Some(ExitStatus::Code(0)),
        };
        if answers { Ok(Finding::Release { said }) } else { Err(Problem::Command { solver, said }) }
    }

    async fn license(&self, examination: &Examination, step: Step) -> Result<Finding, Problem> {
        let (question, dsls): (&[&str], bool) = match self.settings.license_report {
            LicenseReportKind::Dsls => (&["licensing", "dslsstat", "-usage"], true),
            LicenseReportKind::Off | LicenseReportKind::Flexnet => (&["licensing", "lmstat", "-a"], false),
        };
        let asked = self.ask(examination, Solver::Abaqus, question, step).await?;
        let (features, problem) = if dsls {
            let mut reader = dsls::Reader::default();
            reader.feed(&asked.output);
            reader.finish();
            (reader.usage().features.len(), reader.usage().problem.clone())
        } else {
            let mut reader = lmstat::Reader::default();
            reader.feed(&asked.output);
            reader.finish();
            (reader.usage().features.len(), reader.usage().problem.clone())
        };
        match u64::try_from(features) {
            Ok(features) if features > 0 => Ok(Finding::License { features }),
            _ => Err(Problem::License { said: problem.unwrap_or_else(|| one_line(&asked.output)) }),
        }
    }

    fn closed(&self, error: &ExecutorError) -> Problem {
        let said = match error {
            ExecutorError::Unreachable { reason } => reason.clone(),
            other => other.to_string(),
        };
        Problem::Closed { host: self.node.ssh_host.clone(), port: self.node.ssh_port, said }
    }

    fn problem(&self, error: ExecutorError) -> Problem {
        let folder = || self.node.work_dir.clone();
        match error {
            ExecutorError::HostKeyUnknown(key) => Problem::KeyUnknown { fingerprint: key.fingerprint },
            ExecutorError::HostKeyChanged { accepted, found } => {
                Problem::KeyChanged { accepted, found: found.fingerprint }
            }
            ExecutorError::AuthRefused => {
                Problem::KeyRefused { user: self.node.ssh_user.clone(), public_key: self.public_key.clone() }
            }
            ExecutorError::Files { message, .. } => {
                Problem::Folder { folder: folder(), user: self.node.ssh_user.clone(), said: message }
            }
            ExecutorError::NodeDiskFull => Problem::DiskFull { folder: folder() },
            ExecutorError::Program { reason } => Problem::Program { said: reason, folder: folder() },
            ExecutorError::Timeout { limit, .. } => Problem::TooSlow { seconds: limit.as_secs() },
            other => Problem::Other { fault: other.fault() },
        }
    }
}

/// The line in which a solver names its release; where none does, its first words.
fn release(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let named = text.lines().find(|line| {
        let line = line.to_ascii_lowercase();
        line.contains("version") || line.contains("abaqus 2") || line.contains("abaqus release")
    });
    one_line(named.map_or(output, str::as_bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_the_line_that_names_it() {
        assert_eq!(release(b"\nThis is Version 2.20\n\n"), "This is Version 2.20");
        assert_eq!(release(b"loading modules\nAbaqus 2023.HF4\n"), "Abaqus 2023.HF4");
        assert_eq!(release(b"command not licensed\nbye"), "command not licensed");
        assert_eq!(release(b""), "");
    }
}
