#![allow(clippy::unwrap_used)]
use super::*;
use crate::i18n::sentence::voice;
use domain::Priority;
use domain::{JobName, NodeWish, Origin, Progress, Role, Scope, Solver, Timestamp, UserId};

fn job(status: JobStatus, owner: &str) -> JobSummary {
    JobSummary {
        id: JobId(1),
        name: JobName::parse("beam").unwrap(),
        status,
        version: 1,
        user_id: UserId::parse(owner).unwrap(),
        user_name: owner.into(),
        node: None,
        wish: NodeWish::Auto,
        solver: Solver::Abaqus,
        cpus: Cores(4),
        tokens: Tokens(8),
        priority: Priority::NORMAL,
        message: None,
        waiting: None,
        progress: Some(Progress { share: Some(0.41), ..Progress::default() }),
        transfer: None,
        verdict: None,
        cancel_asked: false,
        no_contact_since: None,
        tries: 0,
        not_before: None,
        parent_id: None,
        created_at: Timestamp(0),
        started_at: None,
        ended_at: None,
        updated_at: Timestamp(0),
    }
}

fn actor(role: Role) -> Actor {
    Actor {
        id: UserId::parse("sato").unwrap(),
        name: "佐藤".into(),
        role,
        scope: Scope::All,
        origin: Origin::Web,
        address: None,
    }
}

#[test]
fn only_what_is_legal_for_all_can_be_done() {
    let (student, faculty) = (actor(Role::Student), actor(Role::Faculty));
    let (waiting, held) = (job(JobStatus::Waiting, "sato"), job(JobStatus::Held, "sato"));
    let reason = |what, jobs: &[JobSummary], who: &Actor| allowed(what, jobs, Some(who)).err().map(|text| text.en);
    assert_eq!(reason(Act::Hold, std::slice::from_ref(&waiting), &student), None);
    assert_eq!(reason(Act::Hold, &[waiting.clone(), held.clone()], &student), Some(words::NOT_WAITING.en));
    assert_eq!(reason(Act::Priority, &[waiting, held], &student), None);
    let theirs = job(JobStatus::Running, "suzuki");
    assert_eq!(reason(Act::Stop, std::slice::from_ref(&theirs), &student), Some(words::NOT_YOURS.en));
    assert_eq!(reason(Act::Stop, std::slice::from_ref(&theirs), &faculty), None);
    let asked = JobSummary { cancel_asked: true, ..theirs };
    assert_eq!(reason(Act::Stop, &[asked], &faculty), Some(words::STOPPING.en));
    assert_eq!(reason(Act::Stop, &[job(JobStatus::Failed, "sato")], &student), Some(words::ENDED.en));
}

#[test]
fn the_price_of_stopping_is_said_with_numbers() {
    let ja = voice(Locale::Ja);
    assert_eq!(
        consequences(ja, &[job(JobStatus::Running, "sato")]),
        [
            "計算は41%で止まり、続きからは再開できません",
            "ここまでの結果のファイルは回収します",
            "4コア・8トークンが空きます"
        ]
    );
    assert_eq!(consequences(ja, &[job(JobStatus::Waiting, "sato")]), ["まだ始まっていないので、失う計算はありません"]);
}
