//! Where a solver's program is.

use std::env;
use std::io;
use std::path::{Path, PathBuf};

/// What the system starts by itself, and scripts, which the standard library gives to `cmd.exe` with each argument quoted
/// or refused. In the order of Windows' own `PATHEXT`.
const ENDINGS: [&str; 4] = ["com", "exe", "bat", "cmd"];

/// A bare name is looked for in `PATH`, with each ending: Abaqus' is a `.bat`, which the system does not look for. Never
/// in the working folder, where people's own files are.
pub fn find(program: &str) -> io::Result<PathBuf> {
    let path = Path::new(program);
    let found = if path.is_absolute() {
        with_ending(path)
    } else {
        let folders = env::var_os("PATH").unwrap_or_default();
        let mut folders = env::split_paths(&folders).filter(|folder| folder.is_absolute());
        folders.find_map(|folder| with_ending(&folder.join(program)))
    };
    found.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no such program"))
}

fn with_ending(path: &Path) -> Option<PathBuf> {
    let has_one = path
        .extension()
        .and_then(|ending| ending.to_str())
        .is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)));
    if has_one && path.is_file() {
        return Some(path.to_owned());
    }
    ENDINGS
        .iter()
        .map(|ending| {
            let mut name = path.as_os_str().to_owned();
            name.push(".");
            name.push(ending);
            PathBuf::from(name)
        })
        .find(|path| path.is_file())
}
