//! The node of a test's world, and the solver it has: on a Linux node the real ccx, on a Windows node under Wine the
//! stand-in for Abaqus, which plays its runs there.

use std::path::{Path, PathBuf};
use testbed::{Sshd, Standin, Wine};

/// A test that is for both: once as `linux::NAME` and once as `windows::NAME`, on a node of that system.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod linux {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() { super::$name(testbed::Sshd::start().unwrap()).await; })*
        }
        mod windows {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                if let Some(node) = testbed::Sshd::start_windows(&[]).unwrap() { super::$name(node).await; }
            })*
        }
    };
}
pub(crate) use on_both;

/// A command of a node, and how `node add` is told of it.
pub struct Solver {
    pub option: &'static str,
    pub command: String,
    /// Where it lies, when that is not on the node.
    pub folder: Option<tempfile::TempDir>,
}

/// What goes before the solver, in both systems' words.
pub struct Before<'a> {
    pub sh: &'a str,
    /// In the folder of the commands, `%~dp0`.
    pub bat: &'a str,
}

impl Solver {
    /// Nothing but the solver.
    pub fn of(node: &Sshd) -> Solver {
        match node.wine() {
            Some(_) => Solver::abaqus(node, &Standin::default()),
            None => Solver { option: "--calculix", command: "/usr/bin/ccx".to_owned(), folder: None },
        }
    }

    /// The stand-in for Abaqus, whichever system the node has.
    pub fn abaqus(node: &Sshd, standin: &Standin) -> Solver {
        let option = "--abaqus";
        if let Some(wine) = node.wine() {
            return Solver { option, command: testbed::windows_standin(wine, standin).unwrap(), folder: None };
        }
        let folder = tempfile::tempdir().unwrap();
        let command = testbed::standin(folder.path(), standin).unwrap().display().to_string();
        Solver { option, command, folder: Some(folder) }
    }

    /// Something is done in the run's folder before the solver begins.
    pub fn after(node: &Sshd, before: &Before) -> Solver {
        let Some(wine) = node.wine() else {
            let folder = tempfile::tempdir().unwrap();
            let command = script(folder.path(), "ccx", &format!("{}\nexec /usr/bin/ccx \"$@\"", before.sh));
            return Solver { option: "--calculix", command, folder: Some(folder) };
        };
        let Solver { option, command: abaqus, .. } = Solver::of(node);
        // it is called for its licences and for ending a job, too
        let text = format!(
            "@echo off\nset word=%~1\nif not \"%word:~0,4%\"==\"job=\" goto call\n{}\n:call\ncall \"{abaqus}\" %*\n",
            before.bat
        );
        let command = commands(wine).join("before.bat");
        std::fs::write(&command, text.replace('\n', "\r\n")).unwrap();
        Solver { option, command: wine.name_of(&command), folder: None }
    }

    /// It leaves so many bytes more (`big.bin`), so that the way back is long enough to do something on it.
    pub fn with_large_result(node: &Sshd, bytes: u64) -> Solver {
        if let Some(wine) = node.wine() {
            std::fs::create_dir_all(commands(wine)).unwrap();
            std::fs::File::create(commands(wine).join("big.bin")).unwrap().set_len(bytes).unwrap();
        }
        let sh = format!("head -c {bytes} /dev/zero > big.bin");
        Solver::after(node, &Before { sh: &sh, bat: "copy \"%~dp0big.bin\" big.bin >nul" })
    }
}

/// Where a Windows node has its Abaqus.
fn commands(wine: &Wine) -> PathBuf {
    wine.drive_c().join("SIMULIA/Commands")
}

/// A solver that begins only when the gate (a file) is there: a run that is alive for just as long as a test wants.
pub struct Gate {
    _folder: Option<tempfile::TempDir>,
    open: PathBuf,
}

impl Gate {
    /// Before the real ccx of a Linux node.
    pub fn closed() -> Gate {
        let folder = tempfile::tempdir().unwrap();
        Gate { open: folder.path().join("open"), _folder: Some(folder) }
    }

    pub fn ccx(&self) -> String {
        let text = format!("{}; exec /usr/bin/ccx \"$@\"", self.wait());
        script(self.open.parent().unwrap(), "ccx", &text)
    }

    fn wait(&self) -> String {
        format!("while [ ! -e '{}' ]; do sleep 0.05; done", self.open.display())
    }

    /// Before the solver of this node, which tells its console that it waits.
    pub fn closed_on(node: &Sshd) -> (Gate, Solver) {
        let gate = match node.wine() {
            Some(wine) => Gate { open: commands(wine).join("open"), _folder: None },
            None => Gate::closed(),
        };
        let sh = format!("echo before the gate; {}", gate.wait());
        let bat =
            "echo before the gate\n:again\nif exist \"%~dp0open\" goto call\nping -n 2 127.0.0.1 >nul\ngoto again";
        let solver = Solver::after(node, &Before { sh: &sh, bat });
        (gate, solver)
    }

    pub fn open(&self) {
        std::fs::write(&self.open, "").unwrap();
    }
}

/// An executable script in the test's folder, to stand where ccx stands: it runs the real one and does something beside.
pub fn script(folder: &Path, name: &str, text: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

/// When the node itself began to count the only run it has; the server's own moment is that of the answer.
pub fn launched_at(node: &Sshd) -> i64 {
    let runs = std::fs::read_dir(node.work_dir().join("runs")).unwrap().flatten();
    let records = runs.filter_map(|run| std::fs::read(run.path().join(".run/launch.json")).ok()).collect::<Vec<_>>();
    let [record] = records.as_slice() else { panic!("{} runs", records.len()) };
    serde_json::from_slice::<serde_json::Value>(record).unwrap()["at"].as_i64().unwrap()
}
