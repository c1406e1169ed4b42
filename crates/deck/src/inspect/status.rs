//! Status files and iterations.

use super::Note;
use crate::abaqus::sta::{self as abaqus_sta, Product};
use crate::attempt::Attempt;
use crate::calculix::{cvg, sta};
use serde::Serialize;

/// A status file. That of CalculiX has no end line, so it knows no verdict; only Explicit writes errors into it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct StaReport {
    pub file: String,
    pub product: &'static str,
    pub release: Option<String>,
    pub verdict: &'static str,
    pub steps: u32,
    pub increments: u64,
    pub cutbacks: usize,
    pub last: Option<Attempt>,
    pub errors: u64,
    pub warnings: u64,
    pub first_error: Option<Note>,
}

/// CalculiX' iterations.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct CvgReport {
    pub file: String,
    pub rows: usize,
    pub last: Option<cvg::Iteration>,
}

pub(super) fn sta(name: &str, mut reader: sta::Reader) -> StaReport {
    reader.finish();
    let table = reader.table();
    StaReport {
        file: name.to_owned(),
        product: "calculix",
        release: None,
        verdict: "none",
        steps: table.steps(),
        increments: (table.count() - table.cutbacks()) as u64,
        cutbacks: table.cutbacks(),
        last: table.last().copied(),
        errors: 0,
        warnings: 0,
        first_error: None,
    }
}

pub(super) fn abaqus(name: &str, mut reader: abaqus_sta::Reader) -> StaReport {
    reader.finish();
    let table = reader.table();
    StaReport {
        file: name.to_owned(),
        product: if reader.product() == Some(Product::Explicit) { "explicit" } else { "standard" },
        release: reader.release().map(str::to_owned),
        verdict: super::verdict(reader.end().map(|end| end.completed)),
        steps: table.steps(),
        increments: reader.increments(),
        cutbacks: table.cutbacks(),
        last: table.last().copied(),
        errors: reader.errors(),
        warnings: reader.warnings(),
        first_error: reader.first_error().map(Note::from),
    }
}

pub(super) fn cvg(name: &str, mut reader: cvg::Reader) -> CvgReport {
    reader.finish();
    CvgReport { file: name.to_owned(), rows: reader.count(), last: reader.rows().last().copied() }
}
