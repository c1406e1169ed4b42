//! The stand-in for Abaqus over the real CalculiX: its forms, its files, its pool of tokens and its ways to fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use testbed::{Standin, standin};

/// CAE's way: a part, two instances of which one is moved, sets of the same name in two scopes, names of boundary kinds.
const CAE: &str = "*Heading\n*Preprint, echo=NO\n*Part, name=P\n*Node\n1, 0., 0.\n2, 1., 0.\n3, 1., 1.\n4, 0., 1.\n\
*Element, type=CPS4R\n1, 1, 2, 3, 4\n*Nset, nset=A, generate\n1, 4, 1\n*Elset, elset=A\n1\n\
*Solid Section, elset=A, material=M\n,\n*End Part\n*Assembly, name=Assembly\n*Instance, name=I, part=P\n*End Instance\n\
*Instance, name=J, part=P\n5., 0., 0.\n*End Instance\n*Nset, nset=A, instance=I\n1, 4\n*Nset, nset=A, instance=J\n1, 4\n\
*Nset, nset=B, instance=I\n1, 2\n*Nset, nset=B, instance=J\n1, 2\n*Nset, nset=C, instance=I\n2, 3\n\
*Nset, nset=C, instance=J\n2, 3\n*End Assembly\n*Material, name=M\n*Elastic\n2e11, 0.3\n*Boundary\nA, XSYMM\nB, YSYMM\n";

const STEP: &str = "*Step, name=S, nlgeom=YES\n*Static\n0.25, 1., 1e-5, 0.25\n*Boundary\nC, 1, 1, 0.01\n\
*Restart, write, frequency=0\n*Output, field\n*Node Output\nRF, U\n*End Step\n";

struct Bench {
    folder: tempfile::TempDir,
    command: PathBuf,
}

impl Bench {
    fn new() -> Bench {
        Bench::with(&Standin::default())
    }

    fn with(options: &Standin) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let command = standin(folder.path(), options).unwrap();
        Bench { folder, command }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn text(&self, name: &str) -> String {
        String::from_utf8_lossy(&fs::read(self.path(name)).unwrap_or_default()).into_owned()
    }

    /// A deck that asks for a mode.
    fn deck(&self, job: &str, mode: &str) {
        self.write(&format!("{job}.inp"), &format!("** standin: {mode}\n{CAE}{STEP}"));
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(&self.command);
        command.args(arguments.split_whitespace()).current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    fn call(&self, arguments: &str) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn run(&self, job: &str, mode: &str) -> Output {
        self.deck(job, mode);
        self.call(&format!("job={job} interactive ask_delete=OFF"))
    }

    fn start(&self, arguments: &str) -> Child {
        self.command(arguments).stdout(fs::File::create(self.path("console")).unwrap()).spawn().unwrap()
    }
}

impl Drop for Bench {
    /// A test that failed leaves no run behind.
    fn drop(&mut self) {
        let home = self.folder.path().canonicalize().unwrap();
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            if fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(&home)) {
                let _ = Command::new("kill").arg("-9").arg(entry.file_name()).stderr(Stdio::null()).status();
            }
        }
    }
}

fn said(out: &Output) -> String {
    String::from_utf8_lossy(&out.stdout).into_owned()
}

#[track_caller]
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn rows(sta: &str) -> usize {
    sta.lines().filter(|line| line.starts_with("   1") && line.len() == 66).count()
}

fn signal(pid: u32, name: &str) {
    assert!(Command::new("kill").args(["-s", name, &pid.to_string()]).status().unwrap().success());
}

/// The child `standard` that works in this folder.
fn child_of(folder: &Path) -> Option<u32> {
    fs::read_dir("/proc").unwrap().flatten().find_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let is_it = fs::read_link(entry.path().join("cwd")).ok()? == folder.canonicalize().ok()?
            && fs::read_to_string(entry.path().join("comm")).ok()?.trim() == "standard";
        is_it.then_some(pid)
    })
}

