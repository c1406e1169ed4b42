//! The audit log in words: what was done, to what, and which fields changed from what to what.

use super::{Voice, job, node, setting};
use crate::i18n::{Locale, Text, text};
use domain::name::narrow;
use domain::settings::{SETTINGS, Setting};
use domain::{AuditEntry, JobStatus, Priority, Timestamp};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// What was done; `None` for what this program has no words for.
pub fn action(word: &str) -> Option<Text> {
    Some(match word {
        "submit_job" => text("ジョブを投入", "Submitted a job"),
        "hold_job" => text("ジョブを保留", "Held a job"),
        "release_job" => text("ジョブの保留を解除", "Released a job"),
        "cancel_job" => text("ジョブを中止", "Stopped a job"),
        "set_priority" => text("優先度を変更", "Changed a priority"),
        "delete_job" => text("ジョブを削除", "Deleted a job"),
        "keep_job" => text("ジョブを保管", "Kept a job"),
        "unkeep_job" => text("ジョブの保管をやめる", "No longer kept a job"),
        "hand_over_jobs" => text("ジョブを引き継ぎ", "Handed jobs over"),
        "reserve" => text("予約", "Made a reservation"),
        "end_reservation" => text("予約を終了", "Ended a reservation"),
        "change_setting" => text("設定を変更", "Changed a setting"),
        "save_node" => text("ノードを保存", "Saved a node"),
        "add_node" => text("ノードを追加", "Added a node"),
        "change_node" => text("ノードを変更", "Changed a node"),
        "drain_node" => text("ノードの受付を停止", "Drained a node"),
        "resume_node" => text("ノードの受付を再開", "Resumed a node"),
        "disable_node" => text("ノードを無効化", "Switched a node off"),
        "enable_node" => text("ノードを有効化", "Switched a node on"),
        "accept_host_key" => text("ホスト鍵を承認", "Accepted a host key"),
        "refuse_host_key" => text("ホスト鍵を拒否", "Refused a host key"),
        "delete_node" => text("ノードを削除", "Deleted a node"),
        "add_user" => text("ユーザーを登録", "Added a user"),
        "change_user" => text("ユーザーを変更", "Changed a user"),
        "disable_user" => text("ユーザーの利用を停止", "Disabled a user"),
        "enable_user" => text("ユーザーの利用を再開", "Enabled a user again"),
        "set_password" => text("パスワードを変更", "Set a password"),
        "add_token" => text("APIトークンを作成", "Made an API token"),
        "revoke_token" => text("APIトークンを取り消し", "Revoked an API token"),
        "add_link" => text("パスワード設定リンクを作成", "Made a password link"),
        "make_backup" => text("バックアップを作成", "Made a backup"),
        "download_backup" => text("バックアップをダウンロード", "Downloaded a backup"),
        "restore_backup" => text("バックアップから復元", "Restored a backup"),
        "clean_up" => text("片付け", "Cleaned up"),
        "test_webhook" => text("試しの知らせを送信", "Sent a test message"),
        "take_support_bundle" => text("サポート用ファイルをダウンロード", "Downloaded a support bundle"),
        _ => return None,
    })
}

/// The same, or the word itself.
pub fn action_or_word(locale: Locale, word: &str) -> String {
    action(word).map_or_else(|| word.to_owned(), |text| text.in_locale(locale).to_owned())
}

/// From where.
pub fn origin(word: &str) -> Option<Text> {
    Some(match word {
        "web" => text("画面", "Pages"),
        "api" => text("API", "API"),
        "command_line" => text("コマンド", "Command line"),
        _ => return None,
    })
}

/// The same, or the word itself.
pub fn origin_or_word(locale: Locale, word: &str) -> String {
    origin(word).map_or_else(|| word.to_owned(), |text| text.in_locale(locale).to_owned())
}

