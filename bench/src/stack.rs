//! The server as a process of its own, in a folder of its own, measured from outside.

use crate::Result;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use testbed::Sshd;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;

/// Nothing here takes so long unless it hangs.
pub const PATIENCE: Duration = Duration::from_secs(120);
/// Ticks of `/proc/PID/stat` a second, on every Linux we run on.
const TICKS: f64 = 100.0;

/// A program built beside this one.
pub fn program(name: &str) -> Result<PathBuf> {
    let beside = std::env::current_exe()?.with_file_name(name);
    if beside.exists() { Ok(beside) } else { Err(format!("{} is not built", beside.display()).into()) }
}

/// A program's whole output; its words when it fails.
pub fn output(command: &mut Command) -> Result<String> {
    let out = command.output()?;
    if out.status.success() {
        return Ok(String::from_utf8_lossy(&out.stdout).into_owned());
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&out.stderr)).into())
}

pub struct Server {
    pub folder: tempfile::TempDir,
    port: u16,
    env: Vec<(&'static str, String)>,
    child: Option<Child>,
    token: String,
}

impl Server {
    /// Not started yet. Reaches nodes with the key of `sshd`, where there is one.
    pub fn new(sshd: Option<&Sshd>) -> Result<Server> {
        let folder = tempfile::Builder::new().prefix("bench-").tempdir()?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let key = match sshd {
            Some(sshd) => sshd.private_key(),
            None => {
                let key = folder.path().join("key");
                output(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key))?;
                key
            }
        };
        let at = |path: &Path| path.display().to_string();
        let env = vec![
            ("DATABASE_PATH", at(&folder.path().join("data/jobs.db"))),
            ("UPLOAD_DIR", at(&folder.path().join("uploads"))),
            ("RESULTS_DIR", at(&folder.path().join("results"))),
            ("SSH_PRIVATE_KEY_PATH", at(&key)),
            ("RUNNER_LINUX", at(&program("runner")?)),
            ("PORT", port.to_string()),
            ("LISTEN", "127.0.0.1".to_owned()),
            ("SESSION_SECRET", "of the benchmarks, 32 letters at least".to_owned()),
            ("LOG_LEVEL", "warn".to_owned()),
        ];
        Ok(Server { folder, port, env, child: None, token: String::new() })
    }

    /// For every start from here on.
    pub fn set(&mut self, key: &'static str, value: String) {
        self.env.retain(|(known, _)| *known != key);
        self.env.push((key, value));
    }

    pub fn database(&self) -> PathBuf {
        self.folder.path().join("data/jobs.db")
    }

    fn command(&self) -> Result<Command> {
        let mut command = Command::new(program("server")?);
        command.current_dir(self.folder.path()).envs(self.env.iter().cloned());
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.folder.path().join("server.log"))?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        Ok(command)
    }

    /// A node on this machine whose solver is `solver`.
    pub fn add_node(&self, sshd: &Sshd, solver: &Path) -> Result<()> {
        let mut command = self.command()?;
        command.args(["node", "add", "--id", "node-01", "--host", sshd.host(), "--port", &sshd.port().to_string()]);
        command.args(["--user", sshd.user(), "--host-key", &sshd.host_key()?, "--cores", "64", "--max-tokens", "500"]);
        command.arg("--work-dir").arg(sshd.work_dir()).arg("--calculix").arg(solver);
        if command.status()?.success() { Ok(()) } else { Err(self.log().into()) }
    }

    /// An account to ask with, unless there is one.
    fn sign_up(&mut self) -> Result<()> {
        if self.token.is_empty() {
            let mut command = Command::new(program("server")?);
            command.current_dir(self.folder.path()).envs(self.env.iter().cloned());
            let said = output(command.args(["user", "add", "bench", "--role", "admin", "--token", "all"]))?;
            let token = said.lines().find_map(|line| line.strip_prefix("TOKEN=")).ok_or("no token")?;
            token.clone_into(&mut self.token);
        }
        Ok(())
    }

    /// Asks as that account.
    pub fn client(&self) -> Result<reqwest::Client> {
        let value = format!("Bearer {}", self.token).parse()?;
        let headers = reqwest::header::HeaderMap::from_iter([(reqwest::header::AUTHORIZATION, value)]);
        Ok(reqwest::Client::builder().default_headers(headers).build()?)
    }

    /// What opens a socket as that account.
    pub fn socket(&self) -> Result<Request> {
        let mut request = format!("ws://127.0.0.1:{}/ws", self.port).into_client_request()?;
        request.headers_mut().insert("authorization", format!("Bearer {}", self.token).parse()?);
        Ok(request)
    }

    /// Starts the process; who asks at once may be too early.
    pub fn spawn(&mut self) -> Result<()> {
        self.sign_up()?;
        self.child = Some(self.command()?.arg("serve").spawn()?);
        Ok(())
    }

    /// Starts it and waits until it answers.
    pub async fn start(&mut self) -> Result<()> {
        self.spawn()?;
        let client = reqwest::Client::new();
        let begun = Instant::now();
        while client.get(self.url("/api/health/live")).send().await.is_err() {
            if begun.elapsed() > PATIENCE {
                return Err(self.log().into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Waits until it has used almost no processor for two seconds: what it does at its start is over.
    pub async fn settle(&self) -> Result<()> {
        let begun = Instant::now();
        loop {
            let before = self.cpu_seconds()?;
            tokio::time::sleep(Duration::from_secs(2)).await;
            if self.cpu_seconds()? - before < 0.1 || begun.elapsed() > PATIENCE {
                return Ok(());
            }
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("server.log")).unwrap_or_default()
    }

    fn pid(&self) -> Result<u32> {
        Ok(self.child.as_ref().ok_or("the server is not started")?.id())
    }

    /// Processor seconds so far, of all its threads.
    pub fn cpu_seconds(&self) -> Result<f64> {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.pid()?))?;
        let after = text.rsplit_once(") ").ok_or("an odd /proc/PID/stat")?.1;
        let field = |at: usize| after.split(' ').nth(at).and_then(|word| word.parse::<f64>().ok());
        Ok((field(11).unwrap_or_default() + field(12).unwrap_or_default()) / TICKS)
    }

    /// A line of `/proc/PID/status` in kB: `VmRSS`, `VmHWM`.
    pub fn memory_kb(&self, line: &str) -> Result<f64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.pid()?))?;
        let found = text.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(':'));
        Ok(found.and_then(|words| words.split_whitespace().next()?.parse().ok()).ok_or("an odd /proc/PID/status")?)
    }

    /// SIGSTOP or SIGCONT: one server stands still while the other is measured.
    pub fn signal(&self, signal: &str) -> Result<()> {
        output(Command::new("kill").args([signal, &self.pid()?.to_string()]))?;
        Ok(())
    }

    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
