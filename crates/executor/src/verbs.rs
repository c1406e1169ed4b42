//! The executor itself: what can be asked of a node.

use crate::answer::{ASK_BYTES, Asked, Grown, Launch, Launched, PollRun, Polled, PolledRun, Probe, UntoldRun};
use crate::connection::{Means, ask_host_key, greet};
use crate::error::said;
use crate::link::Link;
use crate::program::Programs;
use crate::transfer::length;
use crate::{Collected, Command, Examination, ExecutorError, HostKey, LocalFile, NodeAddress};
use domain::lifecycle::{RunEnd, RunReport};
use domain::{NodeId, RunToken};
use runner::protocol::{
    self, AskRequest, LaunchOutcome, LaunchRequest, Polite, PollRequest, ProbeRequest, RemoveRequest, RunState,
    StopRequest,
};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The most new bytes of one file in one poll.
const POLL_FILE: u64 = 1 << 20;
/// The most new bytes in one poll.
const POLL_ALL: u64 = 8 << 20;
/// Beyond the grace of a stop: forcing, and the last look.
const STOP_SLACK: Duration = Duration::from_secs(20);

/// What an executor is made from.
#[derive(Clone, Debug)]
pub struct ExecutorConfig {
    /// The private key that opens the nodes (OpenSSH format, no passphrase).
    pub private_key: PathBuf,
    /// The program to put on nodes.
    pub runners: Runners,
    /// For reaching a node, and again for logging in.
    pub connect_timeout: Duration,
    /// For one command on a node; those that read whole files get more.
    pub command_timeout: Duration,
    /// A silent connection is asked for life so often; three times without an answer it is given up.
    pub keepalive: Duration,
}

/// The program for nodes, one per system; a node is asked which it is.
#[derive(Clone, Debug)]
pub struct Runners {
    /// For Linux, x86-64.
    pub linux: PathBuf,
    /// For Windows, x86-64. It may be missing until a node is one.
    pub windows: PathBuf,
}

/// Reaches nodes. Cheap to clone; all clones share the connections.
#[derive(Clone)]
pub struct Executor {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) means: Means,
    pub(crate) programs: Programs,
    links: Mutex<HashMap<NodeId, Arc<Link>>>,
}

impl Inner {
    pub(crate) fn link(&self, address: &NodeAddress) -> Arc<Link> {
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        links.entry(address.id.clone()).or_default().clone()
    }
}

impl Executor {
    /// Reads the key and the program; no node is reached yet.
    ///
    /// # Errors
    /// [`ExecutorError::PrivateKey`] and [`ExecutorError::Program`] when one of them cannot be read.
    pub fn new(config: ExecutorConfig) -> Result<Executor, ExecutorError> {
        let key = russh::keys::load_secret_key(&config.private_key, None)
            .map_err(|error| ExecutorError::PrivateKey { reason: error.to_string() })?;
        let means = Means {
            key: Arc::new(key),
            connect_timeout: config.connect_timeout,
            command_timeout: config.command_timeout,
            keepalive: config.keepalive,
        };
        let programs = Programs::read(&config.runners)?;
        Ok(Executor { inner: Arc::new(Inner { means, programs, links: Mutex::default() }) })
    }

    /// The node's host key, for an admin to accept or compare. Nobody logs in.
    ///
    /// # Errors
    /// [`ExecutorError::HostKeyChanged`] when the address has an accepted key and the node shows another; transport.
    pub async fn host_key(&self, address: &NodeAddress) -> Result<HostKey, ExecutorError> {
        match address.host_key.as_deref().and_then(HostKey::of_line) {
            // asked for the accepted one's kind: a node has several keys, and strangers are shown another
            Some(accepted) => greet(&self.inner.means, address).await.map(|_| accepted),
            None => ask_host_key(&self.inner.means, address).await,
        }
    }

    /// A look at a node from its name to its solvers, over a connection of its own: what is kept of earlier ones would hide
    /// what is wrong now.
    pub fn examine(&self, address: &NodeAddress) -> Examination {
        Examination::new(self.inner.clone(), address.clone())
    }

