#![no_main]

use deck::adapter::RunReader;
use deck::progress::Thresholds;
use domain::{ExitStatus, Solver, StepShape, Timestamp, files::CONSOLE};

const THRESHOLDS: Thresholds = Thresholds { cutbacks: 2, cutback_minutes: 1, no_growth_minutes: 1 };

// The first byte gives the solver and the file.
libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((kind, data)) = data.split_first() else { return };
    let Some((bytes, parts)) = deck_fuzz::cut(data) else { return };
    let solver = if kind & 1 == 0 { Solver::Abaqus } else { Solver::Calculix };
    let file = ["a.sta", "a.msg", "a.dat", "a.cvg", CONSOLE, "a.log", "sta", ""][usize::from(kind >> 1) % 8];
    let shape =
        StepShape { name: "s".into(), procedure: "STATIC".into(), period: Some(1.0), min_increment: Some(1e-5) };
    let (mut whole, mut sliced) =
        (RunReader::new(solver, vec![shape.clone(); 2]), RunReader::new(solver, vec![shape; 2]));
    whole.feed(file, bytes);
    for part in parts {
        sliced.feed(file, part);
    }
    for reader in [&mut whole, &mut sliced] {
        let progress = reader.progress(Timestamp(7), THRESHOLDS);
        assert!(progress.share.is_none_or(|share| (0.0..=1.0).contains(&share)));
    }
    assert_eq!(whole.attempts(), sliced.attempts());
    assert_eq!(format!("{:?}", whole.iterations()), format!("{:?}", sliced.iterations()));
    assert_eq!(whole.messages("a"), sliced.messages("a"));
    for exit in [ExitStatus::Code(0), ExitStatus::Signal(9), ExitStatus::Unknown] {
        assert_eq!(whole.verdict(exit), sliced.verdict(exit));
    }
});
