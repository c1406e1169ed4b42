#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::verdict::{Cause, Remark};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp(1_000);
const RULES: LifeRules = LifeRules { max_tries: 3, first_pause: 5 };

fn token(n: u32) -> RunToken {
    RunToken::parse(&format!("00000000-0000-7000-8000-{n:012x}")).unwrap()
}

fn claim(n: u32) -> LifeEvent {
    LifeEvent::Claimed { node: NodeId::parse("node-01").unwrap(), token: token(n) }
}

fn cancel() -> LifeEvent {
    LifeEvent::CancelAsked { by: UserId::parse("sato").unwrap() }
}

fn report(report: RunReport) -> LifeEvent {
    LifeEvent::Report { boot: "boot-a".into(), report }
}

fn launched() -> LifeEvent {
    LifeEvent::Launched { boot: "boot-a".into() }
}

fn exited(code: i32, stopped: bool) -> RunEnd {
    RunEnd::Exited { exit: ExitStatus::Code(code), stopped }
}

fn verdict(cause: Cause) -> Verdict {
    Verdict { cause, evidence: None, exit: ExitStatus::Code(0), remarks: vec![] }
}

/// Feeds the events one after the other; the last life and what was to be done after the last event.
fn after(events: &[LifeEvent]) -> (Life, Vec<Effect>) {
    events.iter().fold((Life::waiting(), vec![]), |(life, _), event| {
        step(&life, event, NOW, RULES).unwrap_or_else(|no| panic!("{no}: {event:?} in {life:?}"))
    })
}

fn at_stage(stage: RunStage) -> Vec<LifeEvent> {
    let mut events = vec![claim(1)];
    match stage {
        RunStage::Claimed => {}
        RunStage::LaunchSent => events.push(LifeEvent::Staged),
        RunStage::Withdrawn => events.extend([LifeEvent::Staged, LifeEvent::LaunchRefused]),
        RunStage::Closed => events.extend([LifeEvent::Staged, LifeEvent::LaunchRefused, LifeEvent::Stopped]),
        RunStage::Alive => events.extend([LifeEvent::Staged, launched()]),
        RunStage::Ended => {
            events.extend([LifeEvent::Staged, launched(), report(RunReport::Ended(exited(0, false)))]);
        }
    }
    events
}

fn then(stage: RunStage, more: &[LifeEvent]) -> (Life, Vec<Effect>) {
    let mut events = at_stage(stage);
    events.extend_from_slice(more);
    after(&events)
}

#[test]
fn the_plain_way() {
    let (life, effects) = after(&[claim(1)]);
    assert_eq!(
        (life.status, life.stage(), effects),
        (JobStatus::Starting, Some(RunStage::Claimed), vec![Effect::Stage])
    );
    let (life, effects) = then(RunStage::LaunchSent, &[]);
    assert_eq!((life.status, effects), (JobStatus::Starting, vec![Effect::Launch]));
    let (life, effects) = then(RunStage::Alive, &[]);
    assert_eq!((life.status, effects), (JobStatus::Running, vec![]));
    let run = life.run.unwrap();
    assert_eq!((run.boot.as_deref(), run.launched_at), (Some("boot-a"), Some(NOW)));
    let (life, effects) = then(RunStage::Ended, &[]);
    assert_eq!((life.status, effects), (JobStatus::Collecting, vec![Effect::Collect]));
    let (life, effects) = then(RunStage::Ended, &[LifeEvent::Collected { verdict: verdict(Cause::Completed) }]);
    assert_eq!((life.status, effects), (JobStatus::Completed, vec![]));
}

#[test]
fn a_stage_fault_waits_longer_each_time_and_gives_up() {
    let (life, _) = then(RunStage::Claimed, &[LifeEvent::StageFault]);
    assert_eq!((life.status, life.tries, life.not_before), (JobStatus::Waiting, 1, Some(Timestamp(1_005))));
    assert_eq!(life.run, None);
    let again = [LifeEvent::StageFault, claim(2), LifeEvent::StageFault];
    assert_eq!(then(RunStage::Claimed, &again).0.not_before, Some(Timestamp(1_010)));
    let thrice = [&again[..], &[claim(3), LifeEvent::StageFault]].concat();
    let (life, _) = then(RunStage::Claimed, &thrice);
    assert_eq!(life.status, JobStatus::Failed);
    assert_eq!(life.verdict.unwrap().cause, Cause::Infrastructure { tries: 3 });
}

