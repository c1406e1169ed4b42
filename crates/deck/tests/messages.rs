//! `.msg` and `.dat` of Abaqus, written from their formats.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use deck::abaqus::msg::{ContactErrorKind, Outcome};
use deck::abaqus::{Ending, dat, msg};
use deck::calculix::{console, cvg};
use deck::inspect::{self, Report};
use deck::iteration::{Iteration, IterationKind};

const HEAD: &str = "1\n\n   Abaqus 3DEXPERIENCE R2017x                  Date 01-M\u{e4}r-2024   Time 10:00:00\n   \n\n";

/// Two attempts at one increment: contact, then balance; then it is cancelled.
const RUN: &str = " STEP    2     INCREMENT     7     STEP TIME    0.00

  INCREMENT     7 STARTS. ATTEMPT NUMBER  1, TIME INCREMENT  0.100

                    2 SEVERE DISCONTINUITIES OCCURRED DURING THIS ITERATION.
                    1 POINTS CHANGED FROM OPEN TO CLOSED

               CONVERGENCE CHECKS FOR SEVERE DISCONTINUITY ITERATION     1

   MAX. PENETRATION ERROR 278.676E-06   AT NODE PLATE-1.25 OF CONTACT PAIR
   (ASSEMBLY_S_SURF-1,ASSEMBLY_RIGID_SURF-3)
   MAX. CONTACT FORCE ERROR -1.5E-03 AT NODE 9 OF
   CONTACT PAIR (A,B)
          PENETRATION ERROR TOO LARGE COMPARED TO DISPLACEMENT INCREMENT.

 AVERAGE FORCE                      1.000E+05   TIME AVG. FORCE       2.000E+05
 LARGEST SCALED RESIDUAL FORCE      -869.       AT NODE        795   DOF  1
   INSTANCE: PLATE-1
  CORRESPONDING RESIDUAL FORCE      1.218E-05
 LARGEST INCREMENT OF DISP.        -2.000E-02   AT NODE        183   DOF  2
   INSTANCE: {assembly node}
 LARGEST CORRECTION TO DISP.       -1.000E-02   AT NODE        184   DOF  3
   INSTANCE:
          FORCE     EQUILIBRIUM NOT ACHIEVED WITHIN TOLERANCE.

 AVERAGE HEAT FLUX                   0.00       TIME AVG. HEAT FLUX    0.00
 ALL HEAT FLUX RESIDUALS ARE ZERO
 ALL TEMP.    INCREMENTS ARE ZERO
 ALL CORRECTION TO TEMP. ARE ZERO
          THERE IS ZERO HEAT FLUX EVERYWHERE

 ***NOTE: THE SOLUTION APPEARS TO BE DIVERGING. CONVERGENCE IS JUDGED UNLIKELY.
 ***NOTE: THE ABOVE WARNING MESSAGE IS BEING SUPPRESSED DUE TO EXCESSIVE
          REPORTING.

  INCREMENT     7 STARTS. ATTEMPT NUMBER  2, TIME INCREMENT  2.500E-02

               CONVERGENCE CHECKS FOR EQUILIBRIUM ITERATION     1

 AVERAGE FORCE                       10.0       TIME AVG. FORCE        10.0
 LARGEST RESIDUAL FORCE             5.000E-02   AT NODE          1   DOF  1
 LARGEST INCREMENT OF DISP.          1.00       AT NODE          1   DOF  1
 LARGEST CORRECTION TO DISP.        2.000E-03   AT NODE          1   DOF  1
          THE FORCE     EQUILIBRIUM EQUATIONS HAVE CONVERGED

 ITERATION SUMMARY FOR THE INCREMENT:   1 TOTAL ITERATIONS, OF WHICH
   0 ARE SEVERE DISCONTINUITY ITERATIONS AND  1 ARE EQUILIBRIUM ITERATIONS.

 TIME INCREMENT COMPLETED  2.500E-02,  FRACTION OF STEP COMPLETED  0.525
 STEP TIME COMPLETED        2.87    ,  TOTAL TIME COMPLETED         3.87
";

