//! A node for a test: a real sshd, the real program, a work folder of its own.

use domain::{AccountName, FileName, HostName, NodeId, RunToken, WorkFolder};
use executor::{Executor, ExecutorConfig, Launch, LocalFile, NodeAddress, PollRun, PolledRun, Runners};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use testbed::Sshd;

/// Nothing in these tests takes longer unless it hangs.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// A test that is for both: once as `linux::NAME` and once as `windows::NAME`, on a node of that system.
#[allow(unused_macros)]
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod linux {
            $(#[tokio::test] async fn $name() { super::$name(super::common::Node::start()).await; })*
        }
        mod windows {
            $(#[tokio::test] async fn $name() {
                if let Some(node) = super::common::Node::windows() { super::$name(node).await; }
            })*
        }
    };
}
#[allow(unused_imports)]
pub(crate) use on_both;

/// What a solver does, in both systems' words.
pub struct Script {
    pub sh: &'static str,
    pub bat: &'static str,
}

/// Until the run's folder holds `enough`; its code is 42.
pub const WAIT: Script = Script {
    sh: "echo here; touch ready; until [ -e enough ]; do sleep 0.02; done; exit 42",
    bat: "echo here\necho.>ready\n:again\nif exist enough exit /b 42\nping -n 2 127.0.0.1 >nul\ngoto again",
};

pub struct Node {
    pub sshd: Sshd,
    pub address: NodeAddress,
    pub executor: Executor,
    pub here: tempfile::TempDir,
}

impl Node {
    pub fn start() -> Node {
        Node::start_with(&[])
    }

    pub fn start_with(lines: &[&str]) -> Node {
        Node::behind(Sshd::start_with(lines).unwrap())
    }

    /// `None`: skipped, which has been said.
    pub fn windows() -> Option<Node> {
        Some(Node::behind(Sshd::start_windows(&[]).unwrap()?))
    }

    /// The same, whose shell answers and murmurs as Windows PowerShell does over SSH.
    pub fn windows_with_power_shell() -> Option<Node> {
        let node = Node::windows()?;
        let script = node.sshd.wine().unwrap().prefix().join("shell.sh");
        let noise = r#"printf '#< CLIXML\r\n<Objs Version="1.1.0.1"></Objs>\r\n' >&2"#;
        let answer = r#"case $SSH_ORIGINAL_COMMAND in *ShellId*) echo 'Microsoft.PowerShell%ComSpec%'; exit;; esac"#;
        let own = std::fs::read_to_string(&script).unwrap();
        std::fs::write(&script, format!("case $SSH_ORIGINAL_COMMAND in *sftp*) ;; *) {noise};; esac\n{answer}\n{own}"))
            .unwrap();
        Some(node)
    }

    fn behind(sshd: Sshd) -> Node {
        let executor = executor(&sshd, Duration::from_secs(20));
        let address = NodeAddress {
            id: NodeId::parse("node-01").unwrap(),
            host: HostName::parse(sshd.host()).unwrap(),
            port: sshd.port(),
            user: AccountName::parse(sshd.user()).unwrap(),
            host_key: Some(sshd.host_key().unwrap()),
            work_dir: WorkFolder::parse(&sshd.work_dir_setting()).unwrap(),
        };
        Node { sshd, address, executor, here: tempfile::tempdir().unwrap() }
    }

    /// A file here, ready to be sent.
    pub fn file(&self, name: &str, bytes: &[u8]) -> LocalFile {
        let path = self.here.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        local(path, name)
    }

    pub async fn stage(&self, token: &RunToken, files: &[LocalFile]) {
        self.executor.stage(&self.address, token, files, &|_, _| {}).await.unwrap();
    }

    /// A run of a shell script, staged and launched.
    pub async fn script(&self, text: &str) -> RunToken {
        let token = token();
        self.stage(&token, &[]).await;
        let launch = sh(&token, text);
        assert!(self.executor.launch(&self.address, &launch).await.unwrap().first);
        token
    }

    /// A launch of this script.
    pub fn launch_of(&self, token: &RunToken, script: &Script) -> Launch {
        let Some(wine) = self.sshd.wine() else { return sh(token, script.sh) };
        let path = wine.home().join(format!("solver {token}.bat"));
        std::fs::write(&path, format!("@echo off\r\n{}\r\n", script.bat.replace('\n', "\r\n"))).unwrap();
        Launch { token: token.clone(), program: wine.name_of(&path), args: vec![], env: vec![] }
    }

    /// A run of this script, staged and launched.
    pub async fn run(&self, script: &Script) -> RunToken {
        let token = token();
        self.stage(&token, &[]).await;
        let launch = self.launch_of(&token, script);
        assert!(self.executor.launch(&self.address, &launch).await.unwrap().first);
        token
    }

    pub async fn poll(&self, token: &RunToken) -> PolledRun {
        let run = PollRun { token: token.clone(), offsets: vec![], want: vec!["console.log".into()] };
        let mut polled = self.executor.poll(&self.address, &[run]).await.unwrap();
        polled.runs.pop().unwrap()
    }

    /// Polls until `done` says so.
    pub async fn until(&self, token: &RunToken, done: impl Fn(&PolledRun) -> bool) -> PolledRun {
        let start = Instant::now();
        loop {
            let run = self.poll(token).await;
            if done(&run) {
                return run;
            }
            assert!(start.elapsed() < DEADLINE, "still {run:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The run's folder on the node, which is this machine too.
    pub fn folder(&self, token: &RunToken) -> PathBuf {
        self.sshd.work_dir().join("runs").join(token.as_str())
    }

    pub fn journal(&self) -> String {
        std::fs::read_to_string(self.sshd.work_dir().join("journal")).unwrap_or_default()
    }
}

pub fn executor(sshd: &Sshd, command_timeout: Duration) -> Executor {
    Executor::new(ExecutorConfig {
        private_key: sshd.private_key(),
        runners: Runners {
            linux: testbed::runner_binary().unwrap(),
            windows: if sshd.wine().is_some() { testbed::windows_runner_binary().unwrap() } else { "none".into() },
        },
        connect_timeout: Duration::from_secs(10),
        command_timeout,
        keepalive: Duration::from_secs(15),
    })
    .unwrap()
}

pub fn local(path: PathBuf, name: &str) -> LocalFile {
    let bytes = std::fs::read(&path).unwrap();
    let size = bytes.len() as u64;
    LocalFile { path, name: FileName::parse(name).unwrap(), size, sha256: hash(&bytes) }
}

pub fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A new token each time, and in each process: tests run side by side, and a run's processes are known by it alone.
pub fn token() -> RunToken {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    RunToken::parse(&format!("{:08x}-0000-7000-8000-{next:012x}", std::process::id())).unwrap()
}

pub fn sh(token: &RunToken, text: &str) -> Launch {
    Launch { token: token.clone(), program: "sh".into(), args: vec!["-c".into(), text.into()], env: vec![] }
}

pub fn deck(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/decks").join(name)
}

/// Waits for something that is not asked over SSH.
pub async fn eventually<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < DEADLINE, "never: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The living processes with this on their command line, whatever their system calls them.
pub fn processes(text: &str) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let with_text = entries.filter(|entry| {
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).replace('\0', " ").contains(text)
    });
    with_text.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

pub fn kill(pid: u32) {
    assert!(std::process::Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap().success());
}
