//! Words of the page.

use super::api::{BackupStep, BackupsView, OperationsView, UnderWay};
use crate::i18n::sentence::{Voice, amount, plural};
use crate::i18n::{Text, text};
use domain::Timestamp;
use domain::health::{Level, WebhookHealth};

pub const OPERATIONS: Text = text("運用", "Operations");
pub const COULD_NOT_LOAD: Text = text("運用の状態を読み込めませんでした", "The state did not load");
pub const FAILED: Text = text("できませんでした", "That did not work");
pub const HEALTH: Text = text("健康状態", "Health");
pub const LOGS: Text = text("ログ", "Log");
pub const CLEANUP: Text = text("片付け", "Clean-up");
pub const BACK_UP: Text = text("いまバックアップ", "Back up now");

pub const DATABASE: Text = text("データベース", "Database");
pub const NODES: Text = text("ノード", "Nodes");
pub const DISK: Text = text("ディスク", "Disk");
pub const MEMORY: Text = text("メモリー", "Memory");
pub const QUEUE: Text = text("待ち行列", "Queue");
pub const TOKENS: Text = text("トークン", "Tokens");
pub const GOOD: Text = text("正常", "Good");
pub const CAUTION: Text = text("注意", "Caution");
pub const BAD: Text = text("異常", "Wrong");
pub const NO_ANSWER: Text = text("応答なし", "No answer");
pub const UNKNOWN: Text = text("不明", "Unknown");
pub const UNIT_NODES: Text = text("台", "nodes");
pub const UNIT_JOBS: Text = text("件", "jobs");

pub const BACKUPS: Text = text("バックアップ", "Backups");
pub const WHEN: Text = text("日時", "When");
pub const SIZE: Text = text("大きさ", "Size");
pub const JOBS: Text = text("ジョブ", "Jobs");
pub const CHECK: Text = text("検証", "Check");
pub const ACTS: Text = text("操作", "Acts");
pub const VERIFY: Text = text("検証する", "Check");
pub const DOWNLOAD: Text = text("ダウンロード", "Download");
pub const DAMAGED: Text = text("使えません", "Cannot be used");
pub const NO_BACKUP: Text = text("バックアップはまだありません", "There is no backup yet");
pub const NO_BACKUP_TEXT: Text = text(
    "「いまバックアップ」を押すと、データベース、アップロード、最近の計算結果を保存して、読み直して確かめます。",
    "Back up now: the database, uploads and recent results are saved, then read again and compared.",
);
pub const RESTORE: Text = text("復元はサーバーを止めて行います:", "To restore, stop the server and run:");
pub const COPY: Text = text("コマンドをコピー", "Copy the command");
pub const MESSAGES: Text = text("アラートの知らせ", "Messages of alarms");
pub const NOT_ARRIVING: Text = text("届いていません", "Not arriving");
pub const NO_WEBHOOK: Text = text(
    "この画面とログだけに出ます。チャットなどにも知らせるには、サーバーの .env に WEBHOOK_URL を書いて再起動してください。",
    "They are on this page and in the log only. To have them in a chat, too, set WEBHOOK_URL in the server's .env and start it again.",
);
pub const TEST_WEBHOOK: Text = text("試しに送る", "Send a test");
pub const CHANGES: Text = text("変更の記録", "Changes");
pub const ALL_CHANGES: Text = text("すべて見る", "See all");
pub const WHO: Text = text("誰が", "Who");
pub const WHAT: Text = text("何を", "What");

/// Below the heading: whether something is wrong.
pub fn lead(voice: Voice, view: &OperationsView) -> String {
    let count = |level| view.alerts.iter().filter(|raised| raised.alert.level() == level).count();
    let cautions = |number: usize| {
        let word = plural(u64::try_from(number).unwrap_or(u64::MAX), "caution", "cautions");
        format!("{number} {word}")
    };
    match (count(Level::Bad), count(Level::Caution)) {
        (0, 0) => voice.pick("問題はありません。", "Nothing is wrong.").to_owned(),
        (bad, 0) => voice.pick(format!("異常{bad}件。"), format!("{bad} wrong.")),
        (0, caution) => voice.pick(format!("注意{caution}件。"), format!("{}.", cautions(caution))),
        (bad, caution) => {
            voice.pick(format!("異常{bad}件・注意{caution}件。"), format!("{bad} wrong, {}.", cautions(caution)))
        }
    }
}

