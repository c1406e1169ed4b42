//! The doctor's hands: one function for each thing that is looked at on a node, over a connection of its own.

use crate::connection::{Connection, ask_host_key, greet};
use crate::error::said;
use crate::shell::{QUESTION, Shell, decoded};
use crate::verbs::Inner;
use crate::{Asked, ExecutorError, HostKey, NodeAddress, Probe, answer::ASK_BYTES};
use domain::doctor::System;
use runner::protocol::{AskRequest, ProbeRequest};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

/// What the shell is asked to say: a word that no greeting says.
const WORD: &str = "ajm-doctor-7c1f";

/// An SSH server greets at once, by a line of at most so many bytes (RFC 4253, 4.2). Whoever is slower is asked later what
/// it is.
const GREETING: u64 = 255;
const GREETING_TIME: Duration = Duration::from_secs(2);

/// A look at one node. Dropping it hangs up.
pub struct Examination {
    inner: Arc<Inner>,
    address: NodeAddress,
    found: Vec<SocketAddr>,
    connection: Option<Connection>,
    system: Option<System>,
}

impl Examination {
    pub(crate) fn new(inner: Arc<Inner>, address: NodeAddress) -> Examination {
        Examination { inner, address, found: Vec::new(), connection: None, system: None }
    }

    /// What the node is, as far as it has shown: by its greeting, and for certain by what its shell answers.
    pub fn system(&self) -> Option<System> {
        self.system
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
    pub async fn port(&mut self) -> Result<(), ExecutorError> {
        let connected = TcpStream::connect(self.found.as_slice()).await;
        let stream = connected.map_err(|error| ExecutorError::Unreachable { reason: error.to_string() })?;
        let mut greeting = Vec::new();
        let mut stream = BufReader::new(stream).take(GREETING);
        // what it does not say now it is asked later
        let _ = timeout(GREETING_TIME, stream.read_until(b'\n', &mut greeting)).await;
        self.system = of_greeting(&greeting);
        Ok(())
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

    /// Has the account's shell say a word, and which shell it is. `Err` holds what came instead.
    ///
    /// # Errors
    /// Transport.
    pub async fn shell(&mut self) -> Result<Result<(), String>, ExecutorError> {
        const DOING: &str = "asking the shell";
        let is_said = |heard: &[u8]| decoded(heard).lines().any(|line| line.trim() == WORD);
        let connection = self.connection()?;
        let Some(heard) = connection.hear(&format!("echo {WORD}"), DOING, is_said).await? else {
            return Ok(Err(String::new()));
        };
        if !is_said(&heard) {
            return Ok(Err(said(&decoded(&heard))));
        }
        let answer = connection.hear(QUESTION, DOING, |heard| Shell::told(heard).is_some()).await?;
        let shell = answer.as_deref().and_then(Shell::told);
        self.system = match shell {
            Some(shell) if shell.is_windows() => Some(System::Windows),
            // a shell like sh on Windows does not make it another system
            Some(_) => self.system.or(Some(System::Linux)),
            None => self.system,
        };
        Ok(Ok(()))
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
    /// [`ExecutorError::Program`], [`ExecutorError::Files`]; transport.
    pub async fn program(&self, limit: Duration) -> Result<Probe, ExecutorError> {
        let probe = self.inner.call_over(self.connection()?, &self.address, &ProbeRequest {}, limit).await?;
        Ok(Probe {
            os: said(&probe.os),
            locale: said(&probe.locale),
            held_by: probe.held_by.as_deref().map(said),
            ..probe
        })
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

/// Windows' own server says so (`SSH-2.0-OpenSSH_for_Windows_9.5`), and others of that name are those of systems like
/// Linux; of any other server nothing is known.
fn of_greeting(greeting: &[u8]) -> Option<System> {
    let server = greeting.strip_prefix(b"SSH-2.0-")?;
    if server.starts_with(b"OpenSSH_for_Windows") {
        return Some(System::Windows);
    }
    (server.starts_with(b"OpenSSH") || server.starts_with(b"dropbear")).then_some(System::Linux)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_known_by_its_greeting_where_it_has_one() {
        assert_eq!(of_greeting(b"SSH-2.0-OpenSSH_for_Windows_9.5\r\n"), Some(System::Windows));
        assert_eq!(of_greeting(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), Some(System::Linux));
        assert_eq!(of_greeting(b"SSH-2.0-9.33 FlowSsh: Bitvise SSH Server (WinSSHD)\r\n"), None);
        assert_eq!(of_greeting(b""), None);
        assert_eq!(of_greeting(b"HTTP/1.1 400 Bad Request\r\n"), None);
    }
}
