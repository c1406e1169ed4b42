//! Nodes as people administer them.

use crate::lab::*;
use domain::node::NodeField;
use domain::*;
use repository::{HistoryFact, RepositoryError, RunFolder};

fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp(i64::try_from(since.as_secs()).unwrap())
}

fn id() -> NodeId {
    node_id("node-01")
}

async fn seen(lab: &Lab) -> Node {
    lab.repo.node(&id()).await.unwrap().unwrap()
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, RepositoryError>) -> NodeRefusal {
    match outcome {
        Err(RepositoryError::Node(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_new_node_takes_no_jobs_before_its_key_is_accepted_and_it_has_answered() {
    let lab = Lab::new().await;
    let config = node("node-05", 16).config();
    let made = lab.repo.add_node(&node_id("node-05"), &config, &admin()).await.unwrap();
    assert_eq!((made.state, made.host_key, made.version), (NodeState::Unavailable, None, 0));
    let twice = lab.repo.add_node(&node_id("node-05"), &config, &admin()).await;
    assert_eq!(refusal(twice), NodeRefusal::Taken);

    let shown = Fault::HostKeyUnknown { fingerprint: "SHA256:x".into() };
    lab.repo.node_lost(&node_id("node-05"), now(), &shown).await.unwrap();
    let five = async || lab.repo.node(&node_id("node-05")).await.unwrap().unwrap();
    assert_eq!(five().await.state_reason, Some(shown.into()));
    let accepted = lab.repo.accept_host_key(&node_id("node-05"), "ssh-ed25519 BBBB".into(), &admin()).await.unwrap();
    assert_eq!((accepted.state, accepted.state_reason), (NodeState::Unavailable, None));
    assert_eq!(accepted.version, 1);
    lab.repo.node_contact(&node_id("node-05"), now(), NodeAnswer::default()).await.unwrap();
    assert_eq!((five().await.state, five().await.version), (NodeState::Available, 1));
    // one that answers and lets no run go is not there for anybody, and is not lost either
    let at = Timestamp(now().0 + 300);
    lab.repo.node_lost(&node_id("node-05"), at, &Fault::LetsNothingGo).await.unwrap();
    let takes_nothing = NodeAnswer { disk: Some((1, 2)), takes_nothing: true, ..NodeAnswer::default() };
    lab.repo.node_contact(&node_id("node-05"), at, takes_nothing).await.unwrap();
    let told = five().await;
    assert_eq!((told.state, told.state_reason), (NodeState::Unavailable, Some(Fault::LetsNothingGo.into())));
    let told = lab.repo.node_summaries().await.unwrap().into_iter().find(|one| one.id == node_id("node-05")).unwrap();
    assert_eq!((told.last_contact, told.disk), (Some(at), Some((1, 2))));
}

#[tokio::test]
async fn who_the_node_is_is_told_even_where_it_was_away_before() {
    let lab = Lab::new().await;
    let at = now();
    lab.repo.node_lost(&id(), at, &Fault::ConnectionLost).await.unwrap();
    lab.repo.node_lost(&id(), at, &Fault::NoAnswer { seconds: 10 }).await.unwrap();
    assert_eq!(seen(&lab).await.state_reason, Some(Fault::ConnectionLost.into()), "the first reason stays");
    let changed = Fault::HostKeyChanged { fingerprint: "SHA256:y".into() };
    lab.repo.node_lost(&id(), at, &changed).await.unwrap();
    assert_eq!(seen(&lab).await.state_reason, Some(changed.clone().into()));
    lab.repo.node_lost(&id(), at, &Fault::ConnectionLost).await.unwrap();
    assert_eq!(seen(&lab).await.state_reason, Some(changed.into()), "it is still to be decided");

    let refused = lab.repo.refuse_host_key(&id(), "SHA256:y".into(), &admin()).await.unwrap();
    assert_eq!(refused.state, NodeState::Disabled);
    assert_eq!(refused.host_key, node("node-01", 8).host_key, "the accepted one stays the accepted one");
    let accepted = lab.repo.accept_host_key(&id(), "ssh-ed25519 BBBB".into(), &admin()).await.unwrap();
    assert_eq!((accepted.state, accepted.state_reason), (NodeState::Unavailable, None));
}

#[tokio::test]
async fn of_two_who_edit_at_once_the_second_is_told_who_changed_what() {
    let lab = Lab::new().await;
    let read = seen(&lab).await;
    let more = NodeConfig { cores: Cores(32), ..read.config() };
    lab.repo
        .node_contact(&id(), now(), NodeAnswer { disk: Some((1, 2)), clock_ahead: Some(-3), ..NodeAnswer::default() })
        .await
        .unwrap();
    let first = lab.repo.change_node(&id(), &more, read.version, &admin()).await.unwrap();
    assert_eq!((first.cores, first.version), (Cores(32), read.version + 1), "a contact changes no version");
    lab.repo.drain_node(&id(), Some("保守".into()), None, &actor("ito", Role::Admin)).await.unwrap();

    let other = NodeConfig { max_tokens: Tokens(1), ..read.config() };
    let told = refusal(lab.repo.change_node(&id(), &other, read.version, &admin()).await);
    let NodeRefusal::Changed { by, fields, version, .. } = told else { panic!("{told:?}") };
    assert_eq!((by.as_str(), version), ("ito", read.version + 2));
    assert_eq!(fields, [NodeField::Cores, NodeField::State]);
    assert_eq!(seen(&lab).await.cores, Cores(32), "nothing was changed");
    let last = lab.repo.change_node(&id(), &other, version, &admin()).await.unwrap();
    assert_eq!((last.cores, last.max_tokens, last.state), (Cores(8), Tokens(1), NodeState::Draining));
}

#[tokio::test]
async fn a_node_that_is_reached_otherwise_has_to_answer_first() {
    let lab = Lab::new().await;
    let read = seen(&lab).await;
    let moved = NodeConfig { ssh_port: 2222, ..read.config() };
    let moved = lab.repo.change_node(&id(), &moved, read.version, &admin()).await.unwrap();
    assert_eq!((moved.state, moved.host_key), (NodeState::Unavailable, read.host_key));
}

#[tokio::test]
async fn account_and_work_folder_stay_while_a_run_lies_there() {
    let lab = Lab::new().await;
    let job = lab.submit("beam").await;
    let life = lab.claim(job.id, "node-01").await;
    let read = seen(&lab).await;
    let moved = NodeConfig { work_dir: WorkFolder::parse("/elsewhere").unwrap(), ..read.config() };
    let other = NodeConfig { ssh_user: AccountName::parse("other").unwrap(), ..read.config() };
    for config in [&moved, &other] {
        let told = refusal(lab.repo.change_node(&id(), config, read.version, &admin()).await);
        assert_eq!(told, NodeRefusal::HasRuns(NodeUse { active: 1, ..NodeUse::default() }));
    }
    let more = NodeConfig { cores: Cores(12), ..read.config() };
    let changed = lab.repo.change_node(&id(), &more, read.version, &admin()).await.unwrap();

    let over = domain::lifecycle::Life { status: JobStatus::Cancelled, ..life.clone() };
    assert!(lab.repo.advance(job.id, &life, &over, now(), HistoryFact::Stopped).await.unwrap());
    let told = refusal(lab.repo.change_node(&id(), &moved, changed.version, &admin()).await);
    assert_eq!(told, NodeRefusal::HasRuns(NodeUse { folders: 1, ..NodeUse::default() }));
    lab.repo.record_folders(&[life.run.unwrap().token], Some(RunFolder::Removed)).await.unwrap();
    lab.repo.change_node(&id(), &moved, changed.version, &admin()).await.unwrap();
}

#[tokio::test]
async fn a_node_is_deleted_only_when_nothing_depends_on_it() {
    let lab = Lab::new().await;
    lab.repo.save_node(&node("node-02", 4), &admin()).await.unwrap();
    let active = lab.submit("runs").await;
    let life = lab.claim(active.id, "node-01").await;
    let deck = upload(&lab.repo, "waits.inp").await;
    let wants = repository::Submission { wish: NodeWish::Node(id()), ..submission("waits", &deck) };
    let waiting = lab.repo.submit(&wants, &student()).await.unwrap();
    let kept = NewReservation {
        tokens: Tokens(0),
        cores: Some(ReservedCores { node: id(), cores: Cores(2) }),
        purpose: "演習".into(),
        lasts: Seconds(600),
        heartbeat: None,
    };
    let kept = lab.repo.reserve(&kept, &student()).await.unwrap();
    lab.repo.change_setting("license_report_node", "node-01", &admin()).await.unwrap();
    let all = NodeUse { active: 1, waiting: 1, folders: 0, reservations: 1, asks_license: true };
    assert_eq!(lab.repo.node_use(&id()).await.unwrap(), all);
    assert_eq!(refusal(lab.repo.delete_node(&id(), &admin()).await), NodeRefusal::InUse(all));

    let over = domain::lifecycle::Life { status: JobStatus::Cancelled, ..life.clone() };
    assert!(lab.repo.advance(active.id, &life, &over, now(), HistoryFact::Stopped).await.unwrap());
    lab.repo.record_folders(&[life.run.unwrap().token], Some(RunFolder::Kept)).await.unwrap();
    lab.repo.end_reservation(kept.id, &admin()).await.unwrap();
    lab.repo.change_setting("license_report_node", "", &admin()).await.unwrap();
    let one = NodeUse { waiting: 1, ..NodeUse::default() };
    assert_eq!(refusal(lab.repo.delete_node(&id(), &admin()).await), NodeRefusal::InUse(one));
    lab.repo.ask_cancel(waiting.id, &student()).await.unwrap();

    let mut events = lab.repo.subscribe();
    lab.repo.delete_node(&id(), &admin()).await.unwrap();
    assert_eq!(events.try_recv().unwrap(), Event::Resync, "who shows it reads what is left");
    assert_eq!(lab.repo.node(&id()).await.unwrap(), None);
    assert_eq!(lab.repo.summary(active.id).await.unwrap().node, Some(id()), "an ended job keeps the name");
}

#[tokio::test]
async fn a_drain_ends_by_itself_at_its_time() {
    let lab = Lab::new().await;
    let until = Timestamp(now().0 + 3_600);
    let past = lab.repo.drain_node(&id(), None, Some(Timestamp(now().0 - 1)), &admin()).await;
    assert_eq!(refusal(past), NodeRefusal::Past);
    let drained = lab.repo.drain_node(&id(), Some("保守".into()), Some(until), &admin()).await.unwrap();
    assert_eq!((drained.state, drained.state_reason), (NodeState::Draining, Some("保守".into())));
    assert_eq!(lab.repo.end_drains(Timestamp(until.0 - 1)).await.unwrap(), Some(until));
    assert_eq!(seen(&lab).await.state, NodeState::Draining);

    lab.repo.node_contact(&id(), Timestamp(until.0 - 20), NodeAnswer::default()).await.unwrap();
    let mut events = lab.repo.subscribe();
    assert_eq!(lab.repo.end_drains(until).await.unwrap(), None);
    let over = seen(&lab).await;
    assert_eq!((over.state, over.state_reason, over.state_until), (NodeState::Available, None, None));
    assert_eq!(over.version, drained.version, "nobody did it");
    assert!(matches!(events.try_recv().unwrap(), Event::NodeChanged(_)));

    // one that has not answered for long takes no jobs before it does
    lab.repo.drain_node(&id(), None, Some(until), &admin()).await.unwrap();
    lab.repo.end_drains(Timestamp(until.0 + 600)).await.unwrap();
    assert_eq!(seen(&lab).await.state, NodeState::Unavailable);
}

#[tokio::test]
async fn what_is_switched_off_is_switched_on_before_anything_else() {
    let lab = Lab::new().await;
    lab.repo.disable_node(&id(), Some("broken fan".into()), &admin()).await.unwrap();
    let state = NodeRefusal::State { state: NodeState::Disabled };
    assert_eq!(refusal(lab.repo.drain_node(&id(), None, None, &admin()).await), state);
    assert_eq!(refusal(lab.repo.resume_node(&id(), &admin()).await), state);
    let on = lab.repo.enable_node(&id(), &admin()).await.unwrap();
    assert_eq!((on.state, on.state_reason), (NodeState::Unavailable, None));
    let again = lab.repo.enable_node(&id(), &admin()).await.unwrap();
    assert_eq!(again.version, on.version, "nothing changed");
}
