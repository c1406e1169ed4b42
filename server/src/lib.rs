//! Turns it on: `run(config, listener, shutdown)` is the whole server, for the binary and for tests.

pub mod api;
mod asking;
pub mod bundle;
mod calls;
mod compressed;
pub mod config;
pub mod database;
pub mod doctor;
mod extract;
mod files;
mod first;
pub mod gate;
mod health;
pub mod logs;
mod metrics;
mod policy;
mod problem;
mod request_id;
mod router;
mod same_site;
mod scheduler;
mod serve;
mod upkeep;
mod usage;
mod webhook;
mod ws;

use app::backend::{Backend, Entrance, Folders, OwnFolders};
use config::Config;
use credentials::{Passwords, Signer};
pub use database::open_repository;
use executor::{Executor, ExecutorConfig, Runners};
use leptos::config::LeptosOptions;
use repository::{Address, AddressError};
use scheduler::Scheduler;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// After so long open connections are dropped when the server stops.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// For reaching a node, and again for logging in.
const CONNECT: Duration = Duration::from_secs(10);
/// For one command on a node.
const COMMAND: Duration = Duration::from_secs(30);
/// How often a silent connection is asked for life.
const KEEPALIVE: Duration = Duration::from_secs(15);

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The database.
    #[error("the database {database}: {why}. {help}")]
    Database {
        /// Where it is; without a password.
        database: Address,
        /// What is wrong with it.
        why: String,
        /// The command that helps.
        help: String,
    },
    /// What is set there is no address.
    #[error("DATABASE_URL {0}")]
    DatabaseUrl(AddressError),
    /// Something else of the database.
    #[error("the database: {0}")]
    Repository(#[from] repository::RepositoryError),
    /// The key or the runner for the nodes.
    #[error("the nodes: {0}")]
    Executor(#[from] executor::ExecutorError),
    /// What sessions are signed with.
    #[error("SESSION_SECRET {0}")]
    Secret(String),
    /// Where messages of alarms go.
    #[error("WEBHOOK_URL {0}")]
    Webhook(String),
    /// A folder or the port.
    #[error("{what}: {error}")]
    Io {
        /// Which.
        what: String,
        /// What the system says.
        error: io::Error,
    },
}

fn io_error(what: impl std::fmt::Display) -> impl FnOnce(io::Error) -> ServerError {
    move |error| ServerError::Io { what: what.to_string(), error }
}

/// What reaches the nodes, with this configuration's key and program.
///
/// # Errors
/// When one of the two cannot be read.
pub fn executor(config: &Config) -> Result<Executor, ServerError> {
    Ok(Executor::new(ExecutorConfig {
        private_key: config.ssh_private_key_path.clone(),
        runners: Runners { linux: config.runner_linux.clone(), windows: config.runner_windows() },
        connect_timeout: CONNECT,
        command_timeout: COMMAND,
        keepalive: KEEPALIVE,
    })?)
}

/// Serves on `listener` until `stop` is cancelled, then ends in good order. Runs on nodes go on.
///
/// # Errors
/// When something it stands on is not there.
pub async fn run(config: Config, listener: TcpListener, stop: CancellationToken) -> Result<(), ServerError> {
    for folder in [&config.upload_dir, &config.results_dir] {
        make_private(folder).map_err(io_error(folder.display()))?;
    }
    let entrance = entrance(&config)?;
    let sender = webhook::Sender::of(&config)?;
    let (claim, repository) = database::open_alone(&config).await?;
    // before this start writes any
    let newest = repository.newest_moment(domain::Timestamp(chrono::Utc::now().timestamp())).await?;
    let executor = executor(&config)?;
    let folders = Folders { uploads: config.upload_dir.clone(), results: config.results_dir.clone() };
    let scheduler = Scheduler::new(repository.clone(), executor.clone(), folders.clone(), stop.clone());
    let address = listener.local_addr().map_err(io_error("the port"))?;
    first::invite_first_admin(&repository, &config, address).await?;
    let webhook = sender.as_ref().map(|sender| sender.webhook(&config.base_url(address.port())));
    let own = OwnFolders {
        database: config.database_file(),
        backups: config.backup_dir.clone(),
        logs: config.log_dir.clone(),
    };
    let backend = Backend::new(repository.clone(), executor, folders, own, entrance, webhook.clone());
    let counting =
        tokio::spawn(metrics::count_until_stopped(backend.clone(), config.metrics_dir.clone(), stop.clone()));
    let upkeep = tokio::spawn(upkeep::go_on_until_stopped(backend.clone(), newest, stop.clone()));
    let telling = tokio::spawn(webhook::tell_until_stopped(backend.clone(), sender, stop.clone()));
    let clearing = tokio::spawn(files::forgotten::clear_until_stopped(backend.clone(), stop.clone()));
    let router = router::router(site(&config, address), backend, Arc::new(config.clone()), stop.clone());
    let scheduling = tokio::spawn(scheduler.run());
    tracing::info!(%address, "serving");
    let mut taken = Ok(());
    tokio::select! {
        () = serve::serve(listener, router, serve::PATIENCE, stop.clone()) => {}
        () = async { stop.cancelled().await; tokio::time::sleep(LAST_WORDS).await } => {
            tracing::info!("some connections were still open");
        }
        () = claim.lost() => taken = Err(database::taken(&config)?),
    }
    stop.cancel();
    if scheduling.await.is_err()
        || clearing.await.is_err()
        || upkeep.await.is_err()
        || counting.await.is_err()
        || telling.await.is_err()
    {
        tracing::error!("what goes on beside the answers ended badly");
    }
    repository.close().await;
    taken
}

/// How people come in, as configured.
fn entrance(config: &Config) -> Result<Entrance, ServerError> {
    let secret = config.session_secret.as_deref().unwrap_or_default();
    let signer = Signer::new(secret).map_err(|error| ServerError::Secret(error.to_string()))?;
    let passwords = Passwords::new().map_err(|error| io_error("passwords")(io::Error::other(error)))?;
    Ok(Entrance { passwords, attempts: Arc::default(), signer, secure: config.is_secure() })
}

/// Makes a folder that others cannot read.
fn make_private(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        std::fs::DirBuilder::new().recursive(true).mode(0o750).create(folder)
    }
    #[cfg(not(unix))]
    std::fs::create_dir_all(folder)
}

fn site(config: &Config, address: SocketAddr) -> LeptosOptions {
    let root = config.site_root.to_string_lossy().into_owned();
    LeptosOptions::builder()
        .output_name("app")
        .site_root(root)
        .site_pkg_dir("pkg")
        .site_addr(address)
        .hash_files(config.hash_files)
        .build()
}
