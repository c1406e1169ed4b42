//! Lives: what is stored is what is read, and of many who race one wins.

use crate::lab::*;
use domain::lifecycle::*;
use domain::*;
use proptest::prelude::*;
use repository::*;
use std::sync::Arc;

const NOW: Timestamp = Timestamp(1_800_000_000);

fn fact() -> HistoryFact {
    HistoryFact::Alive
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_advance_at_once_exactly_one_wins() {
    let lab = Lab::new().await;
    let job = lab.submit("beam").await;
    let life = lab.life(job.id).await;
    let mut racing = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (repo, life, next) = (lab.repo.clone(), life.clone(), claimed(&life, "node-01"));
        racing.spawn(async move { (repo.advance(job.id, &life, &next, NOW, fact()).await.unwrap(), next) });
    }
    let mut winners = racing.join_all().await;
    winners.retain(|(won, _)| *won);
    let [(_, winner)] = &winners[..] else { panic!("{} winners", winners.len()) };
    assert_eq!(lab.life(job.id).await, *winner);
    let detail = lab.repo.job(job.id).await.unwrap().unwrap();
    assert_eq!(detail.history.len(), 2, "submitted, and one claim");
    assert_eq!(detail.summary.version, 2);
    let runs: i64 = lab.raw().await.one("SELECT count(*) FROM runs").await;
    assert_eq!(runs, 1);
}

#[tokio::test]
async fn a_wish_that_arrives_in_between_wins_over_a_stale_life() {
    let lab = Lab::new().await;
    let job = lab.submit("beam").await;
    let life = lab.claim(job.id, "node-01").await;
    lab.repo.ask_cancel(job.id, &student()).await.unwrap();
    let sent = Life { run: Some(Run { stage: RunStage::LaunchSent, ..life.run.clone().unwrap() }), ..life.clone() };
    assert!(!lab.repo.advance(job.id, &life, &sent, NOW, HistoryFact::Staged).await.unwrap());
    assert!(lab.life(job.id).await.cancel.is_some());
    assert!(!lab.repo.advance(job.id, &life, &life, NOW, fact()).await.unwrap(), "it is that life no more");
}

#[tokio::test]
async fn progress_recorded_in_between_does_not_lose_the_race_for_the_scheduler() {
    let lab = Lab::new().await;
    let job = lab.submit("beam").await;
    let life = lab.claim(job.id, "node-01").await;
    lab.repo.record_progress(job.id, &Progress { step: 1, ..Progress::default() }).await.unwrap();
    let sent = Life { run: Some(Run { stage: RunStage::LaunchSent, ..life.run.clone().unwrap() }), ..life.clone() };
    assert!(lab.repo.advance(job.id, &life, &sent, NOW, HistoryFact::Staged).await.unwrap());
}

