//! Progress, time left and trouble from rows and looks at the clock.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use deck::adapter::RunReader;
use deck::progress::Thresholds;
use domain::{Progress, Settings, Solver, StepShape, Timestamp, TroubleKind};

fn shape(name: &str, period: Option<f64>) -> StepShape {
    StepShape { name: name.to_owned(), procedure: "STATIC".to_owned(), period, min_increment: Some(1e-3) }
}

fn reader(shapes: &[StepShape]) -> RunReader {
    RunReader::new(Solver::Calculix, shapes.to_vec())
}

/// A row as ccx writes it.
fn row(step: u32, increment: u32, attempt: &str, step_time: f64, size: f64) -> String {
    format!("{step:6} {increment:10} {attempt:>5} {:5}  {step_time:.6E}  {step_time:.6E}  {size:.6E}\n", 3)
}

fn thresholds() -> Thresholds {
    Thresholds::from(&Settings::default())
}

fn look(reader: &mut RunReader, rows: &str, now: i64) -> Progress {
    reader.feed("sta", rows.as_bytes());
    reader.progress(Timestamp(now), thresholds())
}

#[test]
fn before_the_first_row() {
    let mut run = reader(&[shape("Pull", Some(1.0))]);
    let progress = look(&mut run, "", 0);
    assert_eq!((progress.share, progress.step, progress.steps), (None, 0, 1));
    assert_eq!(progress.step_name, "Pull");
    assert_eq!(progress.trouble, None);
}

#[test]
fn the_share_is_by_periods() {
    let mut run = reader(&[shape("a", Some(1.0)), shape("b", Some(3.0))]);
    assert_eq!(look(&mut run, &row(1, 1, "1", 0.5, 0.5), 0).share, Some(0.125));
    let progress = look(&mut run, &(row(1, 2, "1", 1.0, 0.5) + &row(2, 1, "1", 1.5, 1.5)), 2);
    assert_eq!(progress.share, Some(0.625));
    assert_eq!((progress.step, progress.step_name.as_str(), progress.segments.as_slice()), (2, "b", &[1.0, 3.0][..]));
    // a failed attempt advances nothing
    let progress = look(&mut run, &row(2, 2, "1U", 1.5, 1.5), 4);
    assert_eq!((progress.share, progress.cutbacks, progress.step_time), (Some(0.625), 1, 1.5));
}

#[test]
fn a_failed_first_attempt_of_a_step_is_its_beginning() {
    let mut run = reader(&[shape("a", Some(1.0)), shape("b", Some(1.0))]);
    let progress = look(&mut run, &(row(1, 1, "1", 1.0, 1.0) + &row(2, 1, "1U", 1.0, 1.0)), 0);
    assert_eq!((progress.share, progress.step_time), (Some(0.5), 0.0));
}

#[test]
fn steps_without_time_count_as_steps() {
    let shapes = [shape("a", Some(5.0)), shape("modes", None), shape("c", Some(1.0)), shape("d", Some(1.0))];
    let mut run = reader(&shapes);
    assert_eq!(look(&mut run, &row(1, 1, "1", 2.5, 2.5), 0).share, Some(0.125));
    let progress = look(&mut run, &row(2, 1, "1", 0.0, 0.0), 1);
    assert_eq!((progress.share, progress.segments.as_slice()), (Some(0.25), &[1.0; 4][..]));
    // alone, nothing is known of how far it is
    let mut run = reader(&[shape("modes", None)]);
    assert_eq!(look(&mut run, &row(1, 1, "1", 0.0, 0.0), 0).share, None);
    // a step that the deck does not have
    let mut run = reader(&[shape("a", Some(1.0))]);
    assert_eq!(look(&mut run, &row(3, 1, "1", 0.5, 0.5), 0).share, None);
}