#[test]
fn a_cae_deck_runs_and_leaves_what_abaqus_leaves() {
    let bench = Bench::new();
    bench.deck("job", "");
    let out = bench.call("-job=job input=job.inp");
    assert!(out.status.success() && out.stdout.is_empty(), "{out:?}");
    until("the run in the background ends", || bench.text("job.log").contains("COMPLETED"));
    let out = bench.call("job=job cpus=4 memory=90% double mp_mode=threads int ask_delete=OFF");
    let console = said(&out);
    assert!(out.status.success(), "{console}");
    assert!(console.lines().next().unwrap().contains("stand-in over CalculiX"), "{console}");
    for line in [
        "checked out 8 tokens from Flexnet",
        "<42 out of 50",
        "Run pre\n",
        "Run standard\n",
        "Abaqus JOB job COMPLETED",
    ] {
        assert!(console.contains(line), "{line}: {console}");
    }
    let sta = bench.text("job.sta");
    assert_eq!(rows(&sta), 4, "{sta}");
    assert!(sta.ends_with(" THE ANALYSIS HAS COMPLETED SUCCESSFULLY\n"), "{sta}");
    let msg = bench.text("job.msg");
    for line in [
        "FRACTION OF STEP COMPLETED  0.250",
        "CONVERGENCE CHECKS FOR EQUILIBRIUM ITERATION     1",
        "ANALYSIS HAS BEEN COMPLETED",
    ] {
        assert!(msg.contains(line), "{line}: {msg}");
    }
    let dat = bench.text("job.dat");
    assert!(dat.contains("NUMBER OF ELEMENTS IS                                     2\n"), "{dat}");
    assert!(bench.text("job.com").contains("'cpus':4"));
    assert!(bench.path("job.odb").exists());
    for gone in ["job.lck", "job.cid"] {
        assert!(!bench.path(gone).exists(), "{gone}");
    }
    assert_eq!(fs::read_dir(bench.path("scratch")).unwrap().count(), 0);
}

#[test]
fn what_is_wrong_is_refused_in_abaqus_words() {
    let bench = Bench::new();
    bench.deck("job", "");
    for (arguments, words) in [
        ("job=job nonsense=1", "\"nonsense\" is not recognized"),
        ("job=job datacheck gpus=1", "\"gpus\" may not be used with \"datacheck\""),
        ("job=absent", "could not be located: absent.inp"),
        ("job=job user=absent.for", "could not be located: absent.for"),
        ("job=job oldjob=old", "could not be located: old.res"),
        ("terminate job=job", "could not be located: job.cid"),
    ] {
        let out = bench.call(arguments);
        assert_eq!(out.status.code(), Some(1), "{arguments}");
        assert!(said(&out).contains(words), "{arguments}: {}", said(&out));
    }
    bench.write("job.lck", "job.odb\n");
    assert!(said(&bench.call("job=job interactive")).contains("Detected lock file job.lck"));
    fs::remove_file(bench.path("job.lck")).unwrap();
    assert!(said(&bench.call("information=release")).contains("stand-in over CalculiX"));
    bench.write("bad.inp", &format!("{CAE}{}", STEP.replace("C, 1, 1", "TYPO, 1, 1")));
    assert_eq!(bench.call("job=bad interactive").status.code(), Some(1));
    assert!(bench.text("bad.dat").contains("Unknown assembly set TYPO"));
    assert!(bench.text("bad.dat").contains("THE PROGRAM HAS DISCOVERED     1 FATAL ERRORS"));
}

#[test]
fn old_files_are_asked_about() {
    let bench = Bench::new();
    bench.deck("job", "");
    bench.write("job.sta", "old");
    for (answer, done) in [("n\n", false), ("y\n", true)] {
        let mut child =
            bench.command("job=job interactive").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(answer.as_bytes()).unwrap();
        let out = child.wait_with_output().unwrap();
        assert!(said(&out).starts_with("Old job files exist. Overwrite? (y/n): "), "{out:?}");
        assert_eq!(said(&out).contains("COMPLETED"), done);
    }
}

#[test]
fn a_datacheck_ends_before_the_analysis() {
    let bench = Bench::new();
    bench.deck("job", "");
    let out = bench.call("job=job datacheck interactive");
    assert!(out.status.success() && said(&out).contains("Abaqus JOB job COMPLETED"));
    assert!(!bench.path("job.sta").exists() && bench.path("job.dat").exists());
}

