//! Alarms in words: what is wrong, and what to do.

use super::{Voice, amount};
use crate::i18n::Locale;
use domain::Seconds;
use domain::health::{Alert, BackupProblem, Place};

/// What is wrong, and what helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What is wrong, in one sentence.
    pub title: String,
    /// What to do.
    pub remedy: String,
}

impl Words {
    /// All of it in one line, for a log or a chat.
    pub fn line(&self, locale: Locale) -> String {
        match (self.remedy.is_empty(), locale) {
            (true, _) => self.title.clone(),
            (false, Locale::Ja) => format!("{}。{}", self.title, self.remedy),
            (false, Locale::En) => format!("{}. {}", self.title, self.remedy),
        }
    }
}

/// What lies in a folder of the server.
pub fn place(voice: Voice, place: Place) -> &'static str {
    match place {
        Place::Database => voice.pick("データベース", "the database"),
        Place::Uploads => voice.pick("アップロード", "uploads"),
        Place::Results => voice.pick("計算結果", "results"),
        Place::Logs => voice.pick("ログ", "logs"),
        Place::Backups => voice.pick("バックアップ", "backups"),
    }
}

fn places(voice: Voice, all: &[Place]) -> String {
    let words: Vec<&str> = all.iter().map(|one| place(voice, *one)).collect();
    words.join(voice.pick("・", ", "))
}

/// An alarm in words.
pub fn words(voice: Voice, alert: &Alert) -> Words {
    let (title, remedy) = match alert {
        Alert::Database => voice.pick(
            (
                "データベースが応答しません".to_owned(),
                "error.log を見て、サーバーを再起動してください。直らないときは doctor、最後の手段は restore です。"
                    .to_owned(),
            ),
            (
                "The database does not answer".to_owned(),
                "Read error.log and start the server again. If that does not help: doctor, and at last restore."
                    .to_owned(),
            ),
        ),
        Alert::NodeLost { node, since } => {
            let since = since.map(|at| voice.moment(at)).unwrap_or_default();
            voice.pick(
                (
                    format!("{node} と{since}から連絡できません"),
                    "実行中の計算は続いています。電源とネットワークを確かめ、ノードの画面で「診断」してください。"
                        .to_owned(),
                ),
                (
                    format!("No contact with {node} since {since}"),
                    "Its runs go on. Check power and network, then test the node on its page.".to_owned(),
                ),
            )
        }
        Alert::NodeDisk { node, percent, free } => {
            let free = amount::bytes(*free);
            voice.pick(
                (
                    format!("{node} のディスクが{percent}%埋まっています"),
                    format!("空きは{free}です。ノードの作業フォルダーにある古い計算のフォルダーなどを消してください。"),
                ),
                (
                    format!("The disk of {node} is {percent}% full"),
                    format!(
                        "{free} are free. Remove what is old from the node, such as folders of runs that were kept."
                    ),
                ),
            )
        }
        Alert::NodeClock { node, ahead } => {
            let off = amount::duration(voice, Seconds(ahead.unsigned_abs()));
            let (ja, en) = if *ahead < 0 { ("遅れて", "behind") } else { ("進んで", "ahead") };
            voice.pick(
                (
                    format!("{node} の時計が{off}{ja}います"),
                    "ノードの時刻合わせ(NTP)を確かめてください。計算は正しく行われますが、ファイルの日時やライセンスの期限がずれます。"
                        .to_owned(),
                ),
                (
                    format!("The clock of {node} is {off} {en}"),
                    "Check the node's time service (NTP). Runs are right, but dates of files and ends of licences are not."
                        .to_owned(),
                ),
            )
        }
        Alert::DisksSilent => voice.pick(
            (
                "サーバーのフォルダーが応答しません".to_owned(),
                "ネットワーク上の保存先(バックアップや計算結果など)につながっているかを確かめてください。".to_owned(),
            ),
            (
                "A folder of the server does not answer".to_owned(),
                "See whether the network disks (backups, results) are there.".to_owned(),
            ),
        ),
        Alert::ServerDisk { places: on_it, percent, free } => {
            let (what, free) = (places(voice, on_it), amount::bytes(*free));
            voice.pick(
                (
                    format!("サーバーのディスク({what})が{percent}%埋まっています"),
                    format!(
                        "空きは{free}です。いらないジョブを結果ごと削除するか、保存先を別のディスクに移してください。"
                    ),
                ),
                (
                    format!("The server's disk ({what}) is {percent}% full"),
                    format!("{free} are free. Delete jobs with their results, or move a folder to another disk."),
                ),
            )
        }
        Alert::Memory { percent } => voice.pick(
            (
                format!("サーバーのメモリーが{percent}%使われています"),
                "サーバーでほかに動いているプログラムを確かめてください(計算はノードで行います)。".to_owned(),
            ),
            (
                format!("The server's memory is {percent}% in use"),
                "Look what else runs on the server's machine; runs belong on nodes.".to_owned(),
            ),
        ),
        Alert::Queue { waiting } => {
            let waiting = amount::count(*waiting);
            voice.pick(
                (
                    format!("{waiting}件のジョブが待っています"),
                    "ジョブの画面で待つ理由を確かめてください。受付を止めたノードや、上限の設定が原因かもしれません。"
                        .to_owned(),
                ),
                (
                    format!("{waiting} jobs wait"),
                    "See in the list what they wait for: a node that takes no jobs, or a limit in the settings."
                        .to_owned(),
                ),
            )
        }
        Alert::Tokens { used, total } => voice.pick(
            (
                format!("ライセンストークンが{total}個のうち{used}個、使用中または予約済みです"),
                "ライセンスの画面で、だれが使っているかと、いらない予約がないかを確かめてください。".to_owned(),
            ),
            (
                format!("{used} of {total} licence tokens are in use or reserved"),
                "See on the licences page who holds them, and end reservations nobody needs.".to_owned(),
            ),
        ),
        Alert::BackupFailed { at, failure } => {
            let at = at.map(|at| voice.moment(at)).unwrap_or_default();
            let remedy = if let Some((needed, free)) = failure.room {
                let (needed, free) = (amount::bytes(needed), amount::bytes(free));
                voice.pick(
                    format!("バックアップ先に空きがありません。{needed}必要ですが、空きは{free}です。空きを作るか、残す数を減らしてください。"),
                    format!("Its disk has no room: {needed} are needed, {free} are free. Make room, or keep fewer."),
                )
            } else if failure.full {
                voice.pick(
                    "バックアップ先に空きがありません。空きを作るか、残す数を減らしてください。".to_owned(),
                    "Its disk has no room. Make room, or keep fewer.".to_owned(),
                )
            } else {
                voice.pick(
                    format!("理由: {}。直してから、もう一度バックアップしてください。", failure.error),
                    format!("Why: {}. Put that right, then back up again.", failure.error),
                )
            };
            voice.pick(
                (format!("バックアップに失敗しました({at})"), remedy.clone()),
                (format!("The backup of {at} failed"), remedy),
            )
        }
        Alert::BackupLate { last } => match last.map(|at| voice.moment(at)) {
            Some(last) => voice.pick(
                (
                    format!("最後のバックアップは{last}です"),
                    "いまバックアップし、設定の「自動バックアップの時刻」を確かめてください。".to_owned(),
                ),
                (
                    format!("The last backup is of {last}"),
                    "Back up now, and look at when it is made by itself.".to_owned(),
                ),
            ),
            None => voice.pick(
                (
                    "バックアップがまだ一つもありません".to_owned(),
                    "いまバックアップし、設定の「自動バックアップの時刻」を確かめてください。".to_owned(),
                ),
                ("There is no backup yet".to_owned(), "Back up now, and look at when it is made by itself.".to_owned()),
            ),
        },
        Alert::WebhookSilent { host, since, error } => {
            let since = since.map(|at| voice.moment(at)).unwrap_or_default();
            voice.pick(
                (
                    format!("{host} への知らせが{since}から届いていません"),
                    format!("理由: {error}。.env の WEBHOOK_URL と、サーバーからの通信を確かめてください。届くまで送り直します(1日まで)。"),
                ),
                (
                    format!("Messages to {host} have not arrived since {since}"),
                    format!("Why: {error}. Check WEBHOOK_URL in .env and the server's network. They are sent again, for a day."),
                ),
            )
        }
        Alert::BackupDamaged { name } => voice.pick(
            (
                format!("バックアップ {name} が壊れています"),
                "もう一度バックアップしてください。また壊れるなら、保存先のディスクを確かめてください。".to_owned(),
            ),
            (
                format!("The backup {name} is damaged"),
                "Back up again. If that one is damaged too, check the disk it is on.".to_owned(),
            ),
        ),
    };
    Words { title, remedy }
}

