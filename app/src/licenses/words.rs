//! Words of the page.

use crate::i18n::{Text, text};

pub const LICENSES: Text = text("ライセンス", "Licences");
pub const COULD_NOT_LOAD: Text = text("ライセンスの状況を読み込めませんでした", "The licences did not load");
pub const POOL: Text = text("トークンの内訳", "The tokens");
pub const USABLE: Text = text("いま使えるトークン", "Tokens free now");
pub const OURS: Text = text("実行中のジョブ", "Our jobs");
pub const OUTSIDE: Text = text("外部", "Outside");
pub const RESERVED: Text = text("予約", "Reserved");
pub const FREE: Text = text("空き", "Free");

pub const HOLDERS: Text = text("使っているもの", "Who holds tokens");
pub const SOURCE: Text = text("使用元", "Held by");
pub const OWNER: Text = text("利用者", "Owner");
pub const PLACE: Text = text("場所", "Where");
pub const SINCE: Text = text("開始", "Since");
pub const PROGRESS: Text = text("進み", "Progress");
pub const TOKENS: Text = text("トークン", "Tokens");
pub const BACK: Text = text("返却", "Back at");
pub const UNKNOWN: Text = text("不明", "unknown");
pub const NOBODY: Text = text("いまトークンを使っているものはありません。", "Nobody holds tokens now.");
pub const OUTSIDE_ROW: Text = text("このシステムの外", "Outside this system");

pub const WAITING: Text = text("トークンを待っているジョブ", "Jobs that wait for tokens");
pub const JOB: Text = text("ジョブ", "Job");
pub const REASON: Text = text("待っている理由", "Why it waits");
pub const NOBODY_WAITS: Text = text("トークンを使うジョブは待っていません。", "No job that takes tokens is waiting.");

pub const RULE: Text = text("CPU とトークン", "CPUs and tokens");
pub const CPUS: Text = text("CPU", "CPUs");
pub const COULD_START: Text = text("いま開始できる数", "Could start now");
pub const RULE_NOTE: Text = text(
    "契約に合わせて管理者が変更できます。CalculiX はトークンを使いません。",
    "An admin fits this to the contract. CalculiX takes no tokens.",
);

pub const SERVER: Text = text("ライセンスサーバーの報告", "The licence server's report");
pub const NOT_ASKED: Text = text(
    "ライセンスサーバーには尋ねていません。管理者が「ライセンスサーバーの種類」と「ライセンスサーバーに尋ねるノード」を設定すると、外部で使われている数もここに出ます。",
    "The licence server is not asked. Once an admin sets its kind and the node that asks it, tokens used elsewhere are shown here too.",
);
pub const NOT_YET: Text = text("まだ答えがありません。届くと表示します。", "No answer yet. It is shown once it comes.");
pub const QUEUE: Text = text("サーバーで順番を待っているもの", "Queued at the licence server");
pub const HOST: Text = text("機械", "Machine");
pub const NO_HOLDER: Text = text("使っている人はいません。", "Nobody holds any.");

pub const RESERVATIONS: Text = text("予約", "Reservations");
pub const PURPOSE: Text = text("目的", "Purpose");
pub const CORES: Text = text("コア", "Cores");
pub const NONE: Text = text(
    "予約はありません。CAE の演習など、このシステムの外で使うトークンやコアをここで確保できます。",
    "No reservations. Tokens and cores for work outside this system, a CAE class perhaps, can be kept here.",
);
pub const END: Text = text("終了…", "End…");
pub const MAKE: Text = text("予約する", "Reserve");
pub const NEW: Text = text("新しい予約", "New reservation");
pub const HOURS: Text = text("時間", "Hours");
pub const NODE: Text = text("コアのノード", "Node of the cores");
pub const NO_NODE: Text = text("なし", "None");
pub const NUMBER: Text = text("整数を入力してください。", "Enter a whole number.");
pub const MADE: Text = text("予約しました", "Reserved");
pub const ENDED: Text = text("予約を終了しました", "The reservation is over");
pub const KEEP: Text = text("終了しない", "Keep it");
pub const DO_END: Text = text("終了する", "End it");
pub const FAILED: Text = text("できませんでした", "That did not work");
