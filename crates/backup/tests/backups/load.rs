//! While people submit.

use crate::lab::*;
use domain::JobId;
use repository::JobQuery;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Submissions per second that are kept up.
const RATE: f64 = 200.0;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backup_while_people_submit_has_all_that_was_acknowledged_before_it() {
    let lab = Lab::new().await;
    for n in 0..300 {
        lab.submit(&format!("before-{n}")).await;
    }
    let (stop, acknowledged) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(HashMap::new())));
    let begun = Instant::now();
    let mut lanes = tokio::task::JoinSet::new();
    for lane in 0..8 {
        let (repo, uploads) = (lab.repo.clone(), lab.places().uploads);
        let (stop, acknowledged) = (stop.clone(), acknowledged.clone());
        lanes.spawn(async move {
            let mut next = tokio::time::interval(Duration::from_secs_f64(8.0 / RATE));
            next.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Burst);
            for n in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                next.tick().await;
                let job = format!("load-{lane}-x{n}");
                let id = submit(&repo, &uploads, &job).await;
                acknowledged.lock().unwrap().insert(id, job);
            }
        });
    }
    let mut made = Vec::new();
    for _ in 0..3 {
        // some more have been acknowledged since the last one
        let known = acknowledged.lock().unwrap().len();
        while acknowledged.lock().unwrap().len() < known + 50 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let before: HashMap<JobId, String> = acknowledged.lock().unwrap().clone();
        let clock = Instant::now();
        let shelved = lab.back_up().await.unwrap();
        let during = acknowledged.lock().unwrap().len() - before.len();
        println!("{during} submitted during a backup of {:.2} s", clock.elapsed().as_secs_f64());
        made.push((shelved, before, during));
    }
    stop.store(true, Ordering::Relaxed);
    lanes.join_all().await;
    let per_second = acknowledged.lock().unwrap().len() as f64 / begun.elapsed().as_secs_f64();
    println!("{per_second:.0} submitted per second meanwhile");
    assert!(made.iter().any(|(_, _, during)| *during > 0), "nobody submitted while a backup was made");
    for (shelved, before, _) in made {
        let place = tempfile::tempdir().unwrap();
        let restored = lab.restore_into(place.path(), &shelved.name).await.unwrap();
        let repo = open(place.path()).await;
        let page = repo.jobs(&JobQuery { limit: 100_000, ..JobQuery::all(student().id) }).await.unwrap();
        assert_eq!(page.total, restored.manifest.jobs);
        let there: HashMap<JobId, String> = page.jobs.iter().map(|job| (job.id, job.name.to_string())).collect();
        for (id, job) in before.iter().chain([(&JobId(1), &"before-0".to_owned())]) {
            assert_eq!(there.get(id), Some(job));
        }
        // and each job that is there has its deck
        for (id, job) in &there {
            let detail = repo.job(*id).await.unwrap().unwrap();
            let deck = place.path().join("uploads").join(&detail.inputs[0].path);
            assert_eq!(std::fs::read_to_string(deck).unwrap(), deck_of(job));
        }
        repo.close().await;
    }
}
