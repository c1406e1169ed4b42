//! Events: after the commit, and exactly what a reader sees then.

use crate::lab::*;
use domain::*;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

fn drain(events: &mut Receiver<Event>) -> Vec<Event> {
    let mut all = Vec::new();
    loop {
        match events.try_recv() {
            Ok(event) => all.push(event),
            Err(TryRecvError::Empty) => return all,
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn an_event_holds_what_a_reader_sees() {
    let lab = Lab::new().await;
    let mut events = lab.repo.subscribe();
    let job = lab.submit("beam").await;
    assert_eq!(drain(&mut events), [Event::JobCreated(Box::new(job.clone()))]);

    lab.claim(job.id, "node-01").await;
    let seen = lab.repo.summary(job.id).await.unwrap();
    let node = lab.repo.node_summaries().await.unwrap().remove(0);
    let license = lab.repo.license_use().await.unwrap();
    assert_eq!(license.ours, Tokens(6));
    assert_eq!(
        drain(&mut events),
        [Event::JobChanged(Box::new(seen)), Event::NodeChanged(Box::new(node)), Event::LicenseChanged(license)]
    );

    let progress = Progress { share: Some(0.5), ..Progress::default() };
    lab.repo.record_progress(job.id, &progress).await.unwrap();
    let seen = lab.repo.summary(job.id).await.unwrap();
    assert_eq!(seen.progress, Some(progress.clone()));
    assert_eq!(drain(&mut events), [Event::JobChanged(Box::new(seen))]);
    lab.repo.record_progress(job.id, &progress).await.unwrap();
    assert_eq!(drain(&mut events), [], "the same progress is no change");
}

#[tokio::test]
async fn what_was_refused_is_not_told() {
    let lab = Lab::new().await;
    let job = lab.submit("beam").await;
    let deck = upload(&lab.repo, "beam.inp").await;
    let mut events = lab.repo.subscribe();
    lab.repo.submit(&submission("beam", &deck), &student()).await.unwrap_err();
    lab.repo.release(job.id, &student()).await.unwrap_err();
    lab.repo.delete_job(job.id, &student()).await.unwrap_err();
    lab.repo.change_setting("total_license_tokens", "many", &admin()).await.unwrap_err();
    assert_eq!(drain(&mut events), []);
}

#[tokio::test]
async fn a_setting_is_in_force_although_its_event_cannot_be_made() {
    let lab = Lab::new().await;
    let job = lab.submit("beam").await;
    lab.claim(job.id, "node-01").await;
    // tokens in use, which the event of a changed setting carries
    let sql = "UPDATE jobs SET license_tokens = -1";
    lab.raw().await.execute(sql).await;
    let mut events = lab.repo.subscribe();
    lab.repo.change_setting("total_license_tokens", "60", &admin()).await.unwrap();
    assert_eq!(lab.repo.settings().total_license_tokens, Tokens(60));
    assert_eq!(drain(&mut events), [Event::SettingsChanged, Event::Resync]);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_change_goes_untold_under_load() {
    let lab = Lab::new().await;
    let deck = upload(&lab.repo, "beam.inp").await;
    let mut events = lab.repo.subscribe();
    let mut racing = tokio::task::JoinSet::new();
    for n in 0..60 {
        let (repo, new) = (lab.repo.clone(), submission(&format!("job{n}"), &deck));
        racing.spawn(async move {
            let job = repo.submit(&new, &student()).await.unwrap();
            repo.hold(job.id, &student()).await.unwrap();
            repo.release(job.id, &student()).await.unwrap()
        });
    }
    let last = racing.join_all().await;
    let mut known = std::collections::HashMap::new();
    for event in drain(&mut events) {
        let (Event::JobCreated(job) | Event::JobChanged(job)) = event else { panic!("{event:?}") };
        let newer = known.insert(job.id, *job.clone()).is_none_or(|old: JobSummary| old.version < job.version);
        assert!(newer, "versions only grow");
    }
    for job in last {
        assert_eq!(known.remove(&job.id), Some(job));
    }
}
