//! Dev only: what tests stand on instead of mocks. A real sshd per test, the real program for nodes,
//! and a stand-in for Abaqus.

// for Windows only the stand-in is built
#![cfg(unix)]

mod disk;
mod processes;
mod program;
mod server_database;
mod sshd;
mod standin_command;
mod wine;

pub use disk::Disk;
pub use program::{runner_binary, windows_runner_binary};
pub use server_database::ServerDatabase;
pub use sshd::Sshd;
pub use standin_command::{Standin, standin, windows_standin};
pub use wine::{SessionJob, Wine};

/// Why the ground could not be laid.
#[derive(Debug, thiserror::Error)]
pub enum TestbedError {
    /// A system call or a file.
    #[error("{doing}: {error}")]
    System {
        /// What was being done.
        doing: &'static str,
        /// The system's words.
        error: std::io::Error,
    },
    /// A program did not do its work.
    #[error("{program} failed: {said}")]
    Program {
        /// Which.
        program: &'static str,
        /// What it said.
        said: String,
    },
}

pub(crate) fn while_doing(doing: &'static str) -> impl Fn(std::io::Error) -> TestbedError {
    move |error| TestbedError::System { doing, error }
}
