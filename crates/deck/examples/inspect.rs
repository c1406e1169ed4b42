//! `inspect FILE…`: one JSON line per file; status 1 when any file was unknown or has a hard error.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

fn main() -> std::io::Result<ExitCode> {
    let mut bad = false;
    let mut out = std::io::stdout().lock();
    for name in std::env::args().skip(1) {
        let report = match std::fs::read(&name) {
            Ok(bytes) => {
                let folder = Path::new(&name).parent().unwrap_or(Path::new("")).to_owned();
                deck::inspect::file(&name, &bytes, &|include: &str| std::fs::read(folder.join(include)).ok())
            }
            Err(error) => deck::inspect::Report::Unknown { file: name, reason: error.to_string() },
        };
        bad |= report.is_bad();
        serde_json::to_writer(&mut out, &report)?;
        writeln!(out)?;
    }
    Ok(if bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
