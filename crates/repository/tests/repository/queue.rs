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
    assert_eq!(nodes[0].jobs.iter().map(|job| &job.name).collect::<Vec<_>>(), [&name("runs")]);
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

/// Decides and keeps what was decided.
async fn pass(lab: &Lab, now: Timestamp) -> Starts {
    let decided = lab.repo.decide(now, false).await.unwrap();
    lab.repo.record_decision(decided.head, now).await.unwrap();
    decided
}

/// Six tokens in all, and a job that holds them.
async fn no_tokens_left() -> (Lab, JobSummary) {
    let lab = Lab::new().await;
    lab.repo.change_setting("total_license_tokens", "6", &admin()).await.unwrap();
    let runs = lab.submit("runs").await;
    lab.claim(runs.id, "node-01").await;
    (lab, runs)
}

#[tokio::test]
async fn a_plan_writes_only_what_it_changes() {
    let (lab, _) = no_tokens_left().await;
    let (first, second) = (lab.submit("first").await, lab.submit("second").await);
    assert_eq!(pass(&lab, NOW).await, Starts { starts: vec![], head: Some(first.id) });
    let seen = lab.repo.summary(second.id).await.unwrap();
    assert_eq!((seen.version, seen.waiting.unwrap().position), (2, 2));
    let mut events = lab.repo.subscribe();

    // the same again, later: nothing is written, nobody is told, the head keeps its time
    pass(&lab, Timestamp(NOW.0 + 60)).await;
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
    lab.repo.hold(first.id, &student()).await.unwrap();
    assert_eq!(lab.repo.summary(first.id).await.unwrap().waiting, None, "what is held has no reason to wait");
    pass(&lab, later).await;
    assert_eq!(heads().await, [Some(later)]);
    let seen = lab.repo.summary(second.id).await.unwrap();
    assert_eq!((seen.version, seen.waiting.unwrap().position), (3, 1));
}

#[tokio::test]
async fn a_forecast_that_hardly_moved_is_not_written_again() {
    let (lab, runs) = no_tokens_left().await;
    let job = lab.submit("beam").await;
    // seconds until the running job gives back, and whether it is worth a write, each beside what was stored last
    for (step, (left, written)) in
        [(1000, true), (1030, false), (970, false), (1031, true), (1061, false)].into_iter().enumerate()
    {
        let progress = Progress { seconds_left: Some(left), last_growth: Some(NOW), ..Progress::default() };
        lab.repo.record_progress(runs.id, &progress).await.unwrap();
        let before = lab.repo.summary(job.id).await.unwrap();
        pass(&lab, NOW).await;
        let after = lab.repo.summary(job.id).await.unwrap();
        assert_eq!(after != before, written, "step {step}");
    }
}

#[tokio::test]
async fn what_is_decided_is_claimed_through_the_repository() {
    let lab = Lab::new().await;
    for n in 0..5 {
        lab.submit(&format!("job{n}")).await;
    }
    let decided = lab.repo.decide(NOW, false).await.unwrap();
    for (job, node) in &decided.starts {
        lab.claim(*job, node.as_str()).await;
    }
    lab.repo.record_decision(decided.head, NOW).await.unwrap();
    let page = lab.repo.jobs(&JobQuery::all(student().id)).await.unwrap();
    let starting = page.jobs.iter().filter(|job| job.status == JobStatus::Starting).count();
    assert_eq!(starting, 4, "two cores each on a node of eight");
    let waits = page.jobs.iter().find(|job| job.status == JobStatus::Waiting).unwrap();
    assert!(matches!(waits.waiting.as_ref().unwrap().reason, WaitReason::Cores { .. }), "{waits:?}");
}

#[tokio::test]
async fn a_plan_that_moves_everybody_is_one_word_to_listeners() {
    let (lab, _) = no_tokens_left().await;
    let deck = upload(&lab.repo, "beam.inp").await;
    for n in 0..300 {
        lab.repo.submit(&submission(&format!("job{n}"), &deck), &student()).await.unwrap();
    }
    let mut events = lab.repo.subscribe();
    pass(&lab, NOW).await;
    assert_eq!(events.try_recv(), Ok(Event::Resync));
    assert!(events.try_recv().is_err());
    pass(&lab, NOW).await;
    assert!(events.try_recv().is_err(), "what was stored is no news");
}

