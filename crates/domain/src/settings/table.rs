//! The table of all settings, in the order and the groups of the settings page.

use super::value::{Kind, Value};
use super::{ExternalTokens, LicenseReportKind, Settings};
use crate::{NodeId, Seconds, Tokens};

/// One key of `system_config`.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The key.
    pub key: &'static str,
    /// Where the page shows it.
    pub group: Group,
    /// What a value may be.
    pub kind: Kind,
    /// What it counts.
    pub unit: Unit,
    /// Its value until somebody changes it, as stored.
    pub default: &'static str,
    /// What people read in Japanese; `about` is also the row's `description`.
    pub ja: Words,
    /// What people read in English.
    pub en: Words,
    pub(super) get: fn(&Settings) -> Value,
    pub(super) put: fn(&mut Settings, &Value),
}

/// Title and meaning in one language.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// The field's label.
    pub title: &'static str,
    /// What it does, in one or two sentences.
    pub about: &'static str,
}

/// A heading of the settings page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// Licence.
    License,
    /// Queue.
    Queue,
    /// Running and watching.
    Running,
    /// Uploads.
    Uploads,
    /// People and how they come in.
    People,
    /// Backups.
    Backups,
    /// What goes away by itself.
    Cleanup,
    /// When somebody is to be told.
    Alerts,
}

impl Group {
    /// All, in the page's order.
    pub const ALL: [Group; 8] = [
        Group::License,
        Group::Queue,
        Group::Running,
        Group::Uploads,
        Group::People,
        Group::Backups,
        Group::Cleanup,
        Group::Alerts,
    ];
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Nothing.
    None,
    /// Licence tokens.
    Tokens,
    /// Jobs.
    Jobs,
    /// Times.
    Times,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days.
    Days,
    /// Backups.
    Backups,
    /// Hundredths of the whole.
    Percent,
    /// 1024 × 1024 bytes.
    Megabytes,
}

impl Setting {
    /// The one with this key.
    pub fn find(key: &str) -> Option<&'static Setting> {
        SETTINGS.iter().find(|setting| setting.key == key)
    }
}

const MIB: u64 = 1024 * 1024;
/// Seconds.
const DAY: u64 = 24 * 3_600;

fn minutes(span: Seconds) -> Value {
    Value::Whole(span.0 / 60)
}

fn of_minutes(value: &Value) -> Seconds {
    Seconds(value.whole() * 60)
}

fn days_or_none(span: Option<Seconds>) -> Value {
    Value::of_limit(span.map(|span| u32::try_from(span.0 / DAY).unwrap_or(u32::MAX)))
}

fn of_days_or_none(value: &Value) -> Option<Seconds> {
    value.small_or_none().map(|days| Seconds(u64::from(days) * DAY))
}

