//! Opening the database: never one that is damaged, newer than this program, or in somebody else's hands; and never a new
//! one in the place of one that is missing. Each says which command helps.

use crate::config::Config;
use crate::{ServerError, io_error};
use app::backend::command;
use repository::{Claim, ClaimError, Repository, RepositoryConfig, RepositoryError, Use};
use std::path::Path;
use std::time::{Duration, Instant};

/// Between two looks whether it is free.
const WAIT: Duration = Duration::from_secs(1);

/// Opens it beside whoever else uses it.
///
/// # Errors
/// What is wrong with it, and what helps.
pub async fn open_repository(config: &Config) -> Result<Repository, ServerError> {
    // an empty file is as good as none: what cut it off may have been a full disk
    if config.database_path.exists() && !is_empty(&config.database_path) {
        leave_to_its_holder(config).await?;
    } else {
        refuse_missing(config)?;
    }
    let wanted = RepositoryConfig { path: config.database_path.clone(), first_values: config.first_values() };
    Repository::open(&wanted).await.map_err(|error| explain(config, error))
}

/// Beside a server its tables are not changed, and nothing is written into a file that is being exchanged.
async fn leave_to_its_holder(config: &Config) -> Result<(), ServerError> {
    let holder = Claim::holder(&config.database_path).filter(|holder| holder.pid != std::process::id());
    let Some(holder) = holder else { return Ok(()) };
    let pending = repository::pending(&config.database_path).await.map_err(|error| explain(config, error))?;
    if holder.work == "server" && pending == 0 {
        return Ok(());
    }
    let help = if pending > 0 {
        "Its tables are of an older version. Use that version's program, or stop the server and upgrade (deploy)."
    } else {
        "Wait until that is done."
    };
    let why = format!("it is in use by another program ({holder})");
    Err(ServerError::Database { path: config.database_path.clone(), why, help: help.to_owned() })
}

/// Takes it for a server: alone, and after a look at all of it.
///
/// # Errors
/// What is wrong with it, and what helps.
pub async fn open_alone(config: &Config) -> Result<(Claim, Repository), ServerError> {
    let claim = claim_in_time(config).await?;
    if config.database_path.exists() {
        let clock = Instant::now();
        let schema = examine(config).await?;
        let took = clock.elapsed().as_millis();
        tracing::info!(schema = schema.version, pending = schema.pending, took_ms = took, "the database is whole");
    }
    Ok((claim, open_repository(config).await?))
}

/// What is done in minutes, by a command, is waited for: a service that is started meanwhile must not give up.
async fn claim_in_time(config: &Config) -> Result<Claim, ServerError> {
    let mut told = false;
    loop {
        let alive = |pid: u32| Path::new("/proc").join(pid.to_string()).exists();
        let others = Claim::holder(&config.database_path);
        let others = others.filter(|holder| holder.work != "server" && alive(holder.pid));
        match (claim(config, "server"), others) {
            (Err(_), Some(holder)) => {
                if !told {
                    tracing::warn!(%holder, "waiting until the database is free");
                    told = true;
                }
                tokio::time::sleep(WAIT).await;
            }
            (claimed, _) => return claimed,
        }
    }
}

/// Takes it for `work`, so that nobody else serves it.
///
/// # Errors
/// Who has it, and what helps.
pub fn claim(config: &Config, work: &str) -> Result<Claim, ServerError> {
    Claim::take(&config.database_path, work).map_err(|error| match error {
        ClaimError::Held(_) => {
            let help =
                "One server serves one database. Stop that one first (systemctl stop abaqus-job-manager), or give \
                        this one another DATABASE_PATH."
                    .to_owned();
            ServerError::Database { path: config.database_path.clone(), why: error.to_string(), help }
        }
        ClaimError::Io { path, error } => io_error(path.display())(error),
    })
}

/// Looks at all of it.
///
/// # Errors
/// What is wrong with it, and what helps.
pub async fn examine(config: &Config) -> Result<repository::Schema, ServerError> {
    match repository::examine(&config.database_path, Use::Live).await {
        // a start that was cut off before anything was in it
        Err(RepositoryError::Strange) if is_empty(&config.database_path) => {
            Ok(repository::Schema { version: String::new(), pending: 0 })
        }
        Ok(schema) => Ok(schema),
        Err(error) => Err(explain(config, error)),
    }
}

fn is_empty(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|of| of.len() == 0)
}

/// Where other things of ours are, the database was: a new one in its place would begin anew over them.
///
/// # Errors
/// What says that it was, and what helps.
pub fn refuse_missing(config: &Config) -> Result<(), ServerError> {
    let has_backup = backup::list(&config.backup_dir).is_ok_and(|all| !all.is_empty());
    let mut beside = config.database_path.clone().into_os_string();
    beside.push("-wal");
    let kept = [config.upload_dir.as_path(), &config.results_dir].into_iter().find(|folder| has_files(folder));
    let left = match kept {
        _ if Path::new(&beside).exists() => Path::new(&beside),
        Some(folder) => folder,
        None if has_backup => &config.backup_dir,
        None => return Ok(()),
    };
    let help = if has_backup {
        format!("Put the last backup back: {}", command("restore latest"))
    } else {
        "Check DATABASE_PATH. To begin anew, move those files away first.".to_owned()
    };
    let why = format!("it is not there or empty, but {} is not empty, so that it has been", left.display());
    Err(ServerError::Database { path: config.database_path.clone(), why, help })
}

fn has_files(folder: &Path) -> bool {
    std::fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() { has_files(&path) } else { true }
    })
}

/// What is wrong with the database, with the command that helps.
pub fn explain(config: &Config, error: RepositoryError) -> ServerError {
    let help = match &error {
        RepositoryError::Damaged { .. } | RepositoryError::Corrupt { .. } => format!(
            "Nothing was changed. Put the last backup back (what is replaced is kept): {}",
            command("restore latest")
        ),
        RepositoryError::Newer { .. } => {
            format!("Start the newer version again, or put back a backup of this version: {}", command("restore NAME"))
        }
        RepositoryError::Strange => "Check DATABASE_PATH: this file is somebody else's.".to_owned(),
        RepositoryError::Busy => {
            format!("Close what has it open (a sqlite3?): fuser -v {}", config.database_path.display())
        }
        RepositoryError::Full => "Make room on its disk; nothing was changed.".to_owned(),
        RepositoryError::Database(source) => {
            let why = format!("{error}: {source}");
            let help = format!("See what is wrong with it: {}", command("doctor"));
            return ServerError::Database { path: config.database_path.clone(), why, help };
        }
        _ => return error.into(),
    };
    ServerError::Database { path: config.database_path.clone(), why: error.to_string(), help }
}