/// Beside the heading of the backups: when, how many.
pub fn schedule(voice: Voice, backups: &BackupsView) -> String {
    let keep = backups.keep;
    match backups.next.map(|at| voice.moment(at)) {
        Some(next) => voice.pick(format!("次は{next}・{keep}個を保存"), format!("next {next} · {keep} kept")),
        None => voice.pick(format!("自動では行いません・{keep}個を保存"), format!("none by themselves · {keep} kept")),
    }
}

/// What is being done, and how far it is.
pub fn under_way(voice: Voice, doing: &UnderWay) -> String {
    let percent = doing.percent.map(|percent| format!(" {percent}%")).unwrap_or_default();
    if let Some(name) = &doing.verifying {
        return voice.pick(format!("{name} を検証しています{percent}"), format!("Checking {name}{percent}"));
    }
    match doing.step {
        BackupStep::Database => voice.pick(
            format!("バックアップ中: データベースを写しています{percent}"),
            format!("Backing up: the database{percent}"),
        ),
        BackupStep::CleanUp => voice.pick("古いものを片付けています", "Cleaning up what is old").to_owned(),
        BackupStep::Files => voice
            .pick(format!("バックアップ中: ファイルを写しています{percent}"), format!("Backing up: files{percent}")),
        BackupStep::Verify => voice.pick(
            format!("バックアップ中: 読み直して確かめています{percent}"),
            format!("Backing up: reading it again{percent}"),
        ),
    }
}

/// Since when an alarm lasts.
pub fn since(voice: Voice, at: Timestamp) -> String {
    let at = voice.moment(at);
    voice.pick(format!("{at} から続いています。"), format!("Since {at}."))
}

/// How it goes with the messages of alarms.
pub fn messages(voice: Voice, webhook: &WebhookHealth) -> String {
    let delivered = webhook.delivered.map(|at| voice.moment(at));
    let last = match delivered {
        Some(at) => voice.pick(format!("最後に届いたのは{at}です。"), format!("The last one arrived {at}.")),
        None if webhook.waiting == 0 => {
            voice.pick("起動してからまだ送っていません。", "None was sent since the start.").to_owned()
        }
        None => String::new(),
    };
    let waiting = webhook.waiting;
    if waiting == 0 {
        return last;
    }
    let number = amount::count(waiting);
    let are = plural(waiting, "message waits", "messages wait");
    voice.pick(
        format!("{last}{number}件が送られるのを待っています。"),
        format!("{last} {number} {are} to be sent.").trim().to_owned(),
    )
}

/// When a backup was read and found good.
pub fn checked(voice: Voice, at: Timestamp) -> String {
    let at = voice.moment(at);
    voice.pick(format!("{at} に確認"), format!("checked {at}"))
}

/// How large a backup is, and how many jobs it knows.
pub fn bytes_and_jobs(voice: Voice, bytes: u64, jobs: u64) -> String {
    let (bytes, count) = (amount::bytes(bytes), amount::count(jobs));
    voice.pick(format!("{bytes}・ジョブ{count}件"), format!("{bytes} · {count} {}", plural(jobs, "job", "jobs")))
}

/// What of a backup is in no backup before it.
pub fn new_bytes(voice: Voice, bytes: u64) -> String {
    let bytes = amount::bytes(bytes);
    voice.pick(format!("うち新規 {bytes}"), format!("{bytes} new"))
}

/// Bytes left.
pub fn free(voice: Voice, bytes: u64) -> String {
    let bytes = amount::bytes(bytes);
    voice.pick(format!("空き {bytes}"), format!("{bytes} free"))
}

/// How long the longest waits.
pub fn longest(voice: Voice, span: domain::Seconds) -> String {
    let span = amount::duration(voice, span);
    voice.pick(format!("最長 {span}"), format!("longest {span}"))
}
