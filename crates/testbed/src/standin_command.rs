//! The stand-in for Abaqus as a command that a node can be given.

use crate::program::{standin_binary, windows_standin_binary};
use crate::{TestbedError, Wine, while_doing};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// How it is to behave for every deck; a deck may ask for more by `** standin: …` lines.
#[derive(Clone, Debug)]
pub struct Standin {
    /// Tokens of the pool that all stand-ins of this folder share.
    pub tokens: u32,
    /// Pause between two requests of one that waits for tokens.
    pub poll: Duration,
    /// DSLS in place of FlexNet.
    pub dsls: bool,
    /// Days until the licence ends; below 31 every run is warned.
    pub license_days: u32,
    /// `increment-pause=200ms`, `hang`, `exit=134` …; see `settings` of the stand-in.
    pub modes: String,
}

impl Default for Standin {
    fn default() -> Self {
        Standin { tokens: 50, poll: Duration::from_millis(50), dsls: false, license_days: 3_650, modes: String::new() }
    }
}

/// Writes the command `FOLDER/abaqus` and returns its path. The pool of tokens is in `FOLDER/licence`, scratch in
/// `FOLDER/scratch`.
///
/// # Errors
/// The program cannot be built, or the folder cannot be written.
pub fn standin(folder: &Path, options: &Standin) -> Result<PathBuf, TestbedError> {
    let program = standin_binary()?;
    let command = folder.join("abaqus");
    let scratch = folder.join("scratch");
    fs::create_dir_all(&scratch).map_err(while_doing("making the stand-in's folder"))?;
    let text = format!(
        "#!/bin/sh\nexec env STANDIN_LICENSE_DIR='{}' STANDIN_LICENSE_TOTAL={} STANDIN_LICENSE_POLL_MS={} \
         STANDIN_LICENSE_SERVER={} STANDIN_LICENSE_DAYS={} STANDIN_MODE='{}' TMPDIR='{}' '{}' \"$@\"\n",
        folder.join("licence").display(),
        options.tokens,
        options.poll.as_millis(),
        if options.dsls { "dsls" } else { "flexnet" },
        options.license_days,
        options.modes,
        scratch.display(),
        program.display(),
    );
    fs::write(&command, text).map_err(while_doing("writing the stand-in's command"))?;
    fs::set_permissions(&command, fs::Permissions::from_mode(0o755)).map_err(while_doing("making it a program"))?;
    Ok(command)
}

/// Writes the command `C:\SIMULIA\Commands\abaqus.bat`, as Abaqus has one, and returns how it is called on that Windows.
/// It plays its runs.
///
/// # Errors
/// The program cannot be built, or the folder cannot be written.
pub fn windows_standin(wine: &Wine, options: &Standin) -> Result<String, TestbedError> {
    let folder = wine.drive_c().join("SIMULIA/Commands");
    fs::create_dir_all(&folder).map_err(while_doing("making the stand-in's folder"))?;
    let program = folder.join("SMALauncher.exe");
    // not copied by this process: a descriptor that another child inherits would keep it from being run
    let copied = Command::new("cp").arg(windows_standin_binary()?).arg(&program).status();
    if !copied.map_err(while_doing("copying the stand-in"))?.success() {
        return Err(TestbedError::Program { program: "cp", said: "no stand-in".to_owned() });
    }
    let variables = [
        ("STANDIN_LICENSE_DIR", wine.name_of(&folder.join("licence"))),
        ("STANDIN_LICENSE_TOTAL", options.tokens.to_string()),
        ("STANDIN_LICENSE_POLL_MS", options.poll.as_millis().to_string()),
        ("STANDIN_LICENSE_SERVER", if options.dsls { "dsls" } else { "flexnet" }.to_owned()),
        ("STANDIN_LICENSE_DAYS", options.license_days.to_string()),
        ("STANDIN_MODE", options.modes.clone()),
    ];
    let set: String = variables.iter().map(|(name, value)| format!("set {name}={value}\r\n")).collect();
    let command = folder.join("abaqus.bat");
    let text = format!("@echo off\r\nsetlocal\r\n{set}\"%~dp0SMALauncher.exe\" %*\r\n");
    fs::write(&command, text).map_err(while_doing("writing the stand-in's command"))?;
    Ok(wine.name_of(&command))
}
