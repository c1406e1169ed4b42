//! What the plan looks at, and what is kept of what it decided.

use crate::lab::*;
use domain::plan::*;
use domain::*;
use repository::*;

const NOW: Timestamp = Timestamp(1_800_000_000);

#[tokio::test]
async fn a_snapshot_has_what_waits_what_runs_and_what_is_in_use() {
    let lab = Lab::new().await;
    lab.repo.save_node(&node("node-02", 4), &admin()).await.unwrap();
    let waiting = lab.submit("waits").await;
    let held = lab.submit("held").await;
    lab.repo.hold(held.id, &student()).await.unwrap();
    let running = lab.submit("runs").await;
    lab.claim(running.id, "node-01").await;
    let progress = Progress { seconds_left: Some(60), last_growth: Some(NOW), ..Progress::default() };
    lab.repo.record_progress(running.id, &progress).await.unwrap();

    let snapshot = lab.repo.snapshot(NOW).await.unwrap();
    let ids: Vec<JobId> = snapshot.waiting.iter().map(|job| job.id).collect();
    assert_eq!(ids, [waiting.id]);
    assert_eq!(snapshot.waiting[0].submitted, waiting.created_at);
    let [job] = &snapshot.running[..] else { panic!("{:?}", snapshot.running) };
    assert_eq!((job.id, job.node.as_str(), job.cpus, job.tokens), (running.id, "node-01", Cores(2), Tokens(6)));
    assert_eq!(job.expected_end, Some(Timestamp(NOW.0 + 60)));
    let late = lab.repo.snapshot(Timestamp(NOW.0 + 3600)).await.unwrap();
    assert_eq!(late.running[0].expected_end, Some(Timestamp(NOW.0 + 3600)), "never in the past");
    assert_eq!(snapshot.nodes.len(), 2);
    assert_eq!(snapshot.nodes[0].solvers, [Solver::Abaqus, Solver::Calculix]);
    assert_eq!(snapshot.license.total, Tokens(50));
    assert!(snapshot.users.is_empty(), "nobody has a limit");

    let license = lab.repo.license_use().await.unwrap();
    assert_eq!((license.total, license.ours), (Tokens(50), Tokens(6)));
    let nodes = lab.repo.node_summaries().await.unwrap();
    assert_eq!((nodes[0].cores_used, nodes[0].tokens_used), (Cores(2), Tokens(6)));
    assert_eq!(nodes[0].jobs, [name("runs")]);
    assert_eq!((nodes[1].cores_used, nodes[1].jobs.len()), (Cores(0), 0));
}

#[tokio::test]
async fn limits_are_the_person_s_own_or_the_system_s() {
    let lab = Lab::new().await;
    lab.repo.change_setting("user_max_running_jobs", "3", &admin()).await.unwrap();
    let mut user = lab.repo.user(&student().id).await.unwrap().unwrap();
    user.max_running_jobs = Some(1);
    user.max_tokens = Some(Tokens(12));
    lab.repo.ensure_user(&user).await.unwrap();
    assert_eq!(lab.repo.user(&student().id).await.unwrap(), Some(user));
    let mut limits: Vec<_> = lab.repo.snapshot(NOW).await.unwrap().users;
    limits.sort_by(|a, b| a.user.cmp(&b.user));
    let limits: Vec<_> = limits.iter().map(|l| (l.user.as_str(), l.max_running_jobs, l.max_tokens)).collect();
    assert_eq!(limits, [("root", Some(3), None), ("sato", Some(1), Some(Tokens(12)))]);
}

fn wait(job: JobId, position: u32) -> Decision {
    Decision { job, outcome: Outcome::Wait(Waiting { reason: WaitReason::Queued, position, starts: None }) }
}

