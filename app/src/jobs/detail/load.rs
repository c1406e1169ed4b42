//! What the page needs before it can be shown, read at once.

use super::log::tabs;
use crate::jobs::api::{Convergence, JobView, LogAsk, LogPart};
use crate::jobs::calls::{read_convergence, read_log, view_job};
use crate::{AppError, ErrorCode};
use domain::JobId;
use serde::{Deserialize, Serialize};

/// Lines of the log that come with the page.
pub const FIRST_LINES: u32 = 200;

/// Which log the address asks for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Wanted {
    /// `log=console.log`.
    pub file: Option<String>,
    /// `line=1204`.
    pub line: Option<u64>,
}

/// Everything of the first view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loaded {
    /// The job.
    pub view: JobView,
    /// Its increments.
    pub convergence: Convergence,
    /// The log shown first: its name, its lines, and the line to look at.
    pub log: Option<FirstLog>,
}

/// The log shown first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FirstLog {
    /// Its file.
    pub file: String,
    /// What was read.
    pub part: LogPart,
    /// The line that decided, or that the address names.
    pub line: Option<u64>,
}

/// Reads it. A plot or a log that cannot be read leaves its place empty; the page is shown all the same.
///
/// # Errors
/// `NOT_FOUND`, or why the job cannot be read.
pub async fn load(id: Option<JobId>, wanted: &Wanted) -> Result<Loaded, AppError> {
    let answer = match id {
        Some(id) => view_job(id).await,
        None => Err(AppError::new(ErrorCode::NotFound, "")),
    };
    #[cfg(feature = "ssr")]
    if let Err(error) = &answer
        && let Some(response) = leptos::prelude::use_context::<leptos_axum::ResponseOptions>()
        && let Ok(status) = axum::http::StatusCode::from_u16(error.code.status())
    {
        response.set_status(status);
    }
    let view = answer?;
    let id = view.summary.id;
    let convergence =
        if view.results.is_empty() { Convergence::default() } else { read_convergence(id).await.unwrap_or_default() };
    let log = match tabs::first(&view, wanted) {
        Some((file, line)) => {
            let ask = ask(line);
            read_log(id, file.clone(), ask).await.ok().map(|part| FirstLog { file, part, line })
        }
        None => None,
    };
    Ok(Loaded { view, convergence, log })
}

fn ask(line: Option<u64>) -> LogAsk {
    match line {
        Some(line) => LogAsk::Around { line, lines: FIRST_LINES },
        None => LogAsk::Tail { lines: FIRST_LINES },
    }
}
