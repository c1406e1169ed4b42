//! Words of the frame.

use crate::i18n::{Text, text};

pub const SKIP: Text = text("本文へ移動", "Skip to content");
pub const PLACES: Text = text("主な画面", "Places");
pub const JOBS: Text = text("ジョブ", "Jobs");
pub const NODES: Text = text("ノード", "Nodes");
pub const LICENSES: Text = text("ライセンス", "Licences");
pub const CLEANUP: Text = text("片付け", "Clean-up");
pub const HELP: Text = text("ヘルプ", "Help");
pub const ACCOUNT: Text = text("アカウント", "Account");
pub const ADMINISTER: Text = text("管理", "Administration");
pub const ADMINISTER_SHORT: Text = text("管理", "Admin");
pub const SETTINGS: Text = text("設定", "Settings");
pub const OPEN_OPERATIONS: Text = text("運用を開く", "Open operations");
pub const OPERATIONS: Text = text("運用", "Operations");
pub const LOGS: Text = text("サーバーのログ", "Server log");
pub const AUDIT: Text = text("監査ログ", "Audit log");
pub const USERS: Text = text("ユーザー", "Users");
pub const START: Text = text("はじめの設定", "First steps");
pub const NEW_JOB: Text = text("ジョブを投入", "New job");
pub const NEW_JOB_SHORT: Text = text("投入", "New");
pub const LET_GO: Text = text("放すと、ジョブを投入する画面で確認します", "Let go to check them as a new job");
pub const LIVE: Text = text("ライブ更新中", "Live");
pub const OPENING: Text = text("接続しています", "Connecting");
pub const SEARCH: Text = text("検索", "Search");
pub const SEARCH_HINT: Text = text("ジョブ・利用者・番号", "Jobs, people, numbers");
pub const LANGUAGE: Text = text("言語", "Language");
pub const THEME: Text = text("明るい表示と暗い表示を切り替える", "Switch light and dark");
pub const STUDENT: Text = text("学生", "Student");
pub const FACULTY: Text = text("教員", "Faculty");
pub const ADMIN: Text = text("管理者", "Admin");
pub const NOT_FOUND: Text = text("このページはありません", "No such page");
pub const NOT_FOUND_TEXT: Text = text(
    "アドレスが違うか、ここにあったものが削除されています。",
    "The address is wrong, or what was here has been deleted.",
);
pub const NOT_LOADED: Text = text("この画面を読み込めませんでした", "This page could not be loaded");
pub const NOT_LOADED_TEXT: Text = text(
    "ネットワークを確認してから、読み込み直してください。ジョブは続いています。",
    "Check the network, then load it again. Jobs go on.",
);
pub const LOAD_AGAIN: Text = text("読み込み直す", "Load again");
#[cfg(feature = "hydrate")]
pub const STOPPED: Text = text(
    "画面のプログラムが止まりました。読み込み直してください。ジョブは続いています。",
    "The page's program has stopped. Load it again. Jobs go on.",
);
pub const TO_JOBS: Text = text("ジョブの一覧へ", "To the jobs");
pub const HERE: Text = text("現在の場所", "You are here");

pub const KEYS: Text = text("キー一覧", "All keys");
pub const CLOSE: Text = text("閉じる", "Close");
pub const KEY_SEARCH: Text = text("検索", "search");
pub const KEY_NEW: Text = text("ジョブを投入", "new job");
pub const KEY_JOBS: Text = text("ジョブの一覧", "jobs");
pub const KEY_NODES: Text = text("ノード", "nodes");
pub const KEY_LICENSES: Text = text("ライセンス", "licences");
pub const KEY_SETTINGS: Text = text("設定 (管理者)", "settings (admins)");
pub const KEY_ROWS: Text = text("次の行・前の行", "next, previous row");
pub const KEY_OPEN: Text = text("開く", "open");
pub const KEY_SELECT: Text = text("行を選択", "select row");
pub const KEY_RANGE: Text = text("ここまで選択", "select to here");
pub const KEY_HOLD: Text = text("保留・再開", "hold, release");
pub const KEY_PRIORITY: Text = text("優先度", "priority");
pub const KEY_STOP: Text = text("中止…", "stop…");
pub const KEY_RESUBMIT: Text = text("再投入 (ジョブの画面)", "resubmit (on a job's page)");
pub const KEY_ERROR: Text = text("ログの最後のエラー", "last error in the log");
pub const KEY_FOLLOW: Text = text("ログに追従", "follow the log");
pub const KEY_SEND: Text = text("投入・保存", "submit, save");
pub const KEY_ESCAPE: Text = text("閉じる・選択を解除", "close, clear selection");
pub const KEY_THIS: Text = text("この一覧", "this list");