/// What is wrong with a backup.
pub fn backup_problem(voice: Voice, problem: &BackupProblem) -> String {
    match problem {
        BackupProblem::Changed { file } => {
            voice.pick(format!("{file} が作成時と違います"), format!("{file} has changed since it was written"))
        }
        BackupProblem::Unreadable { file, error } => {
            let error = if error.is_empty() { String::new() } else { format!(" ({error})") };
            voice.pick(format!("{file} を読めません{error}"), format!("{file} cannot be read{error}"))
        }
        BackupProblem::Database { found } => {
            voice.pick(format!("データベースが壊れています ({found})"), format!("its database is damaged ({found})"))
        }
        BackupProblem::Newer { version } => voice.pick(
            format!("このプログラムより新しい版 ({version}) のバックアップです"),
            format!("it is of a newer version of this program ({version})"),
        ),
    }
}

/// Where something can be done about it, with the words of the way there.
pub fn door(voice: Voice, alert: &Alert) -> Option<(String, &'static str)> {
    Some(match alert {
        Alert::NodeLost { node, .. } | Alert::NodeDisk { node, .. } | Alert::NodeClock { node, .. } => {
            (format!("/nodes/{node}"), voice.pick("ノードを開く", "Open the node"))
        }
        Alert::Queue { .. } => ("/".to_owned(), voice.pick("ジョブを見る", "See the jobs")),
        Alert::Tokens { .. } => ("/licenses".to_owned(), voice.pick("ライセンスを見る", "See the licences")),
        Alert::BackupLate { .. } => {
            ("/admin/settings#setting-backup_schedule".to_owned(), voice.pick("設定を開く", "Open the setting"))
        }
        Alert::Database
        | Alert::DisksSilent
        | Alert::ServerDisk { .. }
        | Alert::Memory { .. }
        | Alert::BackupFailed { .. }
        | Alert::BackupDamaged { .. }
        | Alert::WebhookSilent { .. } => return None,
    })
}
