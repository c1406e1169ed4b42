//! The binary as a person at a shell meets it.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::Path;
use std::process::{Command, Output};

fn server(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_server"))
        .current_dir(folder)
        .args(arguments)
        .env_remove("DATABASE_PATH")
        .env("PORT", "0")
        .output()
        .unwrap()
}

const ADD: [&str; 12] = [
    "node",
    "add",
    "--id",
    "node-01",
    "--host",
    "10.0.0.7",
    "--user",
    "lab",
    "--host-key",
    "ssh-ed25519 AA",
    "--cores",
    "8",
];

#[test]
fn a_broken_env_file_stops_the_server_and_its_line_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let text = "DATABASE_PATH ./lab.db\nUPLOAD_DIR=./sent\n";
    std::fs::write(folder.path().join(".env"), text).unwrap();
    let out = server(folder.path(), &ADD);
    assert_eq!(out.status.code(), Some(1));
    let said = String::from_utf8(out.stderr).unwrap();
    assert!(said.contains("`DATABASE_PATH`"), "{said}");
    assert!(!said.contains("lab.db"), "what follows may be a secret: {said}");
    assert!(!folder.path().join("data").exists(), "nothing was begun elsewhere");
    // mended, it is what counts; without one the defaults do
    std::fs::write(folder.path().join(".env"), text.replace("PATH ", "PATH=")).unwrap();
    assert!(server(folder.path(), &ADD).status.success());
    assert!(folder.path().join("lab.db").exists());
    std::fs::remove_file(folder.path().join(".env")).unwrap();
    assert!(server(folder.path(), &ADD).status.success());
    assert!(folder.path().join("data/abaqus-jobs.db").exists());
}
