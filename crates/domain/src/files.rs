//! Names of files that server, node and pages must agree on.

/// What the solver's program writes on stdout and stderr, in the run's folder and among a job's results.
pub const CONSOLE: &str = "console.log";

/// Ending of a result that is not whole yet; without it a name stands for a file that is whole and checked.
pub const PART: &str = ".part";

/// Abaqus' settings file in a run's folder. It is a Python program, so it is ours alone, never a person's.
pub const ABAQUS_ENV: &str = "abaqus_v6.env";
