//! Words of the list.

use crate::i18n::{Text, text};

pub const JOBS: Text = text("ジョブ", "Jobs");
pub const LIST: Text = text("ジョブ一覧", "List of jobs");
pub const STRIP: Text = text("ライセンスとノード", "Licence and nodes");
pub const TOKENS: Text = text("ライセンストークン", "Licence tokens");
pub const FREE: Text = text("空き", "Free");
pub const OURS: Text = text("実行中のジョブ", "Our jobs");
pub const OUTSIDE: Text = text("外部", "Outside");
pub const RESERVED: Text = text("予約", "Reserved");
pub const CORES: Text = text("コア", "Cores");
pub const DRAINED: Text = text("受付停止", "Drained");
pub const DISABLED: Text = text("停止中", "Switched off");
pub const NO_CONTACT: Text = text("連絡なし", "No contact");
pub const NO_NODES: Text =
    text("ノードがまだありません。管理者が加えると始められます。", "No nodes yet. An admin adds them.");

pub const FILTERS: Text = text("絞り込み", "Filters");
pub const TODAY: Text = text("今日", "Today");
pub const ACTIVE: Text = text("進行中", "Active");
pub const MINE: Text = text("自分", "Mine");
pub const TROUBLED: Text = text("失敗・不明", "Needs a look");
pub const ALL: Text = text("すべて", "All");
pub const APPLY: Text = text("絞り込む", "Apply");
pub const CLEAR_FILTERS: Text = text("絞り込みを解除", "Clear filters");
pub const SEARCH: Text = text("検索", "Search");

pub const STATUS: Text = text("状態", "Status");
pub const JOB: Text = text("ジョブ", "Job");
pub const OWNER: Text = text("利用者", "Owner");
pub const NODE: Text = text("ノード", "Node");
pub const CPUS_TOKENS: Text = text("CPU / トークン", "CPUs / tokens");
pub const PRIORITY: Text = text("優先度", "Priority");
pub const PROGRESS: Text = text("進み具合・待つ理由", "Progress or reason");
pub const AGE: Text = text("経過", "Age");
pub const ACTIONS: Text = text("操作", "Actions");
pub const SELECT_ALL: Text = text("すべて選択", "Select all");
pub const MY_JOBS: Text = text("自分のジョブ", "My jobs");
pub const OTHERS: Text = text("ほかの人のジョブ", "Everyone else");
pub const SPARK: Text = text("増分の大きさの推移", "Sizes of the last increments");

pub const RE_SORT: Text = text("並び順を更新", "Update the order");
pub const PREVIOUS: Text = text("前へ", "Previous");
pub const NEXT: Text = text("次へ", "Next");
pub const PAGES: Text = text("ページ", "Pages");
pub const AGE_NOTE: Text = text(
    "経過は、終わる前は投入から「時:分」、終わったあとは終了からの時間です。",
    "Age is h:mm since submission, and once ended how long ago that was.",
);
pub const KEY_MOVE: Text = text("移動", "move");
pub const KEY_SELECT: Text = text("選択", "select");
pub const KEY_OPEN: Text = text("開く", "open");
pub const KEY_ALL: Text = text("キー一覧", "all keys");

pub const HOLD: Text = text("保留", "Hold");
pub const RELEASE: Text = text("再開", "Release");
pub const STOP: Text = text("中止…", "Stop…");
pub const CHANGE_PRIORITY: Text = text("優先度…", "Priority…");
pub const OPEN: Text = text("開く", "Open");
pub const CLEAR_SELECTION: Text = text("選択を解除", "Clear selection");
pub const GO_ON: Text = text("やめておく", "Keep it");
pub const DO_STOP: Text = text("中止する", "Stop");

pub const NOT_YOURS: Text = text("ほかの人のジョブは変えられません", "Other people's jobs cannot be changed");
pub const NOT_WAITING: Text = text("保留にできるのは待機中のジョブです", "Only waiting jobs can be held");
pub const NOT_HELD: Text = text("再開できるのは保留のジョブです", "Only held jobs can be released");
pub const NOT_QUEUED: Text =
    text("優先度を変えられるのは待機中と保留のジョブです", "Only waiting and held jobs have a place in the queue");
pub const ENDED: Text = text("終わったジョブは中止できません", "Ended jobs cannot be stopped");
pub const STOPPING: Text = text("すでに中止しています", "It is being stopped already");

pub const COULD_NOT_LOAD: Text = text("一覧を読み込めませんでした", "The list did not load");
pub const NO_JOBS: Text = text("まだジョブがありません", "No jobs yet");
pub const NO_JOBS_TEXT: Text =
    text(".inp を投入の画面にドロップすると始められます。", "Drop an .inp on the New job page to begin.");
pub const NEW_JOB: Text = text("ジョブを投入", "New job");
pub const NONE_HERE: Text = text("この絞り込みに当てはまるジョブはありません", "No job matches these filters");
pub const NONE_HERE_TEXT: Text = text("ほかのジョブはあります。", "There are other jobs.");
pub const SEARCH_EVERYWHERE: Text = text("すべてのジョブから探す", "Search all jobs");
pub const SHOW_ALL: Text = text("すべてのジョブを見る", "Show all jobs");
pub const SET_UP: Text = text("はじめの設定へ", "Set up the lab");
