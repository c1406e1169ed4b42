//! What is fixed at start: the environment of the specification, read once, `.env` included.
//!
//! What an admin may change at run time is not here but in the repository's settings; the environment gives
//! `TOTAL_LICENSE_TOKENS` and `MAX_FILE_SIZE_MB` their first values only.

use crate::ServerError;
use clap::Args;
use repository::Address;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

/// Puts what `.env` says into the environment; what is set there already wins. That there is no such file is usual.
///
/// # Errors
/// Where the file cannot be read. To go on without the rest of it would be to start on other folders and an empty
/// database. A line is named by its first word only, for the rest may be a secret.
pub fn read_dotenv() -> Result<(), String> {
    match dotenvy::dotenv() {
        Err(dotenvy::Error::LineParse(line, _)) => {
            let name = line.split(|c: char| c == '=' || c.is_whitespace()).find(|word| !word.is_empty());
            let name = name.unwrap_or_default();
            Err(format!(
                ".env: the line that begins with `{name}` cannot be read. Lines are NAME=value; a value with spaces \
                 or # stands in quotes."
            ))
        }
        Err(error) if !error.not_found() => Err(format!(".env: {error}")),
        _ => Ok(()),
    }
}

/// Boot configuration: flags, then environment, then defaults.
#[derive(Args, Clone, Debug)]
pub struct Config {
    /// SQLite file.
    #[arg(long, env = "DATABASE_PATH", default_value = "./data/abaqus-jobs.db")]
    pub database_path: PathBuf,
    /// A database in PostgreSQL instead: `postgres://USER:PASSWORD@HOST:PORT/DATABASE`.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<DatabaseUrl>,
    /// Private key that opens the nodes (ed25519).
    #[arg(long, env = "SSH_PRIVATE_KEY_PATH", default_value = "./data/ssh/abaqus_nodes_key")]
    pub ssh_private_key_path: PathBuf,
    /// What people send.
    #[arg(long, env = "UPLOAD_DIR", default_value = "./uploads")]
    pub upload_dir: PathBuf,
    /// What runs bring back.
    #[arg(long, env = "RESULTS_DIR", default_value = "./results")]
    pub results_dir: PathBuf,
    /// Where backups go: best a disk of its own.
    #[arg(long, env = "BACKUP_DIR", default_value = "./backups")]
    pub backup_dir: PathBuf,
    /// Where log files go.
    #[arg(long, env = "LOG_DIR", default_value = "./logs")]
    pub log_dir: PathBuf,
    /// Where `prometheus.txt` goes.
    #[arg(long, env = "METRICS_DIR", default_value = "./metrics")]
    pub metrics_dir: PathBuf,
    /// First value of the setting `max_file_size_mb`.
    #[arg(long, env = "MAX_FILE_SIZE_MB")]
    pub max_file_size_mb: Option<u64>,
    /// First value of the setting `total_license_tokens`.
    #[arg(long, env = "TOTAL_LICENSE_TOKENS")]
    pub total_license_tokens: Option<u32>,
    /// `error`, `warn`, `info`, `debug`, or a tracing filter.
    #[arg(long, env = "LOG_LEVEL", default_value = "info")]
    pub log_level: String,
    /// The runner for Linux nodes: the static binary that `scripts/build` makes.
    #[arg(long, env = "RUNNER_LINUX", default_value = "./runner-linux-x86_64")]
    pub runner_linux: PathBuf,
    /// The runner for Windows nodes, likewise; unless told it is looked for beside the other. Needed only where a node is one.
    #[arg(long, env = "RUNNER_WINDOWS")]
    pub runner_windows: Option<PathBuf>,
    /// What sessions are signed with: at least 32 characters, the same at every start, known to nobody.
    #[arg(long, env = "SESSION_SECRET", hide_env_values = true)]
    pub session_secret: Option<String>,
    /// The address by which people reach the server, where a proxy with TLS stands before it on this machine
    /// (`https://jobs.example.ac.jp`). It is told in links; with https cookies go by TLS only.
    #[arg(long, env = "PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Where alarms are told, as JSON: a chat's incoming webhook, or a program of the lab. Who knows the address may write
    /// there.
    #[arg(long, env = "WEBHOOK_URL", hide_env_values = true)]
    pub webhook_url: Option<String>,
    /// Where the server listens: all of this machine's addresses unless told; 127.0.0.1 behind a proxy.
    #[arg(long, env = "LISTEN", default_value = "0.0.0.0")]
    pub listen: IpAddr,
    /// Port of the web server.
    #[arg(long, env = "PORT", default_value_t = 3000)]
    pub port: u16,
    /// Folder with the WASM, scripts and styles of the pages.
    #[arg(long, env = "LEPTOS_SITE_ROOT", default_value = "target/site")]
    pub site_root: PathBuf,
    /// Whether file names of the site carry a hash (`hash.txt` beside the binary).
    #[arg(long, env = "LEPTOS_HASH_FILES", default_value_t = false, action = clap::ArgAction::Set)]
    pub hash_files: bool,
}

