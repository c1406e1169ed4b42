//! What was acknowledged is there: after a restart, after a kill, whatever raced.

use crate::lab::*;
use domain::*;
use repository::*;
use std::collections::HashSet;

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_at_once_are_all_there_after_reopening() {
    let lab = Lab::new().await;
    let deck = upload(&lab.repo, "beam.inp").await;
    let mut racing = tokio::task::JoinSet::new();
    for n in 0..200 {
        let (repo, new) = (lab.repo.clone(), submission(&format!("job{n}"), &deck));
        racing.spawn(async move { repo.submit(&new, &student()).await.unwrap() });
    }
    let acknowledged = racing.join_all().await;
    let path = lab.path();
    let lab = lab.reopen().await;
    assert_eq!(lab.path(), path);
    let query = JobQuery { limit: 1000, ..JobQuery::all(student().id) };
    let page = lab.repo.jobs(&query).await.unwrap();
    let stored: HashSet<(JobId, String)> = page.jobs.iter().map(|job| (job.id, job.name.to_string())).collect();
    let told: HashSet<(JobId, String)> = acknowledged.iter().map(|job| (job.id, job.name.to_string())).collect();
    assert_eq!(stored, told);
    let names: HashSet<&JobName> = page.jobs.iter().map(|job| &job.name).collect();
    assert_eq!((names.len(), page.total), (200, 200));
}
