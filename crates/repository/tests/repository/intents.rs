//! Submitting, and what people want of a job afterwards.

use crate::lab::*;
use domain::*;
use repository::*;

#[tokio::test]
async fn a_submitted_job_waits_for_any_node_with_the_tokens_of_the_rule() {
    let lab = Lab::new().await;
    let deck = upload(&lab.repo, "beam.inp").await;
    let job = lab.repo.submit(&submission("beam", &deck), &student()).await.unwrap();
    assert_eq!((job.status, job.tokens, job.node.clone(), job.version), (JobStatus::Waiting, Tokens(6), None, 1));
    assert_eq!(job.user_name, "sato さん");
    let detail = lab.repo.job(job.id).await.unwrap().unwrap();
    assert_eq!(detail.summary, job);
    assert_eq!(detail.steps.len(), 1);
    assert_eq!((&detail.inputs[0].upload, detail.inputs[0].name.as_str()), (&deck, "beam.inp"));
    assert_eq!(detail.history[0].what, HistoryFact::Submitted { parent: None });
    assert_eq!(detail.history[0].actor.as_deref(), Some("sato さん"));
    assert_eq!(
        detail.lineage.iter().map(|kin| (kin.id, kin.name.clone(), kin.status)).collect::<Vec<_>>(),
        [(job.id, job.name.clone(), JobStatus::Waiting)]
    );
    assert_eq!(lab.repo.jobs(&JobQuery::all(student().id)).await.unwrap().jobs, [job]);
}

#[tokio::test]
async fn a_job_in_the_queue_is_cancelled_at_once_and_never_changes_again() {
    let lab = Lab::new().await;
    let job = lab.submit("beam").await;
    let job = lab.repo.ask_cancel(job.id, &student()).await.unwrap();
    assert_eq!((job.status, job.cancel_asked), (JobStatus::Cancelled, false));
    assert!(job.ended_at.is_some());
    for refused in [
        lab.repo.ask_cancel(job.id, &student()).await,
        lab.repo.hold(job.id, &student()).await,
        lab.repo.release(job.id, &student()).await,
        lab.repo.set_priority(job.id, Priority::HIGH, &admin()).await,
    ] {
        assert!(matches!(refused, Err(RepositoryError::Conflict { status: JobStatus::Cancelled })), "{refused:?}");
    }
}

#[tokio::test]
async fn a_job_on_a_node_keeps_the_wish_until_it_has_ended() {
    let lab = Lab::new().await;
    let job = lab.submit("beam").await;
    lab.claim(job.id, "node-01").await;
    let asked = lab.repo.ask_cancel(job.id, &admin()).await.unwrap();
    assert_eq!((asked.status, asked.cancel_asked), (JobStatus::Starting, true));
    assert_eq!(lab.life(job.id).await.cancel.unwrap().by, admin().id);
    let again = lab.repo.ask_cancel(job.id, &student()).await.unwrap();
    assert_eq!(again, asked, "wanting it twice changes nothing");
}

#[tokio::test]
async fn hold_and_release_go_both_ways_and_only_from_the_queue() {
    let lab = Lab::new().await;
    let job = lab.submit("beam").await;
    assert_eq!(lab.repo.hold(job.id, &student()).await.unwrap().status, JobStatus::Held);
    let twice = lab.repo.hold(job.id, &student()).await;
    assert!(matches!(twice, Err(RepositoryError::Conflict { status: JobStatus::Held })));
    assert_eq!(lab.repo.release(job.id, &student()).await.unwrap().status, JobStatus::Waiting);
    lab.claim(job.id, "node-01").await;
    let late = lab.repo.hold(job.id, &student()).await;
    assert!(matches!(late, Err(RepositoryError::Conflict { status: JobStatus::Starting })));
    let nobody = lab.repo.hold(JobId(99), &student()).await;
    assert!(matches!(nobody, Err(RepositoryError::NotFound { what: "job", .. })));
}

#[tokio::test]
async fn priority_is_history_too() {
    let lab = Lab::new().await;
    let job = lab.submit("beam").await;
    let raised = lab.repo.set_priority(job.id, Priority::HIGH, &admin()).await.unwrap();
    assert_eq!((raised.priority, raised.version), (Priority::HIGH, 2));
    assert_eq!(lab.repo.set_priority(job.id, Priority::HIGH, &admin()).await.unwrap().version, 2);
    let history = lab.repo.job(job.id).await.unwrap().unwrap().history;
    let wanted = HistoryFact::PriorityChanged { from: Priority::NORMAL, to: Priority::HIGH };
    assert_eq!((history.len(), &history[1].what, history[1].actor.as_deref()), (2, &wanted, Some("root さん")));
}

