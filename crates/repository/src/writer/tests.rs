#![allow(clippy::unwrap_used, clippy::panic)]

use crate::entities::users;
use crate::fresh::{Fresh, is_postgres};
use crate::{Repository, RepositoryConfig, RepositoryError, backend};
use domain::{Event, NodeId, Settings};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, PaginatorTrait};
use std::future::Future;
use std::time::Duration;

async fn open(fresh: &Fresh) -> Repository {
    let config = RepositoryConfig { database: fresh.address(), first_values: Vec::new() };
    Repository::open_with(&config, Duration::from_millis(50), crate::claim::Fence::default()).await.unwrap()
}

fn person(id: &str) -> users::ActiveModel {
    users::ActiveModel { id: Set(id.to_owned()), name: Set("x".repeat(100)), ..Default::default() }
}

async fn people(repo: &Repository) -> u64 {
    users::Entity::find().count(repo.db()).await.unwrap()
}

/// Adds a person and mentions the settings, then perhaps thinks better of it.
async fn add(repo: &Repository, id: &'static str, regret: bool) -> Result<(), RepositoryError> {
    repo.write(move |change| {
        Box::pin(async move {
            users::Entity::insert(person(id)).exec_without_returning(&change.db).await?;
            change.mention(|mentions| mentions.settings = Some(Settings::default()));
            if regret { Err(RepositoryError::NotFound { what: "regret", id: String::new() }) } else { Ok(()) }
        })
    })
    .await
}

#[tokio::test]
async fn a_change_that_fails_leaves_nothing_and_tells_nobody() {
    let fresh = Fresh::new().await;
    let repo = open(&fresh).await;
    let mut events = repo.subscribe();
    let (kept, regretted) = tokio::join!(add(&repo, "kept", false), add(&repo, "regretted", true));
    kept.unwrap();
    assert!(matches!(regretted, Err(RepositoryError::NotFound { .. })));
    add(&repo, "alone", true).await.unwrap_err();
    assert_eq!(people(&repo).await, 1);
    // one change was kept: one SettingsChanged, its LicenseChanged, and nothing else
    assert_eq!(events.recv().await.unwrap(), Event::SettingsChanged);
    assert!(matches!(events.recv().await.unwrap(), Event::LicenseChanged(_)));
    assert!(events.try_recv().is_err());
}

#[tokio::test]
async fn a_caller_that_goes_away_does_not_tear_its_change() {
    let fresh = Fresh::new().await;
    let repo = open(&fresh).await;
    let mut events = repo.subscribe();
    {
        let mut asked = Box::pin(add(&repo, "gone", false));
        // polled once: queued, then dropped
        let mut nobody = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(asked.as_mut().poll(&mut nobody).is_pending());
    }
    assert_eq!(events.recv().await.unwrap(), Event::SettingsChanged);
    assert_eq!(people(&repo).await, 1);
}

#[tokio::test]
async fn a_locked_database_is_busy_and_works_again_afterwards() {
    let fresh = Fresh::new().await;
    let repo = open(&fresh).await;
    let other = backend::writer(&fresh.address(), Duration::from_millis(50)).await.unwrap();
    let held = backend::begin(&other).await.unwrap();
    let busy = add(&repo, "early", false).await;
    assert!(matches!(busy, Err(RepositoryError::Busy)), "{busy:?}");
    assert_eq!(people(&repo).await, 0, "readers read on");
    held.rollback().await.unwrap();
    add(&repo, "late", false).await.unwrap();
}

