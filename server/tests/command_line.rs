//! The binary as a person at a shell meets it.
#![allow(clippy::unwrap_used, missing_docs)]

use domain::{NodeId, NodeState, Solver, SolverCommand, Timestamp, Tokens};
use repository::{Repository, RepositoryConfig};
use std::path::Path;
use std::process::{Command, Output};

fn server(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_server"))
        .current_dir(folder)
        .args(arguments)
        .env_remove("DATABASE_PATH")
        .env_remove("DATABASE_URL")
        .env("PORT", "0")
        .output()
        .unwrap()
}

fn command(text: &str) -> SolverCommand {
    SolverCommand::parse(text).unwrap()
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

#[tokio::test]
async fn adding_a_node_again_keeps_what_was_not_said() {
    let folder = tempfile::tempdir().unwrap();
    let more = ["--port", "2222", "--max-tokens", "20", "--work-dir", "/runs", "--hostname", "big", "--abaqus", "abq"];
    assert!(server(folder.path(), &[&ADD[..], &more].concat()).status.success());
    let open = async || {
        let database = folder.path().join("data/abaqus-jobs.db").into();
        Repository::open(&RepositoryConfig { database, first_values: Vec::new() }).await.unwrap()
    };
    let id = NodeId::parse("node-01").unwrap();
    let repository = open().await;
    let mut node = repository.node(&id).await.unwrap().unwrap();
    assert_eq!(node.state, NodeState::Available);
    node.state = NodeState::Draining;
    node.state_reason = Some("new memory".into());
    node.state_until = Some(Timestamp(2_000_000_000));
    let admin = domain::Actor {
        id: domain::UserId::parse("root").unwrap(),
        name: "root".to_owned(),
        role: domain::Role::Admin,
        scope: domain::Scope::All,
        origin: domain::Origin::Web,
        address: None,
    };
    repository.save_node(&node, &admin).await.unwrap();
    repository.close().await;

    assert!(server(folder.path(), &[&ADD[..], &["--calculix", "ccx"]].concat()).status.success());
    let repository = open().await;
    let mut now = repository.node(&id).await.unwrap().unwrap();
    let solvers = std::mem::take(&mut now.solvers);
    assert_eq!(solvers, [(Solver::Abaqus, command("abq")), (Solver::Calculix, command("ccx"))]);
    node.solvers.clear();
    // a change all the same
    node.version = now.version;
    assert_eq!(now, node);
    assert_eq!(now.max_tokens, Tokens(20));
    repository.close().await;

    // a command that is named again is changed
    assert!(server(folder.path(), &[&ADD[..], &["--abaqus", "abq2026"]].concat()).status.success());
    let repository = open().await;
    let solvers = repository.node(&id).await.unwrap().unwrap().solvers;
    assert_eq!(solvers, [(Solver::Abaqus, command("abq2026")), (Solver::Calculix, command("ccx"))]);
    repository.close().await;
}

fn said(out: &Output) -> &str {
    std::str::from_utf8(&out.stdout).unwrap()
}

#[test]
fn settings_are_read_set_and_carried_as_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| server(folder.path(), &[&["settings"], arguments].concat());
    assert_eq!(said(&run(&["get", "total_license_tokens"])), "50\n");
    assert_eq!(said(&run(&["set", "total_license_tokens", "６０"])), "total_license_tokens: \"50\" -> \"60\"\n");
    assert!(said(&run(&["get"])).lines().any(|line| line == "total_license_tokens=60"));
    let wrong = run(&["set", "poll_interval_seconds", "0"]);
    assert_eq!((wrong.status.code(), said(&wrong)), (Some(1), ""));
    let why = String::from_utf8(wrong.stderr).unwrap();
    assert!(why.contains("poll_interval_seconds") && why.contains("between 1 and 60"), "{why}");
    assert_eq!(run(&["get", "no_such"]).status.code(), Some(1));

    let exported = run(&["export"]);
    let text = said(&exported);
    assert!(text.starts_with("# ") && text.contains("\ntotal_license_tokens = 60\n"), "{text}");
    let file = folder.path().join("settings.toml");
    std::fs::write(&file, text.replace("total_license_tokens = 60", "total_license_tokens = 70")).unwrap();
    let file = file.to_str().unwrap();
    assert_eq!(said(&run(&["import", file])), "total_license_tokens: \"60\" -> \"70\"\n");
    assert_eq!(said(&run(&["import", file])), "", "it is so already");
    std::fs::write(file, "total_license_tokens = 80\nno_such = 1\nbackfill_patience = -1\n").unwrap();
    let wrong = run(&["import", file]);
    let why = String::from_utf8(wrong.stderr).unwrap();
    assert!(why.contains("no_such") && why.contains("backfill_patience"), "{why}");
    assert_eq!(said(&run(&["get", "total_license_tokens"])), "70\n", "nothing of it was saved");
    assert!(said(&run(&["list"])).contains("poll_interval_seconds"));
}
