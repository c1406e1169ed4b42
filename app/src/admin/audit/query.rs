//! The filters as an address, and back.

use super::api::AuditAsk;
use domain::{AuditPlace, Timestamp};

/// The place in an address: `1795495320-17`.
fn place(text: &str) -> Option<AuditPlace> {
    let (at, id) = text.rsplit_once('-')?;
    Some(AuditPlace { at: Timestamp(at.parse().ok()?), id: id.parse().ok()? })
}

/// What an address asks for; what it does not say is not filtered.
pub fn read(get: impl Fn(&str) -> Option<String>) -> AuditAsk {
    let text = |name| get(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    AuditAsk {
        actor: text("actor"),
        action: text("action"),
        subject: text("subject"),
        from: text("from"),
        to: text("to"),
        older_than: text("older").as_deref().and_then(place),
    }
}

/// The address of what is asked.
pub fn address(ask: &AuditAsk) -> String {
    let older = ask.older_than.map(|place| format!("{}-{}", place.at.0, place.id));
    let parts = [
        ("actor", &ask.actor),
        ("action", &ask.action),
        ("subject", &ask.subject),
        ("from", &ask.from),
        ("to", &ask.to),
        ("older", &older),
    ];
    let said = parts.iter().filter_map(|(name, value)| Some(format!("{name}={}", escape(value.as_ref()?))));
    let said: Vec<String> = said.collect();
    if said.is_empty() { "/admin/audit".to_owned() } else { format!("/admin/audit?{}", said.join("&")) }
}

/// Percent-encoding of a parameter's value (RFC 3986: all but the unreserved characters).
pub(in crate::admin) fn escape(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

/// Whether anything is left out.
pub fn is_filtered(ask: &AuditAsk) -> bool {
    AuditAsk { older_than: None, ..ask.clone() } != AuditAsk::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_is_asked_and_nothing_else() {
        let ask = AuditAsk {
            actor: Some("sato".into()),
            subject: Some("job 1&2".into()),
            from: Some("2026-11-24".into()),
            older_than: Some(AuditPlace { at: Timestamp(1_795_495_320), id: 17 }),
            ..AuditAsk::default()
        };
        assert_eq!(address(&ask), "/admin/audit?actor=sato&subject=job%201%262&from=2026-11-24&older=1795495320-17");
        let values = [("actor", "sato"), ("subject", " job 1&2 "), ("from", "2026-11-24"), ("to", "")];
        let get = |name: &str| match name {
            "older" => Some("1795495320-17".to_owned()),
            _ => values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()),
        };
        assert_eq!(read(get), ask);
        assert_eq!(address(&read(|_| None)), "/admin/audit");
        assert_eq!(read(|name| (name == "older").then(|| "x-1".to_owned())), AuditAsk::default());
        assert!(is_filtered(&ask) && !is_filtered(&AuditAsk { older_than: ask.older_than, ..AuditAsk::default() }));
    }
}