#[test]
fn time_left_while_increments_are_steady() {
    let mut run = reader(&[shape("a", Some(1.0))]);
    let mut progress = Progress::default();
    look(&mut run, "", 0);
    for at in 1..=5_u32 {
        progress = look(&mut run, &row(1, at, "1", f64::from(at) * 0.1, 0.1), i64::from(at) * 10);
    }
    assert_eq!(progress.seconds_left, Some(50));
    // ten seconds later without a row
    assert_eq!(look(&mut run, "", 60).seconds_left, Some(40));
    assert_eq!(look(&mut run, &row(1, 6, "1U", 0.5, 0.1), 61).seconds_left, None);
}

#[test]
fn no_time_left_is_made_up_when_increments_shrink() {
    let mut run = reader(&[shape("a", Some(1.0))]);
    look(&mut run, "", 0);
    let mut time = 0.0;
    for at in 1..=8_u32 {
        let size = 0.3 / f64::from(at * at);
        time += size;
        let progress = look(&mut run, &row(1, at, "1", time, size), i64::from(at) * 10);
        assert_eq!(progress.seconds_left, None);
    }
}

#[test]
fn cutbacks_within_minutes_are_trouble() {
    let mut run = reader(&[shape("a", Some(1.0))]);
    look(&mut run, "", 0);
    let mut last = Progress::default();
    for at in 1..=5_i64 {
        last = look(&mut run, &row(1, 1, &format!("{at}U"), 0.0, 0.5), at * 60);
    }
    let trouble = last.trouble.unwrap();
    assert_eq!(trouble.kind, TroubleKind::Cutbacks { count: 5, minutes: 10 });
    assert_eq!(trouble.since, Timestamp(60));
    // ten minutes on they are past
    assert_eq!(look(&mut run, &row(1, 2, "1", 0.5, 0.5), 60 * 12).trouble, None);
}

#[test]
fn a_night_of_cutbacks_read_at_once_is_no_trouble() {
    let mut run = reader(&[shape("a", Some(1.0))]);
    let rows: String = (1..=9).map(|at| row(1, 1, &format!("{at}U"), 0.0, 0.5)).collect();
    let progress = look(&mut run, &rows, 1000);
    assert_eq!((progress.cutbacks, progress.trouble), (9, None));
}

/// A row as Abaqus writes it: three digits of a time. `attempt` ends in `U` where it failed.
fn abaqus_row(step: u32, increment: u32, attempt: &str, total: &str, time: &str, size: &str) -> String {
    let (number, flag) = attempt.strip_suffix('U').map_or((attempt, ' '), |number| (number, 'U'));
    format!("{step:4}{increment:6}{number:>4}{flag}{:5}{:6}{:6}  {total:<11}{time:<11}{size:<10}\n", 0, 2, 2)
}

fn starts(step: u32, increment: u32, attempt: u32) -> String {
    format!(
        "         STEP  {step:3}     INCREMENT {increment:5}     STEP TIME     0.00\n\n\n  \
         INCREMENT {increment:5} STARTS. ATTEMPT NUMBER {attempt:2}, TIME INCREMENT  1.000E-03\n"
    )
}

fn iterates(number: u32) -> String {
    format!("               CONVERGENCE CHECKS FOR EQUILIBRIUM ITERATION {number:5}\n")
}

fn solved(fraction: &str, step_time: &str, total: &str) -> String {
    format!(
        " TIME INCREMENT COMPLETED  1.000E-03,  FRACTION OF STEP COMPLETED  {fraction}\n \
         STEP TIME COMPLETED        {step_time}    ,  TOTAL TIME COMPLETED         {total}    \n"
    )
}

