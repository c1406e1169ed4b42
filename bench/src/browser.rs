//! How long a browser takes to check a 200 MB deck, and whether its page answers meanwhile. `SITE` is the folder with the
//! built JavaScript, WASM and style sheet of the release profile; `scripts/bench` makes it.

use crate::decks::{BYTES, write};
use crate::figures::Series;
use crate::report::{Aim, Row};
use crate::stack::{Server, output};
use crate::{Result, site};
use std::path::{Path, PathBuf};
use std::process::Command;

const TURNS: usize = 5;

/// The site as the server serves it, in a folder of its own.
fn serve_site(server: &mut Server) -> Result<()> {
    let root = server.folder.path().join("site");
    let package = root.join("pkg");
    std::fs::create_dir_all(&package)?;
    let built = site::folder()?;
    // the pages' parts and all that they name
    copy_folder(&built, &package)?;
    std::fs::rename(package.join("app_bg.wasm"), package.join("app.wasm"))?;
    copy_folder(Path::new("public"), &root)?;
    for (key, value) in [
        ("LEPTOS_SITE_ROOT", root.display().to_string()),
        ("LEPTOS_SITE_PKG_DIR", "pkg".to_owned()),
        ("LEPTOS_HASH_FILES", "false".to_owned()),
        ("LEPTOS_ENV", "PROD".to_owned()),
        ("MAX_FILE_SIZE_MB", (BYTES / 1_000_000 + 10).to_string()),
    ] {
        server.set(key, value);
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    if !from.exists() {
        return Ok(());
    }
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &to)?;
        } else {
            std::fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

pub async fn bench() -> Result<Vec<Row>> {
    let mut server = Server::new(None)?;
    serve_site(&mut server)?;
    server.start().await?;
    let deck: PathBuf = server.folder.path().join("large.inp");
    write(&deck)?;
    let url = server.url("");
    let mut measure = Command::new("node");
    measure.arg("end2end/bench/preflight.mjs").args([&url, &deck.display().to_string(), &TURNS.to_string()]);
    let found: serde_json::Value = serde_json::from_str(&output(&mut measure)?)?;
    let of = |name: &str| -> Series {
        found[name].as_array().into_iter().flatten().filter_map(serde_json::Value::as_f64).collect()
    };
    let seconds = |name: &str| -> Series {
        found[name].as_array().into_iter().flatten().filter_map(|ms| Some(ms.as_f64()? / 1e3)).collect()
    };
    let (checked, confirmed) = (seconds("checked"), seconds("confirmed"));
    let (slices, lines) = (seconds("slices"), seconds("lines"));
    let beside = format!(
        "in a JavaScript worker: counting line ends {}, only reading the file {}; ours by theirs {}, {}",
        lines.told("s"),
        slices.told("s"),
        checked.by(&lines).told("×"),
        checked.by(&slices).told("×"),
    );
    let (answered, longest) = (of("answered"), of("longest"));
    let blocked = format!(
        "the same page at rest {}; `text().split('\\n')` on the page: {} in all, the page stands still for {}",
        of("atRest").told("ms"),
        seconds("split").told("s"),
        of("splitBlocked").told("ms"),
    );
    Ok(vec![
        Row::new(
            "a 200 MB deck dropped: checked in the browser, its panel shown",
            Aim::AtMost(10.0, "s"),
            checked.median(),
            checked.told("s"),
            beside,
        ),
        Row::new(
            "the same, sent and checked by the server too",
            Aim::None,
            confirmed.median(),
            confirmed.told("s"),
            "loopback",
        ),
        Row::new(
            "meanwhile: slowest click on the page, from the click to the painted answer",
            Aim::AtMost(100.0, "ms"),
            answered.median(),
            format!("{}; longest task {}", answered.told("ms"), longest.told("ms")),
            blocked,
        ),
    ])
}
