//! Names that people give, parsed once into types that cannot hold a path, an option or a control character. Clones
//! share the text: a reason to wait names jobs and nodes, and is told for each of many thousand jobs.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// Why a text cannot be the name it was given for. Each is a message key of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum NameError {
    /// Nothing, or blanks only.
    #[error("is empty")]
    Empty,
    /// More than the allowed bytes or characters.
    #[error("is too long")]
    TooLong,
    /// A character that file systems, shells or solvers would read as something else.
    #[error("has a character that is not allowed")]
    BadCharacter,
    /// A leading hyphen or dot, or a trailing dot or blank.
    #[error("begins or ends with a character that is not allowed there")]
    BadEdge,
    /// A name that an operating system or the product keeps for itself (`CON`, `auto`, …).
    #[error("is reserved")]
    Reserved,
}

/// Device names that Windows gives no file, whatever the extension.
const WINDOWS_DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2",
    "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// What Windows takes for one of them, too: with blanks before the ending, and with a raised digit.
fn is_windows_device(text: &str) -> bool {
    let plain = |c: char| match c {
        '\u{b9}' => '1',
        '\u{b2}' => '2',
        '\u{b3}' => '3',
        _ => c.to_ascii_lowercase(),
    };
    let stem: String = text.split('.').next().unwrap_or(text).trim_end().chars().map(plain).collect();
    WINDOWS_DEVICES.contains(&stem.as_str())
}

/// The short name that Windows gives the program's own folder in a run's (`.run`).
fn is_own_folder(text: &str) -> bool {
    let number = text.get(..4).filter(|stem| stem.eq_ignore_ascii_case("run~")).map(|_| &text[4..]);
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Characters no name may hold: path separators, what cmd, PowerShell and sh give a meaning, and controls.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '%' | '$' | '`' | '\'' | '&' | ';' | '^' | '!'
        )
        // direction marks make one name look like another
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Letters that nobody sees, or that turn the order of others: with them one text looks like another. New names have
/// none; names that were stored before may, and stay readable.
pub fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// Wide letters, digits and signs, as a Japanese keyboard types them, made narrow.
pub fn narrow(text: &str) -> String {
    let one = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    };
    text.chars().map(one).collect()
}

fn is_job_letter(c: char) -> bool {
    (c.is_alphanumeric() && !is_unseen(c)) || matches!(c, '_' | '-' | '.')
}

fn check_edges(text: &str) -> Result<(), NameError> {
    if text.trim().is_empty() {
        return Err(NameError::Empty);
    }
    if text.starts_with(['-', '.', ' ']) || text.ends_with(['.', ' ']) || text.trim() != text {
        return Err(NameError::BadEdge);
    }
    let stem = text.split('.').next().unwrap_or(text).to_ascii_lowercase();
    if WINDOWS_DEVICES.contains(&stem.as_str()) {
        return Err(NameError::Reserved);
    }
    Ok(())
}

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident, $parse:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes the text as it is, or says what is wrong with it; nothing is repaired.
            ///
            /// # Errors
            /// The first [`NameError`] that applies.
            pub fn parse(text: &str) -> Result<Self, NameError> {
                let check: fn(&str) -> Result<(), NameError> = $parse;
                check(text)?;
                Ok(Self(text.into()))
            }

            /// The name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

/// Characters and bytes of a new job's name, without `.inp`: ccx 2.20 breaks down on a longer one.
const LONGEST_JOB: (usize, usize) = (80, 127);

name_type!(
    /// A job's name: the stem of its deck on the node, so letters (Japanese too), digits, `_`, `-` and dots inside.
    /// At most 80 characters and 200 bytes, of a new job 127 ([`JobName::parse_new`]). No blanks: Abaqus refuses them.
    JobName,
    |text| {
        check_edges(text)?;
        if text.chars().count() > LONGEST_JOB.0 || text.len() > 200 {
            return Err(NameError::TooLong);
        }
        if !text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.')) {
            return Err(NameError::BadCharacter);
        }
        Ok(())
    }
);