/// What was changed.
pub fn subject(locale: Locale, entry: &AuditEntry) -> String {
    match entry.about() {
        ("job", id) => locale.pick(format!("ジョブ {id}"), format!("Job {id}")),
        ("node", id) => locale.pick(format!("ノード {id}"), format!("Node {id}")),
        ("user", id) => locale.pick(format!("ユーザー {id}"), format!("User {id}")),
        ("token", id) => locale.pick(format!("APIトークン {id}"), format!("API token {id}")),
        ("reservation", id) => locale.pick(format!("予約 {id}"), format!("Reservation {id}")),
        ("support", _) => locale.pick("サーバーの状態とログ", "The server's state and logs").to_owned(),
        ("cleanup", _) => locale.pick("古いもの", "What was old").to_owned(),
        ("webhook", host) => locale.pick(format!("知らせ先 {host}"), format!("Webhook {host}")),
        ("backup", name) => locale.pick(format!("バックアップ {name}"), format!("Backup {name}")),
        ("setting", key) => {
            let title = Setting::find(key).map_or(key, |known| setting::words(locale, known).title);
            locale.pick(format!("設定 {title}"), format!("Setting {title}"))
        }
        _ => entry.subject.clone(),
    }
}

/// Where its page is; the job of an entry that deleted it has none.
pub fn address(entry: &AuditEntry) -> Option<String> {
    match entry.about() {
        ("job", id) if entry.action != "delete_job" => Some(format!("/jobs/{id}")),
        ("setting", key) => Setting::find(key).map(|known| format!("/admin/settings#setting-{}", known.key)),
        _ => None,
    }
}

/// One field that is otherwise than before.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldChange {
    /// Its name in the entry; empty where the whole is one value.
    pub field: String,
    /// What it was.
    pub before: Option<Value>,
    /// What it is.
    pub after: Option<Value>,
}

/// Fields that change with every write, and the number that the subject has already: they tell a reader nothing.
const BOOKKEEPING: [&str; 3] = ["version", "updated_at", "id"];

fn object(value: Option<Value>) -> Map<String, Value> {
    if let Some(Value::Object(fields)) = value { fields } else { Map::new() }
}

/// The fields that differ, in the order of their names. What is `null` is as good as not there.
pub fn changes(entry: &AuditEntry) -> Vec<FieldChange> {
    let read = |text: &Option<String>| {
        let text = text.as_deref()?;
        // what is no JSON is shown as it stands
        Some(serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())))
    };
    let [before, after] = [read(&entry.before), read(&entry.after)];
    let is_whole = |value: &Option<Value>| value.as_ref().is_some_and(|value| !value.is_object());
    if is_whole(&before) || is_whole(&after) {
        return vec![FieldChange { field: String::new(), before, after }];
    }
    let [mut before, mut after] = [before, after].map(object);
    let fields: BTreeSet<String> = before.keys().chain(after.keys()).cloned().collect();
    // of something new or gone only what it has is told, not what it has not
    let is_all = before.is_empty() || after.is_empty();
    let some =
        |value: Option<Value>| value.filter(|value| !(value.is_null() || is_all && *value == Value::Bool(false)));
    let changes = fields.into_iter().filter(|field| !BOOKKEEPING.contains(&field.as_str())).map(|field| FieldChange {
        before: some(before.remove(&field)),
        after: some(after.remove(&field)),
        field,
    });
    changes.filter(|change| change.before != change.after).collect()
}