/// All settings.
pub static SETTINGS: [Setting; 40] = [
    Setting {
        key: "total_license_tokens",
        group: Group::License,
        kind: Kind::Whole { min: 1, max: 10_000 },
        unit: Unit::Tokens,
        default: "50",
        ja: Words {
            title: "トークンの総数",
            about: "システム全体で利用可能なAbaqusライセンストークン数です。契約書の数を入れます。",
        },
        en: Words {
            title: "Total tokens",
            about: "Abaqus licence tokens the whole lab may use at once: the number in the contract.",
        },
        get: |s| Value::Whole(u64::from(s.total_license_tokens.0)),
        put: |s, v| s.total_license_tokens = Tokens(v.small()),
    },
    Setting {
        key: "token_coefficient",
        group: Group::License,
        kind: Kind::Decimal { min: 0.1, max: 100.0 },
        unit: Unit::None,
        default: "5",
        ja: Words {
            title: "トークンの計算式の係数 a", about: "1つのジョブのトークン数は floor(a × CPU^b) です。"
        },
        en: Words { title: "Token formula, a", about: "A job takes floor(a × CPUs^b) tokens." },
        get: |s| Value::Decimal(s.token_rule.factor),
        put: |s, v| {
            if let Value::Decimal(number) = v {
                s.token_rule.factor = *number;
            }
        },
    },
    Setting {
        key: "token_exponent",
        group: Group::License,
        kind: Kind::Decimal { min: 0.0, max: 2.0 },
        unit: Unit::None,
        default: "0.422",
        ja: Words {
            title: "トークンの計算式の指数 b", about: "1つのジョブのトークン数は floor(a × CPU^b) です。"
        },
        en: Words { title: "Token formula, b", about: "A job takes floor(a × CPUs^b) tokens." },
        get: |s| Value::Decimal(s.token_rule.exponent),
        put: |s, v| {
            if let Value::Decimal(number) = v {
                s.token_rule.exponent = *number;
            }
        },
    },
    Setting {
        key: "token_table",
        group: Group::License,
        kind: Kind::Table { max: 10_000 },
        unit: Unit::Tokens,
        default: "",
        ja: Words {
            title: "トークン数の表",
            about: "契約が計算式に合わないとき、2・4・8 CPU のトークン数を入れます。空なら計算式を使います。",
        },
        en: Words {
            title: "Token table",
            about: "Where the contract does not follow the formula: the tokens for 2, 4 and 8 CPUs. Empty: the formula.",
        },
        get: |s| s.token_rule.table.map_or(Value::None, |table| Value::Three(table.map(|tokens| u64::from(tokens.0)))),
        put: |s, v| {
            s.token_rule.table = match v {
                Value::Three(table) => Some(table.map(|number| Tokens(u32::try_from(number).unwrap_or(u32::MAX)))),
                _ => None,
            }
        },
    },
    Setting {
        key: "external_tokens_policy",
        group: Group::License,
        kind: Kind::Choice { words: &["subtract", "ignore"] },
        unit: Unit::None,
        default: "subtract",
        ja: Words {
            title: "外部で使われるトークン",
            about: "Abaqus/CAE など、このシステムの外で使われている数を空きから引くか、引かずに表示だけするかを選びます。",
        },
        en: Words {
            title: "Tokens used outside",
            about: "Whether tokens in use outside this system (Abaqus/CAE and others) are subtracted from what is free, or only shown.",
        },
        get: |s| Value::Word(s.external_tokens.as_str()),
        put: |s, v| {
            s.external_tokens =
                if *v == Value::Word("ignore") { ExternalTokens::Ignore } else { ExternalTokens::Subtract };
        },
    },
    Setting {
        key: "license_report_max_age",
        group: Group::License,
        kind: Kind::Whole { min: 1, max: 1_440 },
        unit: Unit::Minutes,
        default: "5",
        ja: Words {
            title: "ライセンスサーバーの報告の有効時間",
            about: "これより古い報告はないものとして扱い、画面でもそう伝えます。",
        },
        en: Words {
            title: "Licence report counts for",
            about: "An older report of the licence server counts as none, and the pages say so.",
        },
        get: |s| minutes(s.license_report_max_age),
        put: |s, v| s.license_report_max_age = of_minutes(v),
    },
    Setting {
        key: "license_report_kind",
        group: Group::License,
        kind: Kind::Choice { words: &["off", "flexnet", "dsls"] },
        unit: Unit::None,
        default: "off",
        ja: Words {
            title: "ライセンスサーバーの種類",
            about: "使用状況を尋ねるライセンスサーバーです(flexnet か dsls)。off なら尋ねません。",
        },
        en: Words {
            title: "Kind of licence server",
            about: "Which kind of licence server is asked for its usage (flexnet or dsls); off asks none.",
        },
        get: |s| Value::Word(s.license_report.as_str()),
        put: |s, v| {
            let kind = LicenseReportKind::ALL.into_iter().find(|kind| *v == Value::Word(kind.as_str()));
            s.license_report = kind.unwrap_or_default();
        },
    },
    Setting {
        key: "license_report_node",
        group: Group::License,
        kind: Kind::NodeOrNone,
        unit: Unit::None,
        default: "",
        ja: Words {
            title: "ライセンスサーバーに尋ねるノード",
            about: "このノードの Abaqus のコマンドで使用状況を尋ねます。空なら尋ねません。",
        },
        en: Words {
            title: "Node that asks the licence server",
            about: "The Abaqus command of this node asks for the usage. Empty: nobody asks.",
        },
        get: |s| s.license_report_node.as_ref().map_or(Value::None, |node| Value::Text(node.to_string())),
        put: |s, v| {
            s.license_report_node = match v {
                Value::Text(text) => NodeId::parse(text).ok(),
                _ => None,
            }
        },
    },
    Setting {
        key: "license_report_interval_seconds",
        group: Group::License,
        kind: Kind::Whole { min: 1, max: 3_600 },
        unit: Unit::Seconds,
        default: "60",
        ja: Words {
            title: "ライセンスサーバーに尋ねる間隔", about: "前の答えから次に尋ねるまでの時間です。"
        },
        en: Words {
            title: "Licence report interval",
            about: "From one answer of the licence server to the next question.",
        },
        get: |s| Value::Whole(s.license_report_interval.0),
        put: |s, v| s.license_report_interval = Seconds(v.whole()),
    },
    Setting {
        key: "license_feature",
        group: Group::License,
        kind: Kind::Word,
        unit: Unit::None,
        default: "abaqus",
        ja: Words {
            title: "トークンの機能名",
            about: "ライセンスサーバーの報告の中で、トークンを表す機能(feature)の名前です。",
        },
        en: Words { title: "Feature of the tokens", about: "What the licence server's report calls the tokens." },
        get: |s| Value::Text(s.license_feature.clone()),
        put: |s, v| {
            if let Value::Text(text) = v {
                s.license_feature.clone_from(text);
            }
        },
    },
    Setting {
        key: "reservation_max_hours",
        group: Group::License,
        kind: Kind::Whole { min: 1, max: 720 },
        unit: Unit::Hours,
        default: "24",
        ja: Words {
            title: "予約の最長時間", about: "トークンやコアの予約は、この時間より長くはできません。"
        },
        en: Words { title: "Longest reservation", about: "Tokens and cores cannot be reserved for longer." },
        get: |s| Value::Whole(s.reservation_longest.0 / 3_600),
        put: |s, v| s.reservation_longest = Seconds(v.whole() * 3_600),
    },
    Setting {
        key: "backfill_patience",
        group: Group::Queue,
        kind: Kind::Whole { min: 0, max: 1_440 },
        unit: Unit::Minutes,
        default: "15",
        ja: Words {
            title: "先頭のジョブを待たせる上限",
            about: "先頭のジョブがこの時間より長く待つと、空いたトークンとコアをそのジョブのために取っておきます。",
        },
        en: Words {
            title: "Patience of the first in the queue",
            about: "When the first job has waited longer, tokens and cores that become free are kept for it.",
        },
        get: |s| minutes(s.backfill_patience),
        put: |s, v| s.backfill_patience = of_minutes(v),
    },
    Setting {
        key: "user_max_running_jobs",
        group: Group::Queue,
        kind: Kind::WholeOrNone { min: 1, max: 10_000 },
        unit: Unit::Jobs,
        default: "",
        ja: Words {
            title: "1人が同時に実行できるジョブ",
            about: "ユーザーごとの上限がない人に使います。空なら上限なしです。",
        },
        en: Words {
            title: "Running jobs per person",
            about: "For people without a limit of their own. Empty: no limit.",
        },
        get: |s| Value::of_limit(s.user_max_running_jobs),
        put: |s, v| s.user_max_running_jobs = v.small_or_none(),
    },
    Setting {
        key: "user_max_tokens",
        group: Group::Queue,
        kind: Kind::WholeOrNone { min: 1, max: 10_000 },
        unit: Unit::Tokens,
        default: "",
        ja: Words {
            title: "1人が同時に使えるトークン",
            about: "ユーザーごとの上限がない人に使います。空なら上限なしです。",
        },
        en: Words { title: "Tokens per person", about: "For people without a limit of their own. Empty: no limit." },
        get: |s| Value::of_limit(s.user_max_tokens.map(|tokens| tokens.0)),
        put: |s, v| s.user_max_tokens = v.small_or_none().map(Tokens),
    },
    Setting {
        key: "infrastructure_tries",
        group: Group::Queue,
        kind: Kind::Whole { min: 1, max: 20 },
        unit: Unit::Times,
        default: "3",
        ja: Words {
            title: "開始を試みる回数",
            about: "接続や転送の失敗で開始できないとき、この回数で失敗とします。ソルバーのエラーは再試行しません。",
        },
        en: Words {
            title: "Tries to start",
            about: "A job whose start fails so often for reasons of connection or transfer has failed. Solver errors are never retried.",
        },
        get: |s| Value::Whole(u64::from(s.infrastructure_tries)),
        put: |s, v| s.infrastructure_tries = v.small(),
    },
    Setting {
        key: "retry_pause_seconds",
        group: Group::Queue,
        kind: Kind::Whole { min: 1, max: 3_600 },
        unit: Unit::Seconds,
        default: "5",
        ja: Words {
            title: "再試行までの間隔", about: "開始に失敗したあとの間隔です。失敗のたびに倍になります。"
        },
        en: Words { title: "Pause before another try", about: "After a start that failed; doubles with each failure." },
        get: |s| Value::Whole(s.retry_pause.0),
        put: |s, v| s.retry_pause = Seconds(v.whole()),
    },
    Setting {
        key: "poll_interval_seconds",
        group: Group::Running,
        kind: Kind::Whole { min: 1, max: 60 },
        unit: Unit::Seconds,
        default: "2",
        ja: Words {
            title: "状態を調べる間隔",
            about: "実行中のノードに状態を尋ねる間隔です。短いほど画面が早く変わり、ノードの負荷が増えます。",
        },
        en: Words {
            title: "Poll interval",
            about: "How often a node with running jobs is asked. Shorter: screens change sooner, nodes work more.",
        },
        get: |s| Value::Whole(s.poll_interval.0),
        put: |s, v| s.poll_interval = Seconds(v.whole()),
    },
    Setting {
        key: "stop_grace_seconds",
        group: Group::Running,
        kind: Kind::Whole { min: 1, max: 3_600 },
        unit: Unit::Seconds,
        default: "30",
        ja: Words {
            title: "取り消しの猶予",
            about: "取り消したソルバーが自分で終わるのを待つ時間です。過ぎたら強制終了します。",
        },
        en: Words {
            title: "Grace after a cancel",
            about: "How long a cancelled solver may take to end by itself before it is killed.",
        },
        get: |s| Value::Whole(s.stop_grace.0),
        put: |s, v| s.stop_grace = Seconds(v.whole()),
    },
    Setting {
        key: "license_wait_minutes",
        group: Group::License,
        kind: Kind::Whole { min: 0, max: 10_080 },
        unit: Unit::Minutes,
        default: "0",
        ja: Words {
            title: "ライセンスサーバーで待つ時間",
            about: "始まった Abaqus がライセンスサーバーの順番を待つ時間の上限です。過ぎるとジョブは失敗します。0 は上限なし。",
        },
        en: Words {
            title: "Wait at the licence server",
            about: "How long an Abaqus that has started may queue at the licence server before the job fails. 0 is for ever.",
        },
        get: |s| Value::Whole(s.license_wait_minutes),
        put: |s, v| s.license_wait_minutes = v.whole(),
    },
    Setting {
        key: "keep_run_folder_on_failure",
        group: Group::Running,
        kind: Kind::Flag,
        unit: Unit::None,
        default: "true",
        ja: Words {
            title: "失敗したジョブの作業フォルダーを残す",
            about: "原因を調べるため、ノード上のファイルを残します。",
        },
        en: Words {
            title: "Keep the run folder of a failed job",
            about: "Keeps the files on the node, to find out what went wrong.",
        },
        get: |s| Value::Flag(s.keep_failed_run_folders),
        put: |s, v| s.keep_failed_run_folders = *v == Value::Flag(true),
    },
    Setting {
        key: "trouble_cutbacks",
        group: Group::Running,
        kind: Kind::Whole { min: 1, max: 1_000 },
        unit: Unit::Times,
        default: "5",
        ja: Words {
            title: "警告するカットバックの回数",
            about: "次の時間のうちにこの回数のカットバックがあれば、ジョブに警告を出します。",
        },
        en: Words {
            title: "Cutbacks that warn",
            about: "So many cutbacks within the time below put a warning on the job.",
        },
        get: |s| Value::Whole(u64::from(s.trouble_cutbacks)),
        put: |s, v| s.trouble_cutbacks = v.small(),
    },
    Setting {
        key: "trouble_cutback_minutes",
        group: Group::Running,
        kind: Kind::Whole { min: 1, max: 1_440 },
        unit: Unit::Minutes,
        default: "10",
        ja: Words {
            title: "カットバックを数える時間", about: "直近のこの時間のカットバックを数えます。"
        },
        en: Words { title: "Cutbacks are counted over", about: "Cutbacks within so long before now count." },
        get: |s| Value::Whole(u64::from(s.trouble_cutback_minutes)),
        put: |s, v| s.trouble_cutback_minutes = v.small(),
    },
    Setting {
        key: "trouble_no_growth_minutes",
        group: Group::Running,
        kind: Kind::Whole { min: 1, max: 10_080 },
        unit: Unit::Minutes,
        default: "30",
        ja: Words {
            title: "進まないときに警告する時間",
            about: "状態ファイルがこの時間のびなければ、ジョブに警告を出します。",
        },
        en: Words {
            title: "Standstill that warns",
            about: "A status file that has not grown for so long puts a warning on the job.",
        },
        get: |s| Value::Whole(u64::from(s.trouble_no_growth_minutes)),
        put: |s, v| s.trouble_no_growth_minutes = v.small(),
    },
    Setting {
        key: "max_file_size_mb",
        group: Group::Uploads,
        kind: Kind::Whole { min: 1, max: 10_000 },
        unit: Unit::Megabytes,
        default: "100",
        ja: Words {
            title: "1ファイルの上限", about: "アップロードできる1ファイルの大きさです。"
        },
        en: Words { title: "Largest file", about: "Size of one file that may be uploaded." },
        get: |s| Value::Whole(s.max_file_bytes / MIB),
        put: |s, v| s.max_file_bytes = v.whole() * MIB,
    },
    Setting {
        key: "session_idle_hours",
        group: Group::People,
        kind: Kind::Whole { min: 1, max: 720 },
        unit: Unit::Hours,
        default: "72",
        ja: Words {
            title: "使わないサインインの有効時間",
            about: "この時間使わなかったブラウザーは、もう一度サインインします。",
        },
        en: Words { title: "Unused sign-in lasts", about: "A browser not used for so long has to sign in again." },
        get: |s| Value::Whole(s.session_idle.0 / 3_600),
        put: |s, v| s.session_idle = Seconds(v.whole() * 3_600),
    },
    Setting {
        key: "session_longest_days",
        group: Group::People,
        kind: Kind::Whole { min: 1, max: 366 },
        unit: Unit::Days,
        default: "30",
        ja: Words {
            title: "サインインの最長期間",
            about: "使い続けていても、この日数がたつともう一度サインインします。",
        },
        en: Words { title: "Longest sign-in", about: "After so long people sign in again, however often they come." },
        get: |s| Value::Whole(s.session_longest.0 / DAY),
        put: |s, v| s.session_longest = Seconds(v.whole() * DAY),
    },
    Setting {
        key: "link_days",
        group: Group::People,
        kind: Kind::Whole { min: 1, max: 90 },
        unit: Unit::Days,
        default: "7",
        ja: Words {
            title: "パスワード設定リンクの有効期間",
            about: "新しいユーザーや、パスワードを忘れた人に渡すリンクが使える日数です。",
        },
        en: Words {
            title: "Password link lasts",
            about: "How long the link works that a new person, or one who forgot, sets a password by.",
        },
        get: |s| Value::Whole(s.link_lasts.0 / DAY),
        put: |s, v| s.link_lasts = Seconds(v.whole() * DAY),
    },
    Setting {
        key: "backup_schedule",
        group: Group::Backups,
        kind: Kind::ScheduleOrNone,
        unit: Unit::None,
        default: "0 2 * * *",
        ja: Words {
            title: "自動バックアップの時刻",
            about: "cronの書き方です(分 時 日 月 曜日)。0 2 * * * は毎日2時。時刻はサーバーの時計によります。",
        },
        en: Words {
            title: "Backups by themselves at",
            about: "As cron has it: minute, hour, day, month, weekday. 0 2 * * * is each night at two, by the server's clock.",
        },
        get: |s| s.backup_schedule.clone().map_or(Value::None, Value::Text),
        put: |s, v| s.backup_schedule = v.text_or_none(),
    },
    Setting {
        key: "backup_keep",
        group: Group::Backups,
        kind: Kind::Whole { min: 1, max: 1_000 },
        unit: Unit::Backups,
        default: "30",
        ja: Words {
            title: "残すバックアップの数",
            about: "新しいバックアップができると、これより古いものを消します。",
        },
        en: Words { title: "Backups kept", about: "When a new one is there and good, the oldest beyond these go." },
        get: |s| Value::Whole(u64::from(s.backup_keep)),
        put: |s, v| s.backup_keep = v.small(),
    },
    Setting {
        key: "backup_results_days",
        group: Group::Backups,
        kind: Kind::Whole { min: 0, max: 3_650 },
        unit: Unit::Days,
        default: "30",
        ja: Words {
            title: "バックアップする計算結果",
            about: "この日数のあいだに変わった結果ファイルを含めます。0なら結果は含めません。",
        },
        en: Words {
            title: "Results in a backup",
            about: "Result files that changed within so many days go in. With 0 none does.",
        },
        get: |s| Value::Whole(s.backup_results.0 / DAY),
        put: |s, v| s.backup_results = Seconds(v.whole() * DAY),
    },
    Setting {
        key: "cleanup_schedule",
        group: Group::Cleanup,
        kind: Kind::ScheduleOrNone,
        unit: Unit::None,
        default: "0 4 * * *",
        ja: Words {
            title: "自動の片付けの時刻",
            about: "cronの書き方です(分 時 日 月 曜日)。空なら自動では片付けません。何が消えるかは「片付け」の画面で前もって見られます。",
        },
        en: Words {
            title: "Clean-up by itself at",
            about: "As cron has it: minute, hour, day, month, weekday. Empty: never. The page of the clean-up shows beforehand what goes.",
        },
        get: |s| s.cleanup.schedule.clone().map_or(Value::None, Value::Text),
        put: |s, v| s.cleanup.schedule = v.text_or_none(),
    },
    Setting {
        key: "cleanup_results_days",
        group: Group::Cleanup,
        kind: Kind::WholeOrNone { min: 1, max: 36_500 },
        unit: Unit::Days,
        default: "90",
        ja: Words {
            title: "計算結果を残す期間",
            about: "終了からこの日数がたつと、結果ファイルを消します。保管したジョブのものは消しません。空ならずっと残します。",
        },
        en: Words {
            title: "Results are kept for",
            about: "So long after a job's end its result files go; those of jobs that somebody keeps stay. Empty: for ever.",
        },
        get: |s| days_or_none(s.cleanup.results_after),
        put: |s, v| s.cleanup.results_after = of_days_or_none(v),
    },
    Setting {
        key: "cleanup_jobs_days",
        group: Group::Cleanup,
        kind: Kind::WholeOrNone { min: 1, max: 36_500 },
        unit: Unit::Days,
        default: "30",
        ja: Words {
            title: "完了したジョブを残す期間",
            about: "完了からこの日数がたち、結果ファイルもなくなったジョブを一覧から消します。使用量は日ごとの集計に残ります。空ならずっと残します。",
        },
        en: Words {
            title: "Completed jobs are kept for",
            about: "So long after its end a completed job leaves the list, once its results have gone. What it used stays in daily totals. Empty: for ever.",
        },
        get: |s| days_or_none(s.cleanup.jobs_after),
        put: |s, v| s.cleanup.jobs_after = of_days_or_none(v),
    },
    Setting {
        key: "alert_disk_percent",
        group: Group::Alerts,
        kind: Kind::Whole { min: 50, max: 99 },
        unit: Unit::Percent,
        default: "90",
        ja: Words {
            title: "ディスクの使用率",
            about: "サーバーとノードのディスクがここまで埋まると、管理者に知らせます。",
        },
        en: Words {
            title: "Disk in use",
            about: "Admins are told when a disk of the server or of a node is this full.",
        },
        get: |s| Value::Whole(u64::from(s.alerts.disk_percent)),
        put: |s, v| s.alerts.disk_percent = v.small(),
    },
    Setting {
        key: "alert_memory_percent",
        group: Group::Alerts,
        kind: Kind::Whole { min: 50, max: 99 },
        unit: Unit::Percent,
        default: "85",
        ja: Words {
            title: "メモリーの使用率", about: "サーバーのメモリーがここまで使われると知らせます。"
        },
        en: Words { title: "Memory in use", about: "Admins are told when the server's memory is this full." },
        get: |s| Value::Whole(u64::from(s.alerts.memory_percent)),
        put: |s, v| s.alerts.memory_percent = v.small(),
    },
    Setting {
        key: "alert_queue_length",
        group: Group::Alerts,
        kind: Kind::Whole { min: 1, max: 100_000 },
        unit: Unit::Jobs,
        default: "100",
        ja: Words {
            title: "待ち行列の長さ", about: "待っているジョブがこの数になると知らせます。"
        },
        en: Words { title: "Length of the queue", about: "Admins are told when so many jobs wait." },
        get: |s| Value::Whole(u64::from(s.alerts.queue_length)),
        put: |s, v| s.alerts.queue_length = v.small(),
    },
    Setting {
        key: "alert_token_percent",
        group: Group::Alerts,
        kind: Kind::Whole { min: 1, max: 100 },
        unit: Unit::Percent,
        default: "90",
        ja: Words {
            title: "トークンの使用率", about: "ライセンストークンがここまで使われると知らせます。"
        },
        en: Words { title: "Tokens in use", about: "Admins are told when so many of the licence tokens are in use." },
        get: |s| Value::Whole(u64::from(s.alerts.token_percent)),
        put: |s, v| s.alerts.token_percent = v.small(),
    },
    Setting {
        key: "alert_node_lost_minutes",
        group: Group::Alerts,
        kind: Kind::Whole { min: 1, max: 1_440 },
        unit: Unit::Minutes,
        default: "5",
        ja: Words {
            title: "ノードと連絡できない時間", about: "この時間、ノードから返事がないと知らせます。"
        },
        en: Words {
            title: "Node without contact for",
            about: "Admins are told when a node has not answered for so long.",
        },
        get: |s| minutes(s.alerts.node_lost_after),
        put: |s, v| s.alerts.node_lost_after = of_minutes(v),
    },
    Setting {
        key: "alert_backup_hours",
        group: Group::Alerts,
        kind: Kind::Whole { min: 1, max: 8_760 },
        unit: Unit::Hours,
        default: "26",
        ja: Words {
            title: "バックアップの遅れ",
            about: "正常なバックアップがこの時間ないと知らせます。自動バックアップをしない設定なら知らせません。",
        },
        en: Words {
            title: "Backup is late after",
            about: "Admins are told when there is no good backup for so long, unless none is made by itself.",
        },
        get: |s| Value::Whole(s.alerts.backup_late_after.0 / 3_600),
        put: |s, v| s.alerts.backup_late_after = Seconds(v.whole() * 3_600),
    },
    Setting {
        key: "alert_clock_seconds",
        group: Group::Alerts,
        kind: Kind::Whole { min: 5, max: 86_400 },
        unit: Unit::Seconds,
        default: "60",
        ja: Words {
            title: "ノードの時計のずれ",
            about: "ノードの時計がサーバーの時計とこの秒数以上違うと知らせます。",
        },
        en: Words {
            title: "A node's clock is off by",
            about: "Admins are told when a node's clock differs from the server's by so much.",
        },
        get: |s| Value::Whole(s.alerts.clock_off.0),
        put: |s, v| s.alerts.clock_off = Seconds(v.whole()),
    },
];
