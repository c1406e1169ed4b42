//! One keyword line: `*NAME, KEY=value, FLAG`, read without minding case and blanks.

use crate::text::{cut, decode};

/// Characters kept of a name: both solvers and all file systems end before, and thousands of them are kept.
pub(super) const LONGEST_NAME: usize = 200;

/// A keyword line with its continuation lines joined.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Keyword {
    /// Upper case, single blanks: `HEAT TRANSFER`.
    pub name: String,
    /// The name without blanks, for comparing: solvers do not mind blanks in it.
    pub compact: String,
    params: Vec<(String, Option<String>)>,
}

impl Keyword {
    /// Reads the line; it begins with `*` after any blanks.
    pub(super) fn parse(line: &[u8]) -> Keyword {
        let text = decode(line);
        let text = text.trim_start().trim_start_matches('*');
        let mut fields = fields(text).into_iter();
        let head = fields.next().unwrap_or_default();
        // a comma may be missing: `*INCLUDE INPUT=mesh.inc`
        let (words, missed) = match head.split_once('=') {
            Some((words, _)) => (words, Some(head)),
            None => (head, None),
        };
        let mut name = String::new();
        for word in words.split_whitespace() {
            if !name.is_empty() {
                name.push(' ');
            }
            name.push_str(word);
        }
        let mut name = cut(&name, LONGEST_NAME).to_owned();
        name.make_ascii_uppercase();
        let compact = name.replace(' ', "");
        let params = missed
            .into_iter()
            .chain(fields)
            .filter(|field| !field.trim().is_empty())
            .map(|field| match field.split_once('=') {
                Some((key, value)) => (squeezed(key), Some(unquoted(value))),
                None => (squeezed(field), None),
            })
            .collect();
        Keyword { name, compact, params }
    }

    /// Whether its file stands in its place: for CalculiX every keyword that begins so.
    pub(super) fn is_include(&self) -> bool {
        self.compact.starts_with("INCLUDE")
    }

    /// The file that an include names. CalculiX takes what follows the first `=`, whatever key is before it, and reads
    /// it in capitals where the key does not end with `INPUT` or `FILE`. Taking a later `INPUT` instead would leave the
    /// file that CalculiX opens unseen.
    pub(super) fn included(&self) -> Option<String> {
        let mut filled = self.params.iter().filter_map(|(key, value)| Some((key, value.as_deref()?)));
        let (key, name) = filled.find(|(_, name)| !name.is_empty())?;
        let as_written = key.ends_with("INPUT") || key.ends_with("FILE");
        Some(if as_written { name.to_owned() } else { name.to_ascii_uppercase() })
    }

    /// Whether the parameter is there, with or without a value. Keys are given without blanks.
    pub(super) fn has(&self, key: &str) -> bool {
        self.params.iter().any(|(k, _)| k == key)
    }

    /// The parameter's value, not empty.
    pub(super) fn value(&self, key: &str) -> Option<&str> {
        self.params.iter().find(|(k, _)| k == key).and_then(|(_, v)| v.as_deref()).filter(|v| !v.is_empty())
    }

    /// Whether the parameter has this value, whatever the case.
    pub(super) fn is(&self, key: &str, value: &str) -> bool {
        self.value(key).is_some_and(|v| v.eq_ignore_ascii_case(value))
    }

    /// `Some(true)` for a flag or `=YES`, `Some(false)` for `=NO`, `None` where it is absent.
    pub(super) fn switch(&self, key: &str) -> Option<bool> {
        self.has(key).then(|| !self.is(key, "NO") && !self.is(key, "OFF"))
    }
}

/// Splits at commas outside double quotes.
fn fields(text: &str) -> Vec<&str> {
    let mut all = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => {
                all.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    all.push(&text[start..]);
    all
}

fn squeezed(key: &str) -> String {
    key.split_whitespace().collect::<String>().to_ascii_uppercase()
}

fn unquoted(value: &str) -> String {
    let value = value.trim();
    let value = value.strip_prefix('"').map_or(value, |v| v.strip_suffix('"').unwrap_or(v)).trim();
    cut(value, LONGEST_NAME).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_case() {
        let keyword = Keyword::parse(b"  *Heat  transfer , Steady State, END= PERIOD ,deltmx = 5.");
        assert_eq!(keyword.name, "HEAT TRANSFER");
        assert_eq!(keyword.compact, "HEATTRANSFER");
        assert!(keyword.has("STEADYSTATE"));
        assert_eq!(keyword.value("DELTMX"), Some("5."));
        assert!(keyword.is("END", "period"));
    }

    #[test]
    fn quotes_keep_commas_and_case() {
        let keyword = Keyword::parse(b"*Include, input=\"My Mesh, v2.inp\"");
        assert_eq!(keyword.value("INPUT"), Some("My Mesh, v2.inp"));
    }

    #[test]
    fn switches() {
        assert_eq!(Keyword::parse(b"*Step").switch("NLGEOM"), None);
        assert_eq!(Keyword::parse(b"*Step, nlgeom").switch("NLGEOM"), Some(true));
        assert_eq!(Keyword::parse(b"*Step, nlgeom=YES").switch("NLGEOM"), Some(true));
        assert_eq!(Keyword::parse(b"*Step, nlgeom=no").switch("NLGEOM"), Some(false));
    }
}