/// The name of a field; its own where there is no word for it.
fn field_word(locale: Locale, field: &str) -> &str {
    let (ja, en) = match field {
        "name" => ("名前", "Name"),
        "status" | "state" => ("状態", "State"),
        "priority" => ("優先度", "Priority"),
        "cancel_asked" => ("中止の指示", "Asked to stop"),
        "cpus" => ("CPU", "CPUs"),
        "tokens" => ("トークン", "Tokens"),
        "cores" => ("コア", "Cores"),
        "max_tokens" => ("トークンの上限", "Token limit"),
        "max_running_jobs" => ("同時実行の上限", "Limit of running jobs"),
        "node" | "wish" => ("ノード", "Node"),
        "solver" | "solvers" => ("ソルバー", "Solver"),
        "user_id" | "user_name" => ("持ち主", "Owner"),
        "holder" | "holder_name" => ("予約した人", "Holder"),
        "purpose" => ("目的", "Purpose"),
        "role" => ("役割", "Role"),
        "disabled" => ("利用停止", "Disabled"),
        "scope" => ("できること", "Allowed to"),
        "jobs" => ("ジョブ", "Jobs"),
        "to" => ("渡した相手", "To"),
        "user" => ("ユーザー", "User"),
        "used_at" => ("最後の利用", "Last used"),
        "created_at" => ("作成", "Made at"),
        "started_at" => ("開始", "Started at"),
        "ended_at" => ("終了", "Ended at"),
        "expires_at" => ("期限", "Until"),
        "state_reason" => ("理由", "Reason"),
        "state_until" => ("再開の予定", "Until"),
        "hostname" => ("ホスト名", "Host name"),
        "ssh_host" => ("SSH の接続先", "SSH host"),
        "ssh_port" => ("SSH のポート", "SSH port"),
        "ssh_user" => ("SSH のユーザー", "SSH account"),
        "host_key" => ("ホスト鍵", "Host key"),
        "work_dir" => ("作業フォルダー", "Work folder"),
        _ => (field, field),
    };
    locale.pick(ja, en)
}

fn role_word(word: &str) -> Option<Text> {
    Some(match domain::Role::from_word(word)? {
        domain::Role::Student => text("学生", "Student"),
        domain::Role::Faculty => text("教員", "Faculty"),
        domain::Role::Admin => text("管理者", "Admin"),
    })
}

/// Of anybody's token: the account's page speaks to its owner.
fn scope_word(scope: domain::Scope) -> Text {
    match scope {
        domain::Scope::All => text("持ち主にできることすべて", "everything its owner may"),
        scope => crate::account::words::scope(scope),
    }
}

fn shown(voice: Voice, entry: &AuditEntry, field: &str, value: &Value) -> String {
    let locale = voice.locale;
    match (entry.about(), field, value) {
        (("setting", key), "", Value::String(text)) => {
            Setting::find(key).map_or_else(|| text.clone(), |known| setting::value(locale, known, text))
        }
        (("job", _), "status", Value::String(word)) => word
            .parse::<JobStatus>()
            .map_or_else(|_| word.clone(), |status| job::status(status).in_locale(locale).into()),
        (_, "role", Value::String(word)) => role_word(word).map_or(word.as_str(), |text| text.in_locale(locale)).into(),
        (("node", _), "state", value @ Value::String(word)) => serde_json::from_value(value.clone())
            .map_or_else(|_| word.clone(), |state| node::state(state).in_locale(locale).into()),
        (_, "scope", Value::String(word)) => domain::Scope::from_word(word)
            .map_or_else(|| word.clone(), |scope| scope_word(scope).in_locale(locale).into()),
        (("user", _), "expires_at", Value::Number(number)) => {
            number.as_i64().map_or_else(|| value.to_string(), |end| voice.last_day(Timestamp(end)))
        }
        (_, "priority", Value::Number(number)) => {
            let number = number.as_i64().and_then(|number| i32::try_from(number).ok());
            number.map_or_else(|| value.to_string(), |number| job::priority(Priority(number)).in_locale(locale).into())
        }
        (_, field, Value::Number(number)) if field.ends_with("_at") || field.ends_with("_until") => {
            number.as_i64().map_or_else(|| value.to_string(), |at| voice.stamp(Timestamp(at)))
        }
        (.., Value::Bool(flag)) => locale.pick(["いいえ", "はい"], ["no", "yes"])[usize::from(*flag)].to_owned(),
        (.., Value::String(text)) if text.is_empty() => locale.pick("(空)", "(empty)").to_owned(),
        (.., Value::String(text)) => text.clone(),
        (.., Value::Array(values)) if values.iter().all(|value| !value.is_object() && !value.is_array()) => {
            values.iter().map(|value| shown(voice, entry, field, value)).collect::<Vec<_>>().join(", ")
        }
        (.., value) => value.to_string(),
    }
}

