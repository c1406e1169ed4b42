//! A throw-away sshd: own folder, own port, own keys. Works for root and for any other account.

use crate::processes::{self, Process};
use crate::{TestbedError, Wine, while_doing};
use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The server's program; it insists on being called by its whole path.
const PROGRAM: &str = "/usr/sbin/sshd";
/// A start that takes longer has failed.
const START: Duration = Duration::from_secs(10);

/// A running sshd on 127.0.0.1 that lets the current account in with [`Sshd::private_key`]. All of it, and everything
/// that was started through it, is gone when this is dropped.
#[derive(Debug)]
pub struct Sshd {
    folder: tempfile::TempDir,
    port: u16,
    user: String,
    listener: Option<Child>,
    /// Sessions that outlived a listener that was killed.
    orphans: Vec<Process>,
    /// It was started again: its programs see the boot id that lies in a file of ours.
    rebooted: bool,
    /// The Windows behind it, where it is one, and what keeps that running.
    wine: Option<(Wine, Option<Child>)>,
}

impl Sshd {
    /// Starts one on a free port.
    ///
    /// # Errors
    /// No `sshd` or `ssh-keygen`, or it did not come up within ten seconds.
    pub fn start() -> Result<Sshd, TestbedError> {
        Sshd::start_with(&[])
    }

    /// Like [`Sshd::start`], with lines for its configuration that win over ours.
    ///
    /// # Errors
    /// As [`Sshd::start`].
    pub fn start_with(lines: &[&str]) -> Result<Sshd, TestbedError> {
        Sshd::start_on(None, lines)
    }

    /// One whose sessions are those of a Windows node, as far as Wine is one. `None`, and a word on stderr, where Wine is not
    /// installed.
    ///
    /// # Errors
    /// As [`Sshd::start`]; Wine cannot be started.
    pub fn start_windows(lines: &[&str]) -> Result<Option<Sshd>, TestbedError> {
        let Some(wine) = Wine::start()? else { return Ok(None) };
        let own = wine.sessions()?;
        let lines: Vec<&str> = lines.iter().copied().chain([own.as_str()]).collect();
        Sshd::start_on(Some(wine), &lines).map(Some)
    }

    fn start_on(wine: Option<Wine>, lines: &[&str]) -> Result<Sshd, TestbedError> {
        let folder = tempfile::Builder::new().prefix("testbed-").tempdir().map_err(while_doing("making a folder"))?;
        let mut sshd = Sshd {
            folder,
            port: 0,
            user: account()?,
            listener: None,
            orphans: Vec::new(),
            rebooted: false,
            wine: wine.map(|wine| (wine, None)),
        };
        for folder in [sshd.work_dir(), sshd.path("home")] {
            fs::create_dir(folder).map_err(while_doing("making the work folder"))?;
        }
        keygen(&sshd.path("host_key"))?;
        keygen(&sshd.private_key())?;
        fs::copy(sshd.path("id_ed25519.pub"), sshd.path("authorized_keys")).map_err(while_doing("copying the key"))?;
        if rustix::process::geteuid().is_root() {
            fs::create_dir_all("/run/sshd").map_err(while_doing("making /run/sshd"))?;
        }
        let mut last = None;
        for _ in 0..20 {
            sshd.port = free_port()?;
            sshd.write_config(lines)?;
            match sshd.restart() {
                Ok(()) => return Ok(sshd),
                // another test may have taken the port since
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or(TestbedError::Program { program: "sshd", said: "no port".to_owned() }))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `127.0.0.1`.
    pub fn host(&self) -> &'static str {
        "127.0.0.1"
    }

    /// The port; the same after a restart.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The account it lets in: the current one.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Path of the private key that opens it.
    pub fn private_key(&self) -> PathBuf {
        self.path("id_ed25519")
    }

    /// OpenSSH public-key line of its host key, without the comment.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn host_key(&self) -> Result<String, TestbedError> {
        let line = fs::read_to_string(self.path("host_key.pub")).map_err(while_doing("reading the host key"))?;
        Ok(line.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
    }

    /// An absolute folder of its own that can serve as the node's work folder.
    pub fn work_dir(&self) -> PathBuf {
        match &self.wine {
            Some((wine, _)) => wine.home().join("work"),
            None => self.path("work"),
        }
    }

    /// How a node's settings name that folder: on a Windows node it is in the home of the account, whose own name no command
    /// line could hold.
    pub fn work_dir_setting(&self) -> String {
        if self.wine.is_some() { "work".to_owned() } else { self.work_dir().display().to_string() }
    }

    /// The Windows behind it, where it is one.
    pub fn wine(&self) -> Option<&Wine> {
        self.wine.as_ref().map(|(wine, _)| wine)
    }

    /// What the server has logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.path("sshd.log")).unwrap_or_default()
    }

