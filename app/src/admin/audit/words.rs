//! Words of the page.

use super::api::MOST_ROWS;
use crate::i18n::sentence::count;
use crate::i18n::{Locale, Text, text};

pub const AUDIT: Text = text("監査ログ", "Audit log");
pub const LEAD: Text = text(
    "人による変更がすべて残ります。あとから書き換えることはできません。",
    "Every change by a person, never altered afterwards.",
);
pub const COULD_NOT_LOAD: Text = text("監査ログを読み込めませんでした", "The audit log did not load");
pub const WHO: Text = text("誰が", "Who");
pub const ANYBODY: Text = text("すべての人", "Anybody");
pub const WHAT: Text = text("何を", "What");
pub const ANYTHING: Text = text("すべての操作", "Anything");
pub const SUBJECT: Text = text("対象", "Subject");
pub const SUBJECT_HINT: Text = text("例: job 12、setting、node-01", "job 12, setting, node-01");
pub const FROM: Text = text("開始日", "From");
pub const TO: Text = text("終了日", "To");
pub const APPLY: Text = text("絞り込む", "Apply");
pub const CLEAR: Text = text("絞り込みを解除", "Clear filters");
pub const WHEN: Text = text("日時", "When");
pub const CHANGE: Text = text("前 → 後", "Before → after");
pub const WHENCE: Text = text("どこから", "From where");
pub const NOTHING: Text = text("記録はありません", "Nothing on record");
pub const NOTHING_TEXT: Text = text("条件を減らすと見つかるかもしれません。", "Fewer filters may find something.");
pub const ALL_FIELDS: Text = text("すべての項目", "All fields");
pub const BEFORE: Text = text("前", "Before");
pub const AFTER: Text = text("後", "After");
pub const OLDER: Text = text("古い記録へ", "Older");
pub const NEWEST: Text = text("最新の記録へ", "Newest");
pub const PAGES: Text = text("ページ", "Pages");
pub const EXPORT: Text = text("CSV で書き出す", "Export as CSV");
pub const FAILED: Text = text("できませんでした", "That did not work");
pub const EXPORTED: Text = text("CSV を書き出しました", "Exported as CSV");

/// What a file holds at most.
pub fn bound(locale: Locale) -> String {
    let most = count(MOST_ROWS as u64);
    locale.pick(
        format!("絞り込んだ記録を、新しい順に{most}件まで書き出します"),
        format!("The filtered entries, newest first, up to {most}"),
    )
}

/// How many rows a file got.
pub fn exported(locale: Locale, rows: usize, is_cut: bool) -> String {
    let rows = count(rows as u64);
    if is_cut {
        return locale.pick(
            format!("新しい順に{rows}件です。それより古い記録は、終了日で絞り込むと書き出せます。"),
            format!("The newest {rows}. Older ones can be exported with an end date."),
        );
    }
    locale.pick(format!("{rows}件です。"), format!("Rows: {rows}."))
}
