//! Settings in words: what a value means, what it may be, and what is wrong with one. Shared by the page, the command
//! line and the audit log, so that each setting is described once.

use super::{Voice, amount};
use crate::i18n::{Locale, Text, text};
use domain::Role;
use domain::settings::{Changed, Group, Kind, SavedSetting, Setting, SettingFault, SettingProblem, Unit, Words};

/// A heading of the page.
pub fn group(group: Group) -> Text {
    match group {
        Group::License => text("ライセンス", "Licence"),
        Group::Queue => text("順番待ち", "Queue"),
        Group::Running => text("実行と監視", "Running and watching"),
        Group::Uploads => text("アップロード", "Uploads"),
        Group::People => text("ユーザーとサインイン", "Users and sign-in"),
        Group::Backups => text("バックアップ", "Backups"),
        Group::Cleanup => text("片付け", "Clean-up"),
        Group::Alerts => text("通知", "Alerts"),
    }
}

/// What stands behind a number.
pub fn unit(unit: Unit) -> Text {
    match unit {
        Unit::None => text("", ""),
        Unit::Tokens => text("個", "tokens"),
        Unit::Jobs => text("件", "jobs"),
        Unit::Times => text("回", "times"),
        Unit::Seconds => text("秒", "s"),
        Unit::Minutes => text("分", "min"),
        Unit::Hours => text("時間", "h"),
        Unit::Days => text("日", "days"),
        Unit::Backups => text("個", "backups"),
        Unit::Percent => text("%", "%"),
        Unit::Megabytes => text("MB", "MB"),
    }
}

/// Title and meaning in this language.
pub fn words(locale: Locale, setting: &'static Setting) -> Words {
    locale.pick(setting.ja, setting.en)
}

/// One of the words of a choice. A choice that has no words of its own is called as it is stored.
pub fn choice<'w>(locale: Locale, key: &str, word: &'w str) -> &'w str {
    let (ja, en) = match (key, word) {
        ("external_tokens_policy", "subtract") => ("サーバーの報告を引く", "Subtract what the server reports"),
        ("external_tokens_policy", "ignore") => ("引かずに表示だけする", "Show it, subtract nothing"),
        ("license_report_kind", "off") => ("尋ねない", "Ask nobody"),
        ("license_report_kind", "flexnet") => ("FlexNet (lmstat)", "FlexNet (lmstat)"),
        ("license_report_kind", "dsls") => ("DSLS (dslsstat)", "DSLS (dslsstat)"),
        _ => (word, word),
    };
    locale.pick(ja, en)
}

/// Yes or no as a setting.
pub fn flag(locale: Locale, flag: bool) -> &'static str {
    match flag {
        true => locale.pick("する", "Yes"),
        false => locale.pick("しない", "No"),
    }
}

/// What an empty value means.
pub fn nothing(kind: Kind) -> Text {
    match kind {
        Kind::WholeOrNone { .. } => text("上限なし", "no limit"),
        Kind::Table { .. } => text("表なし", "no table"),
        Kind::ScheduleOrNone => text("自動では行わない", "never by themselves"),
        _ => text("なし", "none"),
    }
}

/// A whole number with its thousands set apart; anything else as it is.
fn grouped(text: &str) -> String {
    text.parse::<u64>().map_or_else(|_| text.to_owned(), amount::count)
}

/// A stored value as people read it: `15分`, `50 tokens`. What does not parse is shown as it is.
pub fn value(locale: Locale, setting: &Setting, text: &str) -> String {
    match setting.kind {
        _ if text.is_empty() => nothing(setting.kind).in_locale(locale).to_owned(),
        Kind::Flag if text == "true" || text == "false" => flag(locale, text == "true").to_owned(),
        Kind::Choice { .. } => choice(locale, setting.key, text).to_owned(),
        Kind::ScheduleOrNone => schedule(locale, text),
        _ => {
            let number = grouped(text);
            let unit = unit(setting.unit).in_locale(locale);
            match locale {
                _ if unit.is_empty() => number,
                _ if unit == "%" => format!("{number}%"),
                // no space between Japanese and digits, one before Latin words
                Locale::Ja if !unit.is_ascii() => format!("{number}{unit}"),
                _ => format!("{number} {unit}"),
            }
        }
    }
}

/// A schedule as it is stored, and in words where it is once a day: `0 2 * * * (毎日 2:00)`.
pub fn schedule(locale: Locale, text: &str) -> String {
    let fields: Vec<&str> = text.split(' ').collect();
    let numbers = |minute: &str, hour: &str| Some((minute.parse::<u8>().ok()?, hour.parse::<u8>().ok()?));
    match fields.as_slice() {
        [minute, hour, "*", "*", "*"] => match numbers(minute, hour) {
            Some((minute, hour)) => locale
                .pick(format!("{text} (毎日 {hour}:{minute:02})"), format!("{text} (daily at {hour}:{minute:02})")),
            None => text.to_owned(),
        },
        _ => text.to_owned(),
    }
}

