//! Accounts, sessions, tokens and one-time links.

use crate::lab::{Lab, admin, name, student, submission, upload};
use domain::{Account, Actor, Origin, Profile, Role, Scope, Session, Standing, Timestamp, UserId};
use repository::{RepositoryError, SessionSpan};
use std::time::{SystemTime, UNIX_EPOCH};

const SPAN: SessionSpan = SessionSpan { idle: 3_600, longest: 10 * 3_600 };

fn now() -> Timestamp {
    Timestamp(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap())
}

fn later(seconds: i64) -> Timestamp {
    Timestamp(now().0 + seconds)
}

fn id(text: &str) -> UserId {
    UserId::parse(text).unwrap()
}

fn profile(role: Role) -> Profile {
    Profile { name: "鈴木 一郎".to_owned(), role, max_running_jobs: None, max_tokens: None, expires_at: None }
}

fn as_themselves(account: &Account) -> Actor {
    Actor {
        id: account.user.id.clone(),
        name: account.user.name.clone(),
        role: account.user.role,
        scope: Scope::All,
        origin: Origin::Web,
        address: None,
    }
}

fn session(of: &UserId, fingerprint: &str, began: i64, seen: i64) -> Session {
    Session {
        id: fingerprint.to_owned(),
        user: of.clone(),
        created_at: later(began),
        seen_at: later(seen),
        address: "192.0.2.7".to_owned(),
        agent: "Firefox".to_owned(),
    }
}

#[tokio::test]
async fn a_new_person_sets_a_password_by_a_link_that_works_once() {
    let lab = Lab::new().await;
    let repo = &lab.repo;
    let new = vec![(id("suzuki"), profile(Role::Student), Some("link-1".to_owned()))];
    let made = repo.add_accounts(new.clone(), later(100), &admin()).await.unwrap();
    assert_eq!(made[0].standing(now()), Standing::Invited);
    let again = repo.add_accounts(new, later(100), &admin()).await;
    assert!(matches!(again, Err(RepositoryError::AccountExists { id }) if id.as_str() == "suzuki"));

    assert_eq!(repo.link("link-1").await.unwrap().unwrap().user.id, id("suzuki"));
    let account = repo.use_link("link-1", "hash".to_owned(), as_themselves).await.unwrap();
    assert_eq!(account.standing(now()), Standing::Active);
    assert!(matches!(repo.link("link-1").await, Err(RepositoryError::NotFound { what: "link", .. })));
    assert!(repo.use_link("link-1", "other".to_owned(), as_themselves).await.is_err());
    assert_eq!(repo.account_and_hash(&id("suzuki")).await.unwrap().unwrap().1.as_deref(), Some("hash"));
}

#[tokio::test]
async fn a_link_that_is_over_or_replaced_or_of_a_closed_account_does_nothing() {
    let lab = Lab::new().await;
    let repo = &lab.repo;
    let new = vec![(id("suzuki"), profile(Role::Student), Some("old".to_owned()))];
    repo.add_accounts(new, later(-1), &admin()).await.unwrap();
    assert!(repo.use_link("old", "hash".to_owned(), as_themselves).await.is_err());
    repo.add_link(&id("suzuki"), "first".to_owned(), later(100), &admin()).await.unwrap();
    repo.add_link(&id("suzuki"), "second".to_owned(), later(100), &admin()).await.unwrap();
    assert!(repo.link("first").await.is_err());
    repo.disable_account(&id("suzuki"), true, &admin()).await.unwrap();
    assert!(repo.use_link("second", "hash".to_owned(), as_themselves).await.is_err());
}

#[tokio::test]
async fn the_first_link_makes_the_first_admin_and_no_second() {
    let lab = Lab::new().await;
    let repo = &lab.repo;
    assert!(!repo.has_admin().await.unwrap(), "an admin without a password can do nothing");
    repo.add_first_link("one".to_owned(), later(100)).await.unwrap();
    repo.add_first_link("two".to_owned(), later(100)).await.unwrap();
    assert!(repo.link("one").await.is_err(), "a new start has a new link");
    assert_eq!(repo.link("two").await.unwrap(), None);
    let (boss, profile) = (id("boss"), profile(Role::Admin));
    repo.use_first_link("two", &boss, &profile, "hash".to_owned(), &admin()).await.unwrap();
    assert!(repo.has_admin().await.unwrap());
    assert!(repo.use_first_link("two", &id("other"), &profile, "hash".to_owned(), &admin()).await.is_err());
    assert!(matches!(repo.add_first_link("three".to_owned(), later(100)).await, Err(RepositoryError::LastAdmin)));
}