/// What was and what is, for a table: a line for each field that differs.
pub fn sides(voice: Voice, entry: &AuditEntry) -> [String; 2] {
    let changes = changes(entry);
    let side = |value: fn(&FieldChange) -> Option<&Value>| {
        let line = |change: &FieldChange| {
            let value = shown(voice, entry, &change.field, value(change)?);
            let field = field_word(voice.locale, &change.field);
            Some(if field.is_empty() { value } else { format!("{field}: {value}") })
        };
        changes.iter().filter_map(line).collect::<Vec<_>>().join("\n")
    };
    [side(|change| change.before.as_ref()), side(|change| change.after.as_ref())]
}

/// A subject as it is kept, from the words that [`subject`] shows or from the kept ones.
pub fn kept_subject(said: &str) -> String {
    let said = narrow(said.trim());
    let (kind, rest) = said.split_once(' ').unwrap_or((&said, ""));
    let kind = match kind.to_lowercase().as_str() {
        "ジョブ" => "job",
        "ノード" => "node",
        "ユーザー" => "user",
        "apiトークン" => "token",
        "予約" => "reservation",
        "設定" => "setting",
        word if ["job", "node", "user", "reservation", "setting"].contains(&word) => return of_setting(word, rest),
        // a title alone is enough
        _ if titled(&said).is_some() => return of_setting("setting", &said),
        _ if said.to_lowercase().starts_with("api token") => {
            return format!("token {}", said["api token".len()..].trim()).trim_end().to_owned();
        }
        _ => return said.clone(),
    };
    of_setting(kind, rest)
}

fn titled(text: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| [setting.ja.title, setting.en.title].iter().any(|title| narrow(title) == text))
}

/// A setting is kept by its key, and shown by its title.
fn of_setting(kind: &str, rest: &str) -> String {
    let key = titled(rest).filter(|_| kind == "setting").map_or(rest, |setting| setting.key);
    format!("{kind} {key}").trim_end().to_owned()
}

/// One changed field as a line: `優先度: 普通 → 高`.
pub fn change(voice: Voice, entry: &AuditEntry, change: &FieldChange) -> String {
    let locale = voice.locale;
    let [before, after] = [&change.before, &change.after]
        .map(|value| value.as_ref().map(|value| shown(voice, entry, &change.field, value)));
    let values = match (before, after) {
        (None, Some(after)) => after,
        (Some(before), None) => voice.pick(format!("{before} → なし"), format!("{before} → none")),
        (Some(before), Some(after)) => format!("{before} → {after}"),
        (None, None) => String::new(),
    };
    if change.field.is_empty() {
        return values;
    }
    let field = field_word(locale, &change.field);
    voice.pick(format!("{field}: {values}"), format!("{field}: {values}"))
}

#[cfg(test)]
mod tests {
    use super::super::voice;
    use super::*;

    #[test]
    fn a_subject_is_looked_for_by_what_is_shown() {
        let en = SETTINGS[0].en.title;
        for (said, kept) in [
            ("ジョブ 9", "job 9".to_owned()),
            ("Job 9", "job 9".to_owned()),
            ("ジョブ　９", "job 9".to_owned()),
            ("APIトークン 3", "token 3".to_owned()),
            ("API token 3", "token 3".to_owned()),
            ("api token 3", "token 3".to_owned()),
            ("API token", "token".to_owned()),
            (en, format!("setting {}", SETTINGS[0].key)),
            (&format!("Setting {en}"), format!("setting {}", SETTINGS[0].key)),
            (&format!("設定 {}", SETTINGS[0].ja.title), format!("setting {}", SETTINGS[0].key)),
            ("job", "job".to_owned()),
            ("beam", "beam".to_owned()),
        ] {
            assert_eq!(kept_subject(said), kept, "{said}");
        }
    }