    /// Our public key as it must stand in a node's `authorized_keys`: its kind and base64, without the comment, which may
    /// hold anything.
    pub fn public_key(&self) -> String {
        let line = self.inner.means.key.public_key().to_openssh().unwrap_or_default();
        line.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
    }

    /// What the machine is; puts the program there first if it is missing.
    ///
    /// # Errors
    /// Any [`ExecutorError`] of reaching a node.
    pub async fn probe(&self, address: &NodeAddress) -> Result<Probe, ExecutorError> {
        self.inner.call(address, &ProbeRequest {}, self.inner.means.command_timeout).await
    }

    /// Sends the run's input files and has them checked there. What is there already is not sent again.
    /// `progress` is told bytes done and bytes in all.
    ///
    /// # Errors
    /// [`ExecutorError::Started`] when the run was started or stopped and a file is not in its place;
    /// [`ExecutorError::Verify`], [`ExecutorError::LocalFile`], [`ExecutorError::NodeDiskFull`]; transport, after
    /// trying again.
    pub async fn stage(
        &self,
        address: &NodeAddress,
        token: &RunToken,
        files: &[LocalFile],
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<(), ExecutorError> {
        self.inner.stage(address, token, files, progress).await
    }

    /// Starts the run, at most once for ever; may be called again after any error.
    ///
    /// # Errors
    /// [`ExecutorError::Closed`] after a stop; [`ExecutorError::NoFolder`]; [`ExecutorError::LetsNothingGo`]; transport: the run may have started.
    pub async fn launch(&self, address: &NodeAddress, launch: &Launch) -> Result<Launched, ExecutorError> {
        let request = LaunchRequest {
            token: launch.token.clone(),
            program: launch.program.clone(),
            args: launch.args.clone(),
            env: launch.env.clone(),
        };
        let answer = self.inner.call(address, &request, self.inner.means.command_timeout).await?;
        match answer.outcome {
            LaunchOutcome::Launched => Ok(Launched { boot: said(&answer.boot), first: true }),
            LaunchOutcome::Already => Ok(Launched { boot: said(&answer.boot), first: false }),
            LaunchOutcome::Closed => Err(ExecutorError::Closed),
        }
    }

    /// How the runs are and what is new in their files: one round trip for all of them.
    ///
    /// # Errors
    /// Any [`ExecutorError`] of reaching a node. About a single run there is none: that is what reports are for, and one of
    /// which the node cannot tell now is left out of the answer, to be asked for again.
    pub async fn poll(&self, address: &NodeAddress, runs: &[PollRun]) -> Result<Polled, ExecutorError> {
        let runs = runs
            .iter()
            .map(|run| protocol::PollRun {
                token: run.token.clone(),
                offsets: run.offsets.clone(),
                want: run.want.clone(),
            })
            .collect();
        let request = PollRequest { runs, max_file: POLL_FILE, max_all: POLL_ALL };
        let answer = self.inner.call(address, &request, self.inner.means.command_timeout).await?;
        let carried = answer.runs.iter().flat_map(|run| &run.grown).map(|grown| length(&grown.bytes.0));
        let (largest, all) = carried.fold((0, 0), |(largest, all), bytes| (bytes.max(largest), bytes + all));
        let cut = largest >= POLL_FILE || all >= POLL_ALL;
        let (mut runs, mut untold) = (Vec::new(), Vec::new());
        for run in answer.runs {
            match polled(run) {
                Ok(run) => runs.push(run),
                Err(run) => untold.push(run),
            }
        }
        Ok(Polled {
            boot: said(&answer.boot),
            disk: answer.disk,
            lets_go: answer.lets_go,
            clock: answer.clock,
            cut,
            runs,
            untold,
        })
    }

    /// Closes the run's gate, has the solver end in its own way (`polite`, at most half of `grace`, on Windows all of it), asks its processes
    /// to end, forces those that are left after `grace`, and looks.
    /// `Ok`: nothing of it is alive, and it can never be launched.
    ///
    /// # Errors
    /// [`ExecutorError::NotStopped`] when something survived; transport.
    pub async fn stop(
        &self,
        address: &NodeAddress,
        token: &RunToken,
        grace: Duration,
        polite: Option<Command>,
    ) -> Result<(), ExecutorError> {
        let grace_ms = u64::try_from(grace.as_millis()).unwrap_or(u64::MAX);
        let request = StopRequest {
            token: token.clone(),
            grace_ms,
            polite: polite.map(|command| Polite { program: command.program, args: command.args }),
        };
        let answer = self.inner.call(address, &request, self.inner.means.command_timeout + grace + STOP_SLACK).await?;
        if answer.left == 0 { Ok(()) } else { Err(ExecutorError::NotStopped { left: answer.left }) }
    }

    /// Fetches the run's results into a folder here, each under its name only when whole, checked and on the disk.
    /// What could not be fetched is said file by file.
    ///
    /// # Errors
    /// [`ExecutorError::NoFolder`], [`ExecutorError::LocalDiskFull`]; transport, after trying again. A later call
    /// goes on where this one stopped.
    pub async fn collect(
        &self,
        address: &NodeAddress,
        token: &RunToken,
        into: &Path,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<Collected, ExecutorError> {
        self.inner.collect(address, token, into, progress).await
    }

    /// Removes the run's folder on the node; one that is gone already is fine.
    ///
    /// # Errors
    /// [`ExecutorError::StillAlive`]; transport.
    pub async fn remove(&self, address: &NodeAddress, token: &RunToken) -> Result<(), ExecutorError> {
        let request = RemoveRequest { token: token.clone() };
        self.inner.call(address, &request, self.inner.means.command_timeout * 4).await?;
        Ok(())
    }

    /// Runs a short command on the node that belongs to no run, and gives what it wrote. After `limit` it is ended with
    /// everything it has started. Other calls go on meanwhile.
    ///
    /// # Errors
    /// [`ExecutorError::RunnerFailed`] when it cannot be started; transport.
    pub async fn ask(
        &self,
        address: &NodeAddress,
        program: &str,
        args: &[&str],
        limit: Duration,
    ) -> Result<Asked, ExecutorError> {
        let request = AskRequest {
            program: program.to_owned(),
            args: args.iter().map(ToString::to_string).collect(),
            limit_ms: u64::try_from(limit.as_millis()).unwrap_or(u64::MAX),
            max_bytes: ASK_BYTES,
        };
        let answer = self.inner.call(address, &request, limit).await?;
        Ok(Asked { exit: answer.exit, output: answer.output.0, cut: answer.cut })
    }

    /// Drops the connection to a node, and what is remembered of failures: the next call knocks at once, where after a
    /// failure calls are otherwise answered with that failure for a moment (0.2 s, doubling up to 10 s).
    pub async fn forget(&self, node: &NodeId) {
        let link = self.inner.links.lock().unwrap_or_else(PoisonError::into_inner).remove(node);
        if let Some(link) = link {
            link.forget().await;
        }
    }
}

/// `Err`: why the node cannot tell now.
fn polled(run: protocol::PolledRun) -> Result<PolledRun, UntoldRun> {
    let report = match run.state {
        RunState::NotStarted => RunReport::NotStarted,
        RunState::Alive => RunReport::Alive,
        RunState::Ended(RunEnd::CannotStart { reason }) => {
            RunReport::Ended(RunEnd::CannotStart { reason: said(&reason) })
        }
        RunState::Ended(end) => RunReport::Ended(end),
        RunState::Unknown { reason } => return Err(UntoldRun { token: run.token, reason: said(&reason) }),
    };
    let grown = run.grown.into_iter();
    Ok(PolledRun {
        token: run.token,
        report,
        ran: run.ran,
        grown: grown.map(|g| Grown { name: g.name, offset: g.offset, bytes: g.bytes.0 }).collect(),
    })
}
