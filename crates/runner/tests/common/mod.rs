//! The program in a work folder of its own, on this machine and as a Windows program under Wine: every test is for both.

use runner::protocol::HELLO;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use testbed::{SessionJob, Wine};

pub const TOKEN: &str = "01890000-0000-7000-8000-000000000001";
/// Nothing here takes longer unless it hangs.
const DEADLINE: Duration = Duration::from_secs(60);

/// Runs each of these as `linux::NAME` and as `windows::NAME`.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod linux {
            $(#[test] fn $name() { super::$name(&super::common::Node::linux()); })*
        }
        mod windows {
            $(#[test] fn $name() { if let Some(node) = super::common::Node::windows() { super::$name(&node); } })*
        }
    };
}
pub(crate) use on_both;

pub struct Node {
    pub folder: PathBuf,
    pub wine: Option<Wine>,
    _folder: Option<tempfile::TempDir>,
}

impl Node {
    pub fn linux() -> Node {
        let folder = tempfile::tempdir().unwrap();
        let node = Node { folder: folder.path().to_owned(), wine: None, _folder: Some(folder) };
        node.lay_out(env!("CARGO_BIN_EXE_runner").into());
        node
    }

    /// `None`: skipped, which has been said.
    pub fn windows() -> Option<Node> {
        let wine = Wine::start().unwrap()?;
        let node = Node { folder: wine.home(), wine: Some(wine), _folder: None };
        node.lay_out(testbed::windows_runner_binary().unwrap());
        Some(node)
    }

    fn lay_out(&self, program: PathBuf) {
        std::fs::create_dir(self.folder.join("work")).unwrap();
        // not copied by this process: a descriptor that another test's child inherits would keep it from being run
        assert!(Command::new("cp").arg(program).arg(self.program()).status().unwrap().success());
        std::fs::write(self.folder.join("treasure"), "untouched").unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join("work").join(name)
    }

    pub fn program(&self) -> PathBuf {
        self.path(if self.wine.is_some() { "runner.exe" } else { "runner" })
    }

    /// Another file in its place; a process that runs goes on with what it was started from.
    pub fn replace_program(&self, bytes: &[u8]) {
        use std::os::unix::fs::PermissionsExt;
        let other = self.path("runner-other");
        std::fs::write(&other, bytes).unwrap();
        std::fs::set_permissions(&other, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::rename(other, self.program()).unwrap();
    }

    pub fn run_file(&self, name: &str) -> PathBuf {
        self.path("runs").join(TOKEN).join(name)
    }

    /// The program, as sshd starts it.
    pub fn runner(&self, arguments: &[&str]) -> Command {
        let mut command = match &self.wine {
            Some(wine) => wine.over_sshd(wine.name_of(&self.program()), SessionJob::Open),
            None => Command::new(self.program()),
        };
        command.args(arguments).current_dir(&self.folder);
        command
    }

    pub fn talk(&self) -> Talk {
        Talk::begin(self.runner(&["serve"]))
    }

    /// One request in a conversation of its own.
    pub fn say(&self, verb: &str, request: &[u8]) -> Value {
        let line = [b"7 ", verb.as_bytes(), b" ", request, b"\n"].concat();
        let lines = self.serve(&line);
        let [hello, reply] = <[String; 2]>::try_from(lines).unwrap();
        assert_eq!(hello, HELLO);
        serde_json::from_str(reply.strip_prefix("7 ").unwrap()).unwrap()
    }

    /// The lines it says to this, until the caller goes away.
    pub fn serve(&self, said: &[u8]) -> Vec<String> {
        let mut child = self.runner(&["serve"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        // it may have ended before it has read all
        let _ = child.stdin.take().unwrap().write_all(said);
        let out = child.wait_with_output().unwrap();
        assert!(out.status.success(), "{out:?}");
        String::from_utf8(out.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    /// A solver of the node's own: this shell script there, this batch file here. What it is called by in a launch.
    pub fn solver(&self, sh: &str, bat: &str) -> String {
        match &self.wine {
            Some(wine) => {
                let path = self.path("solver.bat");
                std::fs::write(&path, format!("@echo off\r\n{}\r\n", bat.replace('\n', "\r\n"))).unwrap();
                wine.name_of(&path)
            }
            None => {
                let path = self.path("solver.sh");
                std::fs::write(&path, sh).unwrap();
                path.display().to_string()
            }
        }
    }

    /// A launch of [`Node::solver`].
    pub fn launch(&self, solver: &str, arguments: &[&str]) -> Value {
        // a script is given to its shell, as a file that this process has written may not be executable yet
        let (program, first) = if self.wine.is_some() { (solver, None) } else { ("sh", Some(solver)) };
        let arguments: Vec<&str> = first.into_iter().chain(arguments.iter().copied()).collect();
        json!({ "token": TOKEN, "program": program, "args": arguments, "env": [] })
    }
}

/// An open conversation.
pub struct Talk {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Talk {
    pub fn begin(mut command: Command) -> Talk {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let mut talk = Talk { child, lines };
        assert_eq!(talk.line(), HELLO);
        talk
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    pub fn ask(&mut self, verb: &str, request: &Value) -> Value {
        self.ask_raw(verb, request.to_string().as_bytes())
    }

    pub fn ask_raw(&mut self, verb: &str, request: &[u8]) -> Value {
        let line = [b"7 ", verb.as_bytes(), b" ", request, b"\n"].concat();
        self.child.stdin.as_mut().unwrap().write_all(&line).unwrap();
        serde_json::from_str(self.line().strip_prefix("7 ").unwrap()).unwrap()
    }

    pub fn stage(&mut self) {
        let staged = self.ask("stage", &json!({ "token": TOKEN, "files": [] }));
        assert!(staged.get("answer").is_some(), "{staged}");
    }

    pub fn poll(&mut self, want: &[&str]) -> Value {
        let run = json!({ "token": TOKEN, "want": want });
        let polled = self.ask("poll", &json!({ "runs": [run], "max_file": 9999, "max_all": 9999 }));
        polled["answer"]["runs"][0].clone()
    }

    /// Polls until it says so.
    pub fn until(&mut self, want: &[&str], done: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            let run = self.poll(want);
            if done(&run) {
                return run;
            }
            assert!(start.elapsed() < DEADLINE, "still {run}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn ended(&mut self) -> Value {
        self.until(&[], |run| run["state"].get("ended").is_some())["state"]["ended"].clone()
    }

    /// The caller goes away; as over SSH, its end is the end of all that sshd holds.
    pub fn end(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }
}

/// What a file of the run grew by, as text.
pub fn grown(run: &Value, name: &str) -> Option<Vec<u8>> {
    let grown = run["grown"].as_array()?.iter().find(|file| file["name"] == name)?;
    Some(serde_json::from_value::<runner::protocol::Bytes>(grown["bytes"].clone()).unwrap().0)
}

/// The living processes that have this word on their command line.
pub fn processes(word: &str) -> Vec<u32> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        if String::from_utf8_lossy(&line).replace('\0', " ").contains(word) {
            found.push(pid);
        }
    }
    found
}

/// Nothing with this word is left. Wine counts a process as gone a moment before this machine does.
pub fn assert_gone(node: &Node, word: &str) {
    if node.wine.is_some() {
        eventually("their end", || processes(word).is_empty().then_some(()));
    }
    assert_eq!(processes(word), Vec::<u32>::new());
}

/// Waits for something that the program does not tell.
pub fn eventually<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < DEADLINE, "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
