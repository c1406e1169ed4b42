//! How each solver is called. The one place that knows.

use domain::{Cores, JobName, Solver};

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
pub fn command(solver: Solver, configured: &str, name: &JobName, cores: Cores) -> Command {
    let text = |s: &str| s.to_owned();
    let (args, env) = match solver {
        // CalculiX 2.20 takes its threads from the environment only
        Solver::Calculix => (vec![text("-i"), text(name.as_str())], vec![(text("OMP_NUM_THREADS"), cores.to_string())]),
        // ask_delete=OFF: else a left-over file makes it wait for an answer for ever
        Solver::Abaqus => (
            vec![
                format!("job={name}"),
                format!("input={name}.inp"),
                format!("cpus={cores}"),
                text("interactive"),
                text("ask_delete=OFF"),
            ],
            Vec::new(),
        ),
    };
    Command { program: configured.trim().to_owned(), args, env }
}

/// Endings of files that a solver leaves and nobody wants: locks and scratch.
pub(crate) const SCRATCH: [&str; 4] = ["lck", "cid", "023", "simdir"];
