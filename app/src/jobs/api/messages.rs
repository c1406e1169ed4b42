//! What crosses the wire of a solver's messages, and what they mean.

use deck::message::{Context, DeckLine, Place, Severity};
use serde::{Deserialize, Serialize};

/// What the solver said in all its files.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MessagesView {
    /// Errors, then warnings; equal ones together, at most 60.
    pub list: Vec<MessageView>,
    /// Errors in all.
    pub errors: u64,
    /// Warnings in all.
    pub warnings: u64,
}

/// One message of the solver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageView {
    /// Error, warning or note.
    pub severity: Severity,
    /// The file it stands in.
    pub file: String,
    /// The solver's words.
    pub text: String,
    /// How often.
    pub count: u64,
    /// Where first, from 1.
    pub first_line: u64,
    /// The node or element of the first one.
    pub place: Option<Place>,
    /// The line of the deck that the first one names.
    pub deck: Option<DeckLine>,
    /// What it means, where that is known.
    pub explained: Option<Explained>,
    /// What stands around an error that nobody can explain.
    pub context: Option<Context>,
}

/// An entry of the error dictionary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explained {
    /// Its name in the dictionary.
    pub id: String,
    /// In Japanese.
    pub ja: ExplainedIn,
    /// In English.
    pub en: ExplainedIn,
}

/// An explanation in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainedIn {
    /// A few words.
    pub title: String,
    /// One or two sentences.
    pub meaning: String,
    /// Usual reasons, the likeliest first.
    pub causes: Vec<String>,
    /// What to try, the most promising first.
    pub tries: Vec<String>,
    /// What only costs time or hides it.
    pub avoid: Vec<String>,
}