    /// Starts the listener (again), on the same port; returns when it answers.
    ///
    /// # Errors
    /// It does not come up.
    pub fn restart(&mut self) -> Result<(), TestbedError> {
        self.kill();
        if let Some((wine, up @ None)) = &mut self.wine {
            *up = Some(wine.stay_up()?);
        }
        let log = fs::OpenOptions::new().create(true).append(true).open(self.path("sshd.log"));
        let mut command = if self.rebooted { in_another_boot(&self.path("boot_id")) } else { Command::new(PROGRAM) };
        let child = command
            .args(["-D", "-e", "-f"])
            .arg(self.path("sshd_config"))
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log.map_err(while_doing("opening the log"))?)
            .spawn()
            .map_err(while_doing("starting sshd"))?;
        let child = self.listener.insert(child);
        let deadline = Instant::now() + START;
        loop {
            // our own listener must be the one that answers: one that could not bind has ended by then
            let ended = child.try_wait().map_err(while_doing("watching sshd"))?;
            if let Some(status) = ended {
                self.listener = None;
                return Err(TestbedError::Program { program: "sshd", said: format!("{status}: {}", self.log()) });
            }
            if is_listening(child.id(), self.port) {
                return Ok(());
            }
            if Instant::now() >= deadline {
                return Err(TestbedError::Program { program: "sshd", said: "does not come up".to_owned() });
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// As when the machine lost its power and came up again: all that was started through it is gone, its files are as
    /// they were, and programs see another boot id from now on.
    ///
    /// # Errors
    /// This account may not mount, or it does not come up.
    pub fn reboot(&mut self) -> Result<(), TestbedError> {
        self.end_all();
        let fresh = fs::read("/proc/sys/kernel/random/uuid").map_err(while_doing("making a boot id"))?;
        fs::write(self.path("boot_id"), fresh).map_err(while_doing("writing the boot id"))?;
        // a Windows tells by itself that it was started again
        self.rebooted = self.wine.is_none();
        self.restart()
    }

    /// Gives it another host key, as after a reinstallation or an attack. Takes effect with [`Sshd::restart`].
    ///
    /// # Errors
    /// `ssh-keygen` fails.
    pub fn change_host_key(&mut self) -> Result<(), TestbedError> {
        for name in ["host_key", "host_key.pub"] {
            fs::remove_file(self.path(name)).map_err(while_doing("removing the host key"))?;
        }
        keygen(&self.path("host_key"))
    }

    /// Kills the listener. Sessions that are open go on.
    pub fn kill(&mut self) {
        if let Some(mut listener) = self.listener.take() {
            self.orphans.extend(processes::descendants(listener.id(), "sshd"));
            let _ = listener.kill();
            let _ = listener.wait();
        }
    }

    /// Kills every open session (SIGKILL, as when the machine's sshd is torn down); the listener goes on.
    pub fn kill_sessions(&mut self) {
        let living = self.listener.as_ref().map(|listener| processes::descendants(listener.id(), "sshd"));
        self.orphans.drain(..).chain(living.into_iter().flatten()).for_each(processes::kill);
    }

    fn end_all(&mut self) {
        self.kill();
        self.kill_sessions();
        // runs are detached from sshd by design, and commands may outlive their session: known by where they belong
        for _ in 0..50 {
            let left = processes::belonging_to(self.folder.path());
            if left.is_empty() {
                break;
            }
            left.into_iter().for_each(processes::kill);
            std::thread::sleep(Duration::from_millis(5));
        }
        if let Some((wine, up)) = &mut self.wine {
            let _ = wine.cut_power();
            if let Some(mut up) = up.take() {
                let _ = up.kill();
                let _ = up.wait();
            }
        }
    }

    /// `HOME` is an empty folder of our own: what the account's login scripts do is no part of a test.
    fn write_config(&self, lines: &[&str]) -> Result<(), TestbedError> {
        let at = |name| self.path(name).display().to_string();
        let config = format!(
            "{}\nPort {}\nListenAddress 127.0.0.1\nHostKey {}\nPidFile none\nAuthorizedKeysFile {}\n\
             AuthenticationMethods publickey\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nUsePAM no\n\
             StrictModes no\nPermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\nPrintMotd no\nUseDNS no\n\
             LogLevel VERBOSE\nSetEnv HOME={}\n",
            lines.join("\n"),
            self.port,
            at("host_key"),
            at("authorized_keys"),
            at("home"),
        );
        fs::write(self.path("sshd_config"), config).map_err(while_doing("writing sshd_config"))
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.end_all();
    }
}

/// The listener's command, up to its arguments, so that it and all it starts read this file where the boot id is.
fn in_another_boot(boot_id: &Path) -> Command {
    let mut command = Command::new("unshare");
    let script = "mount --bind \"$0\" /proc/sys/kernel/random/boot_id && exec \"$@\"";
    command.args(["--mount", "sh", "-c", script]).arg(boot_id).arg(PROGRAM);
    command
}

fn account() -> Result<String, TestbedError> {
    let out = Command::new("id").arg("-un").output().map_err(while_doing("asking for the account"))?;
    Ok(String::from_utf8_lossy(&out.stdout).trim().to_owned())
}

fn keygen(path: &Path) -> Result<(), TestbedError> {
    let out =
        Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", "testbed", "-f"]).arg(path).output();
    let out = out.map_err(while_doing("starting ssh-keygen"))?;
    if out.status.success() {
        return Ok(());
    }
    Err(TestbedError::Program { program: "ssh-keygen", said: String::from_utf8_lossy(&out.stderr).into_owned() })
}

fn free_port() -> Result<u16, TestbedError> {
    let probe = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(while_doing("looking for a port"))?;
    Ok(probe.local_addr().map_err(while_doing("looking for a port"))?.port())
}

/// Does this very process listen there? A connection alone could be answered by somebody else's server.
fn is_listening(pid: u32, port: u16) -> bool {
    let table = fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    let local = format!("0100007F:{port:04X}");
    let inode = table.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        (fields.get(1) == Some(&local.as_str()) && fields.get(3) == Some(&"0A"))
            .then(|| fields.get(9).copied())
            .flatten()
    });
    let Some(inode) = inode else { return false };
    let socket = PathBuf::from(format!("socket:[{inode}]"));
    let handles = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    handles.into_iter().any(|handle| fs::read_link(handle.path()).is_ok_and(|target| target == socket))
        && TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}