#[test]
fn terminate_ends_the_run_and_says_so() {
    let bench = Bench::new();
    bench.deck("job", "increment-pause=3600s");
    let mut run = bench.start("job=job interactive");
    until("it runs", || bench.text("job.msg").contains("STARTS"));
    let cid = bench.text("job.cid");
    assert_eq!(cid.lines().next().unwrap(), run.id().to_string());
    assert!(bench.call("terminate job=job").status.success());
    assert_eq!(run.wait().unwrap().code(), Some(1));
    assert!(bench.text("job.sta").ends_with(" THE ANALYSIS HAS NOT BEEN COMPLETED\n"));
    assert!(
        bench
            .text("job.msg")
            .contains(" ***ERROR: Process terminated by external request (SIGTERM or SIGINT received).")
    );
    assert!(bench.text("console").ends_with("Abaqus/Analysis exited with errors\n"));
    assert!(!bench.path("job.lck").exists() && !bench.path("job.cid").exists());
}

#[test]
fn sigterm_at_the_driver_ends_all() {
    let bench = Bench::new();
    bench.deck("job", "hang");
    let mut run = bench.start("job=job interactive");
    until("it runs", || rows(&bench.text("job.sta")) == 1);
    signal(run.id(), "TERM");
    run.wait().unwrap();
    assert!(child_of(bench.folder.path()).is_none());
    assert!(bench.text("job.msg").contains("Process terminated by external request"));
}

#[test]
fn a_killed_driver_leaves_its_child_with_the_tokens() {
    for (mode, kill) in [("hang", "KILL"), ("hang orphan", "TERM"), ("hang ignore-terminate", "KILL")] {
        let bench = Bench::new();
        bench.deck("job", mode);
        let mut run = bench.start("job=job interactive");
        until("it runs", || rows(&bench.text("job.sta")) == 1);
        if mode.contains("ignore") {
            bench.call("terminate job=job");
            signal(run.id(), "TERM");
            assert!(run.try_wait().unwrap().is_none());
        }
        signal(run.id(), kill);
        run.wait().unwrap();
        let child = child_of(bench.folder.path()).expect("the child goes on");
        assert!(said(&bench.call("licensing lmstat -a")).contains("Total of 5 licenses in use"));
        assert!(bench.path("job.lck").exists());
        signal(child, "KILL");
        until("tokens of the dead come back", || {
            said(&bench.call("licensing lmstat -a")).contains("Total of 0 licenses in use")
        });
    }
}

#[test]
fn suspend_gives_the_tokens_back_and_resume_goes_on() {
    let bench = Bench::new();
    bench.deck("job", "increment-pause=1000ms");
    let mut run = bench.start("job=job interactive");
    until("it runs", || rows(&bench.text("job.sta")) >= 1);
    assert!(bench.call("suspend job=job").status.success());
    until("tokens are free", || said(&bench.call("licensing lmstat -a")).contains("Total of 0 licenses in use"));
    assert!(run.try_wait().unwrap().is_none());
    assert!(bench.call("resume job=job").status.success());
    assert!(run.wait().unwrap().success());
    assert_eq!(rows(&bench.text("job.sta")), 4);
}