#[test]
fn a_lost_launch_is_asked_about_before_it_is_sent_again() {
    let (life, effects) = then(RunStage::LaunchSent, &[LifeEvent::LaunchLost]);
    assert_eq!((life.stage(), effects), (Some(RunStage::LaunchSent), vec![]));
    assert_eq!(resume(&life), vec![]);
    assert_eq!(then(RunStage::LaunchSent, &[report(RunReport::NotStarted)]).1, vec![Effect::Launch]);
    assert_eq!(then(RunStage::LaunchSent, &[report(RunReport::Alive)]).0.status, JobStatus::Running);
    let (life, effects) = then(RunStage::LaunchSent, &[report(RunReport::Ended(exited(0, false)))]);
    assert_eq!((life.status, effects), (JobStatus::Collecting, vec![Effect::Collect]));
}

/// As the runner has it where the wrapper could not be started once the gate was passed.
#[test]
fn a_launch_that_could_not_begin_is_tried_again_as_another_run() {
    let none = report(RunReport::Ended(RunEnd::Exited { exit: ExitStatus::Unknown, stopped: true }));
    for stage in [RunStage::Withdrawn, RunStage::Closed] {
        let (life, _) = then(stage, std::slice::from_ref(&none));
        assert_eq!((life.status, life.tries, life.run), (JobStatus::Waiting, 1, None), "{stage:?}");
        let (life, _) = then(stage, &[cancel(), none.clone()]);
        assert_ne!(life.status, JobStatus::Waiting, "{stage:?}: nobody wants it any more");
    }
}

#[test]
fn a_folder_that_is_gone_after_the_launch_was_sent_is_never_tried_again() {
    let (life, _) = then(RunStage::LaunchSent, &[report(RunReport::Ended(RunEnd::FolderGone))]);
    assert_eq!(life.status, JobStatus::Collecting);
    assert_eq!(judge(&life, None).status(), JobStatus::Missing);
    // before the launch it only means that nothing was staged yet
    let (life, effects) = then(RunStage::Claimed, &[report(RunReport::Ended(RunEnd::FolderGone))]);
    assert_eq!((life.stage(), effects), (Some(RunStage::Claimed), vec![]));
}

#[test]
fn a_refused_launch_goes_back_to_the_queue_only_through_the_closed_gate() {
    let (life, effects) = then(RunStage::Withdrawn, &[]);
    assert_eq!((life.stage(), effects), (Some(RunStage::Withdrawn), vec![Effect::Stop]));
    let (life, effects) = then(RunStage::Withdrawn, &[report(RunReport::NotStarted)]);
    assert_eq!((life.status, effects), (JobStatus::Starting, vec![Effect::Stop]));
    let (life, _) = then(RunStage::Closed, &[report(RunReport::NotStarted)]);
    assert_eq!((life.status, life.tries), (JobStatus::Waiting, 1));
    // an earlier launch came through and ended by itself
    let (life, _) = then(RunStage::Closed, &[report(RunReport::Ended(exited(0, false)))]);
    assert_eq!(life.status, JobStatus::Collecting);
    // … or our closing of the gate ended it
    let (life, _) = then(RunStage::Closed, &[report(RunReport::Ended(exited(143, true)))]);
    assert_eq!(life.status, JobStatus::Waiting);
    // … when it had completed
    let (life, _) = then(RunStage::Closed, &[report(RunReport::Ended(exited(0, true)))]);
    assert_eq!(judge(&life, Some(verdict(Cause::Completed))).status(), JobStatus::Completed);
    assert_eq!(judge(&life, None).status(), JobStatus::Failed, "nobody cancelled it");
}