#[tokio::test]
async fn a_full_disk_is_said_and_loses_nothing_that_was_saved() {
    if is_postgres("a server's disk is not ours to fill; its word for it is in `backend`") {
        return;
    }
    let fresh = Fresh::new().await;
    let repo = open(&fresh).await;
    add(&repo, "first", false).await.unwrap();
    let limit = |pages: &'static str| {
        repo.write(move |change| {
            Box::pin(async move {
                change.db.execute_unprepared(&format!("PRAGMA max_page_count = {pages}")).await?;
                Ok(())
            })
        })
    };
    // the file may not grow by one page
    limit("1").await.unwrap();
    let many = || {
        repo.write(|change| {
            Box::pin(async move {
                let rows = (0..2000).map(|n| person(&format!("p{n}")));
                users::Entity::insert_many(rows).exec_without_returning(&change.db).await?;
                Ok(())
            })
        })
    };
    let alone = many().await;
    assert!(matches!(alone, Err(RepositoryError::Full)), "{alone:?}");
    assert_eq!(people(&repo).await, 1);
    // what has room and shares its commit is kept
    limit("1").await.unwrap();
    let (shared, many) = tokio::join!(add(&repo, "shared", false), many());
    assert!(matches!((&shared, &many), (Ok(()), Err(RepositoryError::Full))), "{shared:?} {many:?}");
    assert_eq!(people(&repo).await, 2);
    limit("1000000").await.unwrap();
    add(&repo, "second", false).await.unwrap();
    assert_eq!(people(&repo).await, 3);
}

#[tokio::test]
async fn the_writer_outlives_a_panic() {
    let fresh = Fresh::new().await;
    let repo = open(&fresh).await;
    let torn: Result<(), _> = repo
        .write(|change| {
            Box::pin(async move {
                users::Entity::insert(person("torn")).exec_without_returning(&change.db).await?;
                panic!("a mistake");
            })
        })
        .await;
    assert!(matches!(torn, Err(RepositoryError::Closed)), "{torn:?}");
    assert_eq!(people(&repo).await, 0);
    add(&repo, "after", false).await.unwrap();
}

#[tokio::test]
async fn closing_does_what_is_queued_and_refuses_the_rest() {
    let fresh = Fresh::new().await;
    let repo = open(&fresh).await;
    let clone = repo.clone();
    let (added, ()) = tokio::join!(add(&repo, "last", false), repo.close());
    added.unwrap();
    assert!(matches!(add(&clone, "late", false).await, Err(RepositoryError::Closed)));
    assert!(matches!(clone.node(&NodeId::parse("n").unwrap()).await, Err(RepositoryError::Closed)));
    assert_eq!(people(&open(&fresh).await).await, 1);
}

/// PostgreSQL answers `COMMIT` of a transaction in which a statement failed as if all were well, and keeps nothing of it.
#[tokio::test]
async fn a_transaction_in_which_something_failed_is_kept_or_refused() {
    let fresh = Fresh::new().await;
    let repo = open(&fresh).await;
    let db = backend::writer(&fresh.address(), Duration::from_millis(50)).await.unwrap();
    let transaction = backend::begin(&db).await.unwrap();
    users::Entity::insert(person("early")).exec_without_returning(&transaction).await.unwrap();
    transaction.execute_unprepared("SELECT nothing FROM nowhere").await.unwrap_err();
    let kept = backend::commit(transaction).await.is_ok();
    assert_eq!((kept, people(&repo).await), (!is_postgres(""), u64::from(kept)));
}

/// What reads in several steps sees one moment: what is committed in between is not there yet.
#[tokio::test]
async fn a_reader_s_transaction_sees_one_moment_and_cannot_write() {
    let fresh = Fresh::new().await;
    let repo = open(&fresh).await;
    let moment = sea_orm::TransactionTrait::begin(repo.db()).await.unwrap();
    assert_eq!(users::Entity::find().count(&moment).await.unwrap(), 0);
    add(&repo, "meanwhile", false).await.unwrap();
    assert_eq!(users::Entity::find().count(&moment).await.unwrap(), 0);
    users::Entity::insert(person("by a reader")).exec_without_returning(&moment).await.unwrap_err();
    moment.rollback().await.unwrap();
    assert_eq!(people(&repo).await, 1);
}
