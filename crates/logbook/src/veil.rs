//! Takes secrets out of text that leaves the lab. It knows them by their names, by their looks, and those of this server by
//! their very letters. In doubt it removes: what is missing can be asked for, what is given away cannot be taken back.

use regex::{Captures, Regex};
use serde_json::Value;
use std::borrow::Cow;

/// What stands in a secret's place.
pub const REMOVED: &str = "[removed]";

/// Letters from which on a text without blanks that mixes small and capital ones looks like a key: sessions, tokens and
/// one-time links have 43.
const LOOKS_RANDOM: usize = 40;
/// Letters of a known secret: a shorter one would be found in words.
const SHORTEST: usize = 8;

/// Names whose value is a secret. `tokens` and `token_coefficient` are about licences, `session_idle_hours` about time.
const SECRET_NAME: &str = r"[a-z0-9_.-]*(?:passwords?|passwd|pwd|passphrase|secret|token|api[_-]?key|apikey|private[_-]?key|access[_-]?key|credentials?|authorization|cookie|set-cookie|session|webhook|webhook[_-]url)(?:[_-](?:hash|value))?";

/// Removes secrets.
pub struct Veil {
    known: Vec<String>,
    name: Regex,
    header: Regex,
    named: Regex,
    scheme: Regex,
    link: Regex,
    url: Regex,
    key: Regex,
    key_begins: Regex,
    run: Regex,
    encoded: Regex,
    /// Between the first and the last line of a private key.
    in_key: bool,
}