#[tokio::test]
async fn the_last_admin_can_be_neither_closed_nor_demoted() {
    let lab = Lab::new().await;
    let repo = &lab.repo;
    let root = admin().id;
    repo.set_password(&root, None, "hash".to_owned(), None, &admin()).await.unwrap();
    let closed = repo.disable_account(&root, true, &admin()).await;
    assert!(matches!(closed, Err(RepositoryError::LastAdmin)), "{closed:?}");
    let was = repo.account(&root).await.unwrap().unwrap().profile();
    let until = |at: Timestamp| Profile { expires_at: Some(at), ..profile(Role::Admin) };
    for wrong in [profile(Role::Faculty), until(later(-5)), until(later(86_400))] {
        assert!(matches!(repo.change_account(&root, &was, &wrong, &admin()).await, Err(RepositoryError::LastAdmin)));
    }
    assert_eq!(repo.account(&root).await.unwrap().unwrap().user.role, Role::Admin, "nothing was changed");

    repo.add_accounts(vec![(id("second"), profile(Role::Admin), None)], later(9), &admin()).await.unwrap();
    repo.set_password(&id("second"), None, "hash".to_owned(), None, &admin()).await.unwrap();
    repo.disable_account(&root, true, &admin()).await.unwrap();
}

#[tokio::test]
async fn of_two_who_change_an_account_the_second_is_told() {
    let lab = Lab::new().await;
    let who = student().id;
    let read = lab.repo.account(&who).await.unwrap().unwrap().profile();
    let theirs = Profile { max_running_jobs: Some(2), ..read.clone() };
    lab.repo.change_account(&who, &read, &theirs, &admin()).await.unwrap();
    let mine = Profile { name: "別の名前".to_owned(), ..read.clone() };
    let late = lab.repo.change_account(&who, &read, &mine, &admin()).await;
    assert!(matches!(late, Err(RepositoryError::AccountChanged { now }) if *now == theirs));
    assert_eq!(lab.repo.account(&who).await.unwrap().unwrap().profile(), theirs, "nothing was overwritten");
}

#[tokio::test]
async fn sessions_end_by_themselves_and_all_at_once() {
    let lab = Lab::new().await;
    let repo = &lab.repo;
    let who = student().id;
    for id in [&who, &admin().id] {
        repo.set_password(id, None, "hash".to_owned(), None, &admin()).await.unwrap();
    }
    let good = async |fingerprint: &str| repo.session(fingerprint, SPAN).await.unwrap().is_some();
    repo.begin_session(session(&who, "now", 0, 0), "hash", None, SPAN).await.unwrap();
    assert!(good("now").await);
    assert!(!good("nobody's").await);
    repo.begin_session(session(&who, "idle", -4_000, -3_700), "hash", None, SPAN).await.unwrap();
    assert!(!good("idle").await);
    repo.begin_session(session(&who, "old", -10 * 3_600 - 5, 0), "hash", None, SPAN).await.unwrap();
    assert!(!good("old").await);
    repo.begin_session(session(&who, "rotated", 0, 0), "hash", Some("now".to_owned()), SPAN).await.unwrap();
    assert!(!good("now").await && good("rotated").await);

    repo.begin_session(session(&who, "second", 0, 0), "hash", None, SPAN).await.unwrap();
    repo.begin_session(session(&admin().id, "admin's", 0, 0), "hash", None, SPAN).await.unwrap();
    assert_eq!(repo.sessions_of(&who, SPAN).await.unwrap().len(), 2);
    repo.end_session(&admin().id, "second".to_owned()).await.unwrap();
    assert!(good("second").await, "nobody ends another's session");
    repo.end_sessions_of(&who, Some("second".to_owned())).await.unwrap();
    assert!(!good("rotated").await && good("second").await && good("admin's").await);
    repo.set_password(&who, None, "other".to_owned(), None, &admin()).await.unwrap();
    assert!(!good("second").await, "a new password ends what an old one began");
}

