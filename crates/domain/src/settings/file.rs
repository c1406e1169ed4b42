//! All settings as a TOML file, for keeping beside a lab's other files and for carrying to another server.

use super::{SETTINGS, Setting, SettingFault, SettingProblem, Settings, Value, check};
use std::fmt::Write;

/// Why a file cannot be taken over; nothing of it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileProblem {
    /// It is not TOML.
    #[error("line {line}: {problem}")]
    NotToml {
        /// Where, from 1.
        line: usize,
        /// The reader's words, in English.
        problem: String,
    },
    /// Keys that nobody knows, or values that cannot be.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Settings(Vec<SettingProblem>),
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            // writing into a String cannot fail
            c if c.is_control() => drop(write!(quoted, "\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn written(value: &Value) -> String {
    match value {
        Value::Whole(_) | Value::Decimal(_) | Value::Flag(_) => value.text(),
        Value::Three([two, four, eight]) => format!("[{two}, {four}, {eight}]"),
        // no limit, no table: TOML has no word for nothing
        other => quoted(&other.text()),
    }
}

/// All settings as TOML, each under its meaning in both languages.
pub fn write(settings: &Settings) -> String {
    let mut text = String::new();
    for setting in &SETTINGS {
        let value = written(&(setting.get)(settings));
        for words in [setting.ja, setting.en] {
            text.push_str(&format!("# {}: {}\n", words.title, words.about));
        }
        text.push_str(&format!("{} = {value}\n\n", setting.key));
    }
    text
}

/// A value as a person would type it into the field.
fn typed(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Boolean(flag) => flag.to_string(),
        toml::Value::Datetime(moment) => moment.to_string(),
        toml::Value::Array(values) => values.iter().map(typed).collect::<Vec<_>>().join(","),
        toml::Value::Table(_) => "[…]".to_owned(),
    }
}

/// What a file wants: key and value as it is to be stored, in the table's order. Keys that it does not name are not
/// among them: they stay as they are.
///
/// # Errors
/// All that is wrong with it.
pub fn read(text: &str) -> Result<Vec<(&'static str, String)>, FileProblem> {
    // an editor on Windows may have put a mark before it
    let text = text.trim_start_matches('\u{feff}');
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        FileProblem::NotToml { line: before.matches('\n').count() + 1, problem: error.message().to_owned() }
    })?;
    let mut problems = Vec::new();
    for (key, value) in &table {
        if Setting::find(key).is_none() {
            let fault = SettingFault::NoSuchKey;
            problems.push(SettingProblem { key: key.clone(), value: typed(value), fault });
        }
    }
    let mut wanted = Vec::new();
    for setting in &SETTINGS {
        let Some(value) = table.get(setting.key) else { continue };
        match check(setting.key, &typed(value)) {
            Ok(value) => wanted.push((setting.key, value)),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(wanted) } else { Err(FileProblem::Settings(problems)) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::super::Kind;
    use super::*;
    use proptest::prelude::*;

    /// Any text that may stand in a field of this kind.
    fn any_of(kind: Kind) -> BoxedStrategy<String> {
        match kind {
            Kind::Whole { min, max } => (min..=max).prop_map(|number| number.to_string()).boxed(),
            Kind::WholeOrNone { min, max } => {
                prop_oneof![Just(String::new()), (min..=max).prop_map(|number| number.to_string())].boxed()
            }
            Kind::Decimal { min, max } => (min..=max).prop_map(|number| number.to_string()).boxed(),
            Kind::Flag => any::<bool>().prop_map(|flag| flag.to_string()).boxed(),
            Kind::Choice { words } => proptest::sample::select(words).prop_map(str::to_owned).boxed(),
            Kind::Table { max } => {
                let three = proptest::collection::vec(0..=max, 3).prop_map(|mut numbers| {
                    numbers.sort_unstable();
                    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
                });
                prop_oneof![Just(String::new()), three].boxed()
            }
            Kind::NodeOrNone => prop_oneof![Just(String::new()), "node-[0-9]{2}".prop_map(String::from)].boxed(),
            Kind::ScheduleOrNone => prop_oneof![
                Just(String::new()),
                ((0..60u32), (0..24u32)).prop_map(|(minute, hour)| format!("{minute} {hour} * * 1-5"))
            ]
            .boxed(),
            Kind::Word => "[A-Za-z0-9._-]{1,64}".prop_map(String::from).boxed(),
        }
    }

    fn any_settings() -> impl Strategy<Value = Settings> {
        let values: Vec<BoxedStrategy<String>> = SETTINGS.iter().map(|setting| any_of(setting.kind)).collect();
        values.prop_map(|values| {
            let pairs = SETTINGS.iter().zip(values).map(|(setting, value)| (setting.key, value));
            let (settings, problems) = Settings::from_pairs(pairs);
            assert_eq!(problems, []);
            settings
        })
    }

    proptest! {
        #[test]
        fn any_settings_written_are_read_the_same(settings in any_settings()) {
            let text = write(&settings);
            let wanted = read(&text).unwrap();
            prop_assert_eq!(wanted, settings.pairs(), "{}", text);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*") {
            let _ = read(&text);
        }
    }

    #[test]
    fn what_a_file_does_not_name_is_not_wanted_and_words_are_forgiven() {
        assert_eq!(read(""), Ok(vec![]));
        let text = "\u{feff}# mine\ntoken_table = [59, 76, 112]\npoll_interval_seconds = \"５\"\ntoken_exponent = 1\n";
        let wanted = [("token_exponent", "1"), ("token_table", "59,76,112"), ("poll_interval_seconds", "5")];
        assert_eq!(read(text), Ok(wanted.map(|(key, value)| (key, value.to_owned())).to_vec()));
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once() {
        let text = "total_license_tokens = 0\nno_such = 1\nkeep_run_folder_on_failure = 1\nbackfill_patience = 5\n\
                    [license]\nuser_max_tokens = 3\n";
        let Err(FileProblem::Settings(problems)) = read(text) else { panic!("it is wrong") };
        let keys: Vec<&str> = problems.iter().map(|problem| problem.key.as_str()).collect();
        assert_eq!(keys, ["license", "no_such", "total_license_tokens", "keep_run_folder_on_failure"]);
        assert_eq!(problems[1].fault, SettingFault::NoSuchKey);
        let Err(FileProblem::NotToml { line, .. }) = read("backfill_patience = 5\npoll = = 3\n") else {
            panic!("it is no TOML")
        };
        assert_eq!(line, 2);
        assert!(matches!(read("a = 1\na = 2\n"), Err(FileProblem::NotToml { line: 2, .. })), "a key stands twice");
    }
}
