//! Status files and iterations.

use crate::calculix::{cvg, sta};
use serde::Serialize;

/// CalculiX' status file. It has no end line, so it knows no verdict.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct StaReport {
    pub file: String,
    pub product: &'static str,
    pub release: Option<String>,
    pub verdict: &'static str,
    pub steps: u32,
    pub increments: usize,
    pub cutbacks: usize,
    pub last: Option<sta::Attempt>,
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
    let rows = reader.rows();
    let cutbacks = rows.iter().filter(|row| !row.converged).count();
    StaReport {
        file: name.to_owned(),
        product: "calculix",
        release: None,
        verdict: "none",
        steps: rows.iter().map(|row| row.step).max().unwrap_or(0),
        increments: rows.len() - cutbacks,
        cutbacks,
        last: rows.last().copied(),
    }
}

pub(super) fn cvg(name: &str, mut reader: cvg::Reader) -> CvgReport {
    reader.finish();
    CvgReport { file: name.to_owned(), rows: reader.rows().len(), last: reader.rows().last().copied() }
}
