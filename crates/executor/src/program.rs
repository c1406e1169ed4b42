//! The program on the node: put there under its hash when it is missing, and asked verb by verb.

mod blocked;

use crate::connection::Connection;
use crate::conversation::{Conversation, Opened};
use crate::error::said;
use crate::shell::{QUESTION, Shell};
use crate::{ExecutorError, NodeAddress, Runners, verbs::Inner};
use runner::protocol::{Fault, FaultKind, ProbeRequest, Reply, Request, program_name, windows_program_name};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Beyond the time for the node's work: for the way there and back.
fn slack(limit: Duration) -> Duration {
    (limit / 4).clamp(Duration::from_secs(1), Duration::from_secs(10))
}

/// The program's bytes, and their name on a node.
pub(crate) struct Program {
    bytes: Vec<u8>,
    hash: String,
    name: String,
}

impl Program {
    fn read(path: &Path, name: impl Fn(&str) -> String) -> Result<Program, ExecutorError> {
        let bytes = std::fs::read(path)
            .map_err(|error| ExecutorError::Program { reason: format!("cannot be read here: {error}") })?;
        let hash = hex::encode(Sha256::digest(&bytes));
        let name = name(&hash);
        Ok(Program { bytes, hash, name })
    }
}

/// One for each system.
pub(crate) struct Programs {
    linux: Program,
    /// Only a Windows node misses it.
    windows: Result<Program, ExecutorError>,
}

impl Programs {
    pub(crate) fn read(runners: &Runners) -> Result<Programs, ExecutorError> {
        let windows = Program::read(&runners.windows, windows_program_name);
        Ok(Programs { linux: Program::read(&runners.linux, program_name)?, windows })
    }

    fn of(&self, shell: Shell) -> Result<&Program, ExecutorError> {
        if shell.is_windows() { self.windows.as_ref().map_err(Clone::clone) } else { Ok(&self.linux) }
    }
}

impl Inner {
    /// Asks for one verb. `limit` is for the node's work; a little more is waited for the answer.
    pub(crate) async fn call<R: Request>(
        &self,
        address: &NodeAddress,
        request: &R,
        limit: Duration,
    ) -> Result<R::Answer, ExecutorError> {
        let link = self.link(address);
        let request = serde_json::to_vec(request)
            .map_err(|error| ExecutorError::RunnerFailed { verb: R::VERB, message: error.to_string() })?;
        let limit = limit + slack(limit);
        let mut may_ask_again = true;
        loop {
            let (connection, was_there) = link.connection(&self.means, address).await?;
            let (conversation, was_open) = match self.conversation(&connection, address).await {
                Err(ExecutorError::ConnectionLost { .. }) if was_there && may_ask_again => {
                    may_ask_again = false;
                    continue;
                }
                other => other?,
            };
            match tokio::time::timeout(limit, conversation.ask(R::VERB, &request)).await {
                Ok(Some(reply)) => return read_reply::<R>(&reply),
                // it had died unnoticed; every verb may be said twice
                Ok(None) if was_open && may_ask_again => may_ask_again = false,
                Ok(None) => return Err(ExecutorError::ConnectionLost { doing: R::VERB }),
                Err(_) => {
                    // what hangs there may hold up what is asked next: that goes over another connection
                    connection.retire();
                    return Err(ExecutorError::Timeout { doing: R::VERB, limit });
                }
            }
        }
    }

    /// The same over a connection of one's own, once: what breaks is said and not tried again.
    pub(crate) async fn call_over<R: Request>(
        &self,
        connection: &Connection,
        address: &NodeAddress,
        request: &R,
        limit: Duration,
    ) -> Result<R::Answer, ExecutorError> {
        let doing = R::VERB;
        let request = serde_json::to_vec(request)
            .map_err(|error| ExecutorError::RunnerFailed { verb: doing, message: error.to_string() })?;
        let limit = limit + slack(limit);
        let (conversation, _) = self.conversation(connection, address).await?;
        let reply = tokio::time::timeout(limit, conversation.ask(doing, &request)).await;
        let reply = reply.map_err(|_| ExecutorError::Timeout { doing, limit })?;
        read_reply::<R>(&reply.ok_or(ExecutorError::ConnectionLost { doing })?)
    }

