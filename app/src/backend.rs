//! What server functions and `/api/v1` stand on: the repository, the nodes and the folders, and who is asking, by context.

mod act;
mod adopt;
mod audit;
pub mod doctor;
pub mod fault;
mod files;
mod form;
mod licenses;
mod list;
mod messages;
mod moment;
mod nodes;
mod operations;
mod options;
mod overtaken;
mod people;
mod reading;
mod settings;
mod start;
mod text;
mod view;

pub use cleanup::UPLOAD_FOLDERS;
pub use files::{open_found, when_whole};
pub use messages::dictionary;
pub use operations::{BackupWork, OwnFolders, Watch, Webhook, command, last_before, next_after};
pub use people::{Entrance, Visitor};

use crate::AppError;
use crate::i18n::Locale;
use domain::{Act, Actor, UserId};
use executor::Executor;
use leptos::prelude::use_context;
use moment::Moment;
use repository::{JobPage, JobQuery, Repository, RepositoryError, TabCounts};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Most files of one job, and of one archive.
pub const MOST_FILES: usize = 500;
/// Logs read at once: a search goes through gigabytes, on a thread of a pool that everything else needs as well.
const LOGS: usize = 16;
/// Decks read at once: a large one keeps a core and some memory for seconds.
const READERS: usize = 2;

/// Nodes tested at once.
const TESTS: usize = 2;

/// Where files are.
#[derive(Clone, Debug)]
pub struct Folders {
    /// What people sent.
    pub uploads: PathBuf,
    /// What runs brought back: one folder per job, named by its number.
    pub results: PathBuf,
}

/// Handed to every page, server function and `/api/v1` route.
#[derive(Clone)]
pub struct Backend {
    /// The database.
    pub repository: Repository,
    /// What reaches the nodes.
    pub executor: Executor,
    /// The folders.
    pub folders: Arc<Folders>,
    /// Where the server's own things lie.
    pub own: Arc<OwnFolders>,
    /// How people come in.
    pub entrance: Entrance,
    /// What the last look at everything found.
    pub watch: Watch,
    /// Where messages of alarms go.
    pub webhook: Option<Webhook>,
    backup_work: BackupWork,
    tests: Arc<Semaphore>,
    readers: Arc<Semaphore>,
    logs: Arc<Semaphore>,
    readings: reading::Readings,
    pages: Moment<JobQuery, Arc<JobPage>, RepositoryError>,
    counts: Moment<UserId, TabCounts, RepositoryError>,
}

impl Backend {
    /// On this database, these nodes and these folders.
    pub fn new(
        repository: Repository,
        executor: Executor,
        folders: Folders,
        own: OwnFolders,
        entrance: Entrance,
        webhook: Option<Webhook>,
    ) -> Backend {
        Backend {
            repository,
            executor,
            tests: Arc::new(Semaphore::new(TESTS)),
            folders: Arc::new(folders),
            own: Arc::new(own),
            entrance,
            watch: Watch::default(),
            webhook,
            backup_work: BackupWork::default(),
            readers: Arc::new(Semaphore::new(READERS)),
            logs: Arc::new(Semaphore::new(LOGS)),
            readings: reading::Readings::default(),
            pages: Moment::default(),
            counts: Moment::default(),
        }
    }
}

/// Who is asking, and in which language they are answered.
#[derive(Clone, Debug)]
pub struct Asking {
    /// Who.
    pub actor: Actor,
    /// The language.
    pub locale: Locale,
    /// The request's own id, as the log has it.
    pub request: Arc<str>,
}

/// The backend of this request.
///
/// # Errors
/// `INTERNAL_ERROR` outside a request.
pub fn backend() -> Result<Backend, AppError> {
    use_context().ok_or_else(|| fault::internal(Locale::default()))
}

/// Who is acting: the server has found that out before the request came here.
///
/// # Errors
/// `UNAUTHORIZED` when nobody is signed in.
pub fn signed_in() -> Result<Asking, AppError> {
    use_context().ok_or_else(|| fault::not_signed_in(visitor().map(|visitor| visitor.locale).unwrap_or_default()))
}

/// Who sends this request, signed in or not.
///
/// # Errors
/// `INTERNAL_ERROR` outside a request.
pub fn visitor() -> Result<Visitor, AppError> {
    use_context().ok_or_else(|| fault::internal(Locale::default()))
}

/// Both.
///
/// # Errors
/// As the two.
pub fn acting() -> Result<(Backend, Asking), AppError> {
    Ok((backend()?, signed_in()?))
}

/// Both, for somebody who may do this; the gate before every server function has asked the same.
///
/// # Errors
/// As the two, and `FORBIDDEN`.
pub fn acting_to(act: Act<'_>) -> Result<(Backend, Asking), AppError> {
    let (backend, asking) = acting()?;
    if asking.actor.may(act) { Ok((backend, asking)) } else { Err(fault::not_allowed(asking.locale)) }
}

/// A refusal leaves with the status that says so: a name that is taken is no fault of the server.
///
/// # Errors
/// Those of the result, as they are.
pub fn answer<T>(result: Result<T, AppError>) -> Result<T, AppError> {
    if let Err(error) = &result
        && let Some(response) = use_context::<leptos_axum::ResponseOptions>()
        && let Ok(status) = axum::http::StatusCode::from_u16(error.code.status())
    {
        response.set_status(status);
    }
    result
}

/// What is streamed must not wait in a compressor for more of it.
pub fn send_as_it_comes() {
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        let identity = axum::http::HeaderValue::from_static("identity");
        response.insert_header(axum::http::header::CONTENT_ENCODING, identity);
    }
}
