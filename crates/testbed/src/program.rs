//! The real program for nodes, as this workspace builds it.

use crate::{TestbedError, while_doing};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// Path of the `runner` program beside the running test's own executable; built first when it is missing or older
/// than its sources.
///
/// # Errors
/// It cannot be built.
pub fn runner_binary() -> Result<PathBuf, TestbedError> {
    let test = std::env::current_exe().map_err(while_doing("finding this program"))?;
    let mut folder = test.parent().unwrap_or(Path::new("/")).to_owned();
    if folder.file_name().is_some_and(|name| name == "deps") {
        folder.pop();
    }
    let program = folder.join("runner");
    if is_fresh(&program) {
        return Ok(program);
    }
    // one test builds, the others wait and find it done
    let lock = fs::File::create(folder.join("runner.lock")).map_err(while_doing("making a lock"))?;
    lock.lock().map_err(while_doing("waiting for the lock"))?;
    if !is_fresh(&program) {
        build(&folder)?;
    }
    Ok(program)
}

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn is_fresh(program: &Path) -> bool {
    let Ok(built) = fs::metadata(program).and_then(|facts| facts.modified()) else { return false };
    let rooms = ["runner", "domain"].map(|room| crates().join(room));
    rooms.iter().all(|room| newest(&room.join("src")).max(changed(&room.join("Cargo.toml"))) <= Some(built))
}

fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|facts| facts.modified()).ok()
}

fn newest(folder: &Path) -> Option<SystemTime> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.map(|path| if path.is_dir() { newest(&path) } else { changed(&path) }).max().flatten()
}

/// `folder` is `TARGET/PROFILE`.
fn build(folder: &Path) -> Result<(), TestbedError> {
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(other) => other,
    };
    let out = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--package", "runner", "--profile", profile, "--target-dir"])
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
    let program = fs::File::options().append(true).open(folder.join("runner"));
    program.and_then(|file| file.set_modified(SystemTime::now())).map_err(while_doing("touching the program"))
}
