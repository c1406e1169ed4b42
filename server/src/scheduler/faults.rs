//! What the executor's errors are about, and what pages say of them.

use domain::Fault;
use executor::ExecutorError;

/// What an error tells something about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// The node itself answered, about this run.
    Run,
    /// The node has no room for anybody's files.
    NodeDisk,
    /// The way there, or the node as a whole.
    Node,
    /// This server.
    Server,
}

pub(super) fn about(error: &ExecutorError) -> About {
    match error {
        ExecutorError::RunnerFailed { .. }
        | ExecutorError::Files { .. }
        | ExecutorError::NoFolder
        | ExecutorError::Started
        | ExecutorError::Closed
        | ExecutorError::StillAlive
        | ExecutorError::NotStopped { .. }
        | ExecutorError::Verify { .. } => About::Run,
        ExecutorError::NodeDiskFull => About::NodeDisk,
        ExecutorError::Unreachable { .. }
        | ExecutorError::ConnectionLost { .. }
        | ExecutorError::Timeout { .. }
        | ExecutorError::HostKeyUnknown(_)
        | ExecutorError::HostKeyChanged { .. }
        | ExecutorError::AuthRefused
        | ExecutorError::Address { .. }
        | ExecutorError::Program { .. } => About::Node,
        ExecutorError::PrivateKey { .. }
        | ExecutorError::LocalDiskFull
        | ExecutorError::LocalResults { .. }
        | ExecutorError::LocalFile { .. } => About::Server,
    }
}

/// What pages put into words.
pub(super) fn fault(error: &ExecutorError) -> Fault {
    let said = |text: &str| text.to_owned();
    match error {
        ExecutorError::Unreachable { reason } => Fault::Unreachable { said: said(reason) },
        ExecutorError::ConnectionLost { .. } => Fault::ConnectionLost,
        ExecutorError::Timeout { limit, .. } => Fault::NoAnswer { seconds: limit.as_secs() },
        ExecutorError::HostKeyUnknown(key) => Fault::HostKeyUnknown { fingerprint: key.fingerprint.clone() },
        ExecutorError::HostKeyChanged { found, .. } => Fault::HostKeyChanged { fingerprint: found.fingerprint.clone() },
        ExecutorError::AuthRefused => Fault::KeyRefused,
        ExecutorError::PrivateKey { reason } => Fault::PrivateKey { said: said(reason) },
        ExecutorError::Address { reason } => Fault::Address { said: said(reason) },
        ExecutorError::Program { reason } => Fault::Program { said: said(reason) },
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

/// The folder of results does not do what it should.
pub(super) fn own_disk(error: &std::io::Error) -> Fault {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Fault::ServerDiskFull,
        _ => Fault::ServerResults { said: error.to_string() },
    }
}
