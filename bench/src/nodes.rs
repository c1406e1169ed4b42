//! Files and commands on one node, beside OpenSSH's own programs on the same sshd.

use crate::Result;
use crate::figures::Series;
use crate::report::{Aim, Row};
use crate::stack::{PATIENCE, output, program};
use domain::lifecycle::RunReport;
use domain::{AccountName, FileName, HostName, NodeId, RunToken, WorkFolder};
use executor::{Executor, ExecutorConfig, Launch, LocalFile, NodeAddress, PollRun, Runners, sha256};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use testbed::Sshd;

const SIZE: usize = 256 << 20;
const FILE_TURNS: usize = 5;
const POLLS: usize = 60;
const POLL_TURNS: usize = 9;

pub fn executor(sshd: &Sshd) -> Result<Executor> {
    Ok(Executor::new(ExecutorConfig {
        private_key: sshd.private_key(),
        runners: Runners { linux: program("runner")?, windows: "".into() },
        connect_timeout: Duration::from_secs(20),
        command_timeout: PATIENCE,
        keepalive: Duration::from_secs(15),
    })?)
}

pub fn address(sshd: &Sshd, id: &str, work_dir: &Path) -> Result<NodeAddress> {
    Ok(NodeAddress {
        id: NodeId::parse(id)?,
        host: HostName::parse(sshd.host())?,
        port: sshd.port(),
        user: AccountName::parse(sshd.user())?,
        host_key: Some(sshd.host_key()?),
        work_dir: WorkFolder::parse(&work_dir.display().to_string())?,
    })
}

pub fn token() -> Result<RunToken> {
    Ok(RunToken::parse(&uuid::Uuid::now_v7().to_string())?)
}

pub fn shell(token: &RunToken, text: &str) -> Launch {
    Launch { token: token.clone(), program: "sh".into(), args: vec!["-c".into(), text.into()], env: Vec::new() }
}

/// `ssh`, `sftp` or `scp` with the options all of them need; the port is spelt differently.
pub fn open_ssh(name: &str, sshd: &Sshd) -> Command {
    let mut command = Command::new(name);
    command.arg(if name == "ssh" { "-p" } else { "-P" }).arg(sshd.port().to_string());
    command.arg("-i").arg(sshd.private_key());
    for option in ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", "BatchMode=yes"] {
        command.args(["-o", option]);
    }
    command.args(["-F", "none"]);
    command
}

/// A connection that later commands of `ssh -S` go through.
pub struct Master<'s> {
    sshd: &'s Sshd,
    socket: std::path::PathBuf,
}

impl Master<'_> {
    pub fn start<'s>(sshd: &'s Sshd, folder: &Path) -> Result<Master<'s>> {
        let socket = folder.join("control");
        let target = format!("{}@{}", sshd.user(), sshd.host());
        let mut command = open_ssh("ssh", sshd);
        output(command.arg("-S").arg(&socket).args(["-M", "-N", "-f", &target]).stdout(std::process::Stdio::null()))?;
        Ok(Master { sshd, socket })
    }

    pub fn command(&self) -> Command {
        let mut command = open_ssh("ssh", self.sshd);
        command.arg("-S").arg(&self.socket).arg(format!("{}@{}", self.sshd.user(), self.sshd.host()));
        command
    }
}

impl Drop for Master<'_> {
    fn drop(&mut self) {
        let mut command = open_ssh("ssh", self.sshd);
        let target = format!("{}@{}", self.sshd.user(), self.sshd.host());
        let _ = command.arg("-S").arg(&self.socket).args(["-O", "exit", &target]).output();
    }
}

