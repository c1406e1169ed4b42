//! Settings: read, saved several at once, and carried as a file.

use super::{Asking, Backend, fault};
use crate::admin::settings::api::{FileChange, PastChange, Refused, SettingsView};
use crate::i18n::{Locale, sentence};
use crate::{AppError, ErrorCode};
use domain::settings::file::{self, FileProblem};
use domain::settings::{SavedSetting, Setting, SettingChange, SettingProblem};
use repository::RepositoryError;
use serde_json::json;

/// Earlier changes shown of one setting.
const MOST_PAST: u64 = 50;

fn refused(locale: Locale, problems: &[SettingProblem]) -> AppError {
    let sentences: Vec<String> = problems.iter().map(|problem| sentence::setting::problem(locale, problem)).collect();
    let list = problems.iter().map(|problem| Refused {
        key: problem.key.clone(),
        message: sentence::setting::fault(locale, Setting::find(&problem.key), &problem.fault),
    });
    let error = AppError::new(ErrorCode::ValidationError, sentences.join(locale.pick("", " ")));
    let error = error.with(json!({ "problems": list.collect::<Vec<_>>() }));
    match problems.first() {
        Some(first) => error.about(&first.key),
        None => error,
    }
}

fn conflict(locale: Locale, others: &[SavedSetting]) -> AppError {
    let titles: Vec<&str> = others
        .iter()
        .filter_map(|saved| Setting::find(&saved.key))
        .map(|setting| sentence::setting::words(locale, setting).title)
        .collect();
    let message = locale.pick(
        format!("ほかの人が先に変えた設定があるため、保存していません: {}", titles.join("、")),
        format!("Nothing was saved, because somebody else has changed: {}", titles.join(", ")),
    );
    AppError::new(ErrorCode::Conflict, message).with(json!({ "conflicts": others }))
}

fn of_repository(locale: Locale, error: RepositoryError) -> AppError {
    match error {
        RepositoryError::Setting(problem) => refused(locale, &[problem]),
        RepositoryError::Settings(problems) => refused(locale, &problems),
        RepositoryError::SettingsChanged(others) => conflict(locale, &others),
        other => fault::repository(locale, other),
    }
}

/// The text of a value in the audit log.
fn text(json: Option<String>) -> Option<String> {
    serde_json::from_str(&json?).ok()
}

impl Backend {
    /// All settings with who changed each when, and the nodes to choose from.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn settings(&self, asking: &Asking) -> Result<SettingsView, AppError> {
        let fault = |error| fault::repository(asking.locale, error);
        let settings = self.repository.saved_settings().await.map_err(fault)?;
        let nodes = self.repository.node_summaries().await.map_err(fault)?;
        Ok(SettingsView { settings, nodes: nodes.into_iter().map(|node| node.id).collect() })
    }

    /// Saves several at once; in force when this returns.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming each that cannot be; `CONFLICT` with what somebody else saved meanwhile. Nothing is
    /// saved then.
    pub async fn save_settings(
        &self,
        changes: &[SettingChange],
        asking: &Asking,
    ) -> Result<Vec<SavedSetting>, AppError> {
        let saved = self.repository.change_settings(changes, &asking.actor).await;
        saved.map_err(|error| of_repository(asking.locale, error))
    }

    /// Earlier changes of one setting, newest first.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` for an unknown key.
    pub async fn setting_history(&self, key: &str, asking: &Asking) -> Result<Vec<PastChange>, AppError> {
        if Setting::find(key).is_none() {
            let fault = domain::settings::SettingFault::NoSuchKey;
            return Err(refused(asking.locale, &[SettingProblem { key: key.to_owned(), value: String::new(), fault }]));
        }
        let entries = self.repository.audit_of(&format!("setting {key}"), MOST_PAST).await;
        let entries = entries.map_err(|error| fault::repository(asking.locale, error))?;
        let past = entries.into_iter().map(|entry| PastChange {
            id: entry.id,
            at: entry.at,
            name: entry.name,
            before: text(entry.before),
            after: text(entry.after),
        });
        Ok(past.collect())
    }

    /// All settings as they are in force, as TOML.
    ///
    /// # Errors
    /// None today; the page's other calls have the same shape.
    pub async fn export_settings(&self, _: &Asking) -> Result<String, AppError> {
        Ok(file::write(&self.repository.settings()))
    }

    /// What a file would change.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming the line that is no TOML, or every key and value that cannot be.
    pub async fn preview_settings(&self, text: &str, asking: &Asking) -> Result<Vec<FileChange>, AppError> {
        let locale = asking.locale;
        let wanted = file::read(text).map_err(|problem| match problem {
            FileProblem::Settings(problems) => refused(locale, &problems),
            FileProblem::NotToml { line, problem } => {
                let message = locale.pick(
                    format!("{line}行目を TOML として読めません。({problem})"),
                    format!("Line {line} cannot be read as TOML: {problem}."),
                );
                AppError::new(ErrorCode::ValidationError, message).about("text")
            }
        })?;
        let saved = self.repository.saved_settings().await.map_err(|error| fault::repository(locale, error))?;
        let change = |saved: SavedSetting| {
            let (_, wanted) = wanted.iter().find(|(key, value)| *key == saved.key && *value != saved.value)?;
            Some(FileChange { wanted: wanted.clone(), saved })
        };
        Ok(saved.into_iter().filter_map(change).collect())
    }
}