#[test]
fn the_message_file_tells_what_three_digits_hide() {
    let shapes = [shape("a", Some(1.0)), shape("b", Some(100.0)), shape("c", Some(99.0))];
    let mut run = RunReader::new(Solver::Abaqus, shapes.to_vec());
    let mut look = |sta: &str, msg: &str, now: i64| {
        run.feed("beam.sta", sta.as_bytes());
        run.feed("beam.msg", msg.as_bytes());
        run.progress(Timestamp(now), thresholds())
    };
    let at = |progress: &Progress| (progress.step, progress.increment, progress.attempt, progress.iteration);
    // the first increment of the run iterates, and has no row
    let begun = look("", &(starts(1, 1, 1) + &iterates(1) + &iterates(2)), 0);
    assert_eq!((at(&begun), begun.share), ((1, 1, 1, 2), Some(0.0)));
    // a new step is under way: the one before it is done
    let next =
        look(&abaqus_row(1, 1, "1", "1.00", "1.00", "1.000"), &(solved("1.00", "1.00", "1.00") + &starts(2, 1, 1)), 1);
    assert_eq!((at(&next), next.share, next.step_name.as_str()), ((2, 1, 1, 0), Some(1.0 / 200.0), "b"));
    assert_eq!(next.step_time, 0.0);
    // the same row in the status file, increments apart
    let rows = abaqus_row(2, 1, "1", "51.0", "50.0", "50.00") + &abaqus_row(2, 2, "1", "51.0", "50.0", "1.000e-03");
    let fine =
        look(&rows, &(solved("0.500", "50.0", "51.0") + &starts(2, 2, 1) + &solved("0.5001", "50.01", "51.01")), 2);
    assert_eq!((at(&fine), fine.share), ((2, 2, 1, 0), Some(51.01 / 200.0)));
    assert_eq!((fine.step_time, fine.total_time), (50.01, 51.01));
    // what is tried again and goes on iterating has no row either, and nothing of it is done
    let again = look(
        &abaqus_row(2, 3, "1U", "51.0", "50.0", "1.000e-03"),
        &(starts(2, 3, 1) + &iterates(1) + &starts(2, 3, 2) + &iterates(1) + &iterates(2) + &iterates(3)),
        3,
    );
    assert_eq!((at(&again), again.share, again.cutbacks), ((2, 3, 2, 3), Some(51.01 / 200.0), 1));
    // rows that went past what is read of the message file count
    let past = look(&abaqus_row(2, 9, "1", "61.0", "60.0", "1.000"), "", 4);
    assert_eq!((at(&past), past.share), ((2, 9, 1, 0), Some(61.0 / 200.0)));
}

#[test]
fn near_the_smallest_increment() {
    let mut run = reader(&[shape("a", Some(1.0))]);
    look(&mut run, "", 0);
    // small from the start is the owner's wish
    assert_eq!(look(&mut run, &row(1, 1, "1", 0.001, 0.001), 10).trouble, None);
    let rows = row(1, 2, "1U", 0.001, 0.01) + &row(1, 2, "2", 0.0025, 0.0015);
    let trouble = look(&mut run, &rows, 20).trouble.unwrap();
    assert_eq!((trouble.kind, trouble.since), (TroubleKind::NearMinimum, Timestamp(20)));
}

#[test]
fn nothing_written_for_long() {
    let mut run = reader(&[shape("a", Some(1.0))]);
    look(&mut run, &row(1, 1, "1", 0.1, 0.1), 0);
    assert_eq!(look(&mut run, "", 29 * 60).trouble, None);
    let trouble = look(&mut run, "", 31 * 60).trouble.unwrap();
    assert_eq!(trouble.kind, TroubleKind::NoGrowth { minutes: 31 });
    // an iteration shows life
    run.feed("cvg", b"     1     1     1     1        0  0.9E+03  0.1E+03  0.0E+00  0.0E+00\n");
    let progress = run.progress(Timestamp(32 * 60), thresholds());
    assert_eq!((progress.trouble, progress.last_growth), (None, Some(Timestamp(0))));
}

#[test]
fn the_small_plot_is_bounded() {
    let mut run = reader(&[shape("a", Some(1.0))]);
    let rows: String = (1..=100).map(|at| row(1, at, "1", f64::from(at) * 0.01, 0.01)).collect();
    let progress = look(&mut run, &rows, 0);
    assert_eq!((progress.recent.len(), progress.increment), (32, 100));
}
