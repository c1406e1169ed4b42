//! The doctor's hands: one function for each thing that is looked at on a node, over a connection of its own.

use crate::connection::{Connection, ask_host_key, greet};
use crate::error::said;
use crate::shell::decoded;
use crate::verbs::Inner;
use crate::{Asked, ExecutorError, HostKey, NodeAddress, Probe, answer::ASK_BYTES};
use runner::protocol::{AskRequest, ProbeRequest};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};

/// What the shell is asked to say: a word that no greeting says.
const WORD: &str = "ajm-doctor-7c1f";

/// A look at one node. Dropping it hangs up.
pub struct Examination {
    inner: Arc<Inner>,
    address: NodeAddress,
    found: Vec<SocketAddr>,
    connection: Option<Connection>,
}

impl Examination {
    pub(crate) fn new(inner: Arc<Inner>, address: NodeAddress) -> Examination {
        Examination { inner, address, found: Vec::new(), connection: None }
    }

    /// The first address of the node's name.
    ///
    /// # Errors
    /// [`ExecutorError::Unreachable`] where the name has none.
    pub async fn name(&mut self) -> Result<String, ExecutorError> {
        let unreachable = |reason: String| ExecutorError::Unreachable { reason };
        let found = lookup_host((self.address.host.as_str(), self.address.port)).await;
        self.found = found.map_err(|error| unreachable(error.to_string()))?.collect();
        let first = self.found.first().ok_or_else(|| unreachable("no address".to_owned()))?;
        Ok(first.ip().to_string())
    }

    /// Whether something listens at its port.
    ///
    /// # Errors
    /// [`ExecutorError::Unreachable`] with the system's words.
    pub async fn port(&self) -> Result<(), ExecutorError> {
        let connected = TcpStream::connect(self.found.as_slice()).await;
        connected.map(drop).map_err(|error| ExecutorError::Unreachable { reason: error.to_string() })
    }

    /// Its key, which is the accepted one.
    ///
    /// # Errors
    /// [`ExecutorError::HostKeyUnknown`], [`ExecutorError::HostKeyChanged`]; transport.
    pub async fn host_key(&self) -> Result<HostKey, ExecutorError> {
        match self.address.host_key.as_deref().and_then(HostKey::of_line) {
            None => Err(ExecutorError::HostKeyUnknown(ask_host_key(&self.inner.means, &self.address).await?)),
            Some(accepted) => greet(&self.inner.means, &self.address).await.map(|_| accepted),
        }
    }

    /// Logs in with our key.
    ///
    /// # Errors
    /// [`ExecutorError::AuthRefused`]; transport.
    pub async fn log_in(&mut self) -> Result<(), ExecutorError> {
        self.connection = Some(Connection::open(&self.inner.means, &self.address).await?);
        Ok(())
    }

    fn connection(&self) -> Result<&Connection, ExecutorError> {
        self.connection.as_ref().ok_or(ExecutorError::ConnectionLost { doing: "looking at the node" })
    }

    /// Has the account's shell say a word. `Err` holds what came instead.
    ///
    /// # Errors
    /// Transport.
    pub async fn shell(&self) -> Result<Result<(), String>, ExecutorError> {
        const DOING: &str = "asking the shell";
        let is_said = |heard: &[u8]| decoded(heard).lines().any(|line| line.trim() == WORD);
        let Some(heard) = self.connection()?.hear(&format!("echo {WORD}"), DOING, is_said).await? else {
            return Ok(Err(String::new()));
        };
        Ok(if is_said(&heard) { Ok(()) } else { Err(said(&decoded(&heard))) })
    }

    /// Makes the work folder where it is missing, and writes into it.
    ///
    /// # Errors
    /// [`ExecutorError::Files`], [`ExecutorError::NodeDiskFull`]; transport.
    pub async fn work_folder(&self) -> Result<(), ExecutorError> {
        let sftp = self.connection()?.sftp().await?;
        sftp.make_folders(&self.address.work()).await?;
        sftp.try_folder(&self.address.work()).await
    }

    /// Puts the program there where it is missing, starts it and asks what the machine is.
    ///
    /// # Errors
    /// [`ExecutorError::Program`], [`ExecutorError::Files`], [`ExecutorError::LetsNothingGo`]; transport.
    pub async fn program(&self, limit: Duration) -> Result<Probe, ExecutorError> {
        let probe = self.inner.call_over(self.connection()?, &self.address, &ProbeRequest {}, limit).await?;
        if !probe.lets_go {
            return Err(ExecutorError::LetsNothingGo);
        }
        Ok(Probe { os: said(&probe.os), ..probe })
    }

    /// Runs a short command there, as [`crate::Executor::ask`].
    ///
    /// # Errors
    /// [`ExecutorError::RunnerFailed`] when it cannot be started; transport.
    pub async fn ask(&self, program: &str, args: &[&str], limit: Duration) -> Result<Asked, ExecutorError> {
        let request = AskRequest {
            program: program.to_owned(),
            args: args.iter().map(ToString::to_string).collect(),
            limit_ms: u64::try_from(limit.as_millis()).unwrap_or(u64::MAX),
            max_bytes: ASK_BYTES,
        };
        let answer = self.inner.call_over(self.connection()?, &self.address, &request, limit).await?;
        Ok(Asked { exit: answer.exit, output: answer.output.0, cut: answer.cut })
    }
}