#[test]
fn cancel_at_every_stage() {
    assert_eq!(after(&[cancel()]).0.status, JobStatus::Cancelled);
    assert_eq!(after(&[LifeEvent::HoldAsked, cancel()]).0.status, JobStatus::Cancelled);
    for stage in [RunStage::Claimed, RunStage::LaunchSent, RunStage::Alive, RunStage::Withdrawn] {
        let (life, effects) = then(stage, &[cancel()]);
        assert!(life.cancel.is_some());
        assert_eq!(effects, vec![Effect::Stop], "{stage:?}");
        assert_eq!(resume(&life), vec![Effect::Stop], "{stage:?}");
    }
    // nothing was launched
    assert_eq!(then(RunStage::Claimed, &[cancel(), LifeEvent::Stopped]).0.status, JobStatus::Cancelled);
    assert_eq!(then(RunStage::Claimed, &[cancel(), LifeEvent::StageFault]).0.status, JobStatus::Cancelled);
    assert_eq!(then(RunStage::Claimed, &[cancel(), LifeEvent::Staged]).1, vec![Effect::Stop]);
    // whether anything was launched, the report after the stop tells
    let (life, _) = then(RunStage::LaunchSent, &[cancel(), LifeEvent::Stopped]);
    assert_eq!((life.status, life.stage()), (JobStatus::Starting, Some(RunStage::Closed)));
    let never = [cancel(), LifeEvent::Stopped, report(RunReport::NotStarted)];
    assert_eq!(then(RunStage::LaunchSent, &never).0.status, JobStatus::Cancelled);
    let ran = [cancel(), LifeEvent::Stopped, report(RunReport::Ended(exited(0, false)))];
    assert_eq!(then(RunStage::LaunchSent, &ran).0.status, JobStatus::Collecting);
    // a wish while results come back changes nothing but a remark
    let (life, _) = then(RunStage::Ended, &[cancel()]);
    assert_eq!(life.status, JobStatus::Collecting);
    let judged = judge(&life, Some(verdict(Cause::Completed)));
    assert_eq!((judged.status(), judged.remarks), (JobStatus::Completed, vec![Remark::EndedBeforeCancel]));
}

#[test]
fn the_stop_and_the_report_of_the_end_come_in_either_order() {
    let end = exited(143, true);
    let first = then(RunStage::Alive, &[cancel(), LifeEvent::Stopped, report(RunReport::Ended(end.clone()))]);
    let second = then(RunStage::Alive, &[cancel(), report(RunReport::Ended(end.clone())), LifeEvent::Stopped]);
    assert_eq!(first.0, second.0);
    assert_eq!(first.0.run.as_ref().unwrap().end, Some(end));
    assert_eq!(judge(&first.0, None).status(), JobStatus::Cancelled);
    // only the stop was heard
    let (life, effects) = then(RunStage::Alive, &[cancel(), LifeEvent::Stopped]);
    assert_eq!(effects, vec![Effect::Collect]);
    assert_eq!(judge(&life, None).status(), JobStatus::Cancelled);
    assert_eq!(judge(&life, Some(verdict(Cause::Completed))).status(), JobStatus::Completed);
}

#[test]
fn a_restarted_node_that_remembers_nothing_ends_the_run_and_a_stale_answer_does_not() {
    // nothing of it, or only that it was launched: what it noted then may be lost with the power
    for report in [RunReport::NotStarted, RunReport::Ended(RunEnd::ProcessGone)] {
        let (life, _) = then(RunStage::Alive, &[LifeEvent::Report { boot: "boot-b".into(), report }]);
        assert_eq!(life.run.as_ref().unwrap().end, Some(RunEnd::Rebooted));
        assert_eq!(judge(&life, Some(verdict(Cause::Completed))).status(), JobStatus::Missing);
    }
    assert_eq!(then(RunStage::Alive, &[report(RunReport::NotStarted)]).0.status, JobStatus::Running);
}

#[test]
fn an_end_that_nobody_saw_is_missing_or_what_was_wanted() {
    let (life, _) = then(RunStage::Alive, &[report(RunReport::Ended(RunEnd::ProcessGone))]);
    assert_eq!(judge(&life, None).cause, Cause::ProcessGone);
    let (life, _) = then(RunStage::Alive, &[cancel(), report(RunReport::Ended(RunEnd::ProcessGone))]);
    assert_eq!(judge(&life, None).cause, Cause::Cancelled);
    assert_eq!(judge(&life, Some(verdict(Cause::Completed))).cause, Cause::ProcessGone);
}

fn any_end() -> impl Strategy<Value = RunEnd> {
    prop_oneof![
        (any::<bool>(), 0..2_i32).prop_map(|(stopped, code)| exited(code, stopped)),
        any::<bool>().prop_map(|stopped| RunEnd::Exited { exit: ExitStatus::Unknown, stopped }),
        Just(RunEnd::CannotStart { reason: "no such file".into() }),
        Just(RunEnd::Rebooted),
        Just(RunEnd::ProcessGone),
        Just(RunEnd::FolderGone),
    ]
}

