//! What goes and what stays, on a real database and real folders.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use ::cleanup::{By, Places, clean_up, missing, plan};
use domain::cleanup::{Cleaned, Going, GoingJob, NOTICE};
use domain::*;
use repository::*;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

const DAY: u64 = 86_400;

struct Lab {
    folder: TempDir,
    repo: Repository,
    places: Places,
}

fn student() -> Actor {
    Actor {
        id: UserId::parse("sato").unwrap(),
        name: "佐藤".to_owned(),
        role: Role::Student,
        scope: Scope::All,
        origin: Origin::Web,
        address: None,
    }
}

fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp(i64::try_from(since.as_secs()).unwrap())
}

fn silent(_: &GoingJob) {}

impl Lab {
    async fn new() -> Lab {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("data/jobs.db").into();
        let repo = Repository::open(&RepositoryConfig { database, first_values: Vec::new() }).await.unwrap();
        let places = Places { uploads: folder.path().join("uploads"), results: folder.path().join("results") };
        let lab = Lab { folder, repo, places };
        lab.sql("UPDATE system_config SET updated_at = updated_at - 8 * 86400 WHERE key LIKE 'cleanup_%'");
        lab
    }

    fn sql(&self, statement: &str) {
        let database = self.folder.path().join("data/jobs.db");
        let done =
            Command::new("sqlite3").arg("-cmd").arg(".timeout 5000").arg(database).arg(statement).output().unwrap();
        assert!(done.status.success(), "{statement}: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// A job with its deck's bytes.
    async fn submit(&self, job: &str) -> JobId {
        let id = UploadId::parse(&uuid::Uuid::now_v7().to_string()).unwrap();
        let path = format!("inp-files/{id}/{job}.inp");
        let file = self.places.uploads.join(&path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, "*HEADING\n").unwrap();
        let upload = NewUpload {
            id: id.clone(),
            name: FileName::parse(&format!("{job}.inp")).unwrap(),
            size: 9,
            sha256: "ab".repeat(32),
            path,
            user: student().id,
        };
        self.repo.add_upload(&upload).await.unwrap();
        let submission = Submission {
            name: JobName::parse(job).unwrap(),
            cpus: Cores(4),
            wish: NodeWish::Auto,
            priority: Priority::NORMAL,
            solver: Solver::Abaqus,
            options: RunOptions::default(),
            deck: id.clone(),
            files: vec![id],
            steps: Vec::new(),
            deck_report: serde_json::json!({}),
            parent: None,
            idempotency_key: None,
            request: None,
        };
        self.repo.submit(&submission, &student()).await.unwrap().id
    }

    /// One that ran for an hour and ended so many days ago, with a result of 1000 bytes or without.
    async fn ended(&self, job: &str, status: JobStatus, days: u64, results: bool) -> JobId {
        let id = self.submit(job).await;
        let at = now().0 - i64::try_from(days * DAY).unwrap();
        self.sql(&format!(
            "UPDATE jobs SET status = '{}', node_id = 'node-01', started_at = {}, ended_at = {at}, updated_at = {at}, result_path = '{id}' \
             WHERE id = {id}",
            status.as_str(),
            at - 3_600
        ));
        if results {
            let folder = self.results_of(id);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(format!("{job}.odb")), [7; 1_000]).unwrap();
            self.sql(&format!(
                "INSERT INTO result_files (job_id, name, size, fetched) VALUES ({id}, '{job}.odb', 1000, 1)"
            ));
        }
        id
    }

    fn results_of(&self, id: JobId) -> PathBuf {
        self.places.results.join(id.to_string())
    }

    async fn clean(&self, by: By) -> Cleaned {
        clean_up(&self.repo, &self.places, now(), by, &silent).await.unwrap()
    }

    async fn going(&self, until: Timestamp) -> BTreeMap<JobId, Going> {
        let plan = plan(&self.repo, &self.places, until).await.unwrap();
        plan.jobs.into_iter().map(|job| (job.id, job.what)).collect()
    }

    async fn is_listed(&self, id: JobId) -> bool {
        self.repo.job(id).await.unwrap().is_some()
    }
}

#[tokio::test]
async fn what_is_past_its_days_goes_and_nothing_else() {
    let lab = Lab::new().await;
    let old = lab.ended("old", JobStatus::Completed, 91, true).await;
    let bare = lab.ended("bare", JobStatus::Completed, 31, false).await;
    let broken = lab.ended("broken", JobStatus::Failed, 91, true).await;
    let stay = [
        lab.ended("month", JobStatus::Completed, 31, true).await,
        lab.ended("new", JobStatus::Completed, 29, false).await,
        lab.ended("cancelled", JobStatus::Cancelled, 1_000, false).await,
        lab.submit("waiting").await,
    ];
    let kept = lab.ended("kept", JobStatus::Completed, 1_000, true).await;
    lab.repo.pin(kept, true, &student()).await.unwrap();
    let running = lab.submit("running").await;
    // a row whose end is wrong is active all the same
    lab.sql(&format!("UPDATE jobs SET status = 'Running', ended_at = 1 WHERE id = {running}"));
    let usage = lab.repo.usage().await.unwrap();
    assert_eq!(
        usage.iter().map(|day| (day.jobs, day.core_seconds)).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1)),
        (7, 7 * 4 * 3_600)
    );

    let wanted = BTreeMap::from([(old, Going::Job), (bare, Going::Job), (broken, Going::Results)]);
    assert_eq!(lab.going(now()).await, wanted);
    // to look takes nothing
    assert!(lab.results_of(old).exists() && lab.is_listed(old).await);

    let cleaned = lab.clean(By::Person).await;
    assert_eq!(cleaned, Cleaned { results: 1, jobs: 2, uploads: 0, strays: 0, bytes: 2_000 });
    assert!(!lab.is_listed(old).await && !lab.is_listed(bare).await);
    assert!(!lab.results_of(old).exists() && !lab.results_of(broken).exists());
    let broken = lab.repo.job(broken).await.unwrap().unwrap();
    assert!(broken.results_removed_at.is_some() && broken.results.is_empty());
    assert_eq!(broken.history.last().unwrap().what, HistoryFact::ResultsRemoved);
    for id in stay.into_iter().chain([kept, running]) {
        assert!(lab.is_listed(id).await, "{id}");
    }
    assert!(lab.results_of(kept).join("kept.odb").exists() && lab.results_of(stay[0]).join("month.odb").exists());
    // of the decks only those of jobs that went
    let decks = std::fs::read_dir(lab.places.uploads.join("inp-files")).unwrap().count();
    assert_eq!(decks, 7);
    assert_eq!(lab.repo.usage().await.unwrap(), usage, "what they used is still there");
    assert_eq!(lab.clean(By::Person).await, Cleaned::default());
}