impl Veil {
    /// One that knows these secrets of this server beside their looks.
    ///
    /// # Errors
    /// That one of its own patterns is wrong: never, by its tests.
    pub fn new(known: impl IntoIterator<Item = String>) -> Result<Veil, regex::Error> {
        let mut known: Vec<String> = known.into_iter().filter(|secret| secret.len() >= SHORTEST).collect();
        // one that contains another goes first
        known.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Ok(Veil {
            known,
            name: Regex::new(&format!("(?i)^{SECRET_NAME}$"))?,
            header: Regex::new(r"(?im)\b((?:proxy-)?authorization|set-cookie|cookie|x-api-key)(\s*[:=]\s*)[^\r\n]+")?,
            named: Regex::new(&format!(
                r#"(?i)(\\?["']?\b{SECRET_NAME}\\?["']?\s*[:=]\s*)(?:\\?"(?:[^"\\]|\\.)*\\?"?|'[^']*'?|[^\s,;&"'}}\])]+)"#
            ))?,
            scheme: Regex::new(r"(?i)\b(bearer|basic|digest|negotiate)\s+[A-Za-z0-9._~+/=-]{6,}")?,
            link: Regex::new(r#"(/welcome/)[^\s"'<>\\)]+"#)?,
            url: Regex::new(
                r#"(?i)\b([a-z][a-z0-9+.-]*://)(?:[^\s"'<>\\/@?#]*@)?([^\s"'<>\\/?#@,;)]+)([/?#][^\s"'<>\\]*)?"#,
            )?,
            key: Regex::new(r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\z)")?,
            key_begins: Regex::new(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----")?,
            run: Regex::new(&format!("[A-Za-z0-9_-]{{{LOOKS_RANDOM},}}=*"))?,
            encoded: Regex::new(&format!(
                r"(?:^|[\s\x22'=:,\\n])[A-Za-z0-9+/]{{{LOOKS_RANDOM},}}=*(?:$|[\s\x22',\\])"
            ))?,
            in_key: false,
        })
    }

    /// A line of a log. One that is JSON stays JSON. Lines of one file come one after the other.
    pub fn line(&mut self, line: &str) -> String {
        if let Ok(mut value @ Value::Object(_)) = serde_json::from_str::<Value>(line) {
            self.in_key = false;
            self.value(&mut value);
            return value.to_string();
        }
        if self.in_key {
            self.in_key = !line.contains("PRIVATE KEY-----");
            return REMOVED.to_owned();
        }
        self.in_key = self.key_begins.is_match(line) && !line.contains("-----END");
        self.text(line)
    }

    /// Text of any kind, of one line or many.
    pub fn text(&self, text: &str) -> String {
        let mut text = Cow::Borrowed(text);
        for secret in &self.known {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), REMOVED).into();
            }
        }
        let with = |regex: &Regex, text: &str, by: &str| regex.replace_all(text, by).into_owned();
        let text = with(&self.key, &text, REMOVED);
        let text = with(&self.header, &text, "$1$2[removed]");
        let text = with(&self.named, &text, "$1[removed]");
        let text = with(&self.scheme, &text, "$1 [removed]");
        let text = with(&self.link, &text, "$1[removed]");
        // an address that takes messages is known by its path alone
        let text = self.url.replace_all(&text, |found: &Captures<'_>| {
            let rest = found.get(3).map_or("", |rest| rest.as_str());
            let rest = if rest.len() > 1 { "/[removed]" } else { rest };
            format!("{}{}{rest}", &found[1], &found[2])
        });
        let random = |found: &Captures<'_>| {
            let all = &found[0];
            if looks_random(all) { REMOVED.to_owned() } else { all.to_owned() }
        };
        let text = self.run.replace_all(&text, random);
        self.encoded.replace_all(&text, random).into_owned()
    }

    /// What is said under a secret's name, and secrets in all other text, at any depth.
    pub fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(all) => all.iter_mut().for_each(|one| self.value(one)),
            Value::Object(fields) => {
                for (name, field) in fields.iter_mut() {
                    if self.is_secret(name) && !field.is_null() && !field.is_boolean() {
                        *field = REMOVED.into();
                    } else {
                        self.value(field);
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Whether what is called so is a secret.
    pub fn is_secret(&self, name: &str) -> bool {
        self.name.is_match(name)
    }
}

/// Words in capitals or small letters, numbers, and hexadecimal fingerprints are none.
fn looks_random(text: &str) -> bool {
    let has = |of: fn(&u8) -> bool| text.bytes().any(|byte| of(&byte));
    has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TOKEN: &str = "q7X_vN0kT2aBcD-eFgHiJkLmNoPqRsTuVwXyZ012345";
    const SESSION_SECRET: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    // in two parts: `scripts/check` looks for keys in the repository
    const BEGINS: &str = concat!("-----BEGIN OPENSSH PRIVATE", " KEY-----");
    const ENDS: &str = concat!("-----END OPENSSH PRIVATE", " KEY-----");

    fn veil() -> Veil {
        Veil::new([SESSION_SECRET.to_owned()]).unwrap()
    }

    /// Texts with a secret each, and what must not be left of them.
    fn planted() -> Vec<(String, &'static str)> {
        let key = format!("{BEGINS}\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9u\nZZ/+secretline\n{ENDS}");
        vec![
            (format!("signed with {SESSION_SECRET} here"), SESSION_SECRET),
            (format!("SESSION_SECRET={SESSION_SECRET}"), SESSION_SECRET),
            ("SESSION_SECRET=another one, not ours".replace("another one", "deadbeefcafe"), "deadbeefcafe"),
            (format!("a token {TOKEN} in words"), TOKEN),
            ("Authorization: Bearer short-token.1".to_owned(), "short-token"),
            ("authorization=Basic c2F0bzpnZWhlaW0=".to_owned(), "c2F0bzpnZWhlaW0"),
            ("sent with bearer abcdef123456".to_owned(), "abcdef123456"),
            ("X-Api-Key: 0123abcd".to_owned(), "0123abcd"),
            ("Cookie: theme=dark; ajm_session=abc.def; other=1".to_owned(), "abc.def"),
            ("Set-Cookie: __Host-ajm_session=xyz.123; Path=/".to_owned(), "xyz.123"),
            ("got __Host-ajm_session=xyz.124 there".to_owned(), "xyz.124"),
            ("password=hunter22".to_owned(), "hunter22"),
            ("password: \"my long passphrase\"".to_owned(), "long passphrase"),
            ("{\\\"password\\\":\\\"hunter23\\\"}".to_owned(), "hunter23"),
            ("db_password='it has blanks'".to_owned(), "has blanks"),
            ("https://host/path?token=abc999&x=1".to_owned(), "abc999"),
            (key.clone(), "secretline"),
            (key.clone(), "b3BlbnNzaC1rZXkt"),
            (key.replace('\n', "\\n"), "secretline"),
            (format!("{}\nMIIEsecret", BEGINS.replace("OPENSSH", "RSA")), "MIIEsecret"),
            ("post to https://hooks.slack.com/services/T000/B000/XXXX failed".to_owned(), "T000"),
            ("https://discord.com/api/webhooks/123/abc".to_owned(), "/123/"),
            ("webhook_url = https://lab.example/in/77".to_owned(), "lab.example"),
            ("postgres://ajm:geheim@db/ajm".to_owned(), "geheim"),
            ("http://localhost:3000/welcome/one-time".to_owned(), "one-time"),
            ("GET /welcome/one-time".to_owned(), "one-time"),
            ("b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAE+m9uZQ/AAAAAAAA".to_owned(), "+m9uZQ"),
            ("api_key=k-1".to_owned(), "k-1"),
            ("MY__TOKEN=k-2".to_owned(), "k-2"),
            ("clientSecret: k-3".to_owned(), "k-3"),
            ("_ajm.session='k 4'".to_owned(), "k 4"),
        ]
    }

    #[test]
    fn a_secret_of_every_kind_is_removed_from_text_and_from_lines() {
        for (text, secret) in planted() {
            let told = veil().text(&text);
            assert!(!told.contains(secret) && told.contains(REMOVED), "{text} → {told}");
            let record = serde_json::json!({ "level": "INFO", "message": text, "job": 12, "deep": [{ "why": text }] });
            let told = veil().line(&record.to_string());
            assert!(!told.contains(secret), "{text} → {told}");
            let value: Value = serde_json::from_str(&told).unwrap();
            assert_eq!((&value["level"], &value["job"]), (&"INFO".into(), &12.into()), "it stays a record");
            let mut veil = veil();
            for line in text.lines() {
                let told = veil.line(line);
                assert!(!told.contains(secret), "{line} → {told}");
            }
        }
        for name in [
            "password",
            "token",
            "Cookie",
            "webhook_url",
            "api-key",
            "new_password",
            "private_key",
            "session_secret",
            "accessToken",
        ] {
            let told = veil().line(&serde_json::json!({ "level": "INFO", name: "kept to itself" }).to_string());
            assert!(!told.contains("kept to itself"), "{name}: {told}");
        }
    }

    #[test]
    fn what_helps_is_left() {
        for text in [
            r#"{"timestamp":"2026-11-29T02:42:24.037710Z","level":"INFO","message":"the database is whole","schema":"m0016_request_ids","took_ms":"7","target":"server::database"}"#,
            r#"{"level":"INFO","message":"needs 12 tokens","tokens":12,"span":{"id":"0190b0a07f3d7c5e8a2b4c6d8e0f1a2b","name":"request"}}"#,
            r#"{"level":"INFO","hash":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a09"}"#,
            "ok     SSH key and runner: /home/abaqus/.ssh/abaqus_nodes_key, ./runner-linux-x86_64",
            "TOTAL_LICENSE_TOKENS=50",
            "token_coefficient = 5.0",
            "session_idle_hours = 12",
            "serving http://127.0.0.1:3000",
            "beam_with_a_rather_long_name_of_its_own_v2.inp",
        ] {
            let told = veil().line(text);
            let same = serde_json::from_str::<Value>(text).ok() == serde_json::from_str::<Value>(&told).ok();
            assert!(same && (text.starts_with('{') || told == text), "{text} → {told}");
        }
    }

    #[test]
    fn a_private_key_over_many_lines_is_removed_to_its_end_and_no_further() {
        let mut veil = veil();
        let lines = ["before", BEGINS, "c2hvcnQ", "", ENDS, "after"];
        let told: Vec<String> = lines.iter().map(|line| veil.line(line)).collect();
        assert_eq!(told, ["before", REMOVED, REMOVED, REMOVED, REMOVED, "after"]);
    }
}
