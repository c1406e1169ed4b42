//! One test's own world: folder, sshd, database, server process, port.

use crate::node::Solver;
use futures::StreamExt;
use reqwest::multipart::{Form, Part};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use testbed::{Disk, Sshd, Standin, runner_binary, windows_runner_binary};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// Nothing here takes so long unless it hangs.
pub const PATIENCE: Duration = Duration::from_secs(180);

pub struct Stack {
    pub folder: tempfile::TempDir,
    /// Folders that go with the stack.
    more: Vec<tempfile::TempDir>,
    pub sshd: Sshd,
    server: Option<Child>,
    /// What it printed until it listened.
    said: String,
    port: u16,
    /// The options by which the node was added.
    node: Vec<(String, String)>,
    /// Signed in as `tester`, an admin, by a token.
    pub http: reqwest::Client,
    token: String,
    env: Vec<(&'static str, String)>,
}

/// Under Wine, its own server and the runner that talks with us go into a folder for a moment to open what lies there. They
/// are of no run.
fn visits(pid: u32) -> bool {
    let called = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let called = String::from_utf8_lossy(&called).replace('\0', " ");
    let mut words = called.split_whitespace();
    let program = words.next().unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default();
    program.starts_with("wineserver") || program.starts_with("runner-") && words.next() == Some("serve")
}

/// A deck of `public/sample`.
pub fn sample(name: &str) -> (String, Vec<u8>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/sample").join(name);
    (name.to_owned(), std::fs::read(path).unwrap())
}

impl Stack {
    /// A server with one node that runs the real ccx.
    pub async fn start() -> Stack {
        Stack::start_with("/usr/bin/ccx", &[]).await
    }

