//! The real program for nodes, and the stand-in for Abaqus, as this workspace builds them.

use crate::{TestbedError, while_doing};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// A program of ours, and the rooms whose sources it is made of.
struct Made {
    package: &'static str,
    name: &'static str,
    rooms: &'static [&'static str],
}

/// Path of the `runner` program beside the running test's own executable; built first when it is missing or older
/// than its sources.
///
/// # Errors
/// It cannot be built.
pub fn runner_binary() -> Result<PathBuf, TestbedError> {
    Made { package: "runner", name: "runner", rooms: &["runner", "domain"] }.path()
}

/// The same for the stand-in for Abaqus.
pub(crate) fn standin_binary() -> Result<PathBuf, TestbedError> {
    Made { package: "testbed", name: "abaqus-standin", rooms: &["testbed", "deck", "domain"] }.path()
}

impl Made {
    fn path(&self) -> Result<PathBuf, TestbedError> {
        let test = std::env::current_exe().map_err(while_doing("finding this program"))?;
        let mut folder = test.parent().unwrap_or(Path::new("/")).to_owned();
        if folder.file_name().is_some_and(|name| name == "deps") {
            folder.pop();
        }
        let program = folder.join(self.name);
        if self.is_fresh(&program) {
            return Ok(program);
        }
        // one test builds, the others wait and find it done
        let lock =
            fs::File::create(folder.join(format!("{}.lock", self.name))).map_err(while_doing("making a lock"))?;
        lock.lock().map_err(while_doing("waiting for the lock"))?;
        if !self.is_fresh(&program) {
            self.build(&folder)?;
        }
        Ok(program)
    }

    fn is_fresh(&self, program: &Path) -> bool {
        let Ok(built) = fs::metadata(program).and_then(|facts| facts.modified()) else { return false };
        let mut rooms = self.rooms.iter().map(|room| crates().join(room));
        rooms.all(|room| newest(&room.join("src")).max(changed(&room.join("Cargo.toml"))) <= Some(built))
    }

    /// `folder` is `TARGET/PROFILE`.
    fn build(&self, folder: &Path) -> Result<(), TestbedError> {
        let profile = match folder.file_name().and_then(|name| name.to_str()) {
            Some("debug") | None => "dev",
            Some(other) => other,
        };
        let out = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["build", "--package", self.package, "--bin", self.name, "--profile", profile, "--target-dir"])
            .arg(folder.parent().unwrap_or(folder))
            .current_dir(crates())
            .output()
            .map_err(while_doing("starting cargo"))?;
        if !out.status.success() {
            return Err(TestbedError::Program {
                program: "cargo",
                said: String::from_utf8_lossy(&out.stderr).into_owned(),
            });
        }
        // cargo leaves the file alone when only the clock says that it is old
        let program = fs::File::options().append(true).open(folder.join(self.name));
        program.and_then(|file| file.set_modified(SystemTime::now())).map_err(while_doing("touching the program"))
    }
}

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|facts| facts.modified()).ok()
}

fn newest(folder: &Path) -> Option<SystemTime> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.map(|path| if path.is_dir() { newest(&path) } else { changed(&path) }).max().flatten()
}