#[tokio::test]
async fn the_row_follows_the_life() {
    let lab = Lab::new().await;
    let job = lab.submit("beam").await;
    let after = |seconds: i64| Timestamp(job.created_at.0 + seconds);
    let go = async |from: &Life, event: LifeEvent, at: i64| {
        let now = after(at);
        let (next, _) = step(from, &event, now, LifeRules { max_tries: 3, first_pause: 5 }).unwrap();
        let fact = match HistoryFact::from(&event) {
            HistoryFact::StageFailed { .. } => {
                HistoryFact::StageFailed { fault: Some(Fault::Unreachable { said: "connection reset".into() }) }
            }
            fact => fact,
        };
        assert!(lab.repo.advance(job.id, from, &next, now, fact).await.unwrap(), "{event:?}");
        next
    };
    let summary = async || lab.repo.summary(job.id).await.unwrap();
    let waiting = lab.life(job.id).await;
    let claim = || LifeEvent::Claimed { node: node_id("node-01"), token: token() };

    // a fault of the infrastructure sends it back: to any node, later, saying why
    let starting = go(&waiting, claim(), 100).await;
    assert_eq!(summary().await.node, Some(node_id("node-01")));
    let back = go(&starting, LifeEvent::StageFault, 110).await;
    let seen = summary().await;
    assert_eq!((seen.status, seen.node, seen.tries), (JobStatus::Waiting, None, 1));
    assert_eq!(
        (seen.not_before, seen.message),
        (Some(after(115)), Some(Fault::Unreachable { said: "connection reset".into() }.into()))
    );
    assert_eq!(lab.repo.job(job.id).await.unwrap().unwrap().execution_path, None);

    let starting = go(&back, claim(), 200).await;
    let run = starting.run.clone().unwrap();
    let folder = lab.repo.job(job.id).await.unwrap().unwrap().execution_path;
    assert_eq!(folder, Some(format!(".ajm/runs/{}", run.token)));
    let sent = go(&starting, LifeEvent::Staged, 210).await;
    let running = go(&sent, LifeEvent::Launched { boot: "boot".into() }, 220).await;
    let seen = summary().await;
    assert_eq!((seen.status, seen.started_at, seen.ended_at), (JobStatus::Running, Some(after(220)), None));
    assert_eq!((seen.message, seen.transfer), (None, None));
    let end = RunEnd::Exited { exit: ExitStatus::Code(0), stopped: false };
    let report = LifeEvent::Report { boot: "boot".into(), report: RunReport::Ended(end) };
    let collecting = go(&running, report, 300).await;
    assert_eq!(summary().await.ended_at, Some(after(300)));
    let evidence = Evidence { file: "console.log".into(), line: Some(3), text: "Job finished".into() };
    let verdict = Verdict {
        cause: Cause::Completed,
        evidence: Some(evidence),
        exit: ExitStatus::Code(0),
        remarks: vec![Remark::FilesNotFetched { count: 1 }],
    };
    let done = go(&collecting, LifeEvent::Collected { verdict: verdict.clone() }, 320).await;
    let seen = summary().await;
    assert_eq!((seen.status, seen.ended_at), (JobStatus::Completed, Some(after(300))));
    assert_eq!((seen.verdict, seen.message), (Some(verdict), Some("Job finished".into())));
    assert_eq!(seen.node, Some(node_id("node-01")), "where it ran stays readable");

    let history = lab.repo.job(job.id).await.unwrap().unwrap().history;
    let statuses: Vec<JobStatus> = history.iter().map(|entry| entry.status).collect();
    use JobStatus::*;
    assert_eq!(statuses, [Waiting, Starting, Waiting, Starting, Starting, Running, Collecting, Completed]);
    assert_eq!(history[4].at, after(210));
    let attempts: Vec<(i64, String, String)> =
        lab.raw().await.rows("SELECT attempt, token, stage FROM runs ORDER BY attempt").await;
    assert_eq!(attempts.len(), 2);
    assert_eq!(attempts[1], (2, run.token.to_string(), "ended".to_owned()));

    // ended is ended
    let again = Life { status: Waiting, run: None, ..done.clone() };
    let refused = lab.repo.advance(job.id, &done, &again, NOW, fact()).await;
    assert!(matches!(refused, Err(RepositoryError::Illegal { from: Completed, to: Waiting })), "{refused:?}");
}