    /// The same with another solver command, and more variables for the server.
    pub async fn start_with(ccx: &str, env: &[(&'static str, &str)]) -> Stack {
        Stack::start_node(&[("--calculix", ccx), ("--cores", "8")], env).await
    }

    /// With one node of 16 cores that runs the stand-in for Abaqus.
    pub async fn start_abaqus(standin: Standin) -> Stack {
        Stack::start_abaqus_on(Sshd::start().unwrap(), standin).await
    }

    /// The same on this node.
    pub async fn start_abaqus_on(node: Sshd, standin: Standin) -> Stack {
        let solver = Solver::abaqus(&node, &standin);
        Stack::start_solver(node, solver, "16", &[]).await
    }

    /// With this node, the cores it gives, and its solver.
    pub async fn start_solver(node: Sshd, solver: Solver, cores: &str, env: &[(&'static str, &str)]) -> Stack {
        let mut stack = Stack::start_on(node, &[(solver.option, &solver.command), ("--cores", cores)], env).await;
        stack.more.extend(solver.folder);
        stack
    }

    /// With the node added by these options, and more variables for the server.
    pub async fn start_node(node: &[(&str, &str)], env: &[(&'static str, &str)]) -> Stack {
        Stack::start_on(Sshd::start().unwrap(), node, env).await
    }

    /// The same on this node.
    pub async fn start_on(sshd: Sshd, node: &[(&str, &str)], env: &[(&'static str, &str)]) -> Stack {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        let mut all = vec![
            ("DATABASE_PATH", at("data/jobs.db")),
            ("UPLOAD_DIR", at("uploads")),
            ("RESULTS_DIR", at("results")),
            ("SSH_PRIVATE_KEY_PATH", sshd.private_key().display().to_string()),
            ("RUNNER_LINUX", runner_binary().unwrap().display().to_string()),
            ("PORT", "0".to_owned()),
            ("LISTEN", "127.0.0.1".to_owned()),
            ("SESSION_SECRET", "of these tests, 32 letters at least".to_owned()),
            ("LOG_LEVEL", "info".to_owned()),
            ("NO_COLOR", "1".to_owned()),
        ];
        if sshd.wine().is_some() {
            all.push(("RUNNER_WINDOWS", windows_runner_binary().unwrap().display().to_string()));
        }
        all.extend(env.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let (http, more) = (reqwest::Client::new(), Vec::new());
        let node = node.iter().map(|(option, value)| ((*option).to_owned(), (*value).to_owned())).collect();
        let mut stack = Stack {
            folder,
            more,
            sshd,
            server: None,
            said: String::new(),
            port: 0,
            node,
            http,
            token: String::new(),
            env: all,
        };
        stack.token = stack.add_user("tester", "admin").await;
        stack.http = Stack::client(&stack.token);
        stack.add_node(stack.sshd.port());
        stack.start_server();
        stack
    }

    /// Makes an account, and a token that may all it may.
    pub async fn add_user(&self, id: &str, role: &str) -> String {
        let out = self.command().args(["user", "add", id, "--role", role, "--token", "all"]).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        let said = String::from_utf8(out.stdout).unwrap();
        said.lines().find_map(|line| line.strip_prefix("TOKEN=")).unwrap_or_else(|| panic!("{said}")).to_owned()
    }

    /// Makes a token of this scope for somebody known.
    pub fn add_token(&self, id: &str, scope: &str) -> String {
        let out = self.command().args(["user", "token", id, "--scope", scope]).output().unwrap();
        let said = String::from_utf8(out.stdout).unwrap();
        said.lines().find_map(|line| line.strip_prefix("TOKEN=")).unwrap_or_else(|| panic!("{said}")).to_owned()
    }

    /// To ask with this token.
    pub fn asking(token: &str) -> reqwest::ClientBuilder {
        let value = format!("Bearer {token}").parse().unwrap();
        let headers = reqwest::header::HeaderMap::from_iter([(reqwest::header::AUTHORIZATION, value)]);
        reqwest::Client::builder().default_headers(headers)
    }

    /// Asks with this token.
    pub fn client(token: &str) -> reqwest::Client {
        Stack::asking(token).build().unwrap()
    }

    /// The line of a request's head that says who asks.
    pub fn authorization(&self) -> String {
        format!("Authorization: Bearer {}", self.token)
    }

    /// What opens `/ws`.
    pub fn socket_request(&self) -> tokio_tungstenite::tungstenite::handshake::client::Request {
        let mut request = format!("ws://127.0.0.1:{}/ws", self.port).into_client_request().unwrap();
        request.headers_mut().insert("authorization", format!("Bearer {}", self.token).parse().unwrap());
        request
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
        command.current_dir(self.folder.path()).envs(self.env.iter().cloned());
        command
    }

    fn add_node(&self, port: u16) {
        let port = port.to_string();
        let work = self.sshd.work_dir_setting();
        let key = self.sshd.host_key().unwrap();
        let mut command = self.command();
        command.args(["node", "add", "--id", "node-01", "--host", self.sshd.host(), "--port", &port]);
        command.args(["--user", self.sshd.user(), "--host-key", &key, "--max-tokens", "50"]);
        command.args(["--work-dir", &work]);
        command.args(self.node.iter().flat_map(|(option, value)| [option, value]));
        let out = command.output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout));
    }

    /// From now on the server (a new one) reaches its node by this port.
    pub fn lead_through(&mut self, port: u16) {
        self.kill_server();
        self.add_node(port);
        self.start_server();
    }

    /// Gives the node an Abaqus command, while no server runs or beside one.
    pub fn set_abaqus(&self, command: &str) {
        let port = self.sshd.port().to_string();
        let key = self.sshd.host_key().unwrap();
        let mut add = self.command();
        add.args(["node", "add", "--id", "node-01", "--host", self.sshd.host(), "--port", &port]);
        add.args(["--user", self.sshd.user(), "--host-key", &key, "--cores", "8", "--abaqus", command]);
        let out = add.output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout));
    }

    /// Changes settings while no server runs.
    pub async fn set(&self, settings: &[(&str, &str)]) {
        let database = self.folder.path().join("data/jobs.db").into();
        let config = repository::RepositoryConfig { database, first_values: Vec::new() };
        let repository = repository::Repository::open(&config).await.unwrap();
        let id = domain::UserId::parse("root").unwrap();
        let (role, origin) = (domain::Role::Admin, domain::Origin::CommandLine);
        let root =
            domain::Actor { id, name: "root".to_owned(), role, scope: domain::Scope::All, origin, address: None };
        for (key, value) in settings {
            repository.change_setting(key, value, &root).await.unwrap();
        }
        repository.close().await;
    }

    /// Waits, event by event, until what this address answers is as wanted.
    pub async fn until_answer(&self, path: &str, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let (mut socket, _) = connect_async(self.socket_request()).await.unwrap();
        let wait = async {
            loop {
                let answer: Value = self.http.get(self.url(path)).send().await.unwrap().json().await.unwrap();
                if wanted(&answer) {
                    return answer;
                }
                socket.next().await.expect("the socket stays open").unwrap();
            }
        };
        let answer = tokio::time::timeout(PATIENCE, wait).await;
        answer.unwrap_or_else(|_| panic!("never {what}\n{}", self.log()))
    }

    /// Starts the server (again); returns when it listens. Its words go to `server.log`.
    pub fn start_server(&mut self) {
        let errors = std::fs::OpenOptions::new().create(true).append(true).open(self.errors_file()).unwrap();
        let mut child = self.command().arg("serve").stdout(Stdio::piped()).stderr(errors).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let log = self.folder.path().join("server.log");
        let mut said = String::new();
        self.port = loop {
            let line = lines.next().unwrap_or_else(|| panic!("the server ended: {said}")).unwrap();
            said.push_str(&line);
            said.push('\n');
            if let Some((_, address)) = line.split_once("address=127.0.0.1:") {
                break address.trim().parse().unwrap();
            }
        };
        std::thread::spawn(move || {
            use std::io::Write;
            let mut file = std::fs::OpenOptions::new().create(true).append(true).open(log).ok();
            for line in lines.map_while(Result::ok) {
                if let Some(file) = &mut file {
                    let _ = writeln!(file, "{line}");
                }
            }
        });
        self.said = said;
        self.server = Some(child);
    }

    fn errors_file(&self) -> PathBuf {
        self.folder.path().join("server.err")
    }

    /// What the server said beside its log: panics.
    pub fn errors(&self) -> String {
        std::fs::read_to_string(self.errors_file()).unwrap_or_default()
    }

    /// What the server printed on its console until it listened.
    pub fn said(&self) -> String {
        self.said.clone()
    }

    /// Puts the database on a small disk of its own, between two lives of the server. `None` where this account may not.
    pub async fn database_on(&mut self, options: &str) -> Option<Disk> {
        self.end_server().await;
        let data = self.folder.path().join("data");
        let files: Vec<_> = std::fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().path()).collect();
        let files: Vec<_> = files.into_iter().map(|path| (std::fs::read(&path).unwrap(), path)).collect();
        let Some(disk) = Disk::mount(&data, options) else {
            eprintln!("SKIPPED: a full disk needs an account that may mount one");
            return None;
        };
        for (bytes, path) in files {
            std::fs::write(path, bytes).unwrap();
        }
        self.start_server();
        Some(disk)
    }

    /// SIGTERM; returns when the process is gone.
    pub async fn end_server(&mut self) {
        let mut child = self.server.take().unwrap();
        let asked = Command::new("kill").arg(child.id().to_string()).status().unwrap();
        assert!(asked.success());
        let ended = async {
            while child.try_wait().unwrap().is_none() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, ended).await.is_ok();
        if !in_time {
            child.kill().unwrap();
        }
        assert!(in_time, "the server does not end\n{}", self.log());
    }

    /// SIGKILL.
    pub fn kill_server(&mut self) {
        let mut child = self.server.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Sends the server's process a signal.
    pub fn signal(&self, name: &str) {
        let pid = self.server.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    /// Bytes of memory that the server's process has had at most.
    pub fn most_memory(&self) -> u64 {
        let pid = self.server.as_ref().unwrap().id();
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// Folders of uploads that are there.
    pub fn upload_folders(&self) -> usize {
        std::fs::read_dir(self.folder.path().join("uploads/inp-files")).map_or(0, Iterator::count)
    }

    /// How many rows a table of the database has.
    pub fn rows(&self, table: &str) -> u64 {
        self.number(&format!("SELECT COUNT(*) FROM {table}"))
    }

    /// The one number that the database answers.
    pub fn number(&self, question: &str) -> u64 {
        let database = self.folder.path().join("data/jobs.db");
        let out = Command::new("sqlite3").arg("-readonly").arg(database).arg(question).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap().trim().parse().unwrap()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("server.log")).unwrap_or_default()
    }

    /// Launches that the node's own journal knows: (token, word) of each line.
    pub fn journal(&self) -> Vec<(String, String)> {
        let text = std::fs::read_to_string(self.sshd.work_dir().join("journal")).unwrap_or_default();
        let line = |line: &str| {
            let mut words = line.split_whitespace().skip(1);
            (words.next().unwrap().to_owned(), words.next().unwrap().to_owned())
        };
        text.lines().map(line).collect()
    }

    /// How often the node has launched anything.
    pub fn launches(&self) -> usize {
        self.journal().iter().filter(|(_, word)| word == "launched").count()
    }

    pub async fn post_files(&self, files: &[(String, Vec<u8>)], fields: &[(&str, &str)]) -> reqwest::Response {
        let mut form = Form::new();
        for (name, value) in fields {
            form = form.text((*name).to_owned(), (*value).to_owned());
        }
        for (name, bytes) in files {
            form = form.part("file", Part::bytes(bytes.clone()).file_name(name.clone()));
        }
        self.http.post(self.url("/api/v1/jobs")).multipart(form).send().await.unwrap()
    }

    /// Submits and returns the job's number.
    pub async fn submit(&self, files: &[(String, Vec<u8>)]) -> i64 {
        let answer = self.post_files(files, &[("cpus", "2")]).await;
        let status = answer.status();
        let job: Value = answer.json().await.unwrap();
        assert_eq!(status, 201, "{job}");
        job["id"].as_i64().unwrap()
    }

    /// Waits until the node has answered once.
    pub async fn until_contact(&self) {
        let deadline = std::time::Instant::now() + PATIENCE;
        loop {
            let nodes: Value = self.http.get(self.url("/api/v1/nodes")).send().await.unwrap().json().await.unwrap();
            if !nodes[0]["last_contact"].is_null() {
                return;
            }
            assert!(std::time::Instant::now() < deadline, "no contact\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn job(&self, id: i64) -> Value {
        self.http.get(self.url(&format!("/api/v1/jobs/{id}"))).send().await.unwrap().json().await.unwrap()
    }

    pub async fn act(&self, id: i64, act: &str) -> reqwest::Response {
        self.http.post(self.url(&format!("/api/v1/jobs/{id}/{act}"))).send().await.unwrap()
    }

    /// Waits, event by event, until the job is as wanted.
    pub async fn until(&self, id: i64, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let (mut socket, _) = connect_async(self.socket_request()).await.unwrap();
        let last = std::cell::RefCell::new(Value::Null);
        let wait = async {
            loop {
                // the socket is open before the look, so nothing is missed in between
                let job = self.job(id).await;
                if wanted(&job) {
                    return job;
                }
                *last.borrow_mut() = job;
                socket.next().await.expect("the socket stays open").unwrap();
            }
        };
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(job) => job,
            Err(_) => panic!("never {what}; last: {}\n{}", last.borrow(), self.log()),
        }
    }

    pub async fn until_status(&self, id: i64, status: &str) -> Value {
        let reached = |job: &Value| {
            let now = job["status"].as_str().unwrap().to_owned();
            let ended = ["Completed", "Failed", "Cancelled", "Missing"].contains(&now.as_str());
            assert!(now == status || !ended, "wanted {status}: {job}");
            now == status
        };
        self.until(id, status, reached).await
    }

    pub fn results(&self, id: i64) -> PathBuf {
        self.folder.path().join("results").join(id.to_string())
    }

    /// Processes of this test's runs that are alive on the node.
    pub fn alive_on_node(&self) -> Vec<u32> {
        let work = self.sshd.work_dir();
        let inside = |pid: &u32| std::fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd.starts_with(&work));
        let numbers = std::fs::read_dir("/proc").unwrap().flatten();
        let numbers = numbers.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        numbers.filter(inside).filter(|pid| self.sshd.wine().is_none() || !visits(*pid)).collect()
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        if let Some(mut child) = self.server.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
