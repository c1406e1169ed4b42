#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use crate::i18n::Locale;
use crate::i18n::sentence::{today_at, voice};
use domain::job::Transfer;
use domain::plan::Waiting;
use domain::progress::{LicenseQueue, RecentIncrement};
use domain::{
    Cores, Evidence, ExitStatus, Fault, JobId, JobName, NodeId, NodeWish, Priority, Progress, Remark, Solver,
    Timestamp, Tokens, Trouble, TroubleKind, UserId, Verdict,
};

fn job(status: JobStatus) -> JobSummary {
    JobSummary {
        id: JobId(1286),
        name: JobName::parse("gear_contact_07").unwrap(),
        status,
        version: 1,
        user_id: UserId::parse("sato").unwrap(),
        user_name: "佐藤".into(),
        node: Some(NodeId::parse("node-03").unwrap()),
        wish: NodeWish::Auto,
        solver: Solver::Calculix,
        cpus: Cores(4),
        tokens: Tokens(0),
        priority: Priority::NORMAL,
        message: None,
        waiting: None,
        progress: None,
        transfer: None,
        verdict: None,
        cancel_asked: false,
        no_contact_since: None,
        tries: 0,
        not_before: None,
        parent_id: None,
        created_at: today_at(11, 50),
        started_at: Some(today_at(11, 51)),
        ended_at: None,
        updated_at: today_at(13, 0),
    }
}

fn ja(job: &JobSummary) -> Cell {
    of(voice(Locale::Ja), job)
}

fn second(cell: &Cell) -> &str {
    cell.second.as_ref().map(|second| second.text.as_str()).unwrap_or_default()
}

fn advance(share: Option<f64>) -> Progress {
    Progress {
        share,
        segments: vec![1.0, 2.0, 1.0],
        step: 2,
        steps: 3,
        increment: 214,
        cutbacks: 1,
        seconds_left: Some(3900),
        recent: vec![RecentIncrement { size: 0.1, converged: true }],
        ..Progress::default()
    }
}

#[test]
fn a_running_job_has_bar_time_left_and_facts() {
    let cell = ja(&JobSummary { progress: Some(advance(Some(0.62))), ..job(JobStatus::Running) });
    let bar = cell.bar.as_ref().unwrap();
    assert_eq!((bar.share, bar.weights.len(), bar.tone), (0.62, 3, Tone::Accent));
    assert_eq!((cell.first.as_str(), second(&cell)), ("残り 約1時間5分", "Step 2/3 · Inc 214 · カットバック1回"));
    assert_eq!(cell.spark, [(0.1, true)]);
}

#[test]
fn no_percent_is_made_up() {
    let cell = ja(&JobSummary { progress: Some(advance(None)), ..job(JobStatus::Running) });
    assert_eq!((cell.bar.is_none(), cell.first.as_str()), (true, "Step 2/3 · Inc 214 · カットバック1回"));
    let cell = ja(&JobSummary { progress: Some(Progress::default()), ..job(JobStatus::Running) });
    assert_eq!((cell.bar.is_none(), cell.first.as_str()), (true, "計算を始めました"));
}

#[test]
fn a_run_in_the_licence_server_s_queue_says_so_before_its_first_step_and_between_two() {
    for advance in [Progress::default(), advance(Some(0.5))] {
        let progress = Some(Progress { license_queue: Some(LicenseQueue { seconds: 90 }), ..advance });
        let cell = ja(&JobSummary { progress, tokens: Tokens(12), ..job(JobStatus::Running) });
        assert_eq!((cell.bar.is_none(), cell.first.as_str()), (true, "ライセンスサーバーで12トークンの順番待ち"));
        assert_eq!(second(&cell), "1分経過。順番が来ると計算を始めます");
        assert_eq!(cell.second.as_ref().map(|second| second.tone), Some(Tone::Calm));
    }
}