#[tokio::test]
async fn a_clock_that_was_set_back_makes_no_time_before_another() {
    let lab = Lab::new().await;
    let job = lab.submit("beam").await;
    let long_ago = |seconds: i64| Timestamp(job.created_at.0 - 86_400 + seconds);
    let go = async |from: &Life, event: LifeEvent, at: i64| {
        let (next, _) = step(from, &event, long_ago(at), LifeRules { max_tries: 3, first_pause: 5 }).unwrap();
        assert!(lab.repo.advance(job.id, from, &next, long_ago(at), HistoryFact::from(&event)).await.unwrap());
        next
    };
    let claim = LifeEvent::Claimed { node: node_id("node-01"), token: token() };
    let starting = go(&lab.life(job.id).await, claim, 1).await;
    let sent = go(&starting, LifeEvent::Staged, 2).await;
    let running = go(&sent, LifeEvent::Launched { boot: "boot".into() }, 3).await;
    let end = RunEnd::Exited { exit: ExitStatus::Code(0), stopped: false };
    go(&running, LifeEvent::Report { boot: "boot".into(), report: RunReport::Ended(end) }, 9).await;
    let seen = lab.repo.summary(job.id).await.unwrap();
    assert_eq!((seen.started_at, seen.ended_at), (Some(job.created_at), Some(job.created_at)));
    // what a person reads line by line is what the clock said then
    let history = lab.repo.job(job.id).await.unwrap().unwrap().history;
    assert_eq!(history.last().unwrap().at, long_ago(9));
}

#[tokio::test]
async fn what_no_life_does_is_refused_and_changes_nothing() {
    let lab = Lab::new().await;
    let job = lab.submit("beam").await;
    let waiting = lab.life(job.id).await;
    let refuse = async |from: &Life, to: &Life| {
        let refused = lab.repo.advance(job.id, from, to, NOW, fact()).await;
        assert!(matches!(refused, Err(RepositoryError::Illegal { .. })), "{refused:?}");
        assert_eq!(lab.life(job.id).await, *from);
    };
    let ready = claimed(&waiting, "node-01");
    refuse(&waiting, &Life { status: JobStatus::Running, ..ready.clone() }).await;
    refuse(&waiting, &Life { status: JobStatus::Starting, run: None, ..waiting.clone() }).await;
    assert!(lab.repo.advance(job.id, &waiting, &ready, NOW, fact()).await.unwrap());
    // another run without going through the queue would be a second launch
    refuse(&ready, &claimed(&waiting, "node-01")).await;
    // another job's token cannot be taken
    let other = lab.submit("plate").await;
    let stolen = Life { run: ready.run.clone(), ..ready.clone() };
    let refused = lab.repo.advance(other.id, &waiting, &stolen, NOW, fact()).await;
    assert!(matches!(refused, Err(RepositoryError::Database(_))), "{refused:?}");
    assert_eq!(lab.life(other.id).await, waiting);
    let missing = lab.repo.advance(JobId(999), &waiting, &ready, NOW, fact()).await;
    assert!(matches!(missing, Err(RepositoryError::NotFound { what: "job", .. })), "{missing:?}");
}

fn text() -> impl Strategy<Value = String> {
    "\\PC{0,20}"
}

fn at() -> impl Strategy<Value = Timestamp> {
    any::<i64>().prop_map(Timestamp)
}

fn exit() -> impl Strategy<Value = ExitStatus> {
    prop_oneof![
        any::<i32>().prop_map(ExitStatus::Code),
        any::<i32>().prop_map(ExitStatus::Signal),
        Just(ExitStatus::Unknown)
    ]
}

fn end() -> impl Strategy<Value = RunEnd> {
    prop_oneof![
        (exit(), any::<bool>()).prop_map(|(exit, stopped)| RunEnd::Exited { exit, stopped }),
        text().prop_map(|reason| RunEnd::CannotStart { reason }),
        Just(RunEnd::Rebooted),
        Just(RunEnd::ProcessGone),
        Just(RunEnd::FolderGone),
    ]
}

fn stage() -> impl Strategy<Value = RunStage> {
    prop::sample::select(vec![
        RunStage::Claimed,
        RunStage::LaunchSent,
        RunStage::Withdrawn,
        RunStage::Closed,
        RunStage::Alive,
        RunStage::Ended,
    ])
}

fn run() -> impl Strategy<Value = Run> {
    let node = "[a-z0-9_][a-z0-9_-]{0,20}".prop_filter_map("a node", |text| NodeId::parse(&text).ok());
    (node, stage(), prop::option::of(text()), prop::option::of(at()), prop::option::of(end()))
        .prop_map(|(node, stage, boot, launched_at, end)| Run { token: token(), node, stage, boot, launched_at, end })
}

