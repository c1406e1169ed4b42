//! One line of a log as a record.

use chrono::DateTime;
use domain::Timestamp;
use domain::log::{LogLevel, LogPlace, LogRecord};
use serde_json::{Map, Value};

/// Letters of what a record says.
const MESSAGE: usize = 4_000;
/// Letters of one field.
const FIELD: usize = 1_000;
/// Fields of one record.
const FIELDS: usize = 40;

/// A line, read. What is no record of ours is shown as it stands, and nothing of it is believed.
pub fn record(place: LogPlace, line: &[u8]) -> LogRecord {
    let mut record = LogRecord {
        place,
        at: None,
        millis: 0,
        level: None,
        target: String::new(),
        message: String::new(),
        request: None,
        fields: Vec::new(),
        is_cut: false,
    };
    let parsed = serde_json::from_slice::<Map<String, Value>>(line).ok();
    let Some(mut parts) = parsed.filter(|parts| parts.get("level").is_some_and(Value::is_string)) else {
        record.message = cut(&String::from_utf8_lossy(line), MESSAGE, &mut record.is_cut);
        return record;
    };
    let mut text = |name: &str| parts.remove(name).map(shown);
    let at = text("timestamp").and_then(|at| DateTime::parse_from_rfc3339(&at).ok());
    record.at = at.map(|at| Timestamp(at.timestamp()));
    record.millis = at.and_then(|at| u16::try_from(at.timestamp_subsec_millis()).ok()).unwrap_or_default();
    record.level = text("level").as_deref().and_then(LogLevel::from_word);
    record.target = cut(&text("target").unwrap_or_default(), FIELD, &mut record.is_cut);
    record.message = cut(&text("message").unwrap_or_default(), MESSAGE, &mut record.is_cut);
    match parts.remove("span") {
        Some(Value::Object(span)) if span.get("name").and_then(Value::as_str) == Some("request") => {
            record.request = span.get("id").and_then(Value::as_str).map(str::to_owned);
        }
        Some(span) => {
            parts.insert("span".to_owned(), span);
        }
        None => {}
    }
    record.is_cut |= parts.len() > FIELDS;
    for (name, value) in parts.into_iter().take(FIELDS) {
        let value = cut(&shown(value), FIELD, &mut record.is_cut);
        record.fields.push((cut(&name, FIELD, &mut record.is_cut), value));
    }
    record
}

fn shown(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn cut(text: &str, letters: usize, is_cut: &mut bool) -> String {
    match text.char_indices().nth(letters) {
        None => text.to_owned(),
        Some((end, _)) => {
            *is_cut = true;
            format!("{}…", &text[..end])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: LogPlace = LogPlace { file: 1, offset: 2 };

    #[test]
    fn a_line_of_ours_is_taken_apart() {
        let line = r#"{"timestamp":"2026-11-29T02:42:24.348164Z","level":"INFO","message":"backed up","bytes":217088,"backup":"20261129_024224","target":"app::backend","span":{"id":"cae-17","name":"request"}}"#;
        let record = record(PLACE, line.as_bytes());
        assert_eq!(
            (record.at, record.millis, record.level),
            (Some(Timestamp(1_795_920_144)), 348, Some(LogLevel::Info))
        );
        assert_eq!((record.message.as_str(), record.target.as_str()), ("backed up", "app::backend"));
        assert_eq!(record.request.as_deref(), Some("cae-17"));
        let fields = [("backup", "20261129_024224"), ("bytes", "217088")];
        assert_eq!(record.fields, fields.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert!(!record.is_cut);
    }

    #[test]
    fn what_is_broken_is_shown_as_it_stands() {
        for line in ["{\"timestamp\":\"2026-11-", "thread panicked", "[1,2]", "{\"a\":1}", "<b>&", ""] {
            let record = record(PLACE, line.as_bytes());
            assert_eq!((record.message.as_str(), record.level, record.at), (line, None, None));
        }
        assert_eq!(record(PLACE, b"a\xffb").message, "a\u{fffd}b");
    }

    #[test]
    fn nothing_is_longer_than_a_page_can_bear() {
        let fields: Map<String, Value> = (0..100).map(|n| (format!("f{n}"), "あ".repeat(5_000).into())).collect();
        let mut line = Value::Object(fields);
        line["level"] = "ERROR".into();
        line["message"] = "い".repeat(100_000).into();
        let record = record(PLACE, line.to_string().as_bytes());
        assert!(record.is_cut && record.message.chars().count() == MESSAGE + 1);
        assert!(record.fields.len() == FIELDS && record.fields[0].1.chars().count() == FIELD + 1);
    }
}
