//! How a message is known.

/// A pattern as a regular expression over squeezed text, case left aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    pub(crate) regex: String,
}

/// A number as solvers print it: `12`, `-3.`, `2.57164E+10`, `1,000`.
const NUMBER: &str = r"[-+]?[0-9][0-9.,]*(?:[ED][-+]?[0-9]+)?";

impl Pattern {
    /// Plain words anywhere in the message; `#` stands for a number, `*` for any text or none. So the asterisk of a
    /// keyword may be written as it is.
    pub(crate) fn of_text(words: &str) -> Pattern {
        let mut regex = String::new();
        let mut letter = [0; 4];
        for c in squeezed(words).chars() {
            match c {
                '#' => regex.push_str(NUMBER),
                '*' => regex.push_str(".*"),
                c => regex.push_str(&regex::escape(c.encode_utf8(&mut letter))),
            }
        }
        Pattern { regex }
    }

    /// A regular expression of the `regex` crate.
    pub(crate) fn of_regex(regex: &str) -> Pattern {
        Pattern { regex: regex.to_owned() }
    }
}

/// Solvers wrap and indent their messages: one blank for every run of white space.
pub(crate) fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use regex::bytes::RegexBuilder;

    #[test]
    fn words_and_their_wildcards() {
        let fits = |words: &str, text: &str| {
            let regex = Pattern::of_text(words).regex;
            RegexBuilder::new(&regex).case_insensitive(true).unicode(false).build().unwrap().is_match(text.as_bytes())
        };
        assert!(fits("Too  Many", "***ERROR: TOO MANY ATTEMPTS"));
        assert!(fits("ratio = #.", "RATIO = 2.57164E+10 ."), "a number may end in a full stop");
        assert!(fits("at # points", "AT 1,168 POINTS") && !fits("at # points", "AT ALL POINTS"));
        assert!(fits("unknown * set", "Unknown assembly node set X") && fits("a * b", "a  b"));
        assert!(fits("*ERROR reading *CLOAD", "*ERROR reading *CLOAD: node"));
        assert!(fits("(signal 9)", "killed (signal 9)") && !fits("a.b", "axb"));
    }
}
