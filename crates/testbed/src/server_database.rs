//! A database of a test's own in the PostgreSQL server that `TEST_DATABASE` names.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

static MADE: AtomicU32 = AtomicU32::new(0);

/// Dropped with it.
#[derive(Debug)]
pub struct ServerDatabase {
    server: String,
    name: String,
}

fn psql(url: &str, sql: &str) -> Option<String> {
    let out = Command::new("psql").args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql]).output().ok()?;
    if !out.status.success() {
        eprintln!("psql: {}", String::from_utf8_lossy(&out.stderr));
        return None;
    }
    Some(String::from_utf8_lossy(&out.stdout).trim_end().to_owned())
}

impl ServerDatabase {
    /// `None`, and said so, where there is no server, or it does not do as told.
    pub fn new() -> Option<ServerDatabase> {
        let Some(server) = std::env::var("TEST_DATABASE").ok().filter(|url| !url.is_empty()) else {
            eprintln!("SKIPPED: TEST_DATABASE names no PostgreSQL server");
            return None;
        };
        let name = format!("test_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        psql(&server, &format!("CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0"))?;
        Some(ServerDatabase { server, name })
    }

    /// Its address.
    pub fn url(&self) -> String {
        self.url_of(&self.name)
    }

    /// The address of another one in that server.
    pub fn url_of(&self, name: &str) -> String {
        let (server, more) = self.server.split_once('?').map_or((self.server.as_str(), None), |(a, b)| (a, Some(b)));
        let server = server.rsplit_once('/').map_or(server, |(server, _)| server);
        match more {
            Some(more) => format!("{server}/{name}?{more}"),
            None => format!("{server}/{name}"),
        }
    }

    /// What `psql` answers in it, a row a line; `None` where it refuses.
    pub fn sql(&self, sql: &str) -> Option<String> {
        psql(&self.url(), sql)
    }
}

impl Drop for ServerDatabase {
    fn drop(&mut self) {
        psql(&self.server, &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}