#[tokio::test]
async fn a_name_that_is_taken_comes_with_the_next_free_one() {
    let lab = Lab::new().await;
    let deck = upload(&lab.repo, "x.inp").await;
    let long = "長".repeat(41);
    for (job, wanted) in [
        ("beam", "beam-2"),
        ("beam-2", "beam-3"),
        ("beam-3", "beam-4"),
        ("s45-100", "s45-100-2"),
        ("beam-x", "beam-x-2"),
        (long.as_str(), &format!("{long}-2")),
        (&"a".repeat(80), &format!("{}-2", "a".repeat(78))),
    ] {
        assert_eq!(lab.repo.free_name(&name(job)).await.unwrap(), name(job));
        lab.repo.submit(&submission(job, &deck), &student()).await.unwrap();
        let Err(RepositoryError::NameTaken { next_free, .. }) =
            lab.repo.submit(&submission(job, &deck), &student()).await
        else {
            panic!("{job} twice")
        };
        assert_eq!(next_free.as_str(), wanted);
        assert_eq!(lab.repo.free_name(&name(job)).await.unwrap(), next_free);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_makes_one_job_even_in_a_race() {
    let lab = Lab::new().await;
    let deck = upload(&lab.repo, "beam.inp").await;
    let mut racing = tokio::task::JoinSet::new();
    for _ in 0..30 {
        let repo = lab.repo.clone();
        let new = Submission { idempotency_key: Some("once".into()), ..submission("beam", &deck) };
        racing.spawn(async move { repo.submit(&new, &student()).await.unwrap() });
    }
    let answers = racing.join_all().await;
    assert!(answers.iter().all(|job| job == &answers[0]));
    // it is the person's own key
    let other = Submission { idempotency_key: Some("once".into()), ..submission("plate", &deck) };
    let other = lab.repo.submit(&other, &admin()).await.unwrap();
    assert_ne!(other.id, answers[0].id);
    assert_eq!(lab.repo.jobs(&JobQuery::all(student().id)).await.unwrap().total, 2);
}

#[tokio::test]
async fn what_contradicts_itself_is_refused_by_name_of_the_field() {
    let lab = Lab::new().await;
    let (deck, twin) = (upload(&lab.repo, "beam.inp").await, upload(&lab.repo, "BEAM.INP").await);
    let good = submission("beam", &deck);
    let unknown = UploadId::parse("00000000-0000-7000-8000-000000000000").unwrap();
    let refused = async |new: Submission| lab.repo.submit(&new, &student()).await.unwrap_err();
    let cpus = refused(Submission { cpus: Cores(3), ..good.clone() }).await;
    assert!(matches!(cpus, RepositoryError::Invalid { field: "cpus", .. }));
    let no_deck = refused(Submission { files: vec![twin.clone()], ..good.clone() }).await;
    assert!(matches!(no_deck, RepositoryError::Invalid { field: "file", .. }));
    let twice = refused(Submission { files: vec![deck.clone(), twin], ..good.clone() }).await;
    assert!(matches!(twice, RepositoryError::Invalid { field: "file", .. }));
    let missing = refused(Submission { files: vec![deck.clone(), unknown], ..good.clone() }).await;
    assert!(matches!(missing, RepositoryError::NotFound { what: "upload", .. }));
    let orphan = refused(Submission { parent: Some(JobId(99)), ..good.clone() }).await;
    assert!(matches!(orphan, RepositoryError::NotFound { what: "job", .. }));
    assert_eq!(lab.repo.jobs(&JobQuery::all(student().id)).await.unwrap().total, 0);
}

#[tokio::test]
async fn a_calculix_job_takes_no_tokens_and_keeps_its_wish() {
    let lab = Lab::new().await;
    let deck = upload(&lab.repo, "beam.inp").await;
    let wish = NodeWish::Node(node_id("node-01"));
    let new = Submission { solver: Solver::Calculix, wish: wish.clone(), ..submission("beam", &deck) };
    let job = lab.repo.submit(&new, &student()).await.unwrap();
    assert_eq!((job.tokens, job.node, job.wish), (Tokens(0), None, wish));
}

#[tokio::test]
async fn lineage_goes_up_and_down_and_survives_a_gap() {
    let lab = Lab::new().await;
    let deck = upload(&lab.repo, "x.inp").await;
    let from = async |job: &str, parent: Option<JobId>| {
        lab.repo.submit(&Submission { parent, ..submission(job, &deck) }, &student()).await.unwrap().id
    };
    let first = from("first", None).await;
    let second = from("second", Some(first)).await;
    let third = from("third", Some(second)).await;
    let fourth = from("fourth", Some(second)).await;
    let lineage = async |id| {
        let detail = lab.repo.job(id).await.unwrap().unwrap();
        detail.lineage.into_iter().map(|kin| kin.id).collect::<Vec<_>>()
    };
    assert_eq!(lineage(third).await, [first, second, third, fourth]);
    assert_eq!(lineage(first).await, [first, second, third, fourth]);
    lab.repo.ask_cancel(second, &student()).await.unwrap();
    lab.repo.delete_job(second, &student()).await.unwrap();
    assert_eq!(lineage(third).await, [third]);
    assert_eq!(lineage(first).await, [first]);
}