#[tokio::test]
async fn a_session_that_is_used_goes_on_and_ends_with_its_account() {
    let lab = Lab::new().await;
    let repo = &lab.repo;
    let who = student().id;
    repo.set_password(&who, None, "hash".to_owned(), None, &admin()).await.unwrap();
    repo.begin_session(session(&who, "used", -3_500, -3_500), "hash", None, SPAN).await.unwrap();
    let (account, _) = repo.session("used", SPAN).await.unwrap().unwrap();
    assert_eq!(account.user.id, who);
    let (_, seen) = repo.session("used", SPAN).await.unwrap().unwrap();
    assert!(now().since(seen.seen_at).0 < 100, "its use was written down");
    let expired = Profile { expires_at: Some(later(-1)), ..profile(Role::Student) };
    repo.change_account(&who, &account.profile(), &expired, &admin()).await.unwrap();
    assert!(repo.session("used", SPAN).await.unwrap().is_none());
}

#[tokio::test]
async fn a_token_works_until_it_is_revoked_or_its_owner_is_closed() {
    let lab = Lab::new().await;
    let repo = &lab.repo;
    let me = student();
    let made = repo.add_token(&me.id, "macro", Scope::Submit, "print".to_owned(), &me).await.unwrap();
    assert_eq!(made.used_at, None);
    let (account, token) = repo.token("print").await.unwrap().unwrap();
    assert_eq!((account.user.id, token.scope), (me.id.clone(), Scope::Submit));
    assert!(repo.tokens_of(&me.id).await.unwrap()[0].used_at.is_some());
    assert!(repo.token("another").await.unwrap().is_none());
    let not_theirs = repo.revoke_token(&admin().id, made.id, &admin()).await;
    assert!(matches!(not_theirs, Err(RepositoryError::NotFound { what: "token", .. })));
    repo.disable_account(&me.id, true, &admin()).await.unwrap();
    assert!(repo.token("print").await.unwrap().is_none());
    repo.disable_account(&me.id, false, &admin()).await.unwrap();
    assert!(repo.token("print").await.unwrap().is_none(), "it does not come back with the account");
    let again = repo.add_token(&me.id, "macro", Scope::Read, "second".to_owned(), &me).await.unwrap();
    repo.revoke_token(&me.id, again.id, &me).await.unwrap();
    assert!(repo.token("second").await.unwrap().is_none());
}

#[tokio::test]
async fn when_somebody_was_last_seen_outlives_the_session_and_the_token() {
    let lab = Lab::new().await;
    let (repo, me) = (&lab.repo, student());
    let person = || async {
        let people = repo.people().await.unwrap();
        people.into_iter().find(|person| person.account.user.id == me.id).unwrap()
    };
    assert_eq!(person().await.seen_at, None);
    repo.set_password(&me.id, None, "hash".to_owned(), None, &admin()).await.unwrap();
    repo.begin_session(session(&me.id, "one", -3_000, -3_000), "hash", None, SPAN).await.unwrap();
    let before = person().await.seen_at.unwrap();
    assert!(now().since(before).0 >= 3_000);
    repo.session("one", SPAN).await.unwrap().unwrap();
    repo.end_sessions_of(&me.id, None).await.unwrap();
    let after = person().await.seen_at.unwrap();
    assert!(now().since(after).0 < 100);
    let other = repo.add_token(&admin().id, "macro", Scope::Read, "print".to_owned(), &admin()).await.unwrap();
    repo.token("print").await.unwrap().unwrap();
    repo.revoke_token(&admin().id, other.id, &admin()).await.unwrap();
    let people = repo.people().await.unwrap();
    let by_token = people.iter().find(|person| person.account.user.id == admin().id).unwrap();
    assert!(by_token.seen_at.is_some());
    // and until when a link works is told while one is out
    assert_eq!(person().await.link_until, None);
    let until = later(100);
    repo.add_link(&me.id, "link".to_owned(), until, &admin()).await.unwrap();
    assert_eq!(person().await.link_until, Some(until));
    repo.use_link("link", "new".to_owned(), as_themselves).await.unwrap();
    assert_eq!(person().await.link_until, None);
}

