//! The list: filters, search, order, pages.

use crate::lab::*;
use domain::*;
use repository::*;

fn names(page: &JobPage) -> Vec<&str> {
    page.jobs.iter().map(|job| job.name.as_str()).collect()
}

fn all() -> JobQuery {
    JobQuery::all(student().id)
}

async fn submit_as(lab: &Lab, job: &str, who: &Actor) -> JobSummary {
    let deck = upload(&lab.repo, &format!("{job}.inp")).await;
    lab.repo.submit(&submission(job, &deck), who).await.unwrap()
}

#[tokio::test]
async fn own_jobs_come_first_and_pages_never_overlap() {
    let lab = Lab::new().await;
    for n in 0..7 {
        submit_as(&lab, &format!("own{n}"), &student()).await;
        submit_as(&lab, &format!("other{n}"), &admin()).await;
    }
    let mut seen = Vec::new();
    for offset in (0..14).step_by(5) {
        let page = lab.repo.jobs(&JobQuery { limit: 5, offset, ..all() }).await.unwrap();
        assert_eq!(page.total, 14);
        seen.extend(page.jobs.into_iter().map(|job| job.name.to_string()));
    }
    let own = (0..7).rev().map(|n| format!("own{n}"));
    let others = (0..7).rev().map(|n| format!("other{n}"));
    assert_eq!(seen, own.chain(others).collect::<Vec<_>>(), "newest first, own first");
    let beyond = lab.repo.jobs(&JobQuery { offset: 99, ..all() }).await.unwrap();
    assert_eq!((beyond.jobs.len(), beyond.total), (0, 14));
}

