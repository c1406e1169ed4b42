//! `inspect FILE…`: what the readers find, one JSON object a line, without a server or a node.

use deck::inspect::file;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Prints one line per file. Exit status 1 when any file was unknown, unreadable, or has a hard error.
pub fn inspect(files: &[PathBuf]) -> ExitCode {
    let mut bad = false;
    let mut out = io::stdout().lock();
    for path in files {
        let folder = path.parent().map_or_else(PathBuf::new, Path::to_owned);
        // included files are looked for beside the deck, as the solver does
        let beside = |name: &str| Some(Box::new(open(&folder.join(name)).ok()?) as Box<dyn Read>);
        let line = match open(path).and_then(|from| file(&path.to_string_lossy(), from, &beside)) {
            Ok(report) => {
                bad |= report.is_bad();
                serde_json::to_string(&report)
            }
            Err(error) => {
                bad = true;
                let file = path.to_string_lossy();
                serde_json::to_string(&serde_json::json!({
                    "file": file, "kind": "unknown", "reason": error.to_string(),
                }))
            }
        };
        let Ok(line) = line else { return ExitCode::FAILURE };
        // nobody is listening any more
        if writeln!(out, "{line}").is_err() {
            return ExitCode::FAILURE;
        }
    }
    if bad { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Opens a regular file. Others, such as devices and pipes, may never end, or not even open.
fn open(path: &Path) -> io::Result<File> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    File::open(path)
}