fn any_event() -> impl Strategy<Value = LifeEvent> {
    let boot = prop_oneof![Just("boot-a".to_owned()), Just("boot-b".to_owned())];
    let any_report =
        prop_oneof![Just(RunReport::NotStarted), Just(RunReport::Alive), any_end().prop_map(RunReport::Ended)];
    let cause = prop_oneof![
        Just(Cause::Completed),
        Just(Cause::Diverged),
        Just(Cause::Cancelled),
        Just(Cause::ProcessGone),
        Just(Cause::NoEndLine { code: None })
    ];
    prop_oneof![
        4 => (0..99_u32).prop_map(claim),
        3 => Just(LifeEvent::Staged),
        1 => Just(LifeEvent::StageFault),
        2 => boot.clone().prop_map(|boot| LifeEvent::Launched { boot }),
        1 => Just(LifeEvent::LaunchLost),
        1 => Just(LifeEvent::LaunchRefused),
        4 => (boot, any_report).prop_map(|(boot, report)| LifeEvent::Report { boot, report }),
        1 => cause.prop_map(|cause| LifeEvent::Collected { verdict: verdict(cause) }),
        1 => Just(LifeEvent::Stopped),
        1 => Just(cancel()),
        1 => Just(LifeEvent::HoldAsked),
        1 => Just(LifeEvent::ReleaseAsked),
    ]
}

/// What must hold of every life, whatever happened.
fn coherent(life: &Life) {
    assert_eq!(life.status.is_ended(), life.verdict.is_some());
    if let Some(verdict) = &life.verdict {
        assert_eq!(verdict.status(), life.status);
    }
    match life.status {
        JobStatus::Waiting | JobStatus::Held => assert!(life.run.is_none() && life.cancel.is_none()),
        JobStatus::Starting => assert!(matches!(
            life.stage(),
            Some(RunStage::Claimed | RunStage::LaunchSent | RunStage::Withdrawn | RunStage::Closed)
        )),
        JobStatus::Running => assert_eq!(life.stage(), Some(RunStage::Alive)),
        JobStatus::Collecting => {
            assert_eq!(life.stage(), Some(RunStage::Ended));
            assert!(life.run.as_ref().unwrap().end.is_some());
        }
        _ => assert!(life.cancel.is_none()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn only_the_table_is_walked(events in prop::collection::vec(any_event(), 1..40)) {
        let mut life = Life::waiting();
        for event in events {
            let before = life.clone();
            match step(&before, &event, NOW, RULES) {
                Ok((next, effects)) => {
                    prop_assert!(!before.status.is_ended(), "an ended job took {event:?}");
                    prop_assert!(
                        next.status == before.status || before.status.may_become(next.status),
                        "{} -> {} by {event:?}", before.status, next.status
                    );
                    coherent(&next);
                    for effect in effects {
                        match effect {
                            Effect::Stage => prop_assert_eq!(next.stage(), Some(RunStage::Claimed)),
                            Effect::Launch => {
                                prop_assert_eq!(next.stage(), Some(RunStage::LaunchSent));
                                prop_assert!(next.cancel.is_none());
                            }
                            Effect::Stop => prop_assert!(
                                next.cancel.is_some() || next.stage() == Some(RunStage::Withdrawn)
                                    || next.stage() == Some(RunStage::Closed)
                            ),
                            Effect::Collect => prop_assert_eq!(next.status, JobStatus::Collecting),
                        }
                    }
                    // the tries only grow, and a wish is only forgotten by the end it asked for
                    prop_assert!(next.tries >= before.tries);
                    prop_assert!(before.cancel.is_none() || next.cancel.is_some() || next.status.is_ended());
                    // back to the queue: never launched, or dead behind a closed gate
                    if next.status == JobStatus::Waiting && before.status == JobStatus::Starting {
                        prop_assert!(matches!(
                            before.stage(),
                            Some(RunStage::Claimed | RunStage::Closed | RunStage::Withdrawn)
                        ));
                        let reported = matches!(&event, LifeEvent::Report { report: RunReport::Ended(_), .. });
                        prop_assert!(before.stage() != Some(RunStage::Withdrawn) || reported);
                    }
                    life = next;
                }
                Err(illegal) => prop_assert_eq!(illegal.status, before.status),
            }
        }
    }

    /// What is asked after a restart is never more than what the state allows.
    #[test]
    fn what_resumes_is_what_was_asked_last(events in prop::collection::vec(any_event(), 1..40)) {
        let mut life = Life::waiting();
        for event in events {
            if let Ok((next, effects)) = step(&life, &event, NOW, RULES) {
                let again = resume(&next);
                // a launch is the one thing that is asked about before it is done again
                let but_launch: Vec<Effect> = effects.into_iter().filter(|e| *e != Effect::Launch).collect();
                for effect in &but_launch {
                    prop_assert!(again.contains(effect) || next.stage() == Some(RunStage::Closed), "{next:?} {effect:?}");
                }
                life = next;
            }
        }
    }
}
