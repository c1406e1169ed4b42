//! What the executor's errors are about.

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
        | ExecutorError::Program { .. }
        | ExecutorError::LetsNothingGo => About::Node,
        ExecutorError::PrivateKey { .. }
        | ExecutorError::LocalDiskFull
        | ExecutorError::LocalResults { .. }
        | ExecutorError::LocalFile { .. } => About::Server,
    }
}

/// The folder of results does not do what it should.
pub(super) fn own_disk(error: &std::io::Error) -> Fault {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Fault::ServerDiskFull,
        _ => Fault::ServerResults { said: error.to_string() },
    }
}
