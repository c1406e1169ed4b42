//! Opening the database: never one that is damaged, newer than this program, or in somebody else's hands; and never a new
//! one in the place of one that is missing. Each says which command helps.

use crate::config::Config;
use crate::{ServerError, io_error};
use app::backend::command;
use repository::{Claim, ClaimError, Holder, Repository, RepositoryConfig, RepositoryError, Use};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Between two looks whether it is free.
const WAIT: Duration = Duration::from_secs(1);

/// Opens it beside whoever else uses it.
///
/// # Errors
/// What is wrong with it, and what helps.
pub async fn open_repository(config: &Config) -> Result<Repository, ServerError> {
    open(config, None).await
}

/// The same for whoever has it alone.
async fn open(config: &Config, claim: Option<&Claim>) -> Result<Repository, ServerError> {
    let database = config.database()?;
    // an empty file is as good as none: what cut it off may have been a full disk
    if is_blank(config).await? {
        refuse_missing(config)?;
    } else if claim.is_none() {
        leave_to_its_holder(config).await?;
    }
    let wanted = RepositoryConfig { database, first_values: config.first_values() };
    let opened = match claim {
        Some(claim) => Repository::open_under(claim, &wanted).await,
        None => Repository::open(&wanted).await,
    };
    opened.map_err(|error| explain(config, error))
}

/// Beside a server its tables are not changed, and nothing is written into a file that is being exchanged.
async fn leave_to_its_holder(config: &Config) -> Result<(), ServerError> {
    let database = config.database()?;
    let Some(holder) = holder(config).await else { return Ok(()) };
    let pending = repository::pending(&database).await.map_err(|error| explain(config, error))?;
    if holder.work == "server" && pending == 0 {
        return Ok(());
    }
    let help = if pending > 0 {
        "Its tables are of an older version. Use that version's program, or stop the server and upgrade (deploy)."
    } else {
        "Wait until that is done."
    };
    let why = format!("it is in use by another program ({holder})");
    Err(ServerError::Database { database, why, help: help.to_owned() })
}

/// Who has it for itself.
pub async fn holder(config: &Config) -> Option<Holder> {
    Claim::holder(config.database().ok()?).await
}

/// Whether there is anything, whole or not.
///
/// # Errors
/// A server that cannot be asked, and what helps.
pub async fn is_there(config: &Config) -> Result<bool, ServerError> {
    match config.database()?.file() {
        Some(file) => Ok(file.exists()),
        None => Ok(!is_blank(config).await?),
    }
}

async fn is_blank(config: &Config) -> Result<bool, ServerError> {
    repository::is_blank(config.database()?).await.map_err(|error| explain(config, error))
}

/// Takes it for a server: alone, and after a look at all of it.
///
/// # Errors
/// What is wrong with it, and what helps.
pub async fn open_alone(config: &Config) -> Result<(Claim, Repository), ServerError> {
    let claim = claim_in_time(config).await?;
    if let Some(file) = config.file_left() {
        tracing::warn!(
            file = %file.display(),
            "DATABASE_URL is set, so this file is not the database. Was it? Then move its jobs over by a backup (README)"
        );
    }
    if config.database()?.may_be_overheard() {
        tracing::warn!("what goes to the database's server, the password too, may be read on the way: see `doctor`");
    }
    if is_there(config).await? {
        let clock = Instant::now();
        let schema = examine(config).await?;
        let took = clock.elapsed().as_millis();
        tracing::info!(schema = schema.version, pending = schema.pending, took_ms = took, "the database is whole");
    }
    let repository = open(config, Some(&claim)).await?;
    Ok((claim, repository))
}

