//! A Windows for tests, as far as Wine is one: a prefix of its own, with a user's folder whose name has a blank and Japanese.

use crate::program::build_folder;
use crate::{TestbedError, while_doing};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// What Wine lacks of a Windows 10; compiled into the prefix.
const RANDOM: &str = include_str!("wine/bcryptprimitives.c");
/// What starts a program as Windows' sshd does; compiled into the prefix, too.
const SESSION: &str = include_str!("wine/session.c");
/// A program that stays, for trees of processes; compiled into the prefix, too.
const LINGER: &str = include_str!("wine/linger.c");
/// What a Windows node's sshd does with a session.
const SHELL: &str = include_str!("wine/shell.sh");
/// The user's folder, below drive C.
const HOME: &str = "users/研究 室";
/// These files Wine writes to; all others of a prefix are only read.
const REGISTRY: [&str; 3] = ["system.reg", "user.reg", "userdef.reg"];
/// Of no use without a screen, and long to start.
const WITHOUT: &str = "mscoree,mshtml,winemenubuilder.exe=";

/// What the job object of a session lets go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionJob {
    /// Who asks for it.
    Open,
    /// Nobody, as with some old servers.
    Held,
    /// Who asks for it, into another job around it that ends it all the same.
    Caged,
}

impl SessionJob {
    /// As `session.exe` takes it.
    pub fn word(self) -> Option<&'static str> {
        match self {
            SessionJob::Open => None,
            SessionJob::Held => Some("-held"),
            SessionJob::Caged => Some("-caged"),
        }
    }
}

/// A prefix with all that runs in it; gone when this is dropped.
#[derive(Debug)]
pub struct Wine {
    prefix: tempfile::TempDir,
}

impl Wine {
    /// A fresh one; `None`, and a word on stderr, where Wine is not installed.
    ///
    /// # Errors
    /// The prefix cannot be made.
    pub fn start() -> Result<Option<Wine>, TestbedError> {
        let Ok(version) = Command::new("wine").arg("--version").env("WINEDEBUG", "-all").output() else {
            eprintln!("skipped: Wine not installed");
            return Ok(None);
        };
        let folder = build_folder()?.join("wine");
        fs::create_dir_all(&folder).map_err(while_doing("making a folder"))?;
        let template = template(&folder, &version.stdout)?;
        let prefix = tempfile::Builder::new().prefix("prefix-").tempdir_in(&folder);
        let wine = Wine { prefix: prefix.map_err(while_doing("making a folder"))? };
        // its libraries are hundreds of megabytes, and the same for all
        run("cp", Command::new("cp").arg("-al").arg(template.join(".")).arg(wine.prefix.path()))?;
        for name in REGISTRY {
            run("cp", Command::new("cp").arg("--remove-destination").arg(template.join(name)).arg(wine.prefix.path()))?;
        }
        for folder in [wine.home(), wine.prefix.path().join("root")] {
            fs::create_dir(folder).map_err(while_doing("making the user's folder"))?;
        }
        Ok(Some(wine))
    }

    /// The prefix: what `WINEPREFIX` is.
    pub fn prefix(&self) -> &Path {
        self.prefix.path()
    }

    /// What its programs see as `C:\`.
    pub fn drive_c(&self) -> PathBuf {
        self.prefix.path().join("drive_c")
    }

    /// A user's folder: `C:\users\研究 室`.
    pub fn home(&self) -> PathBuf {
        self.drive_c().join(HOME)
    }