pub async fn files() -> Result<Vec<Row>> {
    let sshd = Sshd::start()?;
    let here = tempfile::Builder::new().prefix("bench-").tempdir()?;
    let (executor, address) = (executor(&sshd)?, address(&sshd, "node-01", &sshd.work_dir())?);
    let path = here.path().join("large.inp");
    let mut seed = 1u64;
    let words = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        seed.to_le_bytes()
    });
    std::fs::write(&path, words.take(SIZE / 8).flatten().collect::<Vec<u8>>())?;
    let sum = sha256(&path)?;
    let file = LocalFile { path: path.clone(), name: FileName::parse("large.inp")?, size: SIZE as u64, sha256: sum };
    let target = format!("{}@{}", sshd.user(), sshd.host());
    let there = sshd.work_dir().join("rival.inp");
    let back = here.path().join("rival.inp");
    let sftp = |line: String| -> Result<f64> {
        let batch = here.path().join("batch");
        std::fs::write(&batch, line)?;
        let begun = Instant::now();
        output(open_ssh("sftp", &sshd).arg("-b").arg(&batch).arg(&target))?;
        Ok(begun.elapsed().as_secs_f64())
    };
    executor.probe(&address).await?;
    let (mut up, mut down, mut up_sftp, mut down_sftp) = <(Series, Series, Series, Series)>::default();
    let speed = |seconds: f64| SIZE as f64 / 1e6 / seconds;
    for turn in 0..FILE_TURNS {
        let run = token()?;
        let begun = Instant::now();
        executor.stage(&address, &run, std::slice::from_ref(&file), &|_, _| {}).await?;
        up.push(speed(begun.elapsed().as_secs_f64()));
        up_sftp.push(speed(sftp(format!("put {} {}\n", path.display(), there.display()))?));

        executor.launch(&address, &shell(&run, "mv large.inp large.odb")).await?;
        let ask = [PollRun { token: run.clone(), offsets: Vec::new(), want: Vec::new() }];
        while !matches!(
            executor.poll(&address, &ask).await?.runs.first().map(|run| &run.report),
            Some(RunReport::Ended(_))
        ) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let into = here.path().join(format!("results-{turn}"));
        let begun = Instant::now();
        let collected = executor.collect(&address, &run, &into, &|_, _| {}).await?;
        down.push(speed(begun.elapsed().as_secs_f64()));
        if let Some(error) = collected.files.iter().find_map(|file| file.error.clone()) {
            return Err(error.into());
        }
        down_sftp.push(speed(sftp(format!("get {} {}\n", there.display(), back.display()))?));
        executor.remove(&address, &run).await?;
        std::fs::remove_dir_all(&into)?;
        std::fs::remove_file(&there)?;
        std::fs::remove_file(&back)?;
    }
    let row = |what: &str, ours: &Series, theirs: &Series| {
        let ratio = ours.by(theirs);
        let told = format!("{}; {}", ratio.told("× sftp"), ours.told("MB/s"));
        let beside = format!("`sftp` {}", theirs.told("MB/s"));
        Row::new(what, Aim::AtLeast(1.2, "× sftp"), ratio.median(), told, beside)
    };
    Ok(vec![
        row("256 MiB to a node, hashed and checked there", &up, &up_sftp),
        row("256 MiB from a node, hashed, checked, on the disk", &down, &down_sftp),
    ])
}

pub async fn polls() -> Result<Vec<Row>> {
    let sshd = Sshd::start()?;
    let here = tempfile::Builder::new().prefix("bench-").tempdir()?;
    let (executor, address) = (executor(&sshd)?, address(&sshd, "node-01", &sshd.work_dir())?);
    let run = token()?;
    executor.stage(&address, &run, &[], &|_, _| {}).await?;
    executor.launch(&address, &shell(&run, "exec sleep 600")).await?;
    let ask = [PollRun { token: run, offsets: Vec::new(), want: vec!["console.log".into(), "sta".into()] }];
    let master = Master::start(&sshd, here.path())?;
    let (mut ours, mut theirs) = (Series::default(), Series::default());
    for turn in 0..=POLL_TURNS {
        let (mut polls, mut commands) = (Series::default(), Series::default());
        for _ in 0..POLLS {
            let begun = Instant::now();
            executor.poll(&address, &ask).await?;
            polls.push_ms(begun.elapsed());
        }
        for _ in 0..POLLS / 4 {
            let begun = Instant::now();
            output(master.command().arg("true"))?;
            commands.push_ms(begun.elapsed());
        }
        if turn > 0 {
            ours.push(polls.median());
            theirs.push(commands.median());
        }
    }
    let ratio = theirs.by(&ours);
    let told = format!("{}; {}", ratio.told("×"), ours.told("ms"));
    let beside = format!("`ssh -S … true` {}", theirs.told("ms"));
    Ok(vec![Row::new("one poll of one run", Aim::AtLeast(2.5, "× ssh -S"), ratio.median(), told, beside)])
}