#[test]
fn who_lacks_tokens_waits_and_is_seen_waiting() {
    let bench = Bench::with(&Standin { tokens: 6, ..Standin::default() });
    bench.deck("first", "hang");
    bench.deck("second", "");
    let mut first = bench.start("job=first interactive");
    until("it runs", || bench.path("first.sta").exists());
    assert!(bench.call("job=second cpus=2").status.success());
    until("it waits", || bench.text("second.log").contains("Total time in queue: 0 seconds."));
    assert!(bench.text("second.log").contains("\"standard\" license request queued for the License Server on "));
    let report = said(&bench.call("licensing lmstat -a"));
    assert!(report.contains("(Total of 6 licenses issued;  Total of 5 licenses in use)"), "{report}");
    assert!(report.contains(", 5 licenses\n") && report.contains(" queued for 6 licenses\n"), "{report}");
    assert!(said(&bench.call("licensing dslsstat -usage")).contains("using SRU, 5 licenses"));
    // one that gives up, one that may not wait, and one that is ended while it waits
    bench.deck("third", "");
    bench.write("abaqus_v6.env", "lmhanglimit=0.001\n");
    let out = bench.call("job=third cpus=2 interactive");
    assert!(!out.status.success() && said(&out).contains("Time limit of in queue has been exceeded. Exiting."));
    bench.write("abaqus_v6.env", "lmlicensequeuing=OFF\n");
    let out = bench.call("job=third cpus=2 interactive");
    assert!(!out.status.success() && said(&out).contains("FlexNet Licensing error:-87,147"), "{}", said(&out));
    fs::remove_file(bench.path("abaqus_v6.env")).unwrap();
    let mut third = bench.start("job=third cpus=2 interactive");
    until("it waits", || bench.text("console").contains("Total time in queue"));
    signal(third.id(), "TERM");
    assert_eq!(third.wait().unwrap().code(), Some(1));
    assert!(bench.call("terminate job=first").status.success());
    first.wait().unwrap();
    until("its turn came", || bench.text("second.log").contains("Abaqus JOB second COMPLETED"));
}

#[test]
fn dsls_speaks_its_own_words() {
    let bench = Bench::with(&Standin { dsls: true, ..Standin::default() });
    assert!(said(&bench.run("job", "")).contains("Successfully checked out SRU/5 from DSLS server "));
}

#[test]
fn a_restart_continues_what_the_earlier_run_left() {
    let bench = Bench::new();
    bench.write("old.inp", &format!("{CAE}{}", STEP.replace("frequency=0", "frequency=1")));
    assert!(bench.call("job=old interactive").status.success());
    let step = STEP.replace("0.01", "0.02").replace("S, nl", "T, nl");
    bench.write("new.inp", &format!("*Heading\n*Restart, read, step=1\n{step}"));
    let out = bench.call("job=new oldjob=old interactive");
    assert!(out.status.success(), "{}", said(&out));
    let sta = bench.text("new.sta");
    assert_eq!(sta.lines().filter(|line| line.starts_with("   2")).count(), 4, "{sta}");
    assert!(!sta.contains("\n   1 ") && sta.contains("2.00       1.00 "), "{sta}");
    fs::remove_file(bench.path("old.mdl")).unwrap();
    assert!(said(&bench.call("job=new oldjob=old interactive ask_delete=OFF")).contains("located: old.mdl"));
}

#[test]
fn subroutines_are_compiled_in_words() {
    let bench = Bench::new();
    bench.deck("job", "");
    bench.write("good.for", "      end\n");
    bench.write("bad.f", "c standin: compile-error\n");
    let out = bench.call("job=job user=good.for interactive");
    assert!(out.status.success() && said(&out).contains("End Linking Abaqus/Standard User Subroutines"));
    let out = bench.call("job=job user=bad.f interactive ask_delete=OFF");
    assert!(!out.status.success() && said(&out).contains("Abaqus Error: Problem during compilation - bad.f\n"));
}

#[test]
fn exit_codes_and_end_lines_may_lie() {
    let bench = Bench::new();
    let out = bench.run("a", "exit=134");
    assert!(out.status.code() == Some(134) && said(&out).contains("COMPLETED"));
    bench.write("b.inp", &format!("** standin: exit=0, crash\n{CAE}{STEP}"));
    let out = bench.call("job=b interactive");
    assert!(out.status.code() == Some(0) && said(&out).contains("(signal 11)."), "{}", said(&out));
    assert!(!bench.text("b.sta").contains("THE ANALYSIS"));
    let out = bench.run("c", "no-end-line");
    assert!(out.status.success() && !said(&out).contains("COMPLETED") && !bench.text("c.sta").contains("ANALYSIS"));
    let out = bench.run("d", "kill-leaving-lck");
    assert!(out.status.code().is_none() && bench.path("d.lck").exists() && !bench.text("d.sta").contains("ANALYSIS"));
}