    /// A program of Windows (a path of this machine or a name), to be started in the user's folder.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("wine");
        command.arg(program).envs(variables(self.prefix.path())).current_dir(self.home());
        command
    }

    /// The same as Windows' sshd starts it: in a job object that ends all of it with the first process.
    pub fn over_sshd(&self, program: impl AsRef<std::ffi::OsStr>, job: SessionJob) -> Command {
        let mut command = self.command("session.exe");
        command.args(job.word()).arg(program);
        command
    }

    /// How its programs call a file below [`Wine::drive_c`].
    pub fn name_of(&self, path: &Path) -> String {
        let below = path.strip_prefix(self.drive_c()).unwrap_or(path);
        format!("C:\\{}", below.display().to_string().replace('/', "\\"))
    }

    /// A line for the configuration of an sshd whose sessions are those of a Windows node.
    ///
    /// # Errors
    /// A file cannot be written.
    pub(crate) fn sessions(&self) -> Result<String, TestbedError> {
        let script = self.prefix.path().join("shell.sh");
        let known = variables(self.prefix.path());
        let known = known.into_iter().chain([("WINE_HOME", HOME.as_ref())]);
        let known: String = known.map(|(name, value)| format!("export {name}='{}'\n", value.display())).collect();
        fs::write(&script, known + SHELL).map_err(while_doing("writing a script"))?;
        Ok(format!("ForceCommand sh {}", script.display()))
    }

    /// Keeps the machine running between two programs: without any, Wine goes down and is another one when it comes back.
    /// Ends with the child's stdin.
    ///
    /// # Errors
    /// It cannot be started.
    pub(crate) fn stay_up(&self) -> Result<Child, TestbedError> {
        let mut waiting = self.command("cmd.exe");
        waiting.args(["/c", "set /p word="]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        waiting.spawn().map_err(while_doing("starting Wine"))
    }

    /// As when the machine lost its power: nothing runs, and the next program starts it anew.
    ///
    /// # Errors
    /// `wineserver` does not end.
    pub fn cut_power(&self) -> Result<(), TestbedError> {
        end(self.prefix.path())
    }
}

impl Drop for Wine {
    fn drop(&mut self) {
        let _ = end(self.prefix.path());
    }
}

/// Made once for each version of Wine and of what is compiled into it, by whoever comes first.
fn template(folder: &Path, version: &[u8]) -> Result<PathBuf, TestbedError> {
    let mut made_of = DefaultHasher::new();
    (version, RANDOM, SESSION, LINGER).hash(&mut made_of);
    let template = folder.join(format!("{:016x}", made_of.finish()));
    let lock = fs::File::create(folder.join("lock")).map_err(while_doing("making a lock"))?;
    lock.lock().map_err(while_doing("waiting for the lock"))?;
    if template.exists() {
        return Ok(template);
    }
    let fresh = folder.join("new");
    if fresh.exists() {
        fs::remove_dir_all(&fresh).map_err(while_doing("removing half a prefix"))?;
    }
    run("wineboot", Command::new("wine").args(["wineboot", "--init"]).envs(variables(&fresh)))?;
    run("wineserver", Command::new("wineserver").arg("-w").envs(variables(&fresh)))?;
    let system = fresh.join("drive_c/windows/system32");
    compile(RANDOM, &system.join("bcryptprimitives.dll"), &["-shared", "-ladvapi32"])?;
    compile(SESSION, &system.join("session.exe"), &["-municode"])?;
    compile(LINGER, &system.join("linger.exe"), &["-municode"])?;
    fs::rename(&fresh, &template).map_err(while_doing("naming the prefix"))?;
    // one that was made of something else is of no use any more; what was linked from it stays
    for other in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if other != template && other.file_name().is_some_and(|name| name.len() == 16) {
            let _ = fs::remove_dir_all(other);
        }
    }
    Ok(template)
}

fn compile(source: &str, to: &Path, options: &[&str]) -> Result<(), TestbedError> {
    let from = to.with_extension("c");
    fs::write(&from, source).map_err(while_doing("writing a source"))?;
    let compiler = "x86_64-w64-mingw32-gcc";
    run(compiler, Command::new(compiler).args(["-Os", "-s", "-o"]).arg(to).arg(from).args(options))
}

/// What each program of Wine is started with. Names of files are UTF-8 here, whatever the account's locale is.
fn variables(prefix: &Path) -> [(&'static str, &std::ffi::OsStr); 4] {
    [
        ("WINEPREFIX", prefix.as_os_str()),
        ("WINEDEBUG", "-all".as_ref()),
        ("WINEDLLOVERRIDES", WITHOUT.as_ref()),
        ("LC_ALL", "C.UTF-8".as_ref()),
    ]
}

fn end(prefix: &Path) -> Result<(), TestbedError> {
    // says with 1 that there was none
    let told = Command::new("wineserver").arg("-k").envs(variables(prefix)).output();
    told.map_err(while_doing("starting wineserver"))?;
    run("wineserver", Command::new("wineserver").arg("-w").envs(variables(prefix)))
}

fn run(program: &'static str, command: &mut Command) -> Result<(), TestbedError> {
    let out = command.stdin(Stdio::null()).output().map_err(while_doing("starting a program"))?;
    if out.status.success() {
        return Ok(());
    }
    let Output { status, stderr, .. } = out;
    Err(TestbedError::Program { program, said: format!("{status}: {}", String::from_utf8_lossy(&stderr)) })
}