fn read(text: &str) -> msg::Reader {
    let mut reader = msg::Reader::default();
    reader.feed(text.as_bytes());
    reader.finish();
    reader
}

#[test]
fn iterations_and_cutbacks() {
    for text in [RUN.to_owned(), RUN.replace('\n', "\r\n")] {
        let reader = read(&text);
        let rows = reader.iterations();
        assert_eq!((rows.len(), reader.iteration_count(), reader.cutback_count()), (2, 2, 1));
        let first = rows[0];
        assert_eq!((first.step, first.increment, first.attempt, first.iteration), (2, 7, 1, 1));
        assert_eq!((first.kind, first.discontinuities), (IterationKind::SevereDiscontinuity, Some(2)));
        // the residual is held against the average over time
        assert_eq!((first.force.residual, first.force.correction), (Some(0.4345), Some(50.0)));
        assert_eq!(first.heat.residual, None);
        assert_eq!((rows[1].attempt, rows[1].kind), (2, IterationKind::Equilibrium));
        assert_eq!((rows[1].force.residual, rows[1].force.correction), (Some(0.5), Some(0.2)));

        let check = reader.checks().next().unwrap();
        let force = &check.fields[0];
        let residual = force.residual.clone().unwrap();
        assert_eq!((residual.value, residual.node, residual.dof), (-869.0, Some(795), Some(1)));
        assert_eq!(residual.instance.as_deref(), Some("PLATE-1"));
        assert_eq!(force.increment.clone().unwrap().instance.as_deref(), Some("{assembly node}"));
        assert_eq!(force.correction.clone().unwrap().instance, None);
        assert_eq!(force.outcome, Some(Outcome::ResidualTooLarge));
        assert_eq!((check.fields[1].name.as_str(), check.fields[1].outcome), ("HEAT FLUX", Some(Outcome::Zero)));
        assert_eq!(check.contact_converged, Some(false));
        let contact = &check.contact[0];
        assert_eq!((contact.kind, contact.node), (ContactErrorKind::Penetration, Some(25)));
        assert_eq!(contact.instance.as_deref(), Some("PLATE-1"));
        assert_eq!(contact.pair.as_deref(), Some("ASSEMBLY_S_SURF-1,ASSEMBLY_RIGID_SURF-3"));
        assert_eq!((check.contact[1].node, check.contact[1].pair.as_deref()), (Some(9), Some("A,B")));

        let cutback = reader.cutbacks().next().unwrap();
        assert_eq!((cutback.step, cutback.increment, cutback.attempt), (2, 7, 1));
        assert!(cutback.reason.clone().unwrap().starts_with("THE SOLUTION APPEARS TO BE DIVERGING"));
        let last = reader.last().unwrap();
        assert_eq!((last.size, last.fraction), (Some(0.025), Some(0.525)));
        assert_eq!((last.step_time, last.total_time), (Some(2.87), Some(3.87)));
        assert_eq!(reader.ended(), None);
    }
}

/// The end of a run.
fn ending(text: &str) -> (Option<Ending>, msg::Reader) {
    let reader = read(&format!("{RUN}\n{text}"));
    (reader.ended().map(|ended| ended.ending), reader)
}