/// What the values may be: `1〜60`. Empty where the field itself shows it.
pub fn range(locale: Locale, kind: Kind) -> String {
    let between = |min: String, max: String| locale.pick(format!("{min}〜{max}"), format!("{min} to {max}"));
    match kind {
        Kind::Whole { min, max } => between(amount::count(min), amount::count(max)),
        Kind::WholeOrNone { min, max } => {
            let range = between(amount::count(min), amount::count(max));
            locale.pick(format!("{range}、空欄なら上限なし"), format!("{range}, empty for no limit"))
        }
        Kind::Decimal { min, max } => between(min.to_string(), max.to_string()),
        Kind::Table { max } => {
            let max = amount::count(max);
            locale.pick(
                format!("2・4・8 CPU の個数を小さい順に、{max}まで。空欄なら計算式を使用"),
                format!("for 2, 4 and 8 CPUs, growing, up to {max}; empty: the formula"),
            )
        }
        Kind::Word => {
            locale.pick("英数字と - _ . で64文字まで", "letters, digits, - _ . up to 64 characters").to_owned()
        }
        Kind::ScheduleOrNone => locale
            .pick("分 時 日 月 曜日。空欄なら自動では行わない", "minute hour day month weekday; empty for never")
            .to_owned(),
        Kind::Flag | Kind::Choice { .. } | Kind::NodeOrNone => String::new(),
    }
}

/// Below a field: what it may be, and what it is unless somebody changes it.
pub fn hint(locale: Locale, setting: &Setting) -> String {
    let default = value(locale, setting, setting.default);
    let range = range(locale, setting.kind);
    match range.is_empty() {
        true => locale.pick(format!("初期値 {default}"), format!("default {default}")),
        false => locale.pick(format!("{range}・初期値 {default}"), format!("{range} · default {default}")),
    }
}

/// What is wrong with a value, and what would be right.
pub fn fault(locale: Locale, setting: Option<&Setting>, fault: &SettingFault) -> String {
    let kind = setting.map(|setting| setting.kind);
    let (ja, en) = match (fault, kind) {
        (SettingFault::NoSuchKey, _) => {
            ("この名前の設定はありません。".to_owned(), "There is no setting of this name.".to_owned())
        }
        (SettingFault::NotWhole | SettingFault::OutOfRange { .. }, Some(Kind::Whole { min, max })) => {
            let (min, max) = (amount::count(min), amount::count(max));
            (format!("{min}〜{max}の整数で入力してください。"), format!("Enter a whole number from {min} to {max}."))
        }
        (SettingFault::NotWhole | SettingFault::OutOfRange { .. }, Some(Kind::WholeOrNone { min, max })) => {
            let (min, max) = (amount::count(min), amount::count(max));
            (
                format!("{min}〜{max}の整数で入力してください。空欄なら上限なしです。"),
                format!("Enter a whole number from {min} to {max}, or nothing for no limit."),
            )
        }
        (SettingFault::OutOfRange { min, max }, _) => {
            (format!("{min}〜{max}の数で入力してください。"), format!("Enter a number from {min} to {max}."))
        }
        (SettingFault::NotNumber, Some(Kind::Decimal { min, max })) => {
            (format!("{min}〜{max}の数で入力してください。"), format!("Enter a number from {min} to {max}."))
        }
        (SettingFault::NotWhole, _) => ("整数で入力してください。".to_owned(), "Enter a whole number.".to_owned()),
        (SettingFault::NotNumber, _) => ("数で入力してください。".to_owned(), "Enter a number.".to_owned()),
        (SettingFault::NotFlag, _) => ("true か false にしてください。".to_owned(), "Enter true or false.".to_owned()),
        (SettingFault::NotChoice { words }, _) => {
            let words = words.join(", ");
            (format!("次のどれかにしてください: {words}"), format!("Choose one of: {words}"))
        }
        (SettingFault::NotNode, _) => {
            ("ノードの名前 (node-01 など) にしてください。".to_owned(), "Give a node's id, such as node-01.".to_owned())
        }
        (SettingFault::NotWord, _) => (
            "英数字と - _ . だけで、64文字までにしてください。".to_owned(),
            "Use letters, digits, -, _ and . only, up to 64 characters.".to_owned(),
        ),
        (SettingFault::NotSchedule, _) => (
            "分 時 日 月 曜日の5つを空白で区切って入力してください。例: 毎日2時は 0 2 * * *".to_owned(),
            "Give minute, hour, day, month and weekday with blanks between, such as 0 2 * * * for each night at two."
                .to_owned(),
        ),
        (SettingFault::NotTable, _) => (
            "2・4・8 CPU の個数を3つとも、小さい順に入力してください。".to_owned(),
            "Give all three numbers, for 2, 4 and 8 CPUs, none smaller than the one before it.".to_owned(),
        ),
    };
    locale.pick(ja, en)
}

