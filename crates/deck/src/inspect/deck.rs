//! An input deck.

use super::Note;
use crate::inp::{Count, Deck, IncludeKind, Severity};
use serde::Serialize;
use std::collections::BTreeMap;

/// A deck. `nodes` and `elements` are `null` where the solver generates some: then `generated_by` says how and the
/// lower bounds are beside them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct DeckReport {
    pub file: String,
    pub nodes: Option<u64>,
    pub elements: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nodes_at_least: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elements_at_least: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub generated_by: Vec<String>,
    pub elements_by_type: BTreeMap<String, u64>,
    pub nodes_assembled: u64,
    pub elements_assembled: u64,
    pub parts: usize,
    pub instances: usize,
    pub steps: Vec<StepReport>,
    pub includes: Vec<IncludeReport>,
    pub materials: Vec<String>,
    pub outputs: Vec<String>,
    pub restart_write: bool,
    pub restart_read: bool,
    pub subroutine_hints: Vec<String>,
    pub encoding: &'static str,
    pub line_ending: &'static str,
    pub bytes: u64,
    pub lines: u64,
    pub hard_errors: Vec<Note>,
    pub warnings: Vec<Note>,
}

/// One step of a deck.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct StepReport {
    pub name: String,
    pub procedure: String,
    pub period: Option<f64>,
    pub nlgeom: Option<bool>,
}

/// A file that a deck needs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct IncludeReport {
    pub name: String,
    /// `null` for result files: they are not looked for.
    pub present: Option<bool>,
    pub keyword: String,
    pub results: bool,
}

pub(super) fn report(name: &str, deck: Deck) -> DeckReport {
    let bound = |count: Count| count.known().is_none().then(|| count.at_least());
    let notes = |severity: Severity| {
        let of_severity = deck.findings.iter().filter(|finding| finding.severity == severity);
        of_severity
            .map(|finding| Note { file: finding.file.clone(), line: finding.line, text: finding.kind.to_string() })
            .collect()
    };
    DeckReport {
        file: name.to_owned(),
        nodes: deck.nodes.known(),
        elements: deck.elements.known(),
        nodes_at_least: bound(deck.nodes),
        elements_at_least: bound(deck.elements),
        nodes_assembled: deck.assembled_nodes,
        elements_assembled: deck.assembled_elements,
        parts: deck.parts.len(),
        instances: deck.instances.len(),
        steps: deck
            .steps
            .iter()
            .map(|step| StepReport {
                name: step.name.clone(),
                procedure: step.procedure.clone(),
                period: step.period,
                nlgeom: step.nlgeom,
            })
            .collect(),
        includes: deck
            .includes
            .iter()
            .map(|include| IncludeReport {
                name: include.name.clone(),
                present: include.present,
                keyword: include.keyword.clone(),
                results: include.kind == IncludeKind::Results,
            })
            .collect(),
        hard_errors: notes(Severity::Error),
        warnings: notes(Severity::Warning),
        encoding: deck.encoding.as_str(),
        line_ending: deck.line_ending.as_str(),
        bytes: deck.bytes,
        lines: deck.lines,
        restart_write: deck.restart_write,
        restart_read: deck.restart_read,
        elements_by_type: deck.elements_by_type.into_iter().collect(),
        generated_by: deck.generated_by,
        materials: deck.materials,
        outputs: deck.outputs,
        subroutine_hints: deck.subroutine_hints,
    }
}