#[test]
fn explicit_grows_its_own_status_file() {
    let bench = Bench::new();
    let out = bench.run("job", "explicit");
    assert!(out.status.success() && said(&out).contains("Begin Abaqus/Explicit Packager"));
    let sta = bench.text("job.sta");
    assert!(sta.contains("\nINCREMENT     TIME      TIME      TIME   INCREMENT"), "{sta}");
    assert!(sta.ends_with("  THE ANALYSIS HAS COMPLETED SUCCESSFULLY\n\n"), "{sta}");
}

#[test]
fn a_japanese_windows_writes_code_page_932() {
    let bench = Bench::new();
    let out = bench.run("job", "cp932");
    assert!(said(&out).contains("Run standard.exe\r\n"));
    let sta = fs::read(bench.path("job.sta")).unwrap();
    assert!(sta.windows(2).any(|two| two == [0x8c, 0x8e]) && sta.ends_with(b"SUCCESSFULLY\r\n"));
}

#[test]
fn much_may_be_written_and_late() {
    let bench = Bench::new();
    let began = Instant::now();
    let out = bench.run("job", "slow-first-byte=200ms, big-dat=3MB, flood=2MB");
    assert!(out.status.success() && began.elapsed() >= Duration::from_millis(200));
    assert!(fs::metadata(bench.path("job.dat")).unwrap().len() > 3_000_000);
    assert!(out.stdout.len() > 2_000_000 && fs::metadata(bench.path("job.msg")).unwrap().len() > 2_000_000);
}

#[test]
fn a_deck_that_diverges_fails_as_abaqus_does() {
    let bench = Bench::new();
    let deck = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../public/sample/diverges.inp");
    fs::copy(deck, bench.path("job.inp")).unwrap();
    let out = bench.call("job=job interactive");
    assert_eq!(out.status.code(), Some(1));
    assert!(said(&out).contains("Abaqus/Standard Analysis exited with an error - Please see the \nmessage file"));
    assert!(bench.text("job.msg").contains(" ***ERROR: TIME INCREMENT REQUIRED IS LESS THAN THE MINIMUM SPECIFIED"));
    assert!(bench.text("job.sta").ends_with(" THE ANALYSIS HAS NOT BEEN COMPLETED\n"));
}

#[test]
fn our_readers_read_what_it_writes() {
    let bench = Bench::new();
    assert!(bench.run("job", "").status.success());
    let mut msg = deck::abaqus::msg::Reader::default();
    msg.feed(&fs::read(bench.path("job.msg")).unwrap());
    msg.finish();
    assert_eq!(msg.increment_count(), 4);
    assert_eq!(msg.last().unwrap().fraction, Some(1.0));
    assert_eq!(msg.summary().unwrap().increments, Some(4));
    assert_eq!(msg.summary().unwrap().iterations, Some(msg.iteration_count()));
    assert_eq!(msg.ended().unwrap().ending, deck::abaqus::Ending::Completed);
    let mut dat = deck::abaqus::dat::Reader::default();
    dat.feed(&fs::read(bench.path("job.dat")).unwrap());
    dat.finish();
    let size = dat.size().unwrap();
    assert_eq!((size.elements, size.nodes), (Some(2), Some(8)));
    assert_eq!(dat.memory().unwrap().no_disk_mb, 24.0);
}

/// Names in quotes and a set that a generating keyword makes are no errors; ccx computes on both.
#[test]
fn quoted_names_and_generated_sets_are_known() {
    let bench = Bench::new();
    let deck = format!("{CAE}{STEP}").replace("nset=C,", "nset=\"THE END\",").replace("\nC, ", "\n\"THE END\", ");
    bench.write("quoted.inp", &deck);
    assert!(bench.call("job=quoted interactive").status.success(), "{}", bench.text("quoted.dat"));
    bench.write("copied.inp", "*Node, nset=N\n1, 0., 0.\n2, 1., 0.\n*Ncopy, change number=10, old set=N, new set=M, shift\n0., 1.\n\n*Boundary\nM, 1, 2\n");
    assert!(bench.call("job=copied datacheck interactive").status.success(), "{}", bench.text("copied.dat"));
}