#[tokio::test]
async fn search_finds_names_people_and_numbers_and_nothing_by_wildcard() {
    let lab = Lab::new().await;
    let beam = submit_as(&lab, "Beam_10", &student()).await;
    submit_as(&lab, "beamX10", &student()).await;
    submit_as(&lab, "引張試験", &admin()).await;
    let find = async |text: &str| {
        let query =
            JobQuery { search: Some(text.to_owned()), sort: Sort { by: SortKey::Name, descending: false }, ..all() };
        let page = lab.repo.jobs(&query).await.unwrap();
        assert_eq!(page.total, page.jobs.len() as u64);
        names(&page).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(find("BEAM").await, ["Beam_10", "beamX10"]);
    assert_eq!(find("m_1").await, ["Beam_10"], "an underscore is itself");
    assert_eq!(find("%").await, [""; 0], "and so is a percent sign");
    assert_eq!(find("\\").await, [""; 0]);
    assert_eq!(find("引張").await, ["引張試験"]);
    assert_eq!(find("root").await, ["引張試験"], "by the owner's id");
    assert_eq!(find("sato さん").await, ["Beam_10", "beamX10"], "by the owner's name");
    assert_eq!(find(&format!("#{}", beam.id)).await, ["Beam_10"]);
    assert_eq!(find(" ").await.len(), 3);
    assert_eq!(find("'; DROP TABLE jobs; --").await, [""; 0]);
}

#[tokio::test]
async fn filters_tabs_and_counts_agree() {
    let lab = Lab::new().await;
    let waiting = submit_as(&lab, "waits", &student()).await;
    let running = submit_as(&lab, "runs", &admin()).await;
    lab.claim(running.id, "node-01").await;
    let failed = submit_as(&lab, "failed", &student()).await;
    let life = lab.claim(failed.id, "node-01").await;
    let verdict = Verdict { cause: Cause::CannotStart, evidence: None, exit: ExitStatus::Unknown, remarks: Vec::new() };
    let ended = lifecycle::Life { status: JobStatus::Failed, verdict: Some(verdict), ..life.clone() };
    let now = lab.repo.summary(failed.id).await.unwrap().created_at;
    assert!(lab.repo.advance(failed.id, &life, &ended, now, HistoryFact::Stopped).await.unwrap());
    let list = async |query: JobQuery| {
        let page = lab.repo.jobs(&query).await.unwrap();
        assert_eq!(page.total, page.jobs.len() as u64);
        let mut names: Vec<String> = names(&page).into_iter().map(str::to_owned).collect();
        names.sort();
        names
    };
    let tab = |tab: Tab| JobQuery { tab, ..all() };
    assert_eq!(list(tab(Tab::Today)).await, ["failed", "runs", "waits"]);
    assert_eq!(list(tab(Tab::Active)).await, ["runs", "waits"]);
    assert_eq!(list(tab(Tab::Mine(student().id))).await, ["failed", "waits"]);
    assert_eq!(list(tab(Tab::Troubled)).await, ["failed"]);
    assert_eq!(list(JobQuery { status: vec![JobStatus::Waiting, JobStatus::Held], ..all() }).await, ["waits"]);
    assert_eq!(list(JobQuery { node: Some(node_id("node-01")), ..all() }).await, ["failed", "runs"]);
    assert_eq!(list(JobQuery { user: Some(admin().id), ..all() }).await, ["runs"]);
    let counts = lab.repo.counts(&student().id).await.unwrap();
    assert_eq!(counts, TabCounts { today: 3, active: 2, mine: 2, troubled: 1, all: 3 });

    // in trouble while it runs: needs a look; made anew: does no more
    let trouble = Trouble { kind: TroubleKind::NearMinimum, since: now, text: "near the minimum".into() };
    let progress = Progress { trouble: Some(trouble), ..Progress::default() };
    lab.repo.record_progress(running.id, &progress).await.unwrap();
    let deck = upload(&lab.repo, "again.inp").await;
    let again = Submission { parent: Some(failed.id), ..submission("failed-2", &deck) };
    lab.repo.submit(&again, &student()).await.unwrap();
    assert_eq!(list(tab(Tab::Troubled)).await, ["runs"]);

    lab.repo.hold(waiting.id, &student()).await.unwrap();
    let by_status = Sort { by: SortKey::Status, descending: false };
    let page = lab.repo.jobs(&JobQuery { sort: by_status, viewer: admin().id, ..all() }).await.unwrap();
    assert_eq!(names(&page), ["runs", "failed-2", "waits", "failed"], "own first, then in the order of a job's life");
}

#[tokio::test]
async fn every_order_holds_both_ways() {
    let lab = Lab::new().await;
    for (at, job) in ["b", "a", "c"].into_iter().enumerate() {
        let deck = upload(&lab.repo, "x.inp").await;
        let new = Submission { cpus: Cores::CHOICES[at], priority: Priority::CHOICES[at], ..submission(job, &deck) };
        lab.repo.submit(&new, &student()).await.unwrap();
    }
    let expected = [
        (SortKey::Submitted, ["b", "a", "c"]),
        (SortKey::Updated, ["b", "a", "c"]),
        (SortKey::Name, ["a", "b", "c"]),
        (SortKey::Status, ["b", "a", "c"]),
        (SortKey::User, ["b", "a", "c"]),
        (SortKey::Node, ["b", "a", "c"]),
        (SortKey::Cpus, ["b", "a", "c"]),
        (SortKey::Tokens, ["b", "a", "c"]),
        (SortKey::Priority, ["b", "a", "c"]),
    ];
    for (by, mut wanted) in expected {
        for descending in [false, true] {
            let page = lab.repo.jobs(&JobQuery { sort: Sort { by, descending }, ..all() }).await.unwrap();
            assert_eq!(names(&page), wanted, "{by:?} {descending}");
            wanted.reverse();
        }
    }
    // at one priority who came first stands first
    let page_of = async |descending| {
        let deck = upload(&lab.repo, "x.inp").await;
        let _ = lab.repo.submit(&submission("d", &deck), &student()).await;
        lab.repo.jobs(&JobQuery { sort: Sort { by: SortKey::Priority, descending }, ..all() }).await.unwrap()
    };
    assert_eq!(names(&page_of(true).await), ["c", "a", "d", "b"]);
}

#[tokio::test]
async fn a_higher_priority_overtakes_those_who_wait_before_and_no_others() {
    let lab = Lab::new().await;
    let first = submit_as(&lab, "first", &admin()).await;
    let second = submit_as(&lab, "second", &student()).await;
    let urgent = submit_as(&lab, "urgent", &admin()).await;
    lab.repo.set_priority(urgent.id, Priority::URGENT, &admin()).await.unwrap();
    let last = submit_as(&lab, "last", &student()).await;
    let held = submit_as(&lab, "held", &student()).await;
    lab.repo.hold(held.id, &student()).await.unwrap();

    let overtaken = async |ids: &[JobId], priority: Priority, named: u64| {
        let (count, jobs) = lab.repo.overtaken(ids, priority, named).await.unwrap();
        (count, jobs.into_iter().map(|job| job.id).collect::<Vec<_>>())
    };
    assert_eq!(overtaken(&[last.id], Priority::HIGH, 9).await, (2, vec![first.id, second.id]));
    assert_eq!(overtaken(&[last.id], Priority::HIGH, 1).await, (2, vec![first.id]));
    assert_eq!(overtaken(&[last.id], Priority::URGENT, 9).await, (2, vec![first.id, second.id]), "it was there before");
    assert_eq!(overtaken(&[last.id], Priority::LOW, 9).await, (0, vec![]));
    assert_eq!(overtaken(&[second.id, last.id], Priority::HIGH, 9).await, (1, vec![first.id]), "not each other");
    assert_eq!(overtaken(&[], Priority::HIGH, 9).await, (0, vec![]));
}
