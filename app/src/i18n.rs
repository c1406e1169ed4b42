//! Words in Japanese and English. A text without its twin does not compile.

pub mod sentence;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The languages of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// 日本語, the first.
    #[default]
    Ja,
    /// English.
    En,
}

impl Locale {
    /// The word of cookies and of `lang`.
    pub fn as_str(self) -> &'static str {
        match self {
            Locale::Ja => "ja",
            Locale::En => "en",
        }
    }

    /// The word read back.
    pub fn from_word(word: &str) -> Option<Locale> {
        [Locale::Ja, Locale::En].into_iter().find(|locale| locale.as_str() == word)
    }

    /// Of two texts, the one in this language.
    pub fn pick<T>(self, ja: T, en: T) -> T {
        match self {
            Locale::Ja => ja,
            Locale::En => en,
        }
    }
}

/// A text in both languages. Sentences with numbers are functions in [`sentence`] or beside their page.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// 日本語.
    pub ja: &'static str,
    /// English.
    pub en: &'static str,
}

/// `text("中止", "Cancel")`.
pub const fn text(ja: &'static str, en: &'static str) -> Text {
    Text { ja, en }
}

impl Text {
    /// In this language.
    pub fn in_locale(self, locale: Locale) -> &'static str {
        locale.pick(self.ja, self.en)
    }
}

/// The text in the page's language; reactive, for use inside `view!`: `{t(words::SUBMIT)}`.
pub fn t(text: Text) -> impl Fn() -> &'static str + Copy + Send + Sync + 'static {
    let locale = crate::preferences::use_locale();
    move || text.in_locale(locale.get())
}
