//! What a solver's message means, what causes it, what to try and what to leave alone, in two languages.
//!
//! All of it is data: `data/patterns.toml` says how a message is known, `data/ja.toml` and `data/en.toml` explain it.
//! An entry is added there, without code. Pure: the files are part of the program and are read once, at the first call.

mod book;
mod pattern;

use domain::Solver;
use serde::Deserialize;

/// Bytes of a message that are looked at: what a solver says about one error is far shorter.
pub const MOST_BYTES: usize = 4096;

/// One message explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, which stays: `abaqus.too-many-attempts`.
    pub id: String,
    /// The solvers that write it.
    pub solvers: Vec<Solver>,
    /// The files it is found in, by their endings; empty where that is not known.
    pub files: Vec<String>,
    /// Messages it is known by, one of each wording.
    pub examples: Vec<String>,
    /// 日本語.
    pub ja: Words,
    /// English, equal in content.
    pub en: Words,
}

/// The explanation in one language.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// What happened, in a few words.
    pub title: String,
    /// What it means, in one or two sentences.
    pub meaning: String,
    /// What it comes from, the likeliest first.
    pub causes: Vec<String>,
    /// What to try, the most promising first.
    pub r#try: Vec<String>,
    /// What does not help, or does harm; may be empty.
    pub avoid: Vec<String>,
}

/// The explanation of a message, lines wrapped as they come. Of several entries that fit, the first of
/// `data/patterns.toml` is taken: there the special stand before the general.
pub fn find(solver: Solver, text: &str) -> Option<&'static Entry> {
    book::open()?.find(solver, text)
}

/// All entries, in the order of `data/patterns.toml`.
pub fn all() -> &'static [Entry] {
    book::open().map_or(&[], |book| &book.entries)
}