#[test]
fn trouble_turns_bar_and_words_amber_and_lost_contact_comes_first() {
    let trouble =
        Trouble { kind: TroubleKind::Cutbacks { count: 5, minutes: 10 }, since: Timestamp(0), text: String::new() };
    let mut dying = JobSummary {
        progress: Some(Progress { trouble: Some(trouble), ..advance(Some(0.4)) }),
        ..job(JobStatus::Running)
    };
    let cell = ja(&dying);
    assert_eq!(cell.bar.as_ref().map(|bar| bar.tone), Some(Tone::Caution));
    assert_eq!(second(&cell), "増分が縮小中。直近10分でカットバック5回");
    assert_eq!(cell.second.as_ref().map(|second| second.tone), Some(Tone::Caution));
    dying.no_contact_since = Some(today_at(13, 31));
    assert_eq!(second(&ja(&dying)), "13:31から連絡なし。計算は続いている見込み");
}

#[test]
fn a_waiting_job_has_its_reason_position_and_start() {
    let wait = Waiting {
        reason: WaitReason::Tokens {
            free: Tokens(6),
            need: Tokens(12),
            reserved: Tokens(0),
            external: Tokens(0),
            giver: None,
        },
        position: 1,
        starts: Some((today_at(14, 20), today_at(14, 20))),
    };
    let cell = ja(&JobSummary { waiting: Some(wait), ..job(JobStatus::Waiting) });
    assert_eq!(cell.first, "トークン12個必要・空き6個");
    assert_eq!(cell.place, Some(("順番 1番".into(), "開始 約14:20".into())));
    assert_eq!(ja(&job(JobStatus::Waiting)).first, "まもなく開始します");
}

#[test]
fn transfers_are_calm_bars() {
    let transfer = Some(Transfer { done: 34 << 20, total: 52 << 20 });
    let cell = ja(&JobSummary { transfer, ..job(JobStatus::Starting) });
    assert_eq!((cell.first.as_str(), second(&cell)), ("入力ファイルを転送中", "34 / 52 MB · CalculiX"));
    assert_eq!(cell.bar.map(|bar| bar.tone), Some(Tone::Calm));
    let nothing = JobSummary { transfer: Some(Transfer { done: 0, total: 0 }), ..job(JobStatus::Collecting) };
    assert_eq!(ja(&nothing).bar, None);
}

#[test]
fn an_end_says_why() {
    let verdict = |cause, remarks| {
        Some(Verdict {
            cause,
            evidence: Some(Evidence { file: "a.msg".into(), line: None, text: "*ERROR: no step".into() }),
            exit: ExitStatus::Code(1),
            remarks,
        })
    };
    let failed = JobSummary { verdict: verdict(Cause::InputError, vec![]), ..job(JobStatus::Failed) };
    let cell = ja(&failed);
    assert_eq!((cell.tone, cell.first.as_str()), (Tone::Bad, "入力ファイルの誤りで停止"));
    assert_eq!(second(&cell), "*ERROR: no step");
    let missing = JobSummary { verdict: verdict(Cause::NodeRebooted, vec![]), ..job(JobStatus::Missing) };
    assert_eq!(ja(&missing).first, "node-03 が再起動し、終わり方を確認できません");
    let done = JobSummary {
        verdict: verdict(Cause::Completed, vec![Remark::FilesNotFetched { count: 2 }]),
        ended_at: Some(today_at(14, 5)),
        ..job(JobStatus::Completed)
    };
    assert_eq!(
        (ja(&done).first.as_str(), second(&ja(&done))),
        ("正常終了。計算 2時間14分", "結果のファイル2件を回収できませんでした")
    );
    let stopped = JobSummary { progress: Some(advance(Some(0.413))), ..job(JobStatus::Cancelled) };
    assert_eq!(ja(&stopped).first, "41%で中止されました");
}

#[test]
fn what_keeps_a_job_from_going_on_is_said_in_the_reader_s_language() {
    let hindered = JobSummary { message: Some(Fault::NodeDiskFull.into()), ..job(JobStatus::Starting) };
    assert_eq!(second(&ja(&hindered)), "ノードのディスクに空きがありません");
    let unread =
        JobSummary { message: Some(Fault::RunUnread { said: "EIO".to_owned() }.into()), ..job(JobStatus::Running) };
    assert!(second(&ja(&unread)).starts_with("ノードで計算の状態を読み取れません"));
    // the queue's own reason says more than why it was sent back
    assert_eq!(ja(&JobSummary { status: JobStatus::Waiting, ..hindered }).second, None);
}
