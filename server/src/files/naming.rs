//! The name of a file that comes out of an archive or a form, as decks spell it. The pages compose names themselves, and send
//! what a deck spells otherwise as it does.

use domain::{FileName, NameError};
use unicode_normalization::UnicodeNormalization;

/// The file's name, composed: macOS takes が apart into か and ゛, and no deck asks for that.
///
/// # Errors
/// As [`FileName::parse_new`].
pub fn file_name(sent: &str) -> Result<FileName, NameError> {
    FileName::parse_new(&sent.nfc().collect::<String>())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_name_taken_apart_is_put_together() {
        assert_eq!(file_name("か\u{3099}た.inc").unwrap().as_str(), "がた.inc");
        assert_eq!(file_name("beam.inp").unwrap().as_str(), "beam.inp");
        // what composes into a shell's letter is looked at after
        assert_eq!(file_name("a\u{37e}b"), Err(NameError::BadCharacter));
    }
}
