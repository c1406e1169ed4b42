//! What travels between the page and the server.

use crate::jobs::api::ExplainedIn;
use domain::Solver;
use serde::{Deserialize, Serialize};

/// An entry of the dictionary, in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpEntry {
    /// Its name, which stays.
    pub id: String,
    /// Who writes such messages.
    pub solvers: Vec<Solver>,
    /// Messages it is known by, as the solver writes them.
    pub examples: Vec<String>,
    /// What it means.
    pub said: ExplainedIn,
}

impl HelpEntry {
    /// Whether every word of `search` (lower case) is somewhere in it.
    pub fn has(&self, search: &str) -> bool {
        let ExplainedIn { title, meaning, causes, tries, avoid } = &self.said;
        let parts =
            || [&self.id, title, meaning].into_iter().chain(&self.examples).chain(causes).chain(tries).chain(avoid);
        search.split_whitespace().all(|word| parts().any(|part| part.to_lowercase().contains(word)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_must_be_somewhere() {
        let said = ExplainedIn {
            title: "増分が小さすぎます".to_owned(),
            meaning: "収束しませんでした。".to_owned(),
            causes: vec!["接触の不安定".to_owned()],
            tries: vec!["*STATIC の最小増分".to_owned()],
            avoid: vec![],
        };
        let entry = HelpEntry {
            id: "abaqus.time-increment-too-small".to_owned(),
            solvers: vec![Solver::Abaqus],
            examples: vec!["***ERROR: TIME INCREMENT REQUIRED".to_owned()],
            said,
        };
        for search in ["", "接触", "接触 収束", "time increment", "abaqus.time-increment-too-small", "*static"] {
            assert!(entry.has(search), "{search}");
        }
        assert!(!entry.has("接触 熱"));
    }
}
