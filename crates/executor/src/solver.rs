//! How each solver is called. The one place that knows.

use domain::files::ABAQUS_ENV;
use domain::options::Scratch;
use domain::{Cores, JobName, RunOptions, Solver};

/// A program with its arguments and variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// A bare name or an absolute path on the node.
    pub program: String,
    /// Its arguments, each as it is.
    pub args: Vec<String>,
    /// Variables beside the account's own.
    pub env: Vec<(String, String)>,
}

/// What to run for a job whose deck is `NAME.inp` in the run's folder. `configured` is the node's command for this solver.
pub fn command(solver: Solver, configured: &str, name: &JobName, cores: Cores, options: &RunOptions) -> Command {
    let (args, env) = match solver {
        // CalculiX 2.20 takes its threads from the environment only
        Solver::Calculix => {
            (vec!["-i".to_owned(), name.as_str().to_owned()], vec![("OMP_NUM_THREADS".to_owned(), cores.to_string())])
        }
        Solver::Abaqus => (abaqus(name, cores, options), Vec::new()),
    };
    Command { program: configured.trim().to_owned(), args, env }
}

/// Every value is a number, a word of a closed list, or a name that can hold neither a blank-separated option nor a path.
fn abaqus(name: &JobName, cores: Cores, options: &RunOptions) -> Vec<String> {
    let mut args = vec![format!("job={name}")];
    if options.datacheck {
        args.push("datacheck".to_owned());
    }
    args.push(format!("input={name}.inp"));
    args.extend(options.user.as_ref().map(|file| format!("user={file}")));
    args.extend(options.oldjob.as_ref().map(|old| format!("oldjob={}", old.name)));
    args.push(format!("cpus={cores}"));
    args.extend((options.gpus > 0).then(|| format!("gpus={}", options.gpus)));
    args.extend(options.memory.map(|memory| format!("memory={memory}")));
    args.extend(options.scratch.map(|Scratch::RunFolder| "scratch=.".to_owned()));
    args.extend(options.double.map(|double| format!("double={}", double.as_str())));
    args.extend(options.mp_mode.map(|mode| format!("mp_mode={}", mode.as_str())));
    // in the foreground, so that exit code and console are the run's own
    args.push("interactive".to_owned());
    // else a left-over file makes it wait for an answer for ever
    args.push("ask_delete=OFF".to_owned());
    args
}

/// A file that must lie in the run's folder beside what people sent: its name and text. For Abaqus its own settings, read
/// from the working folder last of all, where there is something to set.
pub fn settings_file(solver: Solver, license_wait_minutes: u64) -> Option<(&'static str, String)> {
    match solver {
        Solver::Abaqus if license_wait_minutes > 0 => {
            Some((ABAQUS_ENV, format!("lmlicensequeuing=ON\nlmhanglimit={license_wait_minutes}\n")))
        }
        Solver::Abaqus | Solver::Calculix => None,
    }
}

/// The solver's own way of being ended, to be run in the run's folder; CalculiX has none but signals.
pub fn terminate(solver: Solver, configured: &str, name: &JobName) -> Option<Command> {
    match solver {
        Solver::Calculix => None,
        Solver::Abaqus => Some(Command {
            program: configured.trim().to_owned(),
            args: vec!["terminate".to_owned(), format!("job={name}")],
            env: Vec::new(),
        }),
    }
}

/// Endings of files that a solver leaves and nobody wants: locks and scratch.
pub(crate) const SCRATCH: [&str; 4] = ["lck", "cid", "023", "simdir"];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::options::{Double, Memory, MpMode, OldJob};
    use domain::{FileName, JobId};

    #[test]
    fn abaqus_is_called_with_what_was_chosen_and_nothing_else() {
        let beam = JobName::parse("beam").unwrap();
        let call = |options: &RunOptions| command(Solver::Abaqus, " abq2023 ", &beam, Cores(4), options);
        let plain = call(&RunOptions::default());
        assert_eq!(plain.program, "abq2023");
        assert_eq!(plain.args.join(" "), "job=beam input=beam.inp cpus=4 interactive ask_delete=OFF");
        let all = call(&RunOptions {
            gpus: 1,
            memory: Some(Memory::Percent(90)),
            scratch: Some(Scratch::RunFolder),
            double: Some(Double::Both),
            mp_mode: Some(MpMode::Mpi),
            datacheck: false,
            user: Some(FileName::parse("umat.for").unwrap()),
            oldjob: Some(OldJob { id: JobId(1), name: JobName::parse("first").unwrap() }),
        });
        assert_eq!(
            all.args.join(" "),
            "job=beam input=beam.inp user=umat.for oldjob=first cpus=4 gpus=1 memory=90% scratch=. double=both mp_mode=mpi interactive ask_delete=OFF"
        );
        let check = call(&RunOptions { datacheck: true, ..RunOptions::default() });
        assert_eq!(check.args.join(" "), "job=beam datacheck input=beam.inp cpus=4 interactive ask_delete=OFF");
    }
}