/// The queue in memory decides what the rule decides about the tables.
async fn as_the_rule_says(lab: &Lab) -> Starts {
    let plan = plan(&lab.repo.snapshot(NOW).await.unwrap());
    let starts = plan.decisions.iter().filter_map(|decision| match &decision.outcome {
        Outcome::Start(node) => Some((decision.job, node.clone())),
        Outcome::Wait(_) => None,
    });
    let decided = lab.repo.decide(NOW, false).await.unwrap();
    assert_eq!(decided, Starts { starts: starts.collect(), head: plan.head });
    lab.repo.record_decision(decided.head, NOW).await.unwrap();
    for decision in &plan.decisions {
        if let Outcome::Wait(waiting) = &decision.outcome {
            let seen = lab.repo.summary(decision.job).await.unwrap();
            assert_eq!(seen.waiting.as_ref(), Some(waiting), "{}", decision.job);
        }
    }
    decided
}

#[tokio::test]
async fn the_queue_in_memory_follows_every_commit() {
    let lab = Lab::new().await;
    assert_eq!(as_the_rule_says(&lab).await, Starts::default());
    let mut jobs = Vec::new();
    for n in 0..6 {
        jobs.push(lab.submit(&format!("job{n}")).await.id);
        as_the_rule_says(&lab).await;
    }
    // one that is refused in the middle of others takes nothing with it
    let deck = upload(&lab.repo, "beam.inp").await;
    let (new, taken) = (submission("job6", &deck), submission("job0", &deck));
    let who = student();
    let (new, taken) = tokio::join!(lab.repo.submit(&new, &who), lab.repo.submit(&taken, &who));
    assert!(matches!(taken, Err(RepositoryError::NameTaken { .. })));
    jobs.push(new.unwrap().id);
    assert_eq!(as_the_rule_says(&lab).await.starts.len(), 4);
    lab.repo.set_priority(jobs[6], Priority::HIGH, &student()).await.unwrap();
    assert_eq!(as_the_rule_says(&lab).await.starts[0].0, jobs[6]);
    lab.repo.hold(jobs[0], &student()).await.unwrap();
    as_the_rule_says(&lab).await;
    let claimed = lab.claim(jobs[1], "node-01").await;
    assert_eq!(as_the_rule_says(&lab).await.starts.len(), 3);
    lab.repo.release(jobs[0], &student()).await.unwrap();
    as_the_rule_says(&lab).await;
    lab.repo.ask_cancel(jobs[2], &student()).await.unwrap();
    as_the_rule_says(&lab).await;
    lab.repo.delete_job(jobs[2], &student()).await.unwrap();
    as_the_rule_says(&lab).await;
    // back into the queue, with a pause
    let back = domain::lifecycle::Life {
        status: JobStatus::Waiting,
        run: None,
        not_before: Some(Timestamp(NOW.0 + 60)),
        ..claimed.clone()
    };
    assert!(lab.repo.advance(jobs[1], &claimed, &back, NOW, HistoryFact::Alive).await.unwrap());
    assert!(as_the_rule_says(&lab).await.starts.iter().all(|(job, _)| *job != jobs[1]));
    let lab = lab.reopen().await;
    as_the_rule_says(&lab).await;
}

#[tokio::test]
async fn a_new_owner_has_the_system_s_limit_at_once() {
    let lab = Lab::new().await;
    lab.repo.change_setting("user_max_running_jobs", "1", &admin()).await.unwrap();
    lab.submit("one").await;
    as_the_rule_says(&lab).await;
    let deck = upload(&lab.repo, "beam.inp").await;
    for n in 0..2 {
        let stranger = actor("stranger", Role::Student);
        lab.repo.submit(&submission(&format!("theirs{n}"), &deck), &stranger).await.unwrap();
    }
    assert_eq!(as_the_rule_says(&lab).await.starts.len(), 2, "one of each");
}

#[tokio::test]
async fn what_another_program_wrote_is_found_by_looking() {
    let lab = Lab::new().await;
    lab.repo.change_setting("total_license_tokens", "6", &admin()).await.unwrap();
    let (first, second) = (lab.submit("first").await.id, lab.submit("second").await.id);
    assert_eq!(pass(&lab, NOW).await.starts[0].0, first);
    lab.raw().await.execute(&format!("UPDATE jobs SET priority = 10 WHERE id = {second}")).await;
    assert_eq!(lab.repo.decide(NOW, true).await.unwrap().starts[0].0, second);
}

#[tokio::test]
async fn a_person_s_new_name_is_in_the_reason() {
    let lab = Lab::new().await;
    let mut user = lab.repo.user(&student().id).await.unwrap().unwrap();
    user.max_running_jobs = Some(0);
    lab.repo.ensure_user(&user).await.unwrap();
    lab.submit("beam").await;
    as_the_rule_says(&lab).await;
    user.name = "佐藤 花子".to_owned();
    lab.repo.ensure_user(&user).await.unwrap();
    as_the_rule_says(&lab).await;
}
