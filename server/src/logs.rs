//! Human lines on the console, at the level asked for; and, beside a server, JSON lines in files: `combined.log` has
//! everything, `error.log` what went wrong. A request and what it causes share an id.

use logbook::{COMBINED, ERRORS, Log, Rotating};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use tokio::task::JoinHandle;
use tracing_appender::non_blocking::{NonBlocking, WorkerGuard};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

/// What is still to be written is written when this is dropped.
#[must_use]
pub struct Logging {
    _writers: Vec<WorkerGuard>,
}

/// Where lines go.
#[derive(Clone, Copy, Debug)]
pub enum To<'p> {
    /// The console, and files in this folder.
    ConsoleAndFiles(&'p Path),
    /// The console.
    Console,
    /// Standard error, from warnings on: what is asked for goes to standard output.
    StandardError,
}

/// Starts logging. `level` is a word or a tracing filter; what cannot be read becomes `info`.
/// The libraries below speak from `warn` on unless the filter names them.
pub fn start(level: &str, to: To<'_>) -> Logging {
    let level = if matches!(to, To::StandardError) { "warn" } else { level };
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
    let filter = ["russh=warn", "russh_sftp=warn", "sqlx=warn", "sea_orm=warn", "hyper=warn", "tower_http=warn"]
        .iter()
        .filter_map(|directive| directive.parse().ok())
        .fold(filter, EnvFilter::add_directive);
    let mut writers = Vec::new();
    let mut layers: Vec<Box<dyn Layer<Registry> + Send + Sync>> = Vec::new();
    match to {
        To::StandardError => layers.push(fmt::layer().with_target(false).with_writer(std::io::stderr).boxed()),
        To::Console => layers.push(fmt::layer().with_target(false).boxed()),
        To::ConsoleAndFiles(folder) => {
            layers.push(fmt::layer().with_target(false).boxed());
            let combined = writer(Rotating::new(Log::of(folder, COMBINED)), &mut writers);
            let errors = writer(Rotating::new(Log::of(folder, ERRORS)), &mut writers);
            layers.push(json(combined).boxed());
            layers.push(json(errors).with_filter(LevelFilter::ERROR).boxed());
        }
    }
    // a second start in one process (tests) keeps the first
    let _ = tracing_subscriber::registry().with(layers).with(filter).try_init();
    Logging { _writers: writers }
}

/// Begins to compress what was moved aside long ago; nobody has to wait for it.
pub fn begin_packing(folder: PathBuf) -> JoinHandle<()> {
    tokio::task::spawn_blocking(move || {
        for kind in [COMBINED, ERRORS] {
            let name = kind.name;
            match logbook::pack(&Log::of(&folder, kind), SystemTime::now()) {
                Ok(packed) if packed.files == 0 => {}
                Ok(packed) => {
                    let (files, before, after) = (packed.files, packed.before, packed.after);
                    tracing::info!(log = name, files, before, after, "old log files were compressed");
                }
                // they stay as they are, and are tried again
                Err(error) => tracing::warn!(log = name, %error, "old log files could not be compressed"),
            }
        }
    })
}

/// A slow disk holds nobody up: what it does not take in time is left out.
fn writer(file: Rotating, writers: &mut Vec<WorkerGuard>) -> NonBlocking {
    let (writer, guard) = tracing_appender::non_blocking(file);
    writers.push(guard);
    writer
}

fn json<S>(writer: NonBlocking) -> impl Layer<S>
where
    S: tracing::Subscriber + for<'s> tracing_subscriber::registry::LookupSpan<'s>,
{
    fmt::layer().json().flatten_event(true).with_current_span(true).with_span_list(false).with_writer(writer)
}
