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
    /// Another system than this machine's.
    target: Option<&'static str>,
}

/// Path of the `runner` program beside the running test's own executable; built first when it is missing or older
/// than its sources.
///
/// # Errors
/// It cannot be built.
pub fn runner_binary() -> Result<PathBuf, TestbedError> {
    Made { package: "runner", name: "runner", rooms: &["runner", "domain"], target: None }.path()
}

/// The same program for Windows nodes.
///
/// # Errors
/// It cannot be built.
pub fn windows_runner_binary() -> Result<PathBuf, TestbedError> {
    let target = Some("x86_64-pc-windows-gnu");
    Made { package: "runner", name: "runner", rooms: &["runner", "domain"], target }.path()
}

/// The same for the stand-in for Abaqus.
pub(crate) fn standin_binary() -> Result<PathBuf, TestbedError> {
    Made { package: "testbed", name: "abaqus-standin", rooms: &["testbed", "deck", "domain"], target: None }.path()
}

/// The one that plays a run on Windows.
pub(crate) fn windows_standin_binary() -> Result<PathBuf, TestbedError> {
    let target = Some("x86_64-pc-windows-gnu");
    Made { package: "testbed", name: "abaqus-standin", rooms: &["testbed", "deck", "domain"], target }.path()
}

impl Made {
    fn path(&self) -> Result<PathBuf, TestbedError> {
        let folder = build_folder()?;
        let program = self.made_in(&folder);
        if self.is_fresh(&program) {
            return Ok(program);
        }
        if let Some(folder) = program.parent() {
            fs::create_dir_all(folder).map_err(while_doing("making a folder"))?;
        }
        // one test builds, the others wait and find it done
        let lock = fs::File::create(program.with_extension("lock")).map_err(while_doing("making a lock"))?;
        lock.lock().map_err(while_doing("waiting for the lock"))?;
        if !self.is_fresh(&program) {
            self.build(&folder)?;
        }
        Ok(program)
    }

    /// Where cargo puts it: of another system beside `TARGET/PROFILE`, in a folder of that one's name.
    fn made_in(&self, folder: &Path) -> PathBuf {
        match (self.target, folder.parent(), folder.file_name()) {
            (Some(target), Some(all), Some(profile)) => {
                all.join(target).join(profile).join(format!("{}.exe", self.name))
            }
            _ => folder.join(self.name),
        }
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
            .args(self.target.into_iter().flat_map(|target| ["--target", target]))
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
        let program = fs::File::options().append(true).open(self.made_in(folder));
        program.and_then(|file| file.set_modified(SystemTime::now())).map_err(while_doing("touching the program"))
    }
}

/// `TARGET/PROFILE` of the running test.
pub(crate) fn build_folder() -> Result<PathBuf, TestbedError> {
    let test = std::env::current_exe().map_err(while_doing("finding this program"))?;
    let mut folder = test.parent().unwrap_or(Path::new("/")).to_owned();
    if folder.file_name().is_some_and(|name| name == "deps") {
        folder.pop();
    }
    Ok(folder)
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
