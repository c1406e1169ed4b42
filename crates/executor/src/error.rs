//! What can go wrong, by what the caller can do about it. No message names a path of the server or a key.

use crate::HostKey;
use domain::Fault;
use domain::name::is_unseen;
use std::time::Duration;

/// Why a call did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExecutorError {
    /// No connection could be made. Try again later.
    #[error("the node cannot be reached: {reason}")]
    Unreachable {
        /// In words.
        reason: String,
    },
    /// It broke in the middle; whether the node did it is not known. Try again.
    #[error("the connection to the node was lost while {doing}")]
    ConnectionLost {
        /// What was being done.
        doing: &'static str,
    },
    /// No answer in time; whether the node did it is not known. Try again.
    #[error("the node did not answer within {} s while {doing}", limit.as_secs())]
    Timeout {
        /// What was being done.
        doing: &'static str,
        /// The time it had.
        limit: Duration,
    },
    /// First contact: an admin has to accept this key.
    #[error("the node's host key {} has not been accepted yet", .0.fingerprint)]
    HostKeyUnknown(HostKey),
    /// Another key than the accepted one: reinstalled, or somebody in between. Nothing was sent.
    #[error("the node's host key has changed from {accepted} to {}", found.fingerprint)]
    HostKeyChanged {
        /// Fingerprint of the accepted key.
        accepted: String,
        /// The key found now.
        found: HostKey,
    },
    /// The node does not let our key in.
    #[error("the node refuses our key for this account")]
    AuthRefused,
    /// Our private key cannot be read.
    #[error("the private key cannot be used: {reason}")]
    PrivateKey {
        /// In words, without the path.
        reason: String,
    },
    /// The node's settings cannot be used.
    #[error("the node's address cannot be used: {reason}")]
    Address {
        /// Which part.
        reason: String,
    },
    /// Our program for nodes is missing here, or does not run there.
    #[error("the program for nodes cannot be used: {reason}")]
    Program {
        /// In words.
        reason: String,
    },
    /// The node's SSH server ends all that was started over a connection with it, so that the node can take no run.
    #[error("the node's SSH server ends every run with the connection")]
    LetsNothingGo,
    /// The program on the node answered that it could not.
    #[error("{verb} failed on the node: {message}")]
    RunnerFailed {
        /// What was asked.
        verb: &'static str,
        /// Its words.
        message: String,
    },
    /// A file operation failed on the node.
    #[error("{doing} failed on the node: {message}")]
    Files {
        /// What was being done.
        doing: &'static str,
        /// Its words.
        message: String,
    },
    /// The run has no folder on the node: never staged, or removed.
    #[error("the run has no folder on the node")]
    NoFolder,
    /// The run was started or stopped, so its input cannot change any more.
    #[error("the run was started or stopped already")]
    Started,
    /// The run was stopped before it was launched; it will never start.
    #[error("the run was stopped before it was launched")]
    Closed,
    /// The run is alive, so its folder stays.
    #[error("the run is still alive")]
    StillAlive,
    /// Processes are left that could not be ended.
    #[error("{left} processes of the run could not be ended")]
    NotStopped {
        /// How many.
        left: u32,
    },
    /// No room on the node.
    #[error("the node's disk is full")]
    NodeDiskFull,
    /// No room here.
    #[error("the server's disk is full")]
    LocalDiskFull,
    /// The folder for results here cannot be read or written.
    #[error("the folder for results here: {reason}")]
    LocalResults {
        /// In words.
        reason: String,
    },
    /// A file here cannot be read or written, or is not what it was said to be.
    #[error("{name} here: {reason}")]
    LocalFile {
        /// The file's name without its folder.
        name: String,
        /// In words.
        reason: String,
    },
    /// A file arrived with another content, twice.
    #[error("{name} arrived damaged")]
    Verify {
        /// The file's name.
        name: String,
    },
}

/// The most characters of a node's words that are kept.
const SAID: usize = 300;

/// What a node said, as it may stand in a log, in a row and on a page: of bounded length, and one line without anything
/// a terminal would obey.
pub(crate) fn said(text: &str) -> String {
    text.split(|c: char| c.is_control() || is_unseen(c))
        .filter(|part| !part.is_empty())
        .flat_map(|part| part.chars().chain([' ']))
        .take(SAID)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// The first line of what a command wrote that says anything, as it may stand on a page.
pub fn one_line(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    text.lines().map(said).find(|line| !line.is_empty()).unwrap_or_default()
}

impl ExecutorError {
    /// What pages put into words.
    pub fn fault(&self) -> Fault {
        let said = |text: &str| text.to_owned();
        match self {
            ExecutorError::Unreachable { reason } => Fault::Unreachable { said: said(reason) },
            ExecutorError::ConnectionLost { .. } => Fault::ConnectionLost,
            ExecutorError::Timeout { limit, .. } => Fault::NoAnswer { seconds: limit.as_secs() },
            ExecutorError::HostKeyUnknown(key) => Fault::HostKeyUnknown { fingerprint: key.fingerprint.clone() },
            ExecutorError::HostKeyChanged { found, .. } => {
                Fault::HostKeyChanged { fingerprint: found.fingerprint.clone() }
            }
            ExecutorError::AuthRefused => Fault::KeyRefused,
            ExecutorError::PrivateKey { reason } => Fault::PrivateKey { said: said(reason) },
            ExecutorError::Address { reason } => Fault::Address { said: said(reason) },
            ExecutorError::Program { reason } => Fault::Program { said: said(reason) },
            ExecutorError::LetsNothingGo => Fault::LetsNothingGo,
            ExecutorError::RunnerFailed { message, .. } | ExecutorError::Files { message, .. } => {
                Fault::OnNode { said: said(message) }
            }
            ExecutorError::NoFolder => Fault::NoFolder,
            ExecutorError::Started | ExecutorError::Closed => Fault::Over,
            ExecutorError::StillAlive | ExecutorError::NotStopped { .. } => Fault::NotEnded,
            ExecutorError::NodeDiskFull => Fault::NodeDiskFull,
            ExecutorError::LocalDiskFull => Fault::ServerDiskFull,
            ExecutorError::LocalResults { reason } => Fault::ServerResults { said: said(reason) },
            ExecutorError::LocalFile { name, reason } => Fault::ServerFile { name: said(name), said: said(reason) },
            ExecutorError::Verify { name } => Fault::Damaged { name: said(name) },
        }
    }

    /// Nothing is known of what the node did, and the same call may do better later.
    pub fn is_transport(&self) -> bool {
        matches!(
            self,
            ExecutorError::Unreachable { .. } | ExecutorError::ConnectionLost { .. } | ExecutorError::Timeout { .. }
        )
    }

    pub(crate) fn local_results(error: &std::io::Error) -> ExecutorError {
        match ExecutorError::local("", error) {
            ExecutorError::LocalFile { reason, .. } => ExecutorError::LocalResults { reason },
            full => full,
        }
    }

    pub(crate) fn local(name: &str, error: &std::io::Error) -> ExecutorError {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => ExecutorError::LocalDiskFull,
            _ => ExecutorError::LocalFile { name: name.to_owned(), reason: error.to_string() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_node_says_is_one_short_plain_line() {
        assert_eq!(said("disk full"), "disk full");
        assert_eq!(said("a\r\nINFO forged\u{1b}[2J\u{7}b"), "a INFO forged [2J b");
        assert_eq!(said(&"長".repeat(1_000_000)).chars().count(), SAID);
        assert_eq!(said("\0\n"), "");
    }
}
