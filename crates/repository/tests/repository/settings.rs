//! Several people at the settings at once.

use crate::lab::*;
use domain::settings::{SavedSetting, SettingChange};
use domain::*;
use repository::*;

fn find(all: &[SavedSetting], key: &str) -> SavedSetting {
    all.iter().find(|saved| saved.key == key).unwrap().clone()
}

fn change(all: &[SavedSetting], key: &str, value: &str) -> SettingChange {
    SettingChange { key: key.to_owned(), value: value.to_owned(), version: find(all, key).version }
}

async fn logged(lab: &Lab) -> i64 {
    let sql = "SELECT COUNT(*) FROM audit_log WHERE action = 'change_setting'";
    lab.raw().await.one(sql).await
}

#[tokio::test]
async fn several_are_saved_at_once_with_who_and_when() {
    let lab = Lab::new().await;
    let read = lab.repo.saved_settings().await.unwrap();
    assert_eq!(read.len(), domain::settings::SETTINGS.len());
    assert!(read.iter().all(|saved| saved.version == 0 && saved.changed.is_none()));
    let mut events = lab.repo.subscribe();
    let wanted = [change(&read, "total_license_tokens", " ６０ "), change(&read, "user_max_tokens", "12")];
    let saved = lab.repo.change_settings(&wanted, &admin()).await.unwrap();
    assert_eq!(saved, lab.repo.saved_settings().await.unwrap());
    for (key, value) in [("total_license_tokens", "60"), ("user_max_tokens", "12")] {
        let one = find(&saved, key);
        assert_eq!((one.value.as_str(), one.version), (value, 1));
        let changed = one.changed.unwrap();
        assert_eq!(
            (changed.by.as_str(), changed.name.as_str(), changed.role),
            ("root", "root さん", Some(Role::Admin))
        );
    }
    let settings = lab.repo.settings();
    assert_eq!((settings.total_license_tokens, settings.user_max_tokens), (Tokens(60), Some(Tokens(12))));
    assert_eq!(events.recv().await.unwrap(), Event::SettingsChanged);
    assert!(matches!(events.recv().await.unwrap(), Event::LicenseChanged(usage) if usage.total == Tokens(60)));
    assert!(events.try_recv().is_err(), "one event for both");
    assert_eq!(logged(&lab).await, 2);
}

#[tokio::test]
async fn what_somebody_else_changed_meanwhile_saves_nothing_and_is_told() {
    let lab = Lab::new().await;
    let read = lab.repo.saved_settings().await.unwrap();
    let other = actor("takahashi", Role::Admin);
    lab.repo.change_settings(&[change(&read, "backfill_patience", "20")], &other).await.unwrap();
    let mine = [change(&read, "total_license_tokens", "60"), change(&read, "backfill_patience", "10")];
    let refused = lab.repo.change_settings(&mine, &admin()).await;
    let Err(RepositoryError::SettingsChanged(others)) = refused else { panic!("{refused:?}") };
    let [theirs] = &others[..] else { panic!("{others:?}") };
    assert_eq!((theirs.key.as_str(), theirs.value.as_str(), theirs.version), ("backfill_patience", "20", 1));
    // an account that has no row is called by its sign-in name
    let changed = theirs.changed.clone().unwrap();
    assert_eq!((changed.name.as_str(), changed.role), ("takahashi", None));
    assert_eq!(lab.repo.settings().total_license_tokens, Tokens(50), "nothing of it was saved");
    assert_eq!(logged(&lab).await, 1);
    // knowing theirs, mine may be saved; and who wants the same contradicts nobody
    let again = [SettingChange { version: theirs.version, ..mine[1].clone() }, mine[0].clone()];
    lab.repo.change_settings(&again, &admin()).await.unwrap();
    let same = lab.repo.change_settings(&[change(&read, "backfill_patience", "10")], &other).await.unwrap();
    assert_eq!(find(&same, "backfill_patience").version, 2, "nothing was changed");
}

#[tokio::test]
async fn one_that_cannot_be_keeps_the_others_from_being_saved() {
    let lab = Lab::new().await;
    let read = lab.repo.saved_settings().await.unwrap();
    let no_such = SettingChange { key: "no_such".into(), value: "1".into(), version: 0 };
    let wanted = [change(&read, "total_license_tokens", "60"), change(&read, "poll_interval_seconds", "0"), no_such];
    let refused = lab.repo.change_settings(&wanted, &admin()).await;
    let Err(RepositoryError::Settings(problems)) = refused else { panic!("{refused:?}") };
    let keys: Vec<&str> = problems.iter().map(|problem| problem.key.as_str()).collect();
    assert_eq!(keys, ["poll_interval_seconds", "no_such"]);
    assert_eq!(lab.repo.saved_settings().await.unwrap(), read);
    assert_eq!(logged(&lab).await, 0);
}

#[tokio::test]
async fn a_change_is_undone_by_its_history() {
    let lab = Lab::new().await;
    for value in ["60", "70"] {
        lab.repo.change_setting("total_license_tokens", value, &admin()).await.unwrap();
    }
    let history = lab.repo.audit_of("setting total_license_tokens", 10).await.unwrap();
    let steps: Vec<_> = history.iter().map(|entry| (entry.before.as_deref(), entry.after.as_deref())).collect();
    assert_eq!(steps, [(Some("\"60\""), Some("\"70\"")), (Some("\"50\""), Some("\"60\""))]);
    assert_eq!(lab.repo.audit_of("setting total_license", 10).await.unwrap(), []);
    let read = lab.repo.saved_settings().await.unwrap();
    let undo = change(&read, "total_license_tokens", "60");
    lab.repo.change_settings(std::slice::from_ref(&undo), &admin()).await.unwrap();
    assert_eq!(lab.repo.settings().total_license_tokens, Tokens(60));
    assert_eq!(lab.repo.audit_of("setting total_license_tokens", 10).await.unwrap().len(), 3);
    // by now it is a change that was not read
    let late = SettingChange { value: "50".into(), ..undo };
    let refused = lab.repo.change_settings(&[late], &admin()).await;
    assert!(matches!(refused, Err(RepositoryError::SettingsChanged(_))), "{refused:?}");
}

#[tokio::test]
async fn what_another_program_saved_is_in_force_at_the_next_look() {
    let lab = Lab::new().await;
    lab.repo.decide(Timestamp(1_800_000_000), true).await.unwrap();
    let other = Repository::open(&config(lab.address())).await.unwrap();
    other.change_setting("total_license_tokens", "60", &admin()).await.unwrap();
    other.close().await;
    let mut events = lab.repo.subscribe();
    lab.repo.decide(Timestamp(1_800_000_001), true).await.unwrap();
    assert_eq!(lab.repo.settings().total_license_tokens, Tokens(60));
    assert_eq!(events.recv().await.unwrap(), Event::SettingsChanged);
}
