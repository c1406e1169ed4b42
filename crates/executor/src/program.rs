//! The program on the node: called by verb, and put there under its hash when it is missing.

use crate::connection::Connection;
use crate::exec::Output;
use crate::link::Link;
use crate::{ExecutorError, NodeAddress, verbs::Inner};
use runner::protocol::{Fault, FaultKind, ProbeRequest, Reply, Request, program_name};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// What a shell returns when a program is not there or cannot be executed.
const NOT_THERE: [u32; 2] = [127, 126];
/// What the program returns when its time is over.
const OVERDUE: u32 = 124;

/// Beyond the program's own limit: for the way there and back.
fn slack(limit: Duration) -> Duration {
    (limit / 4).clamp(Duration::from_secs(1), Duration::from_secs(10))
}

/// The program's bytes, and their name on a node.
pub(crate) struct Program {
    pub(crate) bytes: Vec<u8>,
    pub(crate) hash: String,
    pub(crate) name: String,
}

impl Program {
    pub(crate) fn read(path: &Path) -> Result<Program, ExecutorError> {
        let bytes = std::fs::read(path)
            .map_err(|error| ExecutorError::Program { reason: format!("cannot be read here: {error}") })?;
        let hash = hex::encode(Sha256::digest(&bytes));
        let name = program_name(&hash);
        Ok(Program { bytes, hash, name })
    }
}

impl Inner {
    /// Calls one verb. `limit` is the program's own time; a little more is waited for the answer.
    pub(crate) async fn call<R: Request>(
        &self,
        address: &NodeAddress,
        request: &R,
        limit: Duration,
    ) -> Result<R::Answer, ExecutorError> {
        let link = self.link(address);
        let input = serde_json::to_vec(request)
            .map_err(|error| ExecutorError::RunnerFailed { verb: R::VERB, message: error.to_string() })?;
        let mut may_reconnect = true;
        let mut may_upload = true;
        loop {
            let programs = link.programs.load(Ordering::Acquire);
            let (connection, was_there) = link.connection(&self.means, address).await?;
            let output = match self.run::<R>(&connection, address, input.clone(), limit).await {
                // it had died unnoticed; every verb may be said twice
                Err(ExecutorError::ConnectionLost { .. }) if was_there && may_reconnect => {
                    may_reconnect = false;
                    continue;
                }
                other => other?,
            };
            if output.code.is_some_and(|code| NOT_THERE.contains(&code)) && may_upload {
                may_upload = false;
                self.put_program(&link, &connection, address, programs).await?;
                continue;
            }
            return read_answer::<R>(&output, limit);
        }
    }

    async fn run<R: Request>(
        &self,
        connection: &Connection,
        address: &NodeAddress,
        input: Vec<u8>,
        limit: Duration,
    ) -> Result<Output, ExecutorError> {
        let command = format!("{}/{} {} {}", address.work(), self.program.name, R::VERB, limit.as_secs().max(1));
        connection.run(&command, input, R::VERB, limit + slack(limit)).await
    }

    /// One caller puts it there, the others wait and find it done.
    async fn put_program(
        &self,
        link: &Link,
        connection: &Arc<Connection>,
        address: &NodeAddress,
        seen: u64,
    ) -> Result<(), ExecutorError> {
        let mut count = link.program.lock().await;
        if *count != seen {
            return Ok(());
        }
        let sftp = connection.sftp().await?;
        sftp.make_folders(address.work()).await?;
        let path = format!("{}/{}", address.work(), self.program.name);
        sftp.put_executable(&path, &self.program.bytes).await?;
        let limit = self.means.command_timeout;
        let output = self.run::<ProbeRequest>(connection, address, b"{}".to_vec(), limit).await?;
        let probe = read_answer::<ProbeRequest>(&output, limit)
            .map_err(|error| ExecutorError::Program { reason: format!("does not run on the node: {error}") })?;
        if probe.hash != self.program.hash {
            return Err(ExecutorError::Program { reason: "arrived damaged".to_owned() });
        }
        tracing::info!(node = %address.id, program = %self.program.name, "program put on node");
        *count += 1;
        link.programs.store(*count, Ordering::Release);
        Ok(())
    }
}

fn read_answer<R: Request>(output: &Output, limit: Duration) -> Result<R::Answer, ExecutorError> {
    if output.code == Some(OVERDUE) {
        return Err(ExecutorError::Timeout { doing: R::VERB, limit });
    }
    // login scripts may have written lines before
    let line = output.stdout.split(|byte| *byte == b'\n').rfind(|line| !line.is_empty()).unwrap_or_default();
    match serde_json::from_slice::<Reply<R::Answer>>(line) {
        Ok(Reply::Answer(answer)) => Ok(answer),
        Ok(Reply::Fault(fault)) => Err(of_fault(R::VERB, fault)),
        Err(_) => {
            let said = String::from_utf8_lossy(if output.stderr.is_empty() { line } else { &output.stderr });
            let said: String = said.trim().chars().take(200).collect();
            let code = output.code.map_or_else(|| "a signal".to_owned(), |code| format!("code {code}"));
            Err(ExecutorError::RunnerFailed { verb: R::VERB, message: format!("no answer, {code}: {said}") })
        }
    }
}

fn of_fault(verb: &'static str, fault: Fault) -> ExecutorError {
    match fault.kind {
        FaultKind::NoFolder => ExecutorError::NoFolder,
        FaultKind::Started => ExecutorError::Started,
        FaultKind::Alive => ExecutorError::StillAlive,
        FaultKind::DiskFull => ExecutorError::NodeDiskFull,
        FaultKind::BadRequest | FaultKind::System => ExecutorError::RunnerFailed { verb, message: fault.message },
    }
}