    /// The connection's conversation, and whether it was open before. One caller opens it, and puts the program there
    /// where it is missing; the others wait.
    async fn conversation(
        &self,
        connection: &Connection,
        address: &NodeAddress,
    ) -> Result<(Arc<Conversation>, bool), ExecutorError> {
        let mut kept = connection.conversation.lock().await;
        if let Some(conversation) = kept.as_ref().filter(|conversation| conversation.is_open()) {
            return Ok((conversation.clone(), true));
        }
        *kept = None;
        // it hung for whoever held the lock before, and would hang again
        if !connection.is_usable() {
            return Err(ExecutorError::ConnectionLost { doing: "starting the program" });
        }
        let limit = self.means.command_timeout;
        let link = self.link(address);
        let remembered = link.shell(address);
        let mut shell = match remembered {
            Some(shell) => shell,
            None => ask_shell(connection).await?,
        };
        let mut program = self.programs.of(shell)?;
        let mut command = shell.start(address, &program.name)?;
        let mut opened = connection.converse(&command, limit).await?;
        if remembered.is_some() && !matches!(opened, Opened::Here(_)) {
            // so a line for another shell would fail, too: the node may have got one, or another system
            link.forget_shell();
            shell = ask_shell(connection).await?;
            if remembered != Some(shell) {
                program = self.programs.of(shell)?;
                command = shell.start(address, &program.name)?;
                opened = connection.converse(&command, limit).await?;
            }
        }
        let is_missing = match &opened {
            Opened::Here(_) => false,
            Opened::NotThere => true,
            // Windows' shells have no word of their own for it
            Opened::Silent(_) => shell.is_windows() && !is_there(connection, address, program).await?,
        };
        if is_missing {
            put_program(connection, address, program, shell).await?;
            opened = connection.converse(&command, limit).await?;
        }
        let fails = |reason: String| ExecutorError::Program { reason };
        let conversation = match opened {
            Opened::Here(conversation) => Arc::new(conversation),
            Opened::NotThere => return Err(fails("cannot be started on the node".to_owned())),
            Opened::Silent(said) if shell.is_windows() => {
                let is_gone = !is_there(connection, address, program).await?;
                return Err(fails(blocked::reason(address, &said, is_gone)));
            }
            Opened::Silent(said) => return Err(fails(format!("does not run on the node: {said}"))),
        };
        if is_missing {
            let probe = tokio::time::timeout(limit, conversation.ask(ProbeRequest::VERB, b"{}")).await;
            let doing = ProbeRequest::VERB;
            let reply = probe.map_err(|_| ExecutorError::Timeout { doing, limit })?;
            let reply = reply.ok_or(ExecutorError::ConnectionLost { doing })?;
            if read_reply::<ProbeRequest>(&reply)?.hash != program.hash {
                return Err(fails("arrived damaged".to_owned()));
            }
            tracing::info!(node = %address.id, program = %program.name, "program put on node");
        }
        link.keep_shell(address, shell);
        *kept = Some(conversation.clone());
        Ok((conversation, false))
    }
}

/// What reads command lines there. It is remembered once it has started the program.
async fn ask_shell(connection: &Connection) -> Result<Shell, ExecutorError> {
    let is_told = |heard: &[u8]| Shell::told(heard).is_some();
    let answer = connection.hear(QUESTION, "asking which shell the node has", is_told).await?;
    Ok(Shell::of(&answer.unwrap_or_default()))
}

fn path_of(address: &NodeAddress, program: &Program) -> String {
    format!("{}/{}", address.work(), program.name)
}

async fn is_there(connection: &Connection, address: &NodeAddress, program: &Program) -> Result<bool, ExecutorError> {
    let size = connection.sftp().await?.size(&path_of(address, program)).await?;
    Ok(size == u64::try_from(program.bytes.len()).ok())
}

async fn put_program(
    connection: &Connection,
    address: &NodeAddress,
    program: &Program,
    shell: Shell,
) -> Result<(), ExecutorError> {
    let sftp = connection.sftp().await?;
    sftp.make_folders(&address.work()).await?;
    sftp.put_executable(&path_of(address, program), &program.bytes, !shell.is_windows()).await
}

fn read_reply<R: Request>(reply: &[u8]) -> Result<R::Answer, ExecutorError> {
    match serde_json::from_slice::<Reply<R::Answer>>(reply) {
        Ok(Reply::Answer(answer)) => Ok(answer),
        Ok(Reply::Fault(fault)) => Err(of_fault(R::VERB, fault)),
        Err(error) => Err(ExecutorError::RunnerFailed { verb: R::VERB, message: format!("no answer: {error}") }),
    }
}

fn of_fault(verb: &'static str, fault: Fault) -> ExecutorError {
    match fault.kind {
        FaultKind::NoFolder => ExecutorError::NoFolder,
        FaultKind::Started => ExecutorError::Started,
        FaultKind::Alive => ExecutorError::StillAlive,
        FaultKind::DiskFull => ExecutorError::NodeDiskFull,
        FaultKind::Held => ExecutorError::LetsNothingGo,
        FaultKind::BadRequest | FaultKind::System => {
            ExecutorError::RunnerFailed { verb, message: said(&fault.message) }
        }
    }
}
