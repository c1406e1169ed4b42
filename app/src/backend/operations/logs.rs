//! The server's own log, for admins: read from its end, a bounded part at a time.

use crate::AppError;
use crate::admin::logs::api::{LogReach, LogView, PAGE};
use crate::backend::{Asking, Backend, fault};
use domain::log::LogQuery;
use logbook::{COMBINED, Log, Newer};
use std::io;

/// Letters of what is looked for; the fields of the page take no more.
const LONGEST: usize = 200;

impl Backend {
    /// Notes that somebody takes the support bundle away.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn note_support_bundle(&self, asking: &Asking) -> Result<(), AppError> {
        let noted = self.repository.note_support_bundle(&asking.actor).await;
        noted.map_err(|error| fault::repository(asking.locale, error))
    }

    /// A part of the log.
    ///
    /// # Errors
    /// When the disk does not answer.
    pub async fn view_logs(&self, query: LogQuery, reach: LogReach, asking: &Asking) -> Result<LogView, AppError> {
        let locale = asking.locale;
        let log = Log::of(&self.own.logs, COMBINED);
        let query = LogQuery { level: query.level, text: short(query.text), request: short(query.request) };
        let turn = self.logs.clone().acquire_owned().await.map_err(|_| fault::internal(locale))?;
        let read = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            part(&log, &query, reach)
        });
        match read.await {
            Ok(read) => read.map_err(|error| fault::disk(locale, &error)),
            Err(_) => Err(fault::internal(locale)),
        }
    }
}

fn short(text: Option<String>) -> Option<String> {
    text.map(|text| text.chars().take(LONGEST).collect())
}

fn part(log: &Log, query: &LogQuery, reach: LogReach) -> io::Result<LogView> {
    let from = match reach {
        LogReach::End => None,
        LogReach::Before(place) => Some(place),
        LogReach::After(place) => match logbook::newer(log, place, query, PAGE)? {
            Newer::Part(part) => return Ok(LogView { part, is_anew: false }),
            Newer::Anew => return Ok(LogView { part: logbook::older(log, None, query, PAGE)?, is_anew: true }),
        },
    };
    Ok(LogView { part: logbook::older(log, from, query, PAGE)?, is_anew: false })
}
