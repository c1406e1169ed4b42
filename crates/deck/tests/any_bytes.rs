//! Whatever bytes come, in whatever slices: no panic, and the same result.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use deck::abaqus::{self, dat, msg};
use deck::adapter::RunReader;
use deck::calculix::{console, cvg, sta};
use deck::progress::Thresholds;
use deck::{inp, inspect};
use domain::files::CONSOLE;
use domain::{ExitStatus, Solver, StepShape, Timestamp};
use proptest::prelude::*;
use std::io::Read;

/// Pieces that mean something to one reader or another, and arbitrary bytes.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    const WORDS: [&str; 106] = [
        "*NODE",
        "*NODE, NSET=n, INPUT=a.inp",
        "*ELEMENT, TYPE=C3D20R, ELSET=e",
        "*element ,type = U7",
        "*ELEMENT,TYPE=S4",
        "*INCLUDE, INPUT=a.inp",
        "*Include, file=\"b c.inp\"",
        "*INCLUDE,INPUT=self",
        "*PART, NAME=p",
        "*END PART",
        "*ASSEMBLY",
        "*INSTANCE, NAME=i, PART=p",
        "*END INSTANCE",
        "*END ASSEMBLY",
        "*STEP, NLGEOM, NAME=s",
        "*STEP",
        "*STATIC",
        "*STATIC, RIKS",
        "*Dynamic, Explicit",
        "*FREQUENCY",
        "*END STEP",
        "*NGEN",
        "*ELGEN",
        "*NFILL",
        "*PARAMETER",
        "t = 5.",
        "<t>, <t>",
        "*RESTART, WRITE, FREQUENCY=0",
        "*RESTART,READ",
        "*MATERIAL, NAME=\u{92fc}",
        "1, 2, 3, 4, 5,",
        "1, 2., 3.",
        "7,8,9",
        "1,20,1",
        "1, 3, 1, 1, 4, 10, 10",
        "1, 999999999, 1",
        ",",
        "*",
        "**",
        "***",
        "\"",
        "=",
        "<",
        "*USER ELEMENT, TYPE=U7, NODES=30",
        "0.1, 1., 0.1",
        "1e-5, 1e9., 1d-9",
        "\u{feff}",
        "\0",
        "     1          3     1     2  0.175000E+00  0.175000E+00  0.750000E-01",
        "     1          4     1U    5  0.175000E+00  0.175000E+00  0.100000E+00",
        "     1     1     1     1        0  0.9399E+03  0.1000E+03  0.0000E+00  0.0000E+00",
        " *ERROR in readinput: cannot open file x",
        " *ERROR: too many cutbacks",
        "        more about it",
        " *WARNING in x",
        " Job finished",
        "CalculiX Version 2.20, Copyright(C)",
        "version https://git-lfs",
        "#!/bin/sh",
        "SUMMARY OF JOB INFORMATION",
        "SUMMARY OF C0NVERGENCE INFORMATION",
        "*PART,",
        "NAME=q",
        "   ",
        "   Abaqus 2023.HF4                  Date 09-Oct-2024   Time 15:52:42",
        " STEP    2     INCREMENT     1     STEP TIME    0.00",
        "  INCREMENT     1 STARTS. ATTEMPT NUMBER  1, TIME INCREMENT  0.100",
        "  INCREMENT     1 STARTS. ATTEMPT NUMBER  2",
        "               CONVERGENCE CHECKS FOR EQUILIBRIUM ITERATION     1",
        "               CONVERGENCE CHECKS FOR SEVERE DISCONTINUITY ITERATION     7",
        " AVERAGE FORCE                      2.400E+05   TIME AVG. FORCE       9.940E+04",
        " AVERAGE HEAT FLUX                   0.00       TIME AVG. HEAT FLUX   1.000E-02",
        " LARGEST RESIDUAL FORCE              869.       AT NODE        795   DOF  1",
        " LARGEST INCREMENT OF DISP.        -2.130E-02   AT NODE        183   DOF  1",
        " LARGEST CORRECTION TO DISP.       -1.435E-02   AT NODE",
        " ALL TEMP.    INCREMENTS ARE ZERO",
        "   INSTANCE: PLATE-1   ",
        "          FORCE     EQUILIBRIUM NOT ACHIEVED WITHIN TOLERANCE.",
        "   MAX. PENETRATION ERROR 278.676E-06   AT NODE PLATE-1.25 OF CONTACT PAIR ",
        "   (ASSEMBLY_S_SURF-1,ASSEMBLY_RIGID_PRESS-1_SURF-3)",
        "                    2 SEVERE DISCONTINUITIES OCCURRED DURING THIS ITERATION.",
        " TIME INCREMENT COMPLETED  3.010E-02,  FRACTION OF STEP COMPLETED  4.788E-02",
        " STEP TIME COMPLETED        2.87    ,  TOTAL TIME COMPLETED         2.87    ",
        " ***NOTE: THE SOLUTION APPEARS TO BE DIVERGING. CONVERGENCE IS JUDGED UNLIKELY.",
        " ***WARNING: SOLVER PROBLEM.  ZERO PIVOT WHEN PROCESSING NODE 2740 INSTANCE ",
        "             ELASTIC_PLATE_1 D.O.F. 11",
        " ***ERROR: TOO MANY ATTEMPTS MADE FOR THIS INCREMENT",
        " ***ERROR: in keyword *NODEPRINT, file \"tissue.inp\", line 1062: Unknown ",
        " LINE IMAGE: 0,",
        "     ANALYSIS SUMMARY:",
        "                       3  ERROR MESSAGES",
        "                   M E M O R Y   E S T I M A T E",
        "Abaqus/Standard 2023                  DATE 13-Jun-2026 TIME 05:18:08",
        "Abaqus/Explicit 2023                             DATE 26-mei-2025  TIME 10:15:55",
        "   1    44   1U    0     4     4             4.18      -0.3760                R",
        "   2    14   2     5     4     9  14.5       6.62       0.1250    ",
        " STEP 1  ORIGIN 0.0000",
        "        5  1.119E-05 1.119E-05  00:00:00 2.237E-06          70  4.504E-05 -1.963E-06",
        "***ERROR: Excessive distortion of element number 92 of instance",
        "          BLOCK-2",
        " THE ANALYSIS HAS COMPLETED SUCCESSFULLY",
        "Abaqus Error: Abaqus/Standard Analysis exited with an error - Please see the ",
        "Total time in queue: 30 seconds.",
        "Users of abaqus:  (Total of 78 licenses issued;  Total of 53 licenses in use)",
        "    a b (v62.6) (c/27050 1042), start Mon 11/25 17:15, 10 licenses",
        "| Feature | Number | InUse |",
    ];
    prop_oneof![
        8 => (0..WORDS.len()).prop_map(|at| WORDS[at].as_bytes().to_vec()),
        4 => prop_oneof![Just(b"\n".to_vec()), Just(b"\r\n".to_vec())],
        1 => proptest::collection::vec(any::<u8>(), 0..12),
    ]
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec((piece(), prop_oneof![4 => Just(true), 1 => Just(false)]), 0..60).prop_map(|pieces| {
        pieces
            .into_iter()
            .flat_map(|(mut piece, end)| {
                if end {
                    piece.push(b'\n');
                }
                piece
            })
            .collect()
    })
}

