//! The program over a database in PostgreSQL, as a person at a shell meets it.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::Path;
use std::process::{Command, Output};
use testbed::ServerDatabase;

const PASSWORD: &str = "geheim-4711";

/// `postgres://user:PASSWORD@…`: the tests' server asks for none, and takes any.
fn with_password(url: &str) -> String {
    let (user, rest) = url.split_once('@').unwrap();
    format!("{user}:{PASSWORD}@{rest}")
}

fn server(folder: &Path, url: &str, arguments: &[&str]) -> Output {
    let out = Command::new(env!("CARGO_BIN_EXE_server"))
        .current_dir(folder)
        .args(arguments)
        .env("DATABASE_URL", url)
        .env_remove("DATABASE_PATH")
        .env("SESSION_SECRET", "0123456789abcdef0123456789abcdef0123456789abcdef")
        .env("PORT", "0")
        .output()
        .unwrap();
    for said in [&out.stdout, &out.stderr] {
        assert!(!String::from_utf8_lossy(said).contains("geheim"), "{}", String::from_utf8_lossy(said));
    }
    out
}

fn said(out: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

#[test]
fn tables_people_backups_and_the_way_back() {
    let Some(database) = ServerDatabase::new() else { return };
    let folder = tempfile::tempdir().unwrap();
    let url = with_password(&database.url());
    let run = |arguments: &[&str]| {
        let out = server(folder.path(), &url, arguments);
        assert!(out.status.success(), "{arguments:?}: {}", said(&out));
        said(&out)
    };
    assert!(run(&["migrate"]).contains("m00"));
    run(&["user", "add", "root", "--role", "admin"]);
    assert_eq!(database.sql("SELECT role FROM users WHERE id = 'root'").unwrap(), "admin");
    run(&["backup"]);
    assert!(run(&["verify-backup", "all"]).contains(": good:"));
    database.sql("UPDATE users SET role = 'student'").unwrap();
    assert!(run(&["restore", "latest"]).contains("before_restore_"));
    assert_eq!(database.sql("SELECT role FROM users WHERE id = 'root'").unwrap(), "admin");
    assert!(run(&["optimize"]).contains("statistics are up to date"));
    let doctor = said(&server(folder.path(), &url, &["doctor"]));
    assert!(doctor.contains("database: whole"), "{doctor}");
    // all of what leaves the lab, unpacked
    run(&["support-bundle", "bundle.zip"]);
    let bundle = folder.path().join("bundle.zip");
    let mut unpack = Command::new("python3");
    unpack.args(["-m", "zipfile", "-e"]).arg(&bundle).arg(folder.path().join("out"));
    assert!(unpack.status().unwrap().success());
    let mut found = Command::new("grep");
    found.args(["-r", "geheim"]).arg(folder.path());
    assert_eq!(found.status().unwrap().code(), Some(1), "the password is in no file");
    assert!(!folder.path().join("data").exists(), "no file was begun beside it");
}

#[test]
fn what_is_wrong_is_refused_with_what_helps() {
    let Some(database) = ServerDatabase::new() else { return };
    let folder = tempfile::tempdir().unwrap();
    let refused = |url: &str, why: &str, help: &str| {
        let out = server(folder.path(), url, &["migrate"]);
        let said = said(&out);
        assert!(!out.status.success() && said.contains(why) && said.contains(help), "{said}");
    };
    let url = with_password(&database.url());
    refused(&with_password(&database.url_of("nothing_here")), "is not there", "createdb");
    let (_, rest) = url.split_once("//ajm").unwrap();
    refused(&format!("postgres://nobody_here{rest}"), "nobody_here", "pg_hba.conf");
    refused(&format!("postgres://ajm:{PASSWORD}@127.0.0.1:1/jobs"), "cannot be reached", "pg_isready");
    refused(&format!("mysql://ajm:{PASSWORD}@db/jobs"), "DATABASE_URL", "postgres://");
    database.sql("CREATE TABLE books (title TEXT)").unwrap();
    refused(&url, "no database of this program", "DATABASE_URL");
    database.sql("DROP TABLE books").unwrap();
    // uploads of a database that is elsewhere
    std::fs::create_dir_all(folder.path().join("uploads/inp-files")).unwrap();
    std::fs::write(folder.path().join("uploads/inp-files/beam.inp"), "*HEADING").unwrap();
    refused(&url, "so that it has been", "DATABASE_URL");
    std::fs::remove_dir_all(folder.path().join("uploads")).unwrap();
    assert!(server(folder.path(), &url, &["migrate"]).status.success());
    let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_of_tomorrow', 0)";
    database.sql(newer).unwrap();
    refused(&url, "m9999_of_tomorrow", "newer version");
    database.sql("DELETE FROM seaql_migrations WHERE version LIKE 'm9999%'").unwrap();
    database.sql("ALTER TABLE jobs DROP COLUMN wish").unwrap();
    refused(&url, "table jobs, wish", "restore latest");
}