    #[test]
    fn a_table_has_what_was_beside_what_is() {
        let told = |subject, before, after| sides(voice(Locale::En), &entry(subject, before, after));
        assert_eq!(
            told("node n1", r#"{"state":"Draining","cores":4}"#, r#"{"state":"Available","cores":4}"#),
            ["State: Drained", "State: In service"]
        );
        // the last day of an account, not the moment after it, with its year; and what a new one has not is not told
        assert_eq!(told("user abe", "", r#"{"expires_at":1806505200,"disabled":false}"#), ["", "Until: 31 Mar 2027"]);
        // and a moment has its year: the table is kept
        assert_eq!(told("user abe", "", r#"{"created_at":1795495320}"#)[1], "Made at: 24 Nov 2026 13:42:00");
        assert_eq!(told("token 3", "", r#"{"scope":"all"}"#)[1], "Allowed to: everything its owner may");
        assert_eq!(told("setting max_file_size_mb", "\"200\"", "\"300\""), ["200 MB", "300 MB"]);
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn whatever_is_written_has_words() {
        for word in repository::ACTIONS {
            assert!(action(word).is_some(), "{word}");
        }
    }

    fn entry(subject: &str, before: &str, after: &str) -> AuditEntry {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        AuditEntry {
            id: 1,
            at: Timestamp(0),
            actor: "sato".into(),
            name: "佐藤".into(),
            action: "x".into(),
            subject: subject.into(),
            before: some(before),
            after: some(after),
            origin: None,
            address: None,
        }
    }

    fn lines(locale: Locale, entry: &AuditEntry) -> Vec<String> {
        changes(entry).iter().map(|one| change(voice(locale), entry, one)).collect()
    }

    #[test]
    fn only_what_changed_is_told_in_words() {
        let job = entry(
            "job 12",
            r#"{"name":"beam","status":"Waiting","priority":0,"cancel_asked":false,"version":1}"#,
            r#"{"name":"beam","status":"Held","priority":5,"cancel_asked":true,"version":2}"#,
        );
        assert_eq!(lines(Locale::Ja, &job), ["中止の指示: いいえ → はい", "優先度: 普通 → 高", "状態: 待機中 → 保留"]);
        assert_eq!(lines(Locale::En, &job)[2], "State: Waiting → Held");
        assert_eq!((subject(Locale::En, &job), address(&job)), ("Job 12".into(), Some("/jobs/12".into())));
    }

    #[test]
    fn a_setting_s_values_have_their_unit() {
        let setting = entry("setting backfill_patience", "\"15\"", "\"20\"");
        assert_eq!(lines(Locale::Ja, &setting), ["15分 → 20分"]);
        assert_eq!(subject(Locale::Ja, &setting), "設定 先頭のジョブを待たせる上限");
        assert_eq!(address(&setting).as_deref(), Some("/admin/settings#setting-backfill_patience"));
        assert_eq!(lines(Locale::En, &entry("setting user_max_tokens", "\"12\"", "\"\"")), ["12 tokens → no limit"]);
    }

    #[test]
    fn what_was_made_or_is_gone_has_one_side_and_nothing_is_left_out() {
        let made = entry("node n1", "", r#"{"hostname":"big","disk":null,"solvers":[["abaqus","abq"]],"port":[1,2]}"#);
        assert_eq!(lines(Locale::En, &made), ["Host name: big", "port: 1, 2", r#"Solver: [["abaqus","abq"]]"#]);
        let gone = entry("reservation 3", r#"{"tokens":5}"#, "");
        assert_eq!(lines(Locale::Ja, &gone), ["トークン: 5 → なし"]);
        assert_eq!(lines(Locale::Ja, &entry("thing", "{", "")), ["{ → なし"]);
        assert_eq!(action_or_word(Locale::En, "sign_in"), "sign_in");
    }
}
