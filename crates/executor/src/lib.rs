//! The only code that names russh: it reaches nodes and does there what the scheduler decides.
//!
//! One connection per node, kept alive and made again by itself; on it one conversation with the program of `runner`,
//! one round trip per verb, and one SFTP session for files. Every call has a time limit, and every call may be made again without harm:
//! the node, not this side, knows what has been done.

mod address;
mod answer;
mod connection;
mod conversation;
mod error;
mod examination;
mod host_key;
mod link;
#[cfg(test)]
mod power_shell;
mod program;
mod sftp;
mod shell;
mod solver;
mod transfer;
mod verbs;

pub use address::NodeAddress;
pub use answer::{
    ASK_BYTES, Asked, Collected, CollectedFile, Grown, Launch, Launched, LocalFile, PollRun, Polled, PolledRun, Probe,
    UntoldRun,
};
pub use error::{ExecutorError, one_line};
pub use examination::Examination;
pub use host_key::HostKey;
pub use solver::{Command, command, settings_file, terminate};
pub use transfer::sha256;
pub use verbs::{Executor, ExecutorConfig, Runners};