name_type!(
    /// The name of one file, without any folder. Blanks inside are fine. At most 200 bytes.
    FileName,
    |text| {
        check_edges(text)?;
        if text.len() > 200 {
            return Err(NameError::TooLong);
        }
        if text.chars().any(is_hostile) {
            return Err(NameError::BadCharacter);
        }
        Ok(())
    }
);

name_type!(
    /// A host's name or address: letters, digits, `.`, `-`, and `:` for IPv6. At most 253 bytes.
    HostName,
    |text| {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if text.len() > 253 {
            return Err(NameError::TooLong);
        }
        if text.starts_with(['-', '.']) {
            return Err(NameError::BadEdge);
        }
        if !text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'_')) {
            return Err(NameError::BadCharacter);
        }
        Ok(())
    }
);

name_type!(
    /// A node's identifier (`node-01`): lower-case ASCII letters, digits, `-`, `_`; at most 40; never `auto`.
    NodeId,
    |text| {
        check_edges(text)?;
        if text.len() > 40 {
            return Err(NameError::TooLong);
        }
        if !text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_')) {
            return Err(NameError::BadCharacter);
        }
        if text == "auto" {
            return Err(NameError::Reserved);
        }
        Ok(())
    }
);

name_type!(
    /// What a person signs in with: lower-case ASCII letters, digits, `.`, `-`, `_`; at most 64.
    UserId,
    |text| {
        check_edges(text)?;
        if text.len() > 64 {
            return Err(NameError::TooLong);
        }
        if !text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.')) {
            return Err(NameError::BadCharacter);
        }
        Ok(())
    }
);

name_type!(
    /// An account on a node: letters (Japanese too), digits, `.`, `-`, `_`, `@`, `+`, blanks inside, and the `\\` of a Windows
    /// domain; at most 104 bytes. It goes through SSH as it is, and never to a shell.
    AccountName,
    |text| {
        if text.trim().is_empty() {
            return Err(NameError::Empty);
        }
        if text.trim() != text || text.starts_with(['-', '\\']) {
            return Err(NameError::BadEdge);
        }
        if text.len() > 104 {
            return Err(NameError::TooLong);
        }
        let fits = |c: char| (c.is_alphanumeric() && !is_unseen(c)) || matches!(c, '.' | '-' | '_' | '@' | '+' | '\\' | ' ');
        if text.chars().all(fits) { Ok(()) } else { Err(NameError::BadCharacter) }
    }
);

name_type!(
    /// The folder for runs on a node, relative to the account's home unless it begins with `/`, or on Windows with a drive
    /// (`D:/jobs`). It stands in a command that three different shells may read, so it holds nothing that one of them could
    /// take for something else: ASCII letters, digits, `/`, `.`, `_`, `-`, and no `..`. At most 200 bytes.
    WorkFolder,
    |text| {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if text.len() > 200 {
            return Err(NameError::TooLong);
        }
        let below = match text.as_bytes() {
            [drive, b':', b'/', ..] if drive.is_ascii_alphabetic() => &text[3..],
            _ => text,
        };
        if !below.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'_' | b'-')) {
            return Err(NameError::BadCharacter);
        }
        if below.starts_with('-') || below.bytes().all(|b| b == b'/') || below.split('/').any(|part| part == "..") {
            return Err(NameError::BadEdge);
        }
        Ok(())
    }
);

name_type!(
    /// What starts a solver on a node: a bare name that its `PATH` knows, or an absolute path. It is started as it is, with
    /// no shell between. One line, at most 500 bytes.
    SolverCommand,
    |text| {
        if text.trim().is_empty() {
            return Err(NameError::Empty);
        }
        if text.len() > 500 {
            return Err(NameError::TooLong);
        }
        if text.chars().any(|c| c.is_control() || is_unseen(c)) {
            return Err(NameError::BadCharacter);
        }
        let drive = text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.get(1..3) == Some(":\\");
        let absolute = text.starts_with('/') || drive;
        if text.trim() != text || text.starts_with('-') || (!absolute && text.contains(['/', '\\'])) {
            return Err(NameError::BadEdge);
        }
        Ok(())
    }
);