#[test]
fn endings() {
    let summary = |errors: u64| {
        format!(
            "\n     ANALYSIS SUMMARY:\n     TOTAL OF          8  INCREMENTS\n                       3  CUTBACKS IN AUTOMATIC INCREMENTATION\n                      12  ITERATIONS INCLUDING CONTACT ITERATIONS IF PRESENT\n                       {errors}  ERROR MESSAGES\n"
        )
    };
    let (end, reader) = ending(&format!("          THE ANALYSIS HAS BEEN COMPLETED\n{}", summary(0)));
    assert_eq!(end, Some(Ending::Completed));
    assert_eq!((reader.increment_count(), reader.cutback_count(), reader.iteration_count()), (8, 3, 12));

    let (end, reader) = ending(&format!(
        " ***ERROR: Process terminated by external request (SIGTERM or SIGINT received).\n{}",
        summary(1)
    ));
    assert_eq!((end, reader.messages().errors), (Some(Ending::Cancelled), 1));

    // sixteen ranks say the same
    let error = " ***ERROR: TOO MANY ATTEMPTS MADE FOR THIS INCREMENT\n\n".repeat(16);
    let stack = "---------- RUNTIME EXCEPTION HAS OCCURRED ----------\n*** ERROR: standard.exe / rank 0\n";
    let (end, reader) = ending(&format!(
        " ***NOTE: MATERIAL CALCULATIONS FAILED TO CONVERGE OR WERE NOT ATTEMPTED AT ONE\n          OR MORE POINTS.\n\n{error}{}{stack}",
        summary(1)
    ));
    assert_eq!((end, reader.messages().errors), (Some(Ending::Failed), 16));
    assert_eq!(reader.messages().first_error().unwrap().count, 16);
    assert!(reader.crash().is_some());
    // the last attempt is a cutback too, its reason the note before the error
    assert_eq!(reader.cutbacks().len(), 2);
    assert!(reader.cutbacks().last().unwrap().reason.clone().unwrap().ends_with("AT ONE OR MORE POINTS."));
}

#[test]
fn riks_ends_by_its_increments() {
    let text = "  INCREMENT     3 STARTS. ATTEMPT NUMBER  1

     CURRENT LOAD PROPORTIONALITY FACTOR         2.8571E-05
     TOTAL ARC LENGTH   2.000E-03, INCREMENT OF ARC LENGTH   1.000E-03

     THE NUMBER OF INCS ON THE *STEP CARD HAS BEEN COMPLETED - THE STEP ENDS
";
    assert_eq!(read(text).ended(), None);
    let reader = read(&format!("{text}\n     ANALYSIS SUMMARY:\n                       0  ERROR MESSAGES\n"));
    let last = reader.last().unwrap();
    assert_eq!((last.increment, last.load_factor, last.arc_length), (3, Some(2.8571e-5), Some(2e-3)));
    assert_eq!(reader.ended().unwrap().ending, Ending::Completed);
}

#[test]
fn eigenvalues() {
    let reader = read(
        "     NUMBER OF EIGENVALUES                      5\n     ITERATION 1\n      1       8.690701e+00\n \n     NUMBER OF EIGENVALUES CONVERGED UPTO THIS ITERATION = 2\n",
    );
    let found = reader.eigenvalues().unwrap();
    assert_eq!((found.wanted, found.iterations, found.converged), (Some(5), 1, 2));
}

const DATA: &str = "     OPTIONS BEING PROCESSED
   ***************************

 ***ERROR: in keyword *NODEPRINT, file \"tissue.inp\", line 1062: Unknown
           assembly set _PICKEDSET8
 LINE IMAGE: *nodeprint
 ***NOTE: DUE TO AN INPUT ERROR THE ANALYSIS PRE-PROCESSOR HAS BEEN UNABLE TO
          INTERPRET SOME DATA.  SUBSEQUENT ERRORS MAY BE CAUSED BY THIS OMISSION

 ***ERROR: TWO BOUNDARY CONDITIONS HAVE BEEN IDENTIFIED FOR NODE 17 INSTANCE
           WING-1 DOF 2.

                            P R O B L E M   S I Z E

          NUMBER OF ELEMENTS IS                                   189
          NUMBER OF NODES DEFINED BY THE USER                     368
          TOTAL NUMBER OF VARIABLES IN THE MODEL                 2208

                   M E M O R Y   E S T I M A T E

 PROCESS      FLOATING PT       MINIMUM MEMORY        MEMORY TO
     1          2.08E+06               17                 25
     2          1.00E+06               10                 20

 NOTE:
          THE PROGRAM HAS DISCOVERED     2 FATAL ERRORS

               ** EXECUTION IS TERMINATED **

                              END OF USER INPUT PROCESSING
";

