//! A database that is not what it should be is refused, and never replaced.

use crate::fresh::{Fresh, is_postgres};
use crate::lab::*;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use repository::*;
use sea_orm::sqlx::{self, Connection, SqliteConnection};

/// A database of 200 jobs, closed.
async fn closed() -> Lab {
    let lab = Lab::new().await;
    let deck = upload(&lab.repo, "beam.inp").await;
    for n in 0..200 {
        lab.repo.submit(&submission(&format!("job{n}"), &deck), &student()).await.unwrap();
    }
    lab.repo.close().await;
    lab
}

#[tokio::test(flavor = "multi_thread")]
async fn any_changed_byte_is_either_harmless_to_the_whole_or_refused() {
    if is_postgres("its files are the server's") {
        return;
    }
    let lab = closed().await;
    let whole = std::fs::read(lab.path()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jobs.db");
    let handle = tokio::runtime::Handle::current();
    let (mut refused, mut proven) = (0, 0);
    tokio::task::block_in_place(|| {
        let mut runner = TestRunner::new(Config { cases: 200, ..Config::default() });
        for _ in 0..200 {
            let damage = (0..whole.len(), 1..=255u8).new_tree(&mut runner).unwrap().current();
            let mut bytes = whole.clone();
            bytes[damage.0] ^= damage.1;
            for file in ["jobs.db-wal", "jobs.db-shm"] {
                drop(std::fs::remove_file(folder.path().join(file)));
            }
            std::fs::write(&path, &bytes).unwrap();
            handle.block_on(async {
                match examine(&path, Use::Live).await {
                    Ok(schema) => {
                        assert_eq!(schema.pending, 0, "{damage:?}");
                        let repo = match Repository::open(&config(path.as_path())).await {
                            Ok(repo) => repo,
                            // a cell of what is read at the start
                            Err(RepositoryError::Corrupt { .. }) => {
                                refused += 1;
                                return;
                            }
                            Err(error) => panic!("{damage:?}: {error}"),
                        };
                        proven += 1;
                        // a row may hold what the program never writes; that is said and not repaired
                        match repo.jobs(&JobQuery { limit: 1000, ..JobQuery::all(student().id) }).await {
                            Ok(page) => assert_eq!(page.total, 200, "{damage:?}"),
                            Err(RepositoryError::Corrupt { .. }) => {}
                            Err(error) => panic!("{damage:?}: {error}"),
                        }
                        repo.close().await;
                    }
                    Err(RepositoryError::Damaged { .. } | RepositoryError::Strange | RepositoryError::Newer { .. }) => {
                        refused += 1
                    }
                    Err(error) => panic!("{damage:?}: {error:?}"),
                }
            });
        }
    });
    println!("200 changed bytes: {refused} refused, {proven} proven whole by SQLite");
    assert!(refused > 20, "{refused}");
}

/// SQLite itself calls these whole: it proves pages, and reads the text of a table as it finds it.
#[tokio::test]
async fn a_changed_letter_in_the_text_of_a_table_is_found() {
    if is_postgres("its files are the server's") {
        return;
    }
    let lab = closed().await;
    let whole = std::fs::read(lab.path()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jobs.db");
    for (text, change, part) in [
        ("cancel_by\"", 1, "table jobs, cancel_by"),
        ("cancel_by\" TEXT", 0x80, "table jobs, cancel_by"),
        ("\"request_id\"", 0x80, "table jobs, request_id"),
    ] {
        let mut bytes = whole.clone();
        // also where a page no longer in use still holds an older text
        for at in (0..whole.len() - text.len()).filter(|at| whole[*at..].starts_with(text.as_bytes())) {
            bytes[at + text.len() - 2] ^= change;
        }
        assert!(bytes != whole, "{text}");
        std::fs::write(&path, &bytes).unwrap();
        let error = examine(&path, Use::Live).await.unwrap_err();
        assert!(matches!(&error, RepositoryError::Damaged { found } if found.contains(part)), "{text}: {error:?}");
    }
    // what an admin added is no damage
    std::fs::write(&path, &whole).unwrap();
    let mut raw = SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
    for sql in ["CREATE TABLE notes (text TEXT)", "CREATE INDEX mine ON jobs (name)"] {
        sqlx::query(sql).execute(&mut raw).await.unwrap();
    }
    raw.close().await.unwrap();
    examine(&path, Use::Live).await.unwrap();
}

#[tokio::test]
async fn one_of_a_newer_version_is_refused_and_left_alone() {
    let lab = closed().await;
    let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_of_tomorrow', 0)";
    let raw = lab.raw().await;
    raw.execute(newer).await;
    raw.close().await;
    for error in [
        examine(lab.address(), Use::Live).await.unwrap_err(),
        Repository::open(&config(lab.address())).await.err().unwrap(),
    ] {
        assert!(matches!(&error, RepositoryError::Newer { schema } if schema == "m9999_of_tomorrow"), "{error:?}");
    }
    assert_eq!(jobs_in(lab.address(), Use::Live).await.unwrap().len(), 200);
}

#[tokio::test]
async fn what_is_missing_or_somebody_else_s_is_told_apart() {
    let fresh = Fresh::new().await;
    if !is_postgres("") {
        assert!(matches!(examine(fresh.address(), Use::Live).await, Err(RepositoryError::Missing)));
        assert!(!fresh.path().exists());
    }
    let raw = fresh.raw().await;
    raw.execute("CREATE TABLE books (title TEXT)").await;
    raw.close().await;
    assert!(matches!(examine(fresh.address(), Use::Live).await, Err(RepositoryError::Strange)));
    if is_postgres("its files are the server's") {
        return;
    }
    let path = fresh.path();
    std::fs::write(&path, "not even a database, but a letter to somebody".repeat(100)).unwrap();
    assert!(matches!(examine(&path, Use::Live).await, Err(RepositoryError::Damaged { .. })));
    let opened = Repository::open(&config(path.as_path())).await.err().unwrap();
    assert!(matches!(opened, RepositoryError::Damaged { .. }), "{opened:?}");
}

#[tokio::test]
async fn a_row_that_belongs_to_nothing_is_found() {
    if is_postgres("it has no way to write one") {
        return;
    }
    let lab = closed().await;
    let raw = lab.raw().await;
    // one connection: the pragma is its own
    raw.execute("PRAGMA foreign_keys = OFF; DELETE FROM jobs WHERE id = 7").await;
    raw.close().await;
    let error = examine(lab.address(), Use::Live).await.unwrap_err();
    assert!(matches!(&error, RepositoryError::Damaged { found } if found.contains("job")), "{error:?}");
}
