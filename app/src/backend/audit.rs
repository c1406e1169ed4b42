//! The audit log: a page of it, and all that fits as a file.

use super::{Asking, Backend, fault};
use crate::admin::audit::api::{AuditAsk, AuditFile, AuditView, MOST_ROWS};
use crate::clock::server_offset_minutes;
use crate::i18n::sentence::Voice;
use crate::i18n::{Locale, sentence};
use crate::sheet::Sheet;
use crate::{AppError, ErrorCode};
use chrono::{Days, Local, NaiveDate, NaiveTime, TimeZone};
use domain::{AuditEntry, AuditQuery, Timestamp};

/// Rows of a page.
const PAGE: usize = 50;
/// Rows read at once for a file.
const ROWS_AT_ONCE: usize = 1_000;

/// The first moment of a day by the server's clock on the wall.
fn midnight(day: NaiveDate) -> Option<Timestamp> {
    let begins = Local.from_local_datetime(&day.and_time(NaiveTime::MIN)).earliest();
    // where a clock change leaves no midnight, an hour later is the day's beginning
    begins
        .or_else(|| Local.from_local_datetime(&day.and_hms_opt(1, 0, 0)?).earliest())
        .map(|at| Timestamp(at.timestamp()))
}

fn day(locale: Locale, field: &str, text: Option<&str>) -> Result<Option<NaiveDate>, AppError> {
    let Some(text) = text else { return Ok(None) };
    text.parse().map(Some).map_err(|_| {
        let message = locale.pick("日付を 2026-11-24 の形で入力してください。", "Enter a date such as 2026-11-24.");
        AppError::new(ErrorCode::ValidationError, message).about(field)
    })
}

fn query(locale: Locale, ask: &AuditAsk) -> Result<AuditQuery, AppError> {
    let from = day(locale, "from", ask.from.as_deref())?;
    let to = day(locale, "to", ask.to.as_deref())?;
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        let message =
            locale.pick("終了日は開始日と同じか、あとの日にしてください。", "The last day is before the first.");
        return Err(AppError::new(ErrorCode::ValidationError, message).about("to"));
    }
    Ok(AuditQuery {
        actor: ask.actor.clone(),
        action: ask.action.clone(),
        subject: ask.subject.as_deref().map(sentence::audit::kept_subject),
        from: from.and_then(midnight),
        // the last day is meant with all its hours
        until: to.and_then(|day| day.checked_add_days(Days::new(1))).and_then(midnight),
        older_than: ask.older_than,
    })
}

fn row(voice: Voice, entry: &AuditEntry) -> [String; 9] {
    let locale = voice.locale;
    let [before, after] = sentence::audit::sides(voice, entry);
    let at = Local.timestamp_opt(entry.at.0, 0).earliest();
    [
        at.map(|at| at.format("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default(),
        entry.actor.clone(),
        entry.name.clone(),
        entry.origin.as_deref().map(|word| sentence::audit::origin_or_word(locale, word)).unwrap_or_default(),
        entry.address.clone().unwrap_or_default(),
        sentence::audit::action_or_word(locale, &entry.action),
        sentence::audit::subject(locale, entry),
        before,
        after,
    ]
}

impl Backend {
    /// A page of the log, and what its filters offer.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` about `from` or `to` for what is no day.
    pub async fn view_audit(&self, ask: &AuditAsk, asking: &Asking) -> Result<AuditView, AppError> {
        let fault = |error| fault::repository(asking.locale, error);
        let query = query(asking.locale, ask)?;
        // one more than is shown says whether there is a next page
        let mut entries = self.repository.audit(&query, PAGE as u64 + 1).await.map_err(fault)?;
        let more = entries.len() > PAGE;
        entries.truncate(PAGE);
        Ok(AuditView {
            next: entries.last().filter(|_| more).map(AuditEntry::place),
            entries,
            actors: self.repository.audit_actors().await.map_err(fault)?.into_iter().collect(),
            actions: self.repository.audit_actions().await.map_err(fault)?,
        })
    }

    /// The newest 50,000 that fit, as CSV.
    ///
    /// # Errors
    /// As [`Backend::view_audit`].
    pub async fn export_audit(&self, ask: &AuditAsk, asking: &Asking) -> Result<AuditFile, AppError> {
        let locale = asking.locale;
        let voice = Voice::at(locale, Timestamp(Local::now().timestamp()), server_offset_minutes());
        let mut query = AuditQuery { older_than: None, ..query(locale, ask)? };
        let heads = locale.pick(
            ["日時", "ID", "名前", "経路", "アドレス", "操作", "対象", "前", "後"],
            ["Time", "ID", "Name", "Way", "Address", "Action", "Subject", "Before", "After"],
        );
        let mut sheet = Sheet::default();
        sheet.row(&heads);
        let mut rows = 0;
        loop {
            let part = self.repository.audit(&query, ROWS_AT_ONCE as u64).await;
            let part = part.map_err(|error| fault::repository(locale, error))?;
            let Some(last) = part.last() else { break };
            query.older_than = Some(last.place());
            for entry in part {
                if rows == MOST_ROWS {
                    return Ok(AuditFile { text: sheet.text(), rows, is_cut: true });
                }
                sheet.row(&row(voice, &entry));
                rows += 1;
            }
        }
        Ok(AuditFile { text: sheet.text(), rows, is_cut: false })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn days_are_whole_and_what_is_no_day_names_its_field() {
        let ask = |from: &str, to: &str| AuditAsk {
            from: Some(from.to_owned()),
            to: Some(to.to_owned()),
            ..AuditAsk::default()
        };
        let day = query(Locale::Ja, &ask("2026-11-24", "2026-11-24")).unwrap();
        assert_eq!(day.until.unwrap().0 - day.from.unwrap().0, 86_400);
        for (asked, field) in [(ask("24.11.", "2026-11-24"), "from"), (ask("2026-11-24", "2026-02-30"), "to")] {
            assert_eq!(query(Locale::En, &asked).unwrap_err().field.as_deref(), Some(field));
        }
    }
}