fn slices<'a>(bytes: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let mut at: Vec<usize> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).collect();
    at.sort_unstable();
    at.push(bytes.len());
    let mut from = 0;
    at.iter().map(|to| (std::mem::replace(&mut from, *to), *to)).map(|(from, to)| &bytes[from..to]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_deck_is_the_same_in_any_slices(bytes in text(), cuts in proptest::collection::vec(any::<usize>(), 0..20)) {
        // every included file is the deck itself: cycles and depth are met too
        let files = |name: &str| (name != "b c.inp").then(|| Box::new(bytes.as_slice()) as Box<dyn Read + '_>);
        let whole = inp::read_with(&bytes, &files);
        let mut scanner = inp::Scanner::with_files(&files);
        slices(&bytes, &cuts).into_iter().for_each(|part| scanner.feed(part));
        prop_assert_eq!(&scanner.finish(), &whole);
        prop_assert_eq!(whole.bytes, bytes.len() as u64);
        let by_type: u64 = whole.elements_by_type.iter().map(|(_, count)| count).sum();
        prop_assert_eq!(by_type, whole.elements.at_least());
        for finding in &whole.findings {
            prop_assert!(finding.context.len() <= 3);
        }
        // it crosses from the browser to the server
        let json = serde_json::to_string(&whole).unwrap();
        let back: inp::Deck = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(back, whole);
    }

    #[test]
    fn growing_files_are_the_same_in_any_slices(bytes in text(), cuts in proptest::collection::vec(any::<usize>(), 0..20)) {
        let (mut a, mut b) = (sta::Reader::default(), sta::Reader::default());
        let (mut c, mut d) = (cvg::Reader::default(), cvg::Reader::default());
        let (mut e, mut f) = (console::Reader::default(), console::Reader::default());
        a.feed(&bytes);
        c.feed(&bytes);
        e.feed(&bytes);
        for part in slices(&bytes, &cuts) {
            b.feed(part);
            d.feed(part);
            f.feed(part);
        }
        prop_assert_eq!(a.rows(), b.rows());
        prop_assert_eq!(c.rows(), d.rows());
        prop_assert_eq!(e.summary(), f.summary());
        let (mut a, mut b) = (abaqus::sta::Reader::default(), abaqus::sta::Reader::default());
        let (mut c, mut d) = (abaqus::console::Reader::default(), abaqus::console::Reader::default());
        let (mut e, mut f) = (abaqus::lmstat::Reader::default(), abaqus::lmstat::Reader::default());
        let (mut g, mut h) = (abaqus::dsls::Reader::default(), abaqus::dsls::Reader::default());
        a.feed(&bytes);
        c.feed(&bytes);
        e.feed(&bytes);
        g.feed(&bytes);
        for part in slices(&bytes, &cuts) {
            b.feed(part);
            d.feed(part);
            f.feed(part);
            h.feed(part);
        }
        a.finish();
        b.finish();
        e.finish();
        f.finish();
        g.finish();
        h.finish();
        prop_assert_eq!(a.table(), b.table());
        prop_assert_eq!((a.release(), a.end(), a.first_error()), (b.release(), b.end(), b.first_error()));
        prop_assert_eq!(c.summary(), d.summary());
        prop_assert_eq!(e.usage(), f.usage());
        prop_assert_eq!(g.usage(), h.usage());
    }

    #[test]
    fn messages_are_the_same_in_any_slices(bytes in text(), cuts in proptest::collection::vec(any::<usize>(), 0..20)) {
        let (mut a, mut b) = (msg::Reader::default(), msg::Reader::default());
        let (mut c, mut d) = (dat::Reader::default(), dat::Reader::default());
        let (mut e, mut f) = (console::Reader::default(), console::Reader::default());
        a.feed(&bytes);
        c.feed(&bytes);
        e.feed(&bytes);
        for part in slices(&bytes, &cuts) {
            b.feed(part);
            d.feed(part);
            f.feed(part);
        }
        a.finish();
        b.finish();
        c.finish();
        d.finish();
        prop_assert_eq!(a.messages(), b.messages());
        prop_assert_eq!(a.iterations(), b.iterations());
        prop_assert!(a.checks().eq(b.checks()) && a.cutbacks().eq(b.cutbacks()));
        prop_assert_eq!((a.last(), a.summary(), a.ended()), (b.last(), b.summary(), b.ended()));
        prop_assert_eq!(c.messages(), d.messages());
        prop_assert_eq!((c.ended(), c.size(), c.memory()), (d.ended(), d.size(), d.memory()));
        prop_assert_eq!(e.messages(), f.messages());
        let found = a.messages();
        let kept: u64 = found.list.iter().map(|message| message.count).sum();
        prop_assert_eq!(kept + found.not_kept, found.errors + found.warnings + found.notes);
        for message in &found.list {
            prop_assert!(message.context.as_ref().is_none_or(|context| context.lines.len() <= 21));
        }
    }

    #[test]
    fn a_run_of_any_bytes_can_be_watched(
        bytes in text(),
        cuts in proptest::collection::vec(any::<usize>(), 0..20),
        period in proptest::option::of(0.0..5.0_f64),
        abaqus in any::<bool>(),
    ) {
        let solver = if abaqus { Solver::Abaqus } else { Solver::Calculix };
        let shape = StepShape { name: "s".to_owned(), procedure: "STATIC".to_owned(), period, min_increment: Some(0.05) };
        let mut reader = RunReader::new(solver, vec![shape; 2]);
        let thresholds = Thresholds { cutbacks: 2, cutback_minutes: 1, no_growth_minutes: 1 };
        for (at, part) in slices(&bytes, &cuts).into_iter().enumerate() {
            for file in ["sta", "x.cvg", CONSOLE, "dat", ""] {
                reader.feed(file, part);
            }
            let progress = reader.progress(Timestamp(at as i64 * 7), thresholds);
            prop_assert!(progress.share.is_none_or(|share| (0.0..=1.0).contains(&share)));
        }
        for exit in [ExitStatus::Code(0), ExitStatus::Code(201), ExitStatus::Signal(9), ExitStatus::Unknown] {
            let verdict = reader.verdict(exit);
            prop_assert_eq!(verdict.exit, exit);
        }
    }

    #[test]
    fn any_file_can_be_inspected(bytes in text(), name in "[a-z]{0,3}(\\.(inp|sta|log|dat|msg))?") {
        let report = inspect::file(&name, bytes.as_slice(), &|_| None).unwrap();
        prop_assert!(serde_json::to_string(&report).is_ok());
    }
}