#[tokio::test]
async fn a_link_ends_what_anybody_had_made_in_the_person_s_name() {
    let lab = Lab::new().await;
    let (repo, me) = (&lab.repo, student());
    repo.set_password(&me.id, None, "old".to_owned(), None, &admin()).await.unwrap();
    repo.begin_session(session(&me.id, "theirs", 0, 0), "old", None, SPAN).await.unwrap();
    repo.add_token(&me.id, "theirs", Scope::All, "print".to_owned(), &me).await.unwrap();
    repo.add_link(&me.id, "link".to_owned(), later(100), &admin()).await.unwrap();
    repo.use_link("link", "new".to_owned(), as_themselves).await.unwrap();
    assert!(repo.session("theirs", SPAN).await.unwrap().is_none());
    assert!(repo.token("print").await.unwrap().is_none());
    // who had the old password checked before is too late
    assert!(repo.begin_session(session(&me.id, "late", 0, 0), "old", None, SPAN).await.is_err());
    let late = repo.set_password(&me.id, Some("old".to_owned()), "theirs".to_owned(), None, &me).await;
    assert!(matches!(late, Err(RepositoryError::NotFound { what: "account", .. })));
    assert_eq!(repo.account_and_hash(&me.id).await.unwrap().unwrap().1.as_deref(), Some("new"));
}

#[tokio::test]
async fn looking_at_a_session_does_not_keep_it() {
    let lab = Lab::new().await;
    let (repo, who) = (&lab.repo, student().id);
    repo.set_password(&who, None, "hash".to_owned(), None, &admin()).await.unwrap();
    repo.begin_session(session(&who, "open page", -3_000, -3_000), "hash", None, SPAN).await.unwrap();
    for _ in 0..2 {
        let (_, seen) = repo.look_at_session("open page", SPAN).await.unwrap().unwrap();
        assert!(now().since(seen.seen_at).0 >= 3_000);
    }
}

#[tokio::test]
async fn jobs_are_handed_over_and_everybody_hears_of_it() {
    let lab = Lab::new().await;
    let repo = &lab.repo;
    let deck = upload(repo, "beam.inp").await;
    let job = repo.submit(&submission("beam", &deck), &student()).await.unwrap();
    let mut events = repo.subscribe();
    assert_eq!(repo.hand_over(&student().id, &admin().id, &admin()).await.unwrap(), 1);
    assert_eq!(events.recv().await.unwrap(), domain::Event::SettingsChanged);
    let told = events.recv().await.unwrap();
    let domain::Event::JobChanged(row) = told else { panic!("{told:?}") };
    assert_eq!((row.name.clone(), row.user_id), (name("beam"), admin().id));
    assert!(row.version > job.version);
    let people = repo.people().await.unwrap();
    let open = |who: &UserId| people.iter().find(|person| person.account.user.id == *who).unwrap().open_jobs;
    assert_eq!((open(&student().id), open(&admin().id)), (0, 1));
    assert!(repo.hand_over(&student().id, &id("nobody"), &admin()).await.is_err());
}

#[tokio::test]
async fn pages_of_admins_are_told_of_changed_people() {
    let lab = Lab::new().await;
    let repo = &lab.repo;
    let mut events = repo.subscribe();
    let mut told = move || {
        let mut told = false;
        while let Ok(event) = events.try_recv() {
            told |= event == domain::Event::SettingsChanged;
        }
        told
    };
    repo.add_accounts(vec![(id("suzuki"), profile(Role::Student), None)], later(100), &admin()).await.unwrap();
    assert!(told());
    let wider = Profile { max_running_jobs: Some(9), ..profile(Role::Student) };
    repo.change_account(&id("suzuki"), &profile(Role::Student), &wider, &admin()).await.unwrap();
    assert!(told());
    repo.change_account(&id("suzuki"), &wider, &wider, &admin()).await.unwrap();
    assert!(!told(), "nothing has changed");
    repo.disable_account(&id("suzuki"), true, &admin()).await.unwrap();
    assert!(told());
}