#[tokio::test]
async fn rules_that_changed_are_seen_for_a_week_before_anything_follows_them() {
    let lab = Lab::new().await;
    let old = lab.ended("old", JobStatus::Completed, 400, true).await;
    lab.repo.change_setting("cleanup_results_days", "80", &student()).await.unwrap();
    for by in [By::Clock, By::Person] {
        assert_eq!(lab.clean(by).await, Cleaned::default(), "{by:?}");
    }
    let before = now();
    let seen = plan(&lab.repo, &lab.places, before.plus(NOTICE).plus(Seconds(60))).await.unwrap();
    let [job] = seen.jobs.as_slice() else { panic!("{seen:?}") };
    assert!(job.id == old && job.at.since(before).0 > 7 * DAY - 60, "{job:?}");
    lab.sql("UPDATE system_config SET updated_at = updated_at - 8 * 86400 WHERE key LIKE 'cleanup_%'");
    assert_eq!(lab.clean(By::Clock).await.jobs, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_keeps_meanwhile_stays() {
    let lab = Lab::new().await;
    let old = lab.ended("old", JobStatus::Completed, 400, true).await;
    let other = lab.ended("other", JobStatus::Failed, 300, true).await;
    // between the list and its turn
    let (repo, handle) = (lab.repo.clone(), tokio::runtime::Handle::current());
    let keep = move |_: &GoingJob| {
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for id in [old, other] {
                    handle.block_on(repo.pin(id, true, &student())).unwrap();
                }
            });
        });
    };
    let cleaned = clean_up(&lab.repo, &lab.places, now(), By::Person, &keep).await.unwrap();
    assert_eq!(cleaned, Cleaned::default());
    for (id, name) in [(old, "old"), (other, "other")] {
        assert!(lab.is_listed(id).await && lab.results_of(id).join(format!("{name}.odb")).exists());
    }
    lab.repo.pin(old, false, &student()).await.unwrap();
    assert_eq!(lab.clean(By::Person).await.jobs, 1);
}

#[tokio::test]
async fn folders_of_no_job_go_after_a_week_and_links_are_never_followed() {
    let lab = Lab::new().await;
    let job = lab.ended("here", JobStatus::Completed, 1, true).await;
    let cut = lab.ended("cut", JobStatus::Failed, 1, true).await;
    // a crash between the row and the folder
    lab.repo.let_results_go(cut).await.unwrap();
    let age = |path: PathBuf, days: u64| {
        let aged = Command::new("touch").args(["-d", &format!("{days} days ago")]).arg(path).status().unwrap();
        assert!(aged.success());
    };
    age(lab.results_of(cut).join("cut.odb"), 8);
    age(lab.results_of(cut), 8);
    // numbers that were given once
    lab.sql("UPDATE sqlite_sequence SET seq = 910 WHERE name = 'jobs'");
    let outside = lab.folder.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("thesis.odb"), "all of it").unwrap();
    let root = &lab.places.results;
    let make = |name: &str, days: u64| {
        let folder = root.join(name);
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("x.odb"), [1; 500]).unwrap();
        for path in [folder.join("x.odb"), folder] {
            assert!(
                Command::new("touch").args(["-d", &format!("{days} days ago")]).arg(path).status().unwrap().success()
            );
        }
    };
    make("900", 8);
    make("901", 6);
    make("0902", 8);
    // no job of this database: somebody's own year
    make("2024", 8);
    make("notes", 8);
    std::os::unix::fs::symlink(&outside, root.join("903")).unwrap();
    let seen = plan(&lab.repo, &lab.places, now()).await.unwrap();
    assert_eq!((seen.strays.count, seen.strays.bytes), (2, 1_500));
    // the clock takes only what was on its way out; a person has seen the others
    let cleaned = lab.clean(By::Clock).await;
    assert_eq!((cleaned.strays, cleaned.bytes), (1, 1_000));
    let cleaned = lab.clean(By::Person).await;
    assert_eq!((cleaned.strays, cleaned.bytes), (1, 500));
    let mut left: Vec<String> =
        std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    let mut wanted = ["0902", "2024", "901", "903", "notes", &job.to_string()].map(str::to_owned);
    wanted.sort();
    assert_eq!(left, wanted);
    assert!(outside.join("thesis.odb").exists());
}