/// What is done in minutes, by a command, is waited for: a service that is started meanwhile must not give up.
async fn claim_in_time(config: &Config) -> Result<Claim, ServerError> {
    let mut told = false;
    loop {
        // of another machine only its lock is known
        let alive = |of: &Holder| !of.is_here() || Path::new("/proc").join(of.pid.to_string()).exists();
        let others = holder(config).await.filter(|holder| holder.work != "server" && alive(holder));
        match (claim(config, "server").await, others) {
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
pub async fn claim(config: &Config, work: &str) -> Result<Claim, ServerError> {
    let database = config.database()?;
    Claim::take(&database, work).await.map_err(|error| match error {
        ClaimError::Held(_) => {
            let name = if database.file().is_some() { "DATABASE_PATH" } else { "DATABASE_URL" };
            let help = format!(
                "One server serves one database. Stop that one first (systemctl stop abaqus-job-manager), or give this \
                 one another {name}."
            );
            ServerError::Database { database, why: error.to_string(), help }
        }
        ClaimError::Io { path, error } => io_error(path.display())(error),
        ClaimError::Database(error) => explain(config, error),
    })
}

/// The same of the file that a lab has used before it moved to a server's database, where it is still in its place.
///
/// # Errors
/// Who has it, and what helps.
pub async fn claim_left(config: &Config, work: &str) -> Result<Option<(PathBuf, Claim)>, ServerError> {
    let Some(file) = config.file_left() else { return Ok(None) };
    match Claim::take(file, work).await {
        Ok(claim) => Ok(Some((file.to_owned(), claim))),
        Err(ClaimError::Held(holder)) => Err(ServerError::Database {
            database: file.into(),
            why: ClaimError::Held(holder).to_string(),
            help: "Stop that one first. Where it is another lab's, give this one another DATABASE_PATH.".to_owned(),
        }),
        Err(ClaimError::Io { path, error }) => Err(io_error(path.display())(error)),
        Err(ClaimError::Database(error)) => Err(error.into()),
    }
}

/// Another program has it by now: the way to its server was lost for a while.
///
/// # Errors
/// Where that is no address.
pub fn taken(config: &Config) -> Result<ServerError, ServerError> {
    Ok(ServerError::Database {
        database: config.database()?,
        why: "another program has taken it while its server could not be reached".to_owned(),
        help: "One server serves one database: see which one is meant to.".to_owned(),
    })
}

/// Looks at all of it.
///
/// # Errors
/// What is wrong with it, and what helps.
pub async fn examine(config: &Config) -> Result<repository::Schema, ServerError> {
    match repository::examine(config.database()?, Use::Live).await {
        // a start that was cut off before anything was in it
        Err(RepositoryError::Strange) if is_blank(config).await? => {
            Ok(repository::Schema { version: String::new(), pending: 0 })
        }
        Ok(schema) => Ok(schema),
        Err(error) => Err(explain(config, error)),
    }
}

/// Where other things of ours are, the database was: a new one in its place would begin anew over them.
///
/// # Errors
/// What says that it was, and what helps.
pub fn refuse_missing(config: &Config) -> Result<(), ServerError> {
    let has_backup = backup::list(&config.backup_dir).is_ok_and(|all| !all.is_empty());
    let database = config.database()?;
    // beside a file
    let wal = database.file().map(|file| {
        let mut beside = file.as_os_str().to_owned();
        beside.push("-wal");
        PathBuf::from(beside)
    });
    let wal = wal.filter(|wal| wal.exists());
    let kept = [config.upload_dir.as_path(), &config.results_dir].into_iter().find(|folder| has_files(folder));
    let left = match (&wal, kept) {
        (Some(wal), _) => wal,
        (None, Some(folder)) => folder,
        (None, None) if has_backup => &config.backup_dir,
        (None, None) => return Ok(()),
    };
    let help = if has_backup {
        format!("Put the last backup back: {}", command("restore latest"))
    } else {
        "Check DATABASE_PATH and DATABASE_URL. To begin anew, move those files away first.".to_owned()
    };
    let why = format!("it is not there or empty, but {} is not empty, so that it has been", left.display());
    Err(ServerError::Database { database, why, help })
}

fn has_files(folder: &Path) -> bool {
    std::fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() { has_files(&path) } else { true }
    })
}

/// What is wrong with the database, with the command that helps.
pub fn explain(config: &Config, error: RepositoryError) -> ServerError {
    let database = match config.database() {
        Ok(database) => database,
        Err(error) => return error,
    };
    let is_file = database.file().is_some();
    let help = match &error {
        RepositoryError::Damaged { .. } | RepositoryError::Corrupt { .. } => format!(
            "Nothing was changed. Put the last backup back (what is replaced is kept): {}",
            command("restore latest")
        ),
        RepositoryError::Newer { .. } => {
            format!("Start the newer version again, or put back a backup of this version: {}", command("restore NAME"))
        }
        RepositoryError::Strange if is_file => "Check DATABASE_PATH: this file is somebody else's.".to_owned(),
        RepositoryError::Strange => "Check DATABASE_URL: this database is somebody else's.".to_owned(),
        RepositoryError::Busy if is_file => format!("Close what has it open (a sqlite3?): fuser -v {database}"),
        RepositoryError::Busy => format!(
            "See who works in it: psql {database} -c 'SELECT pid, application_name, state, query FROM pg_stat_activity'"
        ),
        RepositoryError::Unreachable { .. } => {
            "Check DATABASE_URL, and whether that server runs and listens there: pg_isready -h HOST -p PORT".to_owned()
        }
        RepositoryError::Refused { .. } => format!(
            "Check user and password of DATABASE_URL, pg_hba.conf, and that the database belongs to that user: psql {database}"
        ),
        RepositoryError::Missing if !is_file => {
            "Check DATABASE_URL, or make it: sudo -u postgres createdb -O USER -E UTF8 -T template0 DATABASE".to_owned()
        }
        RepositoryError::Unfit { .. } => "Nothing was changed.".to_owned(),
        RepositoryError::Full => "Make room on its disk; nothing was changed.".to_owned(),
        RepositoryError::Database(source) => {
            let why = format!("{error}: {source}");
            let help = format!("See what is wrong with it: {}", command("doctor"));
            return ServerError::Database { database, why, help };
        }
        _ => return error.into(),
    };
    ServerError::Database { database, why: error.to_string(), help }
}
