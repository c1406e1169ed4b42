//! Words of the page.

use crate::clock::Clock;
use crate::i18n::sentence::Voice;
use crate::i18n::{Text, text};
use domain::Timestamp;
use domain::log::LogLevel;

pub const LOGS: Text = text("サーバーのログ", "Server log");
pub const LEAD: Text = text(
    "サーバーが書き残した記録です。新しいものほど下にあります。",
    "What the server has written down; the newest is at the bottom.",
);
pub const OPERATIONS: Text = text("運用", "Operations");
pub const COULD_NOT_LOAD: Text = text("ログを読み込めませんでした", "The log did not load");
pub const LEVEL: Text = text("重要度", "Level");
pub const ANY_LEVEL: Text = text("すべて", "All");
pub const WARNINGS: Text = text("警告とエラー", "Warnings and errors");
pub const ERRORS: Text = text("エラーだけ", "Errors only");
pub const SEARCH: Text = text("文字", "Text");
pub const SEARCH_HINT: Text = text("例: job=12、node-01、backup", "job=12, node-01, backup");
pub const REQUEST: Text = text("リクエストID", "Request id");
pub const REQUEST_HINT: Text = text(
    "画面や API の応答にある X-Request-Id。記録の ID を押しても絞り込めます",
    "X-Request-Id of an answer; or press the id of a record",
);
pub const APPLY: Text = text("絞り込む", "Apply");
pub const CLEAR: Text = text("絞り込みを解除", "Clear filters");
pub const NOTHING: Text = text("当てはまる記録はありません", "No record fits");
pub const NOTHING_TEXT: Text = text("条件を減らすと見つかるかもしれません。", "Fewer filters may find something.");
pub const EMPTY: Text = text("まだ記録がありません", "Nothing is written down yet");
pub const EMPTY_TEXT: Text = text(
    "記録はサーバーが動くと増えます。LOG_LEVEL で詳しさを変えられます。",
    "Records come as the server works; LOG_LEVEL says how many.",
);
pub const OLDER: Text = text("古い記録を読む", "Read older ones");
pub const FURTHER: Text = text("さらに前を探す", "Search further back");
pub const BEGINNING: Text = text("ここが残っている最初の記録です", "The oldest record that is kept");
pub const NEWEST: Text = text("最新の記録へ", "To the newest");
pub const FOLLOW: Text = text("追従する", "Follow");
pub const FOLLOWING: Text = text("追従中", "Following");
pub const CUT: Text = text("長いので途中までです", "Too long to be shown whole");
pub const ONLY_THIS: Text = text("このリクエストの記録だけを見る", "Only records of this request");
pub const BUNDLE: Text = text("サポート用ファイル", "Support bundle");
pub const BUNDLE_TEXT: Text = text(
    "サポート用ファイルは、版、診断、健康状態、設定、ノード、バックアップの一覧、ログの終わりを1つの .zip にしたものです。パスワード、鍵、トークンなどは取り除かれます。渡す前に中を確かめてください。",
    "The support bundle is one .zip of version, doctor's report, health, settings, nodes, a list of backups and the end of the logs. Passwords, keys, tokens and the like are taken out. Look through it before you hand it on.",
);

/// How much a record matters.
pub fn level(level: LogLevel) -> Text {
    match level {
        LogLevel::Trace => text("トレース", "Trace"),
        LogLevel::Debug => text("デバッグ", "Debug"),
        LogLevel::Info => text("情報", "Info"),
        LogLevel::Warn => text("警告", "Warning"),
        LogLevel::Error => text("エラー", "Error"),
    }
}

/// `13:42:08` today, with its date on other days.
pub fn time(clock: Clock, voice: Voice, at: Timestamp) -> String {
    if voice.is_today(at) { clock.second(at) } else { voice.stamp(at) }
}

/// Nothing was found in a part of the log.
pub fn looked_back_to(voice: Voice, at: Timestamp) -> String {
    voice.pick(
        format!("{} まで探しましたが、見つかっていません。", voice.stamp(at)),
        format!("Nothing found back to {}.", voice.stamp(at)),
    )
}
