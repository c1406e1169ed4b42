//! The one binary: the server, and the tool beside it.

mod backups;
mod cleaning;
mod inspect;
mod node;
mod settings;
mod support;
mod user;

use clap::{Parser, Subcommand};
use server::config::Config;
use server::{database, doctor, logs};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long work that cannot be cut short is waited for at the end.
const LAST_WORK: Duration = Duration::from_secs(2);

#[derive(Parser)]
#[command(name = "abaqus-job-manager", version, about = "Runs Abaqus and CalculiX decks on the lab's nodes")]
struct Arguments {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the pages and runs the jobs (the default).
    Serve,
    /// Nodes.
    #[command(subcommand)]
    Node(node::Command),
    /// People.
    #[command(subcommand)]
    User(user::Command),
    /// Settings: what an admin may change while the server runs.
    #[command(subcommand)]
    Settings(settings::Command),
    /// Brings the database's tables up to date, all of it or nothing, and prints the last change made. The server does the
    /// same when it starts; it must not run.
    Migrate {
        /// Undo the changes after this one instead, for going back to the version before.
        #[arg(long, value_name = "CHANGE")]
        to: Option<String>,
    },
    /// Makes a backup: the database, what people sent, and the results of the last days. The server may go on meanwhile.
    Backup,
    /// Reads backups again, and says which are good.
    VerifyBackup {
        /// Which; `latest` or `all` work too.
        #[arg(default_value = "latest")]
        name: String,
    },
    /// Puts a backup back in its place, and keeps what it replaces. The server must not run.
    Restore {
        /// Which; `latest` is the newest.
        name: String,
    },
    /// Takes away what is past its days: old results, completed jobs, uploads and folders of no job. The settings say after
    /// how many days; what somebody keeps stays. The server may go on meanwhile.
    Cleanup {
        /// Only say what would go.
        #[arg(long)]
        dry_run: bool,
    },
    /// Brings the database's statistics up to date, and gives back the room of deleted rows where that pays. Beside a server
    /// that runs it only does the former.
    Optimize,
    /// Looks at everything on this machine and on every node, says what must be put right and how. It changes nothing.
    Doctor,
    /// Says how the server is, once; fails where it does not answer or cannot serve.
    Health,
    /// Writes what somebody who helps from afar needs into a `.zip`: versions, settings, health, the doctor's report and the
    /// end of the logs, without secrets.
    SupportBundle {
        /// `support.zip`; it must not be there yet.
        file: PathBuf,
    },
    /// Says what the readers find in decks and solver files: one JSON object a line.
    Inspect {
        /// Files of any kind.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

fn main() -> ExitCode {
    if let Err(problem) = server::config::read_dotenv() {
        // nothing logs yet: how much is logged may stand in the very file
        eprintln!("{problem}");
        return ExitCode::FAILURE;
    }
    let arguments = Arguments::parse();
    if let Some(Command::Inspect { files }) = &arguments.command {
        return inspect::inspect(files);
    }
    // what its reader wants is on standard output, where logs would stand among it
    let is_quiet = matches!(
        arguments.command,
        Some(
            Command::Settings(_)
                | Command::User(_)
                | Command::Backup
                | Command::Cleanup { .. }
                | Command::Doctor
                | Command::Health
                | Command::SupportBundle { .. }
                | Command::Optimize
                | Command::VerifyBackup { .. }
                | Command::Restore { .. }
                | Command::Migrate { .. }
        )
    );
    let to = match &arguments.command {
        None | Some(Command::Serve) => logs::To::ConsoleAndFiles(&arguments.config.log_dir),
        _ if is_quiet => logs::To::StandardError,
        _ => logs::To::Console,
    };
    // to the end: what is still to be written is written then
    let _logging = logs::start(&arguments.config.log_level, to);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    let done = match arguments.command {
        Some(Command::Node(command)) => runtime.block_on(node::run(command, &arguments.config)),
        Some(Command::User(command)) => runtime.block_on(user::run(command, &arguments.config)),
        Some(Command::Settings(command)) => runtime.block_on(settings::run(command, &arguments.config)),
        Some(Command::Migrate { to }) => runtime.block_on(migrate(&arguments.config, to.as_deref())),
        Some(Command::Optimize) => runtime.block_on(optimize(&arguments.config)),
        Some(Command::Cleanup { dry_run }) => runtime.block_on(cleaning::clean_up(&arguments.config, dry_run)),
        Some(Command::Doctor) => runtime.block_on(examine(&arguments.config)),
        Some(Command::Health) => runtime.block_on(support::tell_health(&arguments.config)),
        Some(Command::SupportBundle { file }) => runtime.block_on(support::write_bundle(&arguments.config, &file)),
        Some(Command::Backup) => runtime.block_on(backups::back_up(&arguments.config)),
        Some(Command::VerifyBackup { name }) => runtime.block_on(backups::verify(&arguments.config, &name)),
        Some(Command::Restore { name }) => runtime.block_on(backups::restore(&arguments.config, &name)),
        _ => runtime.block_on(serve(arguments.config)),
    };
    // a deck that is still being read for nobody must not keep the process
    runtime.shutdown_timeout(LAST_WORK);
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_quiet => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
        Err(error) => failed(&*error),
    }
}

fn failed(error: &dyn std::error::Error) -> ExitCode {
    tracing::error!("{error}");
    ExitCode::FAILURE
}

async fn migrate(config: &Config, to: Option<&str>) -> Result<(), Box<dyn std::error::Error>> {
    match to {
        Some(change) => {
            let claim = database::claim(config, "migrate").await?;
            let gone = repository::go_back(&claim, config.database()?, change).await;
            gone.map_err(|error| database::explain(config, error))?;
        }
        None => {
            let (_claim, repository) = database::open_alone(config).await?;
            repository.close().await;
        }
    }
    println!("{}", database::examine(config).await?.version);
    Ok(())
}

/// Fails where something must be corrected, so that scripts can ask.
async fn examine(config: &Config) -> Result<(), Box<dyn std::error::Error>> {
    match doctor::examine(config, None, &mut |line| println!("{line}")).await {
        0 => Ok(()),
        failed => Err(format!("{failed} must be corrected").into()),
    }
}

async fn optimize(config: &Config) -> Result<(), Box<dyn std::error::Error>> {
    // held to the end: nobody begins to serve a file that is being written anew
    let database = config.database()?;
    let claim = repository::Claim::take(&database, "optimize").await;
    let done = repository::optimize(&database, claim.is_ok()).await;
    let done = done.map_err(|error| database::explain(config, error))?;
    let megabytes = |bytes: u64| bytes.div_ceil(1_000_000);
    if database.file().is_none() {
        println!("statistics are up to date; {} MB in use", megabytes(done.after));
        return Ok(());
    }
    println!("statistics are up to date; {} MB in use, {} MB of it free", megabytes(done.before), megabytes(done.free));
    match (done.packed, claim) {
        (true, _) => println!("packed: {} MB now", megabytes(done.after)),
        (false, Ok(_)) => println!("packing does not pay"),
        (false, Err(holder)) => println!("not packed: {holder}"),
    }
    Ok(())
}

async fn serve(config: Config) -> Result<(), Box<dyn std::error::Error>> {
    let address = config.address();
    let listener = TcpListener::bind(address).await.map_err(|error| format!("port {address}: {error}"))?;
    let stop = CancellationToken::new();
    let asked = stop.clone();
    tokio::spawn(async move {
        wait_for_signal().await;
        tracing::info!("stopping; runs on nodes go on");
        asked.cancel();
    });
    server::run(config, listener, stop).await?;
    Ok(())
}

async fn wait_for_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // without a handler the process ends by itself, which the nodes' runs survive as well
    let _ = tokio::signal::ctrl_c().await;
}