#[test]
fn input_errors_and_the_size() {
    let mut reader = dat::Reader::default();
    reader.feed(DATA.as_bytes());
    reader.finish();
    let error = reader.messages().first_error().unwrap();
    let deck = error.deck.clone().unwrap();
    assert_eq!((deck.file.as_str(), deck.line, error.line_image.as_deref()), ("tissue.inp", 1062, Some("*nodeprint")));
    let second = reader.messages().list.iter().find(|message| message.place.is_some()).unwrap();
    let place = second.place.clone().unwrap();
    assert_eq!((place.node, place.instance.as_deref(), place.dof), (Some(17), Some("WING-1"), Some(2)));
    let size = reader.size().unwrap();
    assert_eq!((size.elements, size.nodes, size.variables), (Some(189), Some(368), Some(2208)));
    let memory = reader.memory().unwrap();
    assert_eq!((memory.processes, memory.minimum_mb, memory.no_disk_mb), (2, 27.0, 45.0));
    assert_eq!((reader.fatal_errors(), reader.input_read()), (Some(2), true));
    assert_eq!(reader.ended().unwrap().ending, Ending::Failed);
}

#[test]
fn the_kind_is_taken_from_the_content() {
    let kind = |name: &str, text: &str| inspect::file(name, text.as_bytes(), &|_| None).unwrap();
    let msg = format!("{HEAD}                        S T E P       1     S T A T I C   A N A L Y S I S\n{RUN}");
    let Report::Msg(report) = kind("renamed.txt", &msg) else { panic!("not a .msg") };
    assert_eq!((report.release.as_deref(), report.verdict), (Some("3DEXPERIENCE R2017x"), "none"));
    let Report::Dat(report) = kind("renamed.txt", &format!("{HEAD}{DATA}")) else { panic!("not a .dat") };
    assert_eq!((report.verdict, report.errors), ("not_completed", 2));
    let calculix =
        "\n displacements (vx,vy,vz) for set NALL and time  0.1000000E+01\n\n         1  0.0E+00  0.0E+00  0.0E+00\n";
    assert!(matches!(kind("beam.dat", calculix), Report::Unknown { .. }));
}

#[test]
fn one_plot_for_both_solvers() {
    let mut reader = cvg::Reader::default();
    reader.feed(b"     1     2     3     4        0  0.9399E+03  0.1000E+03  0.0000E+00  0.0000E+00\n");
    let row = Iteration::from(&reader.rows()[0]);
    assert_eq!((row.step, row.increment, row.attempt, row.iteration), (1, 2, 3, 4));
    assert_eq!((row.force.residual, row.force.correction), (Some(939.9), Some(100.0)));
}

#[test]
fn a_large_file_costs_little_memory() {
    let mut reader = msg::Reader::default();
    let (mut fed, mut runs) = (0, 0_u64);
    while fed < 100_000_000 {
        let part =
            format!("{RUN} ***WARNING: THE SYSTEM MATRIX HAS {runs} NEGATIVE EIGENVALUES.\n\n ***ERROR: E{runs}\n\n");
        reader.feed(part.as_bytes());
        fed += part.len();
        runs += 1;
    }
    reader.finish();
    assert!(runs > 20_000);
    assert_eq!((reader.iteration_count(), reader.cutback_count()), (2 * runs, runs));
    assert!(reader.iterations().len() <= msg::MOST_ROWS && reader.iterations().len() > msg::MOST_ROWS / 2);
    assert_eq!((reader.checks().len(), reader.cutbacks().len()), (msg::MOST_CHECKS, msg::MOST_CUTBACKS));
    let found = reader.messages();
    assert_eq!((found.list.len(), found.errors, found.warnings), (4, runs, runs));
}

#[test]
fn messages_of_calculix_have_the_same_form() {
    let mut reader = console::Reader::default();
    reader.feed(b" *WARNING in checktime: step 1\n *WARNING in checktime: step 2\n\n *ERROR reading *VISCO:\n        no value\n");
    let found = reader.messages();
    assert_eq!((found.errors, found.warnings, found.list.len()), (1, 2, 2));
    let error = found.first_error().unwrap();
    assert_eq!((error.text.as_str(), error.first_line), ("reading *VISCO: no value", 4));
    assert_eq!(error.context.clone().unwrap().first_line, 1);
}
