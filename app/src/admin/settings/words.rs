//! Words of the page.

use crate::i18n::sentence::plural;
use crate::i18n::{Locale, Text, text};

pub const SETTINGS: Text = text("設定", "Settings");
pub const LEAD: Text = text(
    "保存するとすぐに反映します。実行中のジョブは止まりません。",
    "In force as soon as you save. Running jobs are not stopped.",
);
pub const COULD_NOT_LOAD: Text = text("設定を読み込めませんでした", "The settings did not load");
pub const GROUPS: Text = text("設定の分類", "Groups of settings");
pub const SEARCH: Text = text("項目を探す", "Find a setting");
pub const NOT_FOUND: Text = text("この語を含む設定はありません。", "No setting has these words.");
pub const CHANGED: Text = text("変更あり", "Changed");
pub const INVALID: Text = text("要修正", "Correct it");
pub const UNDECIDED: Text = text("要選択", "Choose one");
pub const SAVED: Text = text("保存しました", "Saved");
pub const RENEWED: Text = text("更新されました", "Just changed");
pub const AS_DEFAULT: Text = text("初期値のまま", "Default, never changed");
pub const FROM_START: Text = text("導入時の値", "Set at installation");
pub const CHOOSE: Text = text(
    "保存する値を選んでください。選ぶまで、どの変更も保存されません。",
    "Choose the value to save. Until then no change is saved.",
);
pub const DISCARD: Text = text("変更を捨てる", "Discard changes");
pub const SAVE: Text = text("保存", "Save");
pub const ALL_SAVED: Text = text("変更はありません", "No changes");
pub const HISTORY: Text = text("履歴", "History");
pub const NO_HISTORY: Text = text("変更の記録はありません。", "No change is on record.");
pub const FAILED: Text = text("できませんでした", "That did not work");
pub const AUDIT: Text = text("監査ログ", "Audit log");

pub const EXPORT: Text = text("書き出す", "Export");
pub const IMPORT: Text = text("取り込む…", "Import…");
pub const IMPORT_TITLE: Text = text("設定を取り込む", "Import settings");
pub const IMPORT_LEAD: Text = text(
    "書き出した TOML を選ぶか、貼り付けてください。書かれていない設定は変わりません。保存の前に、変わるものを確認できます。",
    "Choose an exported TOML file or paste one. Settings it does not name stay as they are. You see what would change before anything is saved.",
);
pub const FILE: Text = text("ファイル", "File");
pub const TEXT: Text = text("内容", "Text");
pub const PREVIEW: Text = text("確認する", "Check");
pub const CLOSE: Text = text("やめる", "Cancel");
pub const PREVIEW_TITLE: Text = text("変わる設定", "What would change");
pub const NOTHING_CHANGES: Text = text("いまの設定と同じです。", "It is the same as the settings now.");
pub const SETTING: Text = text("設定", "Setting");
pub const NOW: Text = text("いまの値", "Now");
pub const THEN: Text = text("取り込む値", "From the file");
pub const IMPORTED: Text = text("設定を取り込みました", "Settings imported");

/// What the foot counts.
pub fn changes(locale: Locale, n: usize) -> String {
    locale.pick(format!("変更 {n}件"), format!("{n} {}", plural(n as u64, "change", "changes")))
}

/// What keeps the changes from being saved.
pub fn blocked(locale: Locale, invalid: usize, undecided: usize) -> Option<String> {
    Some(match (invalid, undecided) {
        (0, 0) => return None,
        (n, 0) => locale.pick(format!("修正が必要 {n}件"), format!("{n} to correct")),
        (0, n) => locale.pick(format!("値の選択が必要 {n}件"), format!("{n} to choose")),
        (a, b) => {
            locale.pick(format!("修正が必要 {a}件・値の選択が必要 {b}件"), format!("{a} to correct, {b} to choose"))
        }
    })
}

/// The button that gives up what was typed.
pub fn take_theirs(locale: Locale, name: Option<&str>, value: &str) -> String {
    match name {
        Some(name) => locale.pick(format!("{name}さんの {value} を使う"), format!("Use {value} of {name}")),
        None => locale.pick(format!("いまの値 {value} を使う"), format!("Use {value}")),
    }
}

/// The button that saves what was typed all the same.
pub fn keep_mine(locale: Locale, value: &str) -> String {
    locale.pick(format!("自分の {value} にする"), format!("Keep my {value}"))
}

/// The button of a line of the history.
pub fn undo(locale: Locale, value: &str) -> String {
    locale.pick(format!("{value} に戻す"), format!("Set back to {value}"))
}

/// The button that saves what a file wants.
pub fn import(locale: Locale, n: usize) -> String {
    locale.pick(format!("{n}件を保存する"), format!("Save {n} {}", plural(n as u64, "change", "changes")))
}