impl FileName {
    /// A name for a file that is being sent. Those that were stored before stay readable.
    ///
    /// # Errors
    /// As `parse`, letters that nobody sees, and whatever a Windows node would take for a device or for a folder of ours.
    pub fn parse_new(text: &str) -> Result<FileName, NameError> {
        if is_windows_device(text) || is_own_folder(text) {
            return Err(NameError::Reserved);
        }
        if text.chars().any(is_unseen) { Err(NameError::BadCharacter) } else { FileName::parse(text) }
    }
}

impl JobName {
    /// A name for a job that is being made. Jobs that were stored before solvers' limits were known may have longer ones,
    /// and stay readable.
    ///
    /// # Errors
    /// As `parse`, more than 127 bytes, letters that nobody sees, and whatever a Windows node would take for a device.
    pub fn parse_new(text: &str) -> Result<JobName, NameError> {
        let name = JobName::parse(text)?;
        if is_windows_device(text) {
            return Err(NameError::Reserved);
        }
        if !text.chars().all(is_job_letter) {
            return Err(NameError::BadCharacter);
        }
        if text.len() > LONGEST_JOB.1 { Err(NameError::TooLong) } else { Ok(name) }
    }

    /// The name a deck's file suggests: its stem, with what a job name cannot hold replaced by `_`.
    /// `None` when nothing usable is left.
    pub fn suggest(file_name: &str) -> Option<JobName> {
        let base = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
        let stem = match base.rsplit_once('.') {
            Some((stem, ending)) if ending.eq_ignore_ascii_case("inp") => stem,
            _ => base,
        };
        let cleaned: String =
            stem.chars().map(|c| if is_job_letter(c) { c } else { '_' }).take(LONGEST_JOB.0).collect();
        let mut cleaned = cleaned.trim_matches(['-', '.']).to_owned();
        while cleaned.len() > LONGEST_JOB.1 {
            cleaned.pop();
        }
        JobName::parse_new(&cleaned).or_else(|_| JobName::parse_new(&format!("job_{cleaned}"))).ok()
    }

