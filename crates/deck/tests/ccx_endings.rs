//! How real `ccx` runs end, and what is said of them. Without `ccx` nothing is run, and the test says so.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use deck::adapter::RunReader;
use deck::inp;
use deck::progress::Thresholds;
use domain::files::CONSOLE;
use domain::{Cause, ExitStatus, Remark, Solver, Timestamp, Verdict};
use std::fs;
use std::process::{Command, Stdio};

/// A cube under tension; `controls` stands in its step.
fn cube(elastic: &str, times: &str, controls: &str) -> String {
    format!(
        "*NODE, NSET=ALL\n1,0.,0.,0.\n2,1.,0.,0.\n3,1.,1.,0.\n4,0.,1.,0.\n5,0.,0.,1.\n6,1.,0.,1.\n7,1.,1.,1.\n8,0.,1.,1.\n\
         *ELEMENT, TYPE=C3D8, ELSET=E\n1, 1,2,3,4,5,6,7,8\n*BOUNDARY\n1,1,3\n2,1,3\n3,1,3\n4,1,3\n\
         *MATERIAL, NAME=M\n*{elastic}\n210000., 0.3\n*SOLID SECTION, ELSET=E, MATERIAL=M\n\
         *STEP, NLGEOM, INC=100\n*STATIC\n{times}\n{controls}*CLOAD\n5,3,1e5\n6,3,1e5\n7,3,1e5\n8,3,1e5\n\
         *NODE PRINT, NSET=ALL\nU\n*END STEP\n"
    )
}

/// One iteration is never enough.
const IMPATIENT: &str = "*CONTROLS, PARAMETERS=TIME INCREMENTATION\n1,1,1,1,1,1,0,2\n.25,.5,.75,.85,,,1.5\n";

fn ccx_is_here() -> bool {
    let here = Command::new("ccx").arg("-v").stdout(Stdio::null()).status().is_ok();
    if !here {
        println!("ran 0 decks: ccx is not installed");
    }
    here
}

fn run(deck: Option<&str>) -> (Verdict, RunReader) {
    let folder = tempfile::tempdir().unwrap();
    let mut shapes = Vec::new();
    if let Some(deck) = deck {
        fs::write(folder.path().join("x.inp"), deck).unwrap();
        shapes = inp::read(deck.as_bytes()).shapes();
    }
    let output = Command::new("ccx").args(["-i", "x"]).current_dir(folder.path()).output().unwrap();
    let mut reader = RunReader::new(Solver::Calculix, shapes);
    reader.feed(CONSOLE, &output.stdout);
    for ending in ["sta", "cvg"] {
        reader.feed(ending, &fs::read(folder.path().join(format!("x.{ending}"))).unwrap_or_default());
    }
    let exit = output.status.code().map_or(ExitStatus::Unknown, ExitStatus::Code);
    (reader.verdict(exit), reader)
}

const THRESHOLDS: Thresholds = Thresholds { cutbacks: 5, cutback_minutes: 10, no_growth_minutes: 30 };

#[test]
fn it_completes() {
    if !ccx_is_here() {
        return;
    }
    let (verdict, mut reader) = run(Some(&cube("ELASTIC", "0.25, 1., 1e-5", "")));
    assert_eq!(verdict.cause, Cause::Completed);
    assert_eq!(verdict.remarks, []);
    let progress = reader.progress(Timestamp(100), THRESHOLDS);
    assert_eq!(progress.share, Some(1.0));
    assert_eq!((progress.step, progress.steps, progress.cutbacks), (1, 1, 0));
    assert!(!reader.iterations().is_empty());
}

#[test]
fn the_deck_or_an_included_file_is_missing() {
    if !ccx_is_here() {
        return;
    }
    let include = format!("*INCLUDE, INPUT=gone.inc\n{}", cube("ELASTIC", "0.25, 1.", ""));
    for (deck, name) in [(None, "x.inp"), (Some(include.as_str()), "gone.inc")] {
        let (verdict, _) = run(deck);
        assert_eq!(verdict.cause, Cause::MissingFile);
        assert_eq!(verdict.exit, ExitStatus::Code(0));
        assert_eq!(verdict.remarks, [Remark::ExitZeroButFailed]);
        let evidence = verdict.evidence.unwrap();
        assert!(evidence.text.ends_with(name), "{evidence:?}");
        assert!(evidence.line.is_some());
    }
}

#[test]
fn the_deck_is_wrong() {
    if !ccx_is_here() {
        return;
    }
    let (verdict, _) = run(Some(&cube("ELASTC", "0.25, 1.", "")));
    assert_eq!((verdict.cause, verdict.exit), (Cause::InputError, ExitStatus::Code(201)));
    let text = verdict.evidence.unwrap().text;
    assert_eq!(
        text,
        "*ERROR in calinput: no elastic constants were assigned to any material in a (thermo)mechanical calculation"
    );
}

#[test]
fn it_diverges() {
    if !ccx_is_here() {
        return;
    }
    for (times, words) in [("0.25, 1., 0.1", "smaller than minimum"), ("0.25, 1., 1e-8", "too many cutbacks")] {
        let deck = cube("ELASTIC", times, IMPATIENT);
        let (verdict, mut reader) = run(Some(&deck));
        assert_eq!(verdict.cause, Cause::Diverged);
        assert!(verdict.evidence.unwrap().text.contains(words));
        let progress = reader.progress(Timestamp(100), THRESHOLDS);
        assert_eq!(progress.share, Some(0.0));
        assert!(progress.cutbacks >= 2);
        assert!(progress.recent.iter().all(|increment| !increment.converged));
    }
}