/// An address that may hold a password, as it was given. Nothing shows it.
#[derive(Clone)]
pub struct DatabaseUrl(String);

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("set")
    }
}

/// Anything is taken: what clap refuses it repeats, with the password.
impl std::str::FromStr for DatabaseUrl {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<DatabaseUrl, Self::Err> {
        Ok(DatabaseUrl(text.trim().to_owned()))
    }
}

impl Config {
    /// The database: `DATABASE_URL` where it is set, else the file.
    ///
    /// # Errors
    /// `DatabaseUrl` where that is no address. It is not repeated.
    pub fn database(&self) -> Result<Address, ServerError> {
        match &self.database_url {
            Some(url) => Address::parse_url(&url.0).map_err(ServerError::DatabaseUrl),
            None => Ok(self.database_path.clone().into()),
        }
    }

    /// The database's file, where it is one.
    pub fn database_file(&self) -> Option<PathBuf> {
        self.database().ok().and_then(|database| database.file().map(Path::to_owned))
    }

    /// The database's file of a lab that has moved to a server's, where it is still in its place.
    pub fn file_left(&self) -> Option<&Path> {
        Some(self.database_path.as_path()).filter(|file| self.database_url.is_some() && file.exists())
    }

    /// What must be in no text that leaves the lab.
    pub fn secrets(&self) -> Vec<String> {
        let url = self.database_url.iter().map(|url| url.0.clone());
        let passwords = self.database_url.iter().flat_map(|url| passwords(&url.0));
        // what the driver takes where the address has none
        let own = std::env::var("PGPASSWORD").ok();
        self.session_secret.iter().chain(&self.webhook_url).cloned().chain(url).chain(passwords).chain(own).collect()
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(self.listen, self.port)
    }

    /// Where the runner for Windows nodes is.
    pub fn runner_windows(&self) -> PathBuf {
        let beside = || self.runner_linux.with_file_name("runner-windows-x86_64.exe");
        self.runner_windows.clone().unwrap_or_else(beside)
    }

    /// The beginning of every address that is told to people.
    pub fn base_url(&self, port: u16) -> String {
        match &self.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None if self.listen.is_unspecified() => format!("http://localhost:{port}"),
            None => format!("http://{}", SocketAddr::new(self.listen, port)),
        }
    }

    /// People reach us by TLS.
    pub fn is_secure(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.starts_with("https://"))
    }

    /// Where what is backed up lies, and where backups go.
    pub fn places(&self) -> backup::Places {
        backup::Places {
            uploads: self.upload_dir.clone(),
            results: self.results_dir.clone(),
            backups: self.backup_dir.clone(),
        }
    }

    /// First values of settings, for a database that has none.
    pub fn first_values(&self) -> Vec<(String, String)> {
        let tokens = self.total_license_tokens.map(|n| ("total_license_tokens".to_owned(), n.to_string()));
        let size = self.max_file_size_mb.map(|n| ("max_file_size_mb".to_owned(), n.to_string()));
        tokens.into_iter().chain(size).collect()
    }
}

/// Of `postgres://USER:PASSWORD@HOST/…?password=PASSWORD`, as they are written, and as they are.
fn passwords(url: &str) -> Vec<String> {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let who = address.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@')).map(|(who, _)| who);
    let first = who.and_then(|who| who.split_once(':')).map(|(_, password)| password);
    let written = first.into_iter().chain(query.split('&').filter_map(|pair| pair.strip_prefix("password=")));
    written
        .filter(|password| !password.is_empty())
        .flat_map(|password| {
            let plain = percent_encoding::percent_decode_str(password).decode_utf8_lossy().into_owned();
            [password.to_owned(), plain]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        config: Config,
    }

    fn config(url: &str) -> Config {
        Line::try_parse_from(["server", "--database-url", url]).unwrap().config
    }

    #[test]
    fn a_database_s_address_is_taken_and_its_password_shown_nowhere() {
        let url = "postgres://ajm:ge%40heim@db.lab/jobs?password=an%64ers";
        let config = config(url);
        assert_eq!(config.database().unwrap().to_string(), "postgres://ajm@db.lab:5432/jobs");
        assert_eq!(config.database_file(), None);
        assert!(!format!("{config:?}").contains("heim"));
        for secret in [url, "ge%40heim", "ge@heim", "anders"] {
            assert!(config.secrets().contains(&secret.to_owned()), "{secret}");
        }
    }

    #[test]
    fn one_that_is_none_is_told_without_repeating_it_and_an_empty_one_begins_no_file() {
        for wrong in ["mysql://ajm:geheim@db/jobs", "postgres://ajm:geheim@db", "geheim", " "] {
            let error = config(wrong).database().unwrap_err().to_string();
            assert!(error.starts_with("DATABASE_URL ") && !error.contains("geheim"), "{error}");
        }
        let file = Line::try_parse_from(["server"]).unwrap().config.database_file().unwrap();
        assert!(file.ends_with("abaqus-jobs.db"), "{}", file.display());
    }
}