    /// The `n`-th variant of this name (`beam` → `beam-2`), shortened where it would grow too long.
    pub fn variant(&self, n: u32) -> JobName {
        let ending = format!("-{n}");
        let mut stem = self.0.to_string();
        while stem.chars().count() + ending.len() > LONGEST_JOB.0 || stem.len() + ending.len() > LONGEST_JOB.1 {
            stem.pop();
        }
        JobName((stem + &ending).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_options_and_devices_are_no_names() {
        for text in
            ["", " ", "../x", "a/b", "a\\b", "-rf", ".hidden", "a b", "a;b", "$(x)", "con", "NUL.txt", "x.", "a\nb"]
        {
            assert!(JobName::parse(text).is_err(), "{text:?}");
        }
        for text in ["../x", "a/b", "-o", "a\0b", "a`b", "aux.inp", "evil\u{202e}pni"] {
            assert!(FileName::parse(text).is_err(), "{text:?}");
        }
        assert_eq!(NodeId::parse("auto"), Err(NameError::Reserved));
    }

    #[test]
    fn what_windows_takes_for_something_else_is_no_new_name() {
        for text in ["con .inc", "NUL  .txt", "com\u{b9}", "COM\u{b2}.inp", "lpt\u{b3}.a.b", "RUN~1", "run~12"] {
            assert_eq!(FileName::parse_new(text), Err(NameError::Reserved), "{text}");
            // it may have been sent before, to a node of another kind
            assert!(FileName::parse(text).is_ok(), "{text}");
        }
        assert_eq!(JobName::parse_new("com\u{b9}"), Err(NameError::Reserved));
        for text in ["cone.inc", "com\u{b9}2.inp", "beam~1.inp", "run~1.inp", "run~", "run~a", "実行~1", "com0"] {
            assert!(FileName::parse_new(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn japanese_names_are_names() {
        assert!(JobName::parse("引張試験_S45C").is_ok());
        assert!(FileName::parse("材料 データ.inc").is_ok());
    }

    #[test]
    fn a_deck_suggests_its_stem() {
        assert_eq!(JobName::suggest("C:\\work\\my beam.INP").map(|n| n.to_string()).as_deref(), Some("my_beam"));
        assert_eq!(JobName::suggest("con.inp").map(|n| n.to_string()).as_deref(), Some("job_con"));
        assert_eq!(JobName::suggest("....inp"), JobName::parse("job_").ok());
    }

    #[test]
    fn a_job_name_is_as_long_as_ccx_takes() {
        let name = |letters: usize| format!("{}a", "鋼".repeat(letters));
        assert!(JobName::parse_new(&name(42)).is_ok_and(|name| name.as_str().len() == 127));
        assert_eq!(JobName::parse_new(&format!("{}a", name(42))), Err(NameError::TooLong));
        assert_eq!(JobName::parse_new(&"a".repeat(81)), Err(NameError::TooLong));
        assert!(JobName::parse(&name(66)).is_ok(), "an older job's row is still read");
        let suggested = JobName::suggest(&format!("{}.inp", name(70)));
        assert_eq!(suggested.as_ref().map(|name| name.as_str().len()), Some(126));
        assert!(suggested.is_some_and(|name| JobName::parse_new(name.variant(12).as_str()).is_ok()));
    }

    #[test]
    fn what_a_node_is_reached_with_holds_no_option_and_no_shell_s_word() {
        for text in ["root", "abaqus-user", "LAB\\taro", "taro@lab.local", "山田", "Taro Yamada"] {
            assert!(AccountName::parse(text).is_ok(), "{text:?}");
        }
        for text in ["", " ", "-oProxyCommand=x", " root", "a\nb", "a;b", "a\u{202e}b", "$(x)"] {
            assert!(AccountName::parse(text).is_err(), "{text:?}");
        }
        for text in [".ajm", "/data/ajm", "work/ajm/", "a.b_c-d", "C:/jobs", "d:/a/b"] {
            assert!(WorkFolder::parse(text).is_ok(), "{text:?}");
        }
        for text in [
            "", "-x", "/", "//", "a b", "../x", "a/../b", "$HOME", "~/x", "a;b", "C:\\x", "長", "C:", "C:/", "C://",
            "C:/../x", "CC:/x", "1:/x", "a:b", "C:/D:/x",
        ] {
            assert!(WorkFolder::parse(text).is_err(), "{text:?}");
        }
        for text in ["ccx", "abq2025", "/opt/SIMULIA/Commands/abaqus", "C:\\SIMULIA\\Commands\\abq2025.bat", "ccx 2.20"]
        {
            assert!(SolverCommand::parse(text).is_ok(), "{text:?}");
        }
        for text in ["", "  ", "-v", "bin/ccx", "..\\abaqus", "ccx ", "a\nb", "é:\\x", "a\0b"] {
            assert!(SolverCommand::parse(text).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_is_typed_becomes_a_work_folder_a_shell_reads_otherwise(text in "\\PC{0,40}") {
            if let Ok(folder) = WorkFolder::parse(&text) {
                prop_assert!(folder.as_str().chars().all(|c| c.is_ascii_alphanumeric() || "/._-:".contains(c)));
                prop_assert!(!folder.as_str().starts_with('-') && !folder.as_str().split('/').any(|part| part == ".."));
            }
            if let Ok(account) = AccountName::parse(&text) {
                prop_assert!(!account.as_str().contains(['\'', '"', '$', '`', ';', '|', '&', '<', '>']));
            }
            if let Ok(command) = SolverCommand::parse(&text) {
                prop_assert!(!command.as_str().chars().any(char::is_control));
                prop_assert!(!command.as_str().starts_with('-'));
            }
        }

        #[test]
        fn what_is_suggested_is_a_name(text in ".{0,300}") {
            if let Some(name) = JobName::suggest(&text) {
                prop_assert!(JobName::parse_new(name.as_str()).is_ok());
                prop_assert!(JobName::parse_new(name.variant(4_000_000_000).as_str()).is_ok());
            }
        }

        #[test]
        fn no_file_name_leaves_its_folder(text in "\\PC{0,40}") {
            if let Ok(name) = FileName::parse(&text) {
                prop_assert!(!name.as_str().contains(['/', '\\', '\0', ':']));
                prop_assert!(name.as_str() != "." && name.as_str() != "..");
            }
        }
    }
}
