//! The filters as an address, and back.

use crate::admin::audit::escape;
use domain::log::{LogLevel, LogPlace, LogQuery};

/// What an address asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// What is looked for.
    pub query: LogQuery,
    /// Only what is older: a page that is read without a script.
    pub older: Option<LogPlace>,
}

/// What an address says; what it does not say is not filtered.
pub fn read(get: impl Fn(&str) -> Option<String>) -> Asked {
    let text = |name| get(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    Asked {
        query: LogQuery {
            level: text("level").as_deref().and_then(LogLevel::from_word),
            text: text("q"),
            request: text("request"),
        },
        older: text("older").as_deref().and_then(LogPlace::parse),
    }
}

/// The address of what is asked.
pub fn address(asked: &Asked) -> String {
    let Asked { query, older } = asked;
    let parts = [
        ("level", query.level.map(|level| level.as_str().to_ascii_lowercase())),
        ("q", query.text.clone()),
        ("request", query.request.clone()),
        ("older", older.map(LogPlace::text)),
    ];
    let said = parts.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", escape(&value?))));
    let said: Vec<String> = said.collect();
    if said.is_empty() { "/admin/logs".to_owned() } else { format!("/admin/logs?{}", said.join("&")) }
}

/// Everything that one request caused, whatever else is looked for now.
pub fn of_request(id: &str) -> String {
    let query = LogQuery { request: Some(id.to_owned()), ..LogQuery::default() };
    address(&Asked { query, older: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_is_asked_and_nothing_else() {
        let asked = Asked {
            query: LogQuery {
                level: Some(LogLevel::Warn),
                text: Some("disk & 満杯".into()),
                request: Some("cae-macro_17.3".into()),
            },
            older: Some(LogPlace { file: 0xab, offset: 12 }),
        };
        let text =
            "/admin/logs?level=warn&q=disk%20%26%20%E6%BA%80%E6%9D%AF&request=cae-macro_17.3&older=00000000000000ab-12";
        assert_eq!(address(&asked), text);
        let values = [
            ("level", "WARN"),
            ("q", " disk & 満杯 "),
            ("request", "cae-macro_17.3"),
            ("older", "00000000000000ab-12"),
        ];
        let get = |name: &str| values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        assert_eq!(read(get), asked);
        assert_eq!(address(&read(|_| None)), "/admin/logs");
        assert_eq!(read(|name| (name == "older" || name == "level").then(|| "x-1".to_owned())), Asked::default());
    }
}
