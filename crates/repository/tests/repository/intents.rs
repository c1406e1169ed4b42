//! Submitting, and what people want of a job afterwards.

use crate::lab::*;
use domain::*;
use repository::*;

#[tokio::test]
async fn a_submitted_job_waits_for_any_node_with_the_tokens_of_the_rule() {
    let lab = Lab::new().await;
    let job = lab.submit("beam").await;
    assert_eq!((job.status, job.tokens, job.node.clone(), job.version), (JobStatus::Waiting, Tokens(6), None, 1));
    assert_eq!(job.user_name, "sato さん");
    let detail = lab.repo.job(job.id).await.unwrap().unwrap();
    assert_eq!(detail.summary, job);
    assert_eq!(detail.steps.len(), 1);
    assert_eq!(detail.deck_report, serde_json::json!({"elements": 12}));
    assert_eq!(detail.inputs[0].name.as_str(), "beam.inp");
    assert_eq!(detail.history[0].what, HistoryFact::Submitted { parent: None });
    assert_eq!(detail.history[0].actor.as_deref(), Some("sato さん"));
    assert_eq!(detail.lineage, [(job.id, job.name.clone(), JobStatus::Waiting)]);
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