/// The same with the setting's name before it, for a message away from the field.
pub fn problem(locale: Locale, problem: &SettingProblem) -> String {
    let key = &problem.key;
    let setting = Setting::find(key);
    let why = fault(locale, setting, &problem.fault);
    match setting.map(|setting| words(locale, setting).title) {
        Some(title) => locale.pick(format!("{title} ({key}): {why}"), format!("{title} ({key}): {why}")),
        None => format!("{key}: {why}"),
    }
}

/// `高橋(管理者)`, or the bare name where there is no such account.
pub fn who(locale: Locale, changed: &Changed) -> String {
    let name = &changed.name;
    match changed.role {
        Some(Role::Admin) => locale.pick(format!("{name}(管理者)"), format!("{name} (admin)")),
        Some(Role::Faculty) => locale.pick(format!("{name}(教員)"), format!("{name} (faculty)")),
        Some(Role::Student) => locale.pick(format!("{name}(学生)"), format!("{name} (student)")),
        None => name.clone(),
    }
}

/// Somebody else changed what is being edited.
pub fn changed_meanwhile(voice: Voice, setting: &Setting, read: &str, theirs: &SavedSetting) -> String {
    let locale = voice.locale;
    let [from, to] = [read, &theirs.value].map(|text| value(locale, setting, text));
    match &theirs.changed {
        Some(changed) => {
            let (who, at) = (who(locale, changed), voice.moment(changed.at));
            voice.pick(
                format!("編集を始めたあと、{who}が{at}に {from} から {to} へ変えました"),
                format!("After you began, {who} changed this at {at} from {from} to {to}"),
            )
        }
        None => voice.pick(
            format!("編集を始めたあと、{from} から {to} へ変わりました"),
            format!("After you began, this changed from {from} to {to}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{today_at, voice};
    use super::*;
    use domain::settings::{SETTINGS, check};

    fn find(key: &str) -> &'static Setting {
        Setting::find(key).unwrap()
    }

    #[test]
    fn values_have_their_units_and_words() {
        let shown = |locale, key, text| value(locale, find(key), text);
        assert_eq!(shown(Locale::Ja, "backfill_patience", "15"), "15分");
        assert_eq!(shown(Locale::En, "total_license_tokens", "1000"), "1,000 tokens");
        assert_eq!(shown(Locale::Ja, "max_file_size_mb", "100"), "100 MB");
        assert_eq!(shown(Locale::Ja, "user_max_tokens", ""), "上限なし");
        assert_eq!(shown(Locale::En, "keep_run_folder_on_failure", "true"), "Yes");
        assert_eq!(shown(Locale::Ja, "external_tokens_policy", "subtract"), "サーバーの報告を引く");
        assert_eq!(shown(Locale::En, "total_license_tokens", "many"), "many tokens");
        assert_eq!(hint(Locale::Ja, find("poll_interval_seconds")), "1〜60・初期値 2秒");
        assert_eq!(hint(Locale::En, find("token_exponent")), "0 to 2 · default 0.422");
    }

    #[test]
    fn every_setting_has_its_hint_and_every_choice_its_words() {
        for setting in &SETTINGS {
            for locale in [Locale::Ja, Locale::En] {
                assert!(!hint(locale, setting).is_empty(), "{}", setting.key);
                if let Kind::Choice { words } = setting.kind {
                    for word in words {
                        assert_ne!(&choice(locale, setting.key, word), word, "{}", setting.key);
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_wrong_names_the_setting_and_what_would_be_right() {
        let wrong = check("poll_interval_seconds", "0").unwrap_err();
        assert_eq!(fault(Locale::Ja, Some(find(&wrong.key)), &wrong.fault), "1〜60の整数で入力してください。");
        assert_eq!(
            problem(Locale::En, &wrong),
            "Poll interval (poll_interval_seconds): Enter a whole number from 1 to 60."
        );
        let wrong = check("token_exponent", "x").unwrap_err();
        assert_eq!(fault(Locale::En, Some(find(&wrong.key)), &wrong.fault), "Enter a number from 0 to 2.");
        assert_eq!(
            problem(Locale::En, &check("no_such", "1").unwrap_err()),
            "no_such: There is no setting of this name."
        );
    }

    #[test]
    fn somebody_else_s_change_is_told_with_both_values() {
        let changed = Changed { by: "t".into(), name: "高橋".into(), role: Some(Role::Admin), at: today_at(13, 38) };
        let key = "backfill_patience";
        let theirs = SavedSetting { key: key.into(), value: "20".into(), version: 3, changed: Some(changed) };
        assert_eq!(
            changed_meanwhile(voice(Locale::Ja), find(key), "15", &theirs),
            "編集を始めたあと、高橋(管理者)が13:38に 15分 から 20分 へ変えました"
        );
        assert_eq!(
            changed_meanwhile(voice(Locale::En), find(key), "15", &theirs),
            "After you began, 高橋 (admin) changed this at 13:38 from 15 min to 20 min"
        );
    }
}
