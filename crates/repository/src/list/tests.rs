#![allow(clippy::unwrap_used)]

use super::*;
use crate::RepositoryConfig;
use crate::fresh::{Fresh, is_postgres};
use sea_orm::{ConnectionTrait, DbBackend, QueryTrait, Statement};

/// Ten thousand jobs of five people, few of them not ended.
const FILL: &str = "
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
INSERT INTO jobs (name, status, user_id, node_id, cpu_count, license_tokens, inp_file_path, created_at, ended_at)
SELECT 'job' || i,
       CASE WHEN i > 9990 THEN 'Running' WHEN i > 9900 THEN 'Waiting' WHEN i % 10 = 0 THEN 'Failed' ELSE 'Completed' END,
       'user' || (i % 5), 'node-01', 2, 6, 'x', 1700000000 + i, CASE WHEN i > 9900 THEN NULL ELSE 1700000500 + i END
FROM n";

async fn filled(fresh: &Fresh) -> Repository {
    let config = RepositoryConfig { database: fresh.address(), first_values: Vec::new() };
    let repo = Repository::open(&config).await.unwrap();
    repo.write(|change| {
        Box::pin(async move {
            change.db.execute_unprepared(FILL).await?;
            Ok(())
        })
    })
    .await
    .unwrap();
    repo
}

/// How SQLite goes about the page of this question: its own words, one line a step.
async fn plan(repo: &Repository, asked: &JobQuery) -> String {
    steps(repo, whole(asked)).await
}

async fn steps(repo: &Repository, query: Select<jobs::Entity>) -> String {
    let page = query.limit(50).build(DbBackend::Sqlite);
    let sql = format!("EXPLAIN QUERY PLAN {}", page.sql);
    let values = page.values.unwrap();
    let steps = repo.db().query_all_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await.unwrap();
    let steps: Vec<String> = steps.iter().map(|step| step.try_get("", "detail").unwrap()).collect();
    steps.join("\n")
}

fn asked() -> JobQuery {
    JobQuery::all(UserId::parse("user1").unwrap())
}

#[tokio::test]
async fn filters_are_answered_by_indices() {
    if is_postgres("its planner goes by statistics, not by rule") {
        return;
    }
    let fresh = Fresh::new().await;
    let repo = filled(&fresh).await;
    let by_status = JobQuery { status: vec![JobStatus::Waiting], ..asked() };
    let by_node = JobQuery { node: domain::NodeId::parse("node-02").ok(), ..asked() };
    for (query, index) in [
        (by_status, "idx_jobs_status"),
        (by_node, "idx_jobs_node_id"),
        (JobQuery { tab: Tab::Active, ..asked() }, "idx_jobs_status"),
        (JobQuery { tab: Tab::Mine(asked().viewer), ..asked() }, "idx_jobs_user_id"),
        (JobQuery { tab: Tab::Today, ..asked() }, "idx_jobs_created_at"),
        (JobQuery { tab: Tab::Today, ..asked() }, "idx_jobs_ended_at"),
        (JobQuery { tab: Tab::Troubled, ..asked() }, "idx_jobs_status"),
        (JobQuery { tab: Tab::Troubled, ..asked() }, "idx_jobs_parent_id"),
    ] {
        let plan = plan(&repo, &query).await;
        assert!(plan.contains(index), "{query:?}\n{plan}");
        assert!(!plan.contains("SCAN"), "{query:?}\n{plan}");
    }
    // everything is everything
    assert!(plan(&repo, &asked()).await.contains("SCAN jobs"));
}

#[tokio::test]
async fn a_page_of_everything_is_read_in_order_and_sorts_nothing() {
    if is_postgres("its planner goes by statistics, not by rule") {
        return;
    }
    let fresh = Fresh::new().await;
    let repo = filled(&fresh).await;
    for (own_rows, index) in [(true, "idx_jobs_user_id"), (false, "idx_jobs_created_at")] {
        let plan = steps(&repo, part(&asked(), own_rows)).await;
        assert!(plan.contains(index), "{plan}");
        assert!(!plan.contains("TEMP B-TREE FOR ORDER BY"), "{plan}");
    }
}

#[tokio::test]
async fn pages_follow_each_other_from_the_viewers_own_jobs_to_the_others() {
    let fresh = Fresh::new().await;
    let repo = filled(&fresh).await;
    // by an index and sorted; read in order
    let waiting = JobQuery { status: vec![JobStatus::Waiting], ..asked() };
    let found = JobQuery { search: Some("job99".to_owned()), ..asked() };
    for (query, count, mine) in [(waiting, 90, 18), (found, 111, 22)] {
        let whole = repo.jobs(&JobQuery { limit: 200, ..query.clone() }).await.unwrap().jobs;
        let own = whole.iter().take_while(|job| job.user_id == query.viewer).count();
        assert_eq!((whole.len(), own), (count, mine));
        assert!(whole[own..].iter().all(|job| job.user_id != query.viewer));
        for part in [&whole[..own], &whole[own..]] {
            assert!(part.is_sorted_by_key(|job| std::cmp::Reverse(job.created_at)));
        }
        for limit in [1, 7, mine, 50] {
            for offset in [0, 1, 11, mine - 1, mine, mine + 1, 60, count - 1, count, count + 5] {
                let asked = JobQuery { limit: limit as u32, offset: offset as u32, ..query.clone() };
                let page = repo.jobs(&asked).await.unwrap();
                let (from, to) = (offset.min(count), (offset + limit).min(count));
                assert_eq!((page.total, page.jobs.as_slice()), (count as u64, &whole[from..to]), "{asked:?}");
            }
        }
    }
}

#[tokio::test]
async fn ten_thousand_jobs_are_counted_right() {
    let fresh = Fresh::new().await;
    let repo = filled(&fresh).await;
    let page = repo.jobs(&asked()).await.unwrap();
    assert_eq!((page.total, page.jobs.len()), (10_000, 50));
    assert!(page.jobs.iter().all(|job| job.user_id.as_str() == "user1"));
    assert_eq!(page.jobs[0].name.as_str(), "job9996");
    let counts = repo.counts(&asked().viewer).await.unwrap();
    assert_eq!(counts, TabCounts { today: 100, active: 100, mine: 2000, troubled: 0, all: 10_000 });
}
