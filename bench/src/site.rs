//! What a browser downloads at its first visit, and what there is in all. `SITE` is the folder with the built JavaScript
//! and WASM of the release profile; `scripts/bench` makes it.

use crate::Result;
use crate::report::{Aim, Row, short};
use crate::stack::output;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Of the version of the program that this one replaces.
const AUTHORS: f64 = 373.0;

/// Bytes as they are and in brotli at its best, which is what releases carry.
fn sizes(path: &Path) -> Result<(f64, f64)> {
    let folder = tempfile::Builder::new().prefix("bench-").tempdir()?;
    let small = folder.path().join("small");
    output(Command::new("brotli").args(["-q", "11", "-o"]).arg(&small).arg(path))?;
    Ok((std::fs::metadata(path)?.len() as f64 / 1e3, std::fs::metadata(small)?.len() as f64 / 1e3))
}

fn all(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(all(&path)?);
        } else if path.extension().is_some_and(|ending| ["js", "wasm", "css"].iter().any(|known| ending == *known)) {
            found.push(path);
        }
    }
    Ok(found)
}

/// Where the built site is.
pub fn folder() -> Result<PathBuf> {
    Ok(PathBuf::from(std::env::var("SITE").map_err(|_| "SITE is not set: scripts/bench sets it")?))
}

pub fn bench() -> Result<Vec<Row>> {
    let site = folder()?;
    let (mut code, mut code_raw, mut every, mut shared) = (0.0, 0.0, 0.0, 0.0);
    let mut parts = Vec::new();
    for path in all(&site)? {
        let (raw, small) = sizes(&path)?;
        every += small;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("chunk_") {
            shared += small;
            continue;
        }
        if let Some(page) = name.strip_prefix("split_") {
            let page = page.rsplit_once('_').map_or(page, |(page, _)| page).trim_matches('_');
            parts.push(format!("{page} {} kB", short(small)));
            continue;
        }
        parts.push(format!("{name} {} kB", short(small)));
        if !name.ends_with(".css") {
            code += small;
            code_raw += raw;
        }
    }
    parts.push(format!("parts of several pages {} kB", short(shared)));
    parts.sort();
    let against = format!("the author's version {AUTHORS} kB: {}× of it", short(code / AUTHORS));
    let told = format!("{} kB (uncompressed {} kB)", short(code), short(code_raw));
    Ok(vec![
        Row::new(
            "WASM and JavaScript for the first visit to the list, brotli",
            Aim::AtMost(250.0, "kB"),
            code,
            told,
            against,
        ),
        Row::new(
            "all that the site has to load, brotli",
            Aim::AtMost(350.0, "kB"),
            every,
            format!("{} kB", short(every)),
            parts.join(", "),
        ),
    ])
}