#[tokio::test]
async fn a_plan_writes_only_what_it_changes() {
    let lab = Lab::new().await;
    let (first, second) = (lab.submit("first").await, lab.submit("second").await);
    let plan = Plan { decisions: vec![wait(first.id, 1), wait(second.id, 2)], head: Some(first.id) };
    lab.repo.record_plan(&plan, NOW).await.unwrap();
    let seen = lab.repo.summary(second.id).await.unwrap();
    assert_eq!((seen.version, seen.waiting.unwrap().position), (2, 2));
    let mut events = lab.repo.subscribe();

    // the same again, later: nothing is written, nobody is told, the head keeps its time
    lab.repo.record_plan(&plan, Timestamp(NOW.0 + 60)).await.unwrap();
    assert_eq!(lab.repo.summary(first.id).await.unwrap().version, 2);
    assert_eq!(lab.repo.summary(second.id).await.unwrap().version, 2);
    assert!(events.try_recv().is_err());
    let heads = async || {
        let mut waiting = lab.repo.snapshot(NOW).await.unwrap().waiting;
        waiting.sort_by_key(|job| job.id);
        waiting.into_iter().map(|job| job.head_since).collect::<Vec<_>>()
    };
    assert_eq!(heads().await, [Some(NOW), None]);

    // one moves up: only its row changes
    let later = Timestamp(NOW.0 + 120);
    let start = Decision { job: first.id, outcome: Outcome::Start(node_id("node-01")) };
    let plan = Plan { decisions: vec![start, wait(second.id, 1)], head: Some(second.id) };
    lab.repo.record_plan(&plan, later).await.unwrap();
    assert_eq!(heads().await, [None, Some(later)]);
    let seen = lab.repo.summary(second.id).await.unwrap();
    assert_eq!((seen.version, seen.waiting.unwrap().position), (3, 1));
    lab.claim(first.id, "node-01").await;
    assert_eq!(lab.repo.summary(first.id).await.unwrap().waiting, None, "what starts has no reason to wait");
}

#[tokio::test]
async fn a_forecast_that_hardly_moved_is_not_written_again() {
    let lab = Lab::new().await;
    let job = lab.submit("beam").await;
    let decide = |starts: i64, gives: i64, free: u32| {
        let giver = Some(Giver { job: name("runs"), amount: 6, at: Some(Timestamp(gives)) });
        let [free, need, reserved, external] = [free, 6, 0, 0].map(Tokens);
        let reason = WaitReason::Tokens { free, need, reserved, external, giver };
        let starts = Some((Timestamp(starts), Timestamp(starts + 600)));
        let outcome = Outcome::Wait(Waiting { reason, position: 1, starts });
        Plan { decisions: vec![Decision { job: job.id, outcome }], head: None }
    };
    // (starts, gives back, free) and whether it is worth a write, each beside what was stored last
    for (step, (starts, gives, free, written)) in [
        (1000, 900, 0, true),
        (1030, 900, 0, false),
        (970, 930, 0, false),
        (1031, 900, 0, true),
        (1031, 931, 0, true),
        (1031, 931, 2, true),
    ]
    .into_iter()
    .enumerate()
    {
        let before = lab.repo.summary(job.id).await.unwrap();
        lab.repo.record_plan(&decide(starts, gives, free), NOW).await.unwrap();
        let after = lab.repo.summary(job.id).await.unwrap();
        assert_eq!(after != before, written, "step {step}");
    }
}

#[tokio::test]
async fn the_plan_of_the_rules_claims_through_the_repository() {
    let lab = Lab::new().await;
    for n in 0..5 {
        lab.submit(&format!("job{n}")).await;
    }
    let plan = domain::plan::plan(&lab.repo.snapshot(NOW).await.unwrap());
    for decision in &plan.decisions {
        if let Outcome::Start(node) = &decision.outcome {
            lab.claim(decision.job, node.as_str()).await;
        }
    }
    lab.repo.record_plan(&plan, NOW).await.unwrap();
    let page = lab.repo.jobs(&JobQuery::all(student().id)).await.unwrap();
    let starting = page.jobs.iter().filter(|job| job.status == JobStatus::Starting).count();
    assert_eq!(starting, 4, "two cores each on a node of eight");
    let waits = page.jobs.iter().find(|job| job.status == JobStatus::Waiting).unwrap();
    assert!(matches!(waits.waiting.as_ref().unwrap().reason, WaitReason::Cores { .. }), "{waits:?}");
}

#[tokio::test]
async fn a_plan_that_moves_everybody_is_one_word_to_listeners() {
    let lab = Lab::new().await;
    let deck = upload(&lab.repo, "beam.inp").await;
    let mut decisions = Vec::new();
    for n in 0..300 {
        let job = lab.repo.submit(&submission(&format!("job{n}"), &deck), &student()).await.unwrap();
        decisions.push(wait(job.id, n + 1));
    }
    let mut events = lab.repo.subscribe();
    lab.repo.record_plan(&Plan { decisions, head: None }, NOW).await.unwrap();
    assert_eq!(events.try_recv(), Ok(Event::Resync));
    assert!(events.try_recv().is_err());
    let all = lab.repo.snapshot(NOW).await.unwrap().waiting.len();
    assert_eq!(all, 300);
}