fn cause() -> impl Strategy<Value = Cause> {
    prop_oneof![
        Just(Cause::Completed),
        Just(Cause::InputError),
        Just(Cause::Diverged),
        Just(Cause::Cancelled),
        Just(Cause::NodeRebooted),
        any::<i32>().prop_map(|signal| Cause::Killed { signal }),
        prop::option::of(any::<i32>()).prop_map(|code| Cause::NoEndLine { code }),
        any::<u32>().prop_map(|tries| Cause::Infrastructure { tries }),
    ]
}

fn verdict() -> impl Strategy<Value = Verdict> {
    let evidence = (text(), prop::option::of(any::<u64>()), text());
    let evidence = evidence.prop_map(|(file, line, text)| Evidence { file, line, text });
    let remark = prop_oneof![
        exit().prop_map(|exit| Remark::ExitDisagrees { exit }),
        Just(Remark::ExitZeroButFailed),
        any::<u32>().prop_map(|count| Remark::FilesNotFetched { count }),
    ];
    (cause(), prop::option::of(evidence), exit(), prop::collection::vec(remark, 0..3))
        .prop_map(|(cause, evidence, exit, remarks)| Verdict { cause, evidence, exit, remarks })
}

prop_compose! {
    /// Any life of this status: sensible or not, it must come back as it went.
    fn life(status: JobStatus)(
        cancel in prop::option::of(("[a-z][a-z0-9._-]{0,8}[a-z]", at())),
        tries: u32,
        not_before in prop::option::of(at()),
        run in run(),
        verdict in prop::option::of(verdict()),
    ) -> Life {
        let cancel = cancel.and_then(|(by, at)| UserId::parse(&by).ok().map(|by| CancelWish { by, at }));
        Life { status, cancel, tries, not_before, run: Some(run), verdict }
    }
}

#[test]
fn every_life_comes_back_as_it_went() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let lab = Arc::new(runtime.block_on(Lab::new()));
    let deck = runtime.block_on(upload(&lab.repo, "beam.inp"));
    let count = std::sync::atomic::AtomicU32::new(0);
    let lives = (life(JobStatus::Starting), life(JobStatus::Running), life(JobStatus::Collecting), verdict());
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 60, ..Default::default() });
    let run = runner.run(&lives, |(starting, running, collecting, verdict)| {
        let n = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        runtime.block_on(async {
            let repo = &lab.repo;
            let id = repo.submit(&submission(&format!("job{n}"), &deck), &student()).await.unwrap().id;
            let mut known = lab.life(id).await;
            // one run all the way, with whatever else differs
            let token = starting.run.clone().unwrap().token;
            let with_token = |life: Life| {
                let node = starting.run.clone().unwrap().node;
                Life { run: life.run.map(|run| Run { token: token.clone(), node, ..run }), ..life }
            };
            for next in [starting.clone(), with_token(running), with_token(collecting)] {
                assert!(repo.advance(id, &known, &next, NOW, fact()).await.unwrap());
                let active = repo.active().await.unwrap();
                let read = active.into_iter().find(|job| job.id == id).unwrap();
                prop_assert_eq!(&read.life, &next);
                let node = repo.summary(id).await.unwrap().node;
                prop_assert_eq!(node.as_ref(), next.run.as_ref().map(|run| &run.node));
                known = next;
            }
            let ended = Life { status: verdict.status(), verdict: Some(verdict), ..known.clone() };
            assert!(repo.advance(id, &known, &ended, NOW, fact()).await.unwrap());
            prop_assert_eq!(lab.life(id).await, ended);
            prop_assert!(repo.active().await.unwrap().is_empty());
            Ok(())
        })
    });
    run.unwrap();
}