#[tokio::test]
async fn what_is_on_record_and_not_on_the_disk_is_named_and_nothing_goes_for_it() {
    let lab = Lab::new().await;
    let job = lab.ended("beam", JobStatus::Completed, 40, true).await;
    let torn = lab.ended("torn", JobStatus::Completed, 2, true).await;
    std::fs::remove_file(lab.results_of(torn).join("torn.odb")).unwrap();
    let seen = missing(&lab.repo, &lab.places).await.unwrap();
    let missing: Vec<_> = seen.iter().map(|file| (file.job, file.name.as_str())).collect();
    assert_eq!(missing, [(Some(torn), "torn.odb")]);
    // the disk of the results is not there this morning
    let away = lab.folder.path().join("away");
    std::fs::rename(&lab.places.results, &away).unwrap();
    std::fs::create_dir(&lab.places.results).unwrap();
    assert_eq!(lab.clean(By::Person).await, Cleaned::default());
    std::fs::remove_dir(&lab.places.results).unwrap();
    std::fs::rename(&away, &lab.places.results).unwrap();
    assert!(lab.is_listed(job).await && lab.results_of(job).join("beam.odb").exists());
}

#[tokio::test]
async fn a_day_s_total_adds_what_goes_bit_by_bit() {
    let lab = Lab::new().await;
    for name in ["a", "b", "c"] {
        let id = lab.ended(name, JobStatus::Completed, 40, false).await;
        let before = lab.repo.usage().await.unwrap();
        lab.repo.delete_job(id, &student()).await.unwrap();
        assert_eq!(lab.repo.usage().await.unwrap(), before);
    }
    let [day] = lab.repo.usage().await.unwrap().try_into().unwrap();
    assert_eq!((day.jobs, day.run_seconds, day.core_seconds), (3, 3 * 3_600, 3 * 4 * 3_600));
    assert_eq!((day.user.as_str(), day.node.as_str()), ("sato", "node-01"));
    assert!(day.token_seconds > day.run_seconds);
}

/// A file that was cut off to nothing, the wrong file, one that was put back: what it does not know is not nobody's.
#[tokio::test]
async fn a_database_that_is_new_beside_old_folders_takes_none_of_them() {
    let lab = Lab::new().await;
    lab.repo.notice_cleanup_again(now(), None).await.unwrap();
    lab.sql("INSERT INTO sqlite_sequence (name, seq) VALUES ('jobs', 100)");
    let stranger = "01900000-0000-7000-8000-000000000001";
    let (results, upload) = (lab.results_of(JobId(7)), lab.places.uploads.join("inp-files").join(stranger));
    for (folder, file) in [(&results, "thesis.odb"), (&upload, "thesis.inp")] {
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(folder.join(file), "all of it").unwrap();
        for path in [folder.join(file), folder.clone()] {
            assert!(Command::new("touch").args(["-d", "90 days ago"]).arg(path).status().unwrap().success());
        }
    }
    for by in [By::Clock, By::Person] {
        assert_eq!(lab.clean(by).await, Cleaned::default());
    }
    assert!(results.join("thesis.odb").exists() && upload.join("thesis.inp").exists());
}

#[tokio::test]
async fn results_that_came_late_are_there_for_a_week() {
    let lab = Lab::new().await;
    let late = lab.ended("late", JobStatus::Completed, 200, true).await;
    lab.sql(&format!("UPDATE jobs SET updated_at = {} WHERE id = {late}", now().0 - 3_600));
    assert_eq!(lab.clean(By::Person).await, Cleaned::default());
    assert!(lab.results_of(late).join("late.odb").exists());
}

/// What was kept since the backup is not kept in it.
#[tokio::test]
async fn after_a_restore_what_goes_is_seen_for_a_week_first() {
    let lab = Lab::new().await;
    let old = lab.ended("old", JobStatus::Completed, 400, true).await;
    lab.repo.settle_restored("20261129_020000", old, None, &student()).await.unwrap();
    for by in [By::Clock, By::Person] {
        assert_eq!(lab.clean(by).await, Cleaned::default(), "{by:?}");
    }
    lab.sql("UPDATE system_config SET noticed_at = noticed_at - 8 * 86400");
    assert_eq!(lab.clean(By::Clock).await.jobs, 1);
}
