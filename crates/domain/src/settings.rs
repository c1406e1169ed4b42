//! What an admin may change at run time: every key of `system_config`, typed, with range, default and meaning.
//!
//! The table [`SETTINGS`] is the one definition: the repository seeds and reads by it, the server and the browser
//! validate by it, the settings page is drawn from it.

pub mod file;
mod saved;
mod schedule;
mod table;
mod value;

pub use saved::{Changed, SavedSetting, SettingChange};
pub use table::{Group, SETTINGS, Setting, Unit, Words};
pub use value::{Kind, SettingFault, SettingProblem, Value};

use crate::cleanup::CleanupRules;
use crate::lifecycle::LifeRules;
use crate::{NodeId, Seconds, TokenRule, Tokens};
use serde::{Deserialize, Serialize};

/// All settings, as the program uses them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// `total_license_tokens`.
    pub total_license_tokens: Tokens,
    /// `token_coefficient`, `token_exponent`, `token_table`.
    pub token_rule: TokenRule,
    /// `external_tokens_policy`.
    pub external_tokens: ExternalTokens,
    /// `license_report_max_age`, in minutes there: an older report of the licence server counts as none.
    pub license_report_max_age: Seconds,
    /// `license_report_kind`.
    pub license_report: LicenseReportKind,
    /// `license_report_node`: the node whose Abaqus asks the licence server; `None` asks nobody.
    pub license_report_node: Option<NodeId>,
    /// `license_report_interval_seconds`.
    pub license_report_interval: Seconds,
    /// `license_feature`: what the licence server calls the tokens.
    pub license_feature: String,
    /// `reservation_max_hours`, in seconds here.
    pub reservation_longest: Seconds,
    /// `backfill_patience`, in minutes there.
    pub backfill_patience: Seconds,
    /// `poll_interval_seconds`.
    pub poll_interval: Seconds,
    /// `max_file_size_mb`, in bytes here.
    pub max_file_bytes: u64,
    /// `infrastructure_tries`.
    pub infrastructure_tries: u32,
    /// `retry_pause_seconds`.
    pub retry_pause: Seconds,
    /// `stop_grace_seconds`.
    pub stop_grace: Seconds,
    /// `license_wait_minutes`; 0 is for ever.
    pub license_wait_minutes: u64,
    /// `keep_run_folder_on_failure`.
    pub keep_failed_run_folders: bool,
    /// `user_max_running_jobs`; `None` is no limit.
    pub user_max_running_jobs: Option<u32>,
    /// `user_max_tokens`; `None` is no limit.
    pub user_max_tokens: Option<Tokens>,
    /// `trouble_cutbacks`: this many …
    pub trouble_cutbacks: u32,
    /// `trouble_cutback_minutes`: … within so many minutes are trouble.
    pub trouble_cutback_minutes: u32,
    /// `trouble_no_growth_minutes`.
    pub trouble_no_growth_minutes: u32,
    /// `session_idle_hours`, in seconds here: a session not used for so long is over.
    pub session_idle: Seconds,
    /// `session_longest_days`, in seconds here: a session is over after so long, used or not.
    pub session_longest: Seconds,
    /// `link_days`, in seconds here: how long a one-time link works.
    pub link_lasts: Seconds,
    /// `backup_schedule`: five fields as cron has them; `None` is never.
    pub backup_schedule: Option<String>,
    /// `backup_keep`.
    pub backup_keep: u32,
    /// `backup_results_days`, in seconds here: results that changed within so long are backed up.
    pub backup_results: Seconds,
    /// `cleanup_…`.
    pub cleanup: CleanupRules,
    /// `alert_…`.
    pub alerts: AlertRules,
}

/// When admins are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertRules {
    /// `alert_disk_percent`.
    pub disk_percent: u32,
    /// `alert_memory_percent`.
    pub memory_percent: u32,
    /// `alert_queue_length`.
    pub queue_length: u32,
    /// `alert_token_percent`.
    pub token_percent: u32,
    /// `alert_node_lost_minutes`, in seconds here.
    pub node_lost_after: Seconds,
    /// `alert_backup_hours`, in seconds here.
    pub backup_late_after: Seconds,
    /// `alert_clock_seconds`.
    pub clock_off: Seconds,
}

/// What tokens in use outside this system mean for our queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExternalTokens {
    /// They are used: fewer are left for us.
    #[default]
    Subtract,
    /// They are shown, and not counted.
    Ignore,
}

impl ExternalTokens {
    /// The word stored.
    pub fn as_str(self) -> &'static str {
        match self {
            ExternalTokens::Subtract => "subtract",
            ExternalTokens::Ignore => "ignore",
        }
    }
}

/// Which licence server there is, and so how it is asked and what it answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LicenseReportKind {
    /// Nobody is asked.
    #[default]
    Off,
    /// FlexNet: `abaqus licensing lmstat -a`.
    Flexnet,
    /// Dassault Systèmes Licence Server: `abaqus licensing dslsstat -usage`.
    Dsls,
}

impl LicenseReportKind {
    /// All three.
    pub const ALL: [LicenseReportKind; 3] =
        [LicenseReportKind::Off, LicenseReportKind::Flexnet, LicenseReportKind::Dsls];

    /// The word stored.
    pub fn as_str(self) -> &'static str {
        match self {
            LicenseReportKind::Off => "off",
            LicenseReportKind::Flexnet => "flexnet",
            LicenseReportKind::Dsls => "dsls",
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        let mut settings = Settings {
            total_license_tokens: Tokens::ZERO,
            token_rule: TokenRule::default(),
            external_tokens: ExternalTokens::default(),
            license_report_max_age: Seconds(0),
            license_report: LicenseReportKind::default(),
            license_report_node: None,
            license_report_interval: Seconds(0),
            license_feature: String::new(),
            reservation_longest: Seconds(0),
            backfill_patience: Seconds(0),
            poll_interval: Seconds(0),
            max_file_bytes: 0,
            infrastructure_tries: 0,
            retry_pause: Seconds(0),
            stop_grace: Seconds(0),
            license_wait_minutes: 0,
            keep_failed_run_folders: false,
            user_max_running_jobs: None,
            user_max_tokens: None,
            trouble_cutbacks: 0,
            trouble_cutback_minutes: 0,
            trouble_no_growth_minutes: 0,
            session_idle: Seconds(0),
            session_longest: Seconds(0),
            link_lasts: Seconds(0),
            backup_schedule: None,
            backup_keep: 0,
            backup_results: Seconds(0),
            cleanup: CleanupRules::default(),
            alerts: AlertRules::default(),
        };
        for setting in &SETTINGS {
            // a default that does not parse is caught by the tests below
            if let Ok(value) = setting.kind.parse(setting.default) {
                (setting.put)(&mut settings, &value);
            }
        }
        settings
    }
}

impl Settings {
    /// The settings that these pairs of key and stored text give. What is not among them has its default; what does
    /// not parse is reported and has its default too, and so is a key that nobody knows.
    pub fn from_pairs<K: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> (Settings, Vec<SettingProblem>) {
        let mut settings = Settings::default();
        let mut problems = Vec::new();
        for (key, text) in pairs {
            if let Err(problem) = settings.set(key.as_ref(), text.as_ref()) {
                problems.push(problem);
            }
        }
        (settings, problems)
    }

    /// Every key with its value as text, in the table's order: what a new `system_config` is filled with.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        SETTINGS.iter().map(|setting| (setting.key, (setting.get)(self).text())).collect()
    }

    /// The value of one key as text; `None` for a key that nobody knows.
    pub fn text(&self, key: &str) -> Option<String> {
        Setting::find(key).map(|setting| (setting.get)(self).text())
    }

    /// Changes one key, and gives its value as it is to be stored.
    ///
    /// # Errors
    /// What is wrong with it; nothing is changed then.
    pub fn set(&mut self, key: &str, text: &str) -> Result<String, SettingProblem> {
        let problem = |fault| SettingProblem { key: key.to_owned(), value: text.to_owned(), fault };
        let setting = Setting::find(key).ok_or_else(|| problem(SettingFault::NoSuchKey))?;
        let value = setting.kind.parse(text).map_err(problem)?;
        (setting.put)(self, &value);
        Ok(value.text())
    }

    /// The numbers a run's life needs.
    pub fn life_rules(&self) -> LifeRules {
        LifeRules { max_tries: self.infrastructure_tries, first_pause: self.retry_pause.0 }
    }

    /// How many of the tokens used outside count as used: none by policy, or when the report is too old.
    pub fn counted_external(&self, reported: Tokens, age: Seconds) -> Tokens {
        if self.external_tokens == ExternalTokens::Ignore || age > self.license_report_max_age {
            Tokens::ZERO
        } else {
            reported
        }
    }
}

/// Checks a value that a person typed for a key: blanks around it and full-width digits are forgiven. Gives the text
/// to be stored.
///
/// # Errors
/// What is wrong with it, with the numbers for a message.
pub fn check(key: &str, text: &str) -> Result<String, SettingProblem> {
    Settings::default().set(key, text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Cores;

    #[test]
    fn every_default_parses_and_is_written_as_it_is_read() {
        let defaults = Settings::default();
        for setting in &SETTINGS {
            assert_eq!(check(setting.key, setting.default).as_deref(), Ok(setting.default), "{}", setting.key);
            assert_eq!(defaults.text(setting.key).as_deref(), Some(setting.default), "{}", setting.key);
        }
        assert_eq!(defaults.token_rule, TokenRule::default());
        assert_eq!(defaults.total_license_tokens, Tokens(50));
        assert_eq!(defaults.max_file_bytes, 100 * 1024 * 1024);
        assert_eq!(defaults.backfill_patience, Seconds(900));
        assert_eq!(defaults.license_report_max_age, Seconds(300));
        assert_eq!(defaults.poll_interval, Seconds(2));
        assert_eq!(defaults.life_rules(), LifeRules { max_tries: 3, first_pause: 5 });
    }

    #[test]
    fn every_key_changes_its_own_value_and_no_other() {
        let defaults = Settings::default();
        for setting in &SETTINGS {
            let other = match setting.kind {
                Kind::Whole { min, max } if min.to_string() == setting.default => max.to_string(),
                Kind::Whole { min, .. } | Kind::WholeOrNone { min, .. } => min.to_string(),
                Kind::Decimal { min, .. } => min.to_string(),
                Kind::Flag => (setting.default != "true").to_string(),
                Kind::Choice { words } => words.iter().find(|word| **word != setting.default).unwrap().to_string(),
                Kind::Table { .. } => "59,76,112".to_owned(),
                Kind::NodeOrNone => "node-09".to_owned(),
                Kind::Word => "another".to_owned(),
                Kind::ScheduleOrNone => "30 3 * * 1".to_owned(),
            };
            let (changed, problems) = Settings::from_pairs([(setting.key, other.as_str())]);
            assert_eq!(problems, []);
            let differing: Vec<_> = std::iter::zip(defaults.pairs(), changed.pairs()).filter(|(a, b)| a != b).collect();
            assert_eq!(differing.len(), 1, "{}: {differing:?}", setting.key);
            assert_eq!(differing[0].1, (setting.key, other));
        }
    }

    #[test]
    fn what_does_not_parse_is_reported_and_has_its_default() {
        let pairs = [("poll_interval_seconds", "0"), ("total_license_tokens", "many"), ("no_such", "1")];
        let (settings, problems) = Settings::from_pairs(pairs);
        assert_eq!(settings, Settings::default());
        let faults: Vec<SettingFault> = problems.into_iter().map(|problem| problem.fault).collect();
        assert_eq!(
            faults,
            [
                SettingFault::OutOfRange { min: "1".into(), max: "60".into() },
                SettingFault::NotWhole,
                SettingFault::NoSuchKey
            ]
        );
    }

    #[test]
    fn what_a_japanese_keyboard_types_is_understood() {
        assert_eq!(check("total_license_tokens", " ５０ ").as_deref(), Ok("50"));
        assert_eq!(check("token_exponent", "０．４２２").as_deref(), Ok("0.422"));
        assert_eq!(check("token_table", "６、８，12").as_deref(), Ok("6,8,12"));
        assert_eq!(check("user_max_tokens", "").as_deref(), Ok(""));
        for (key, text) in [
            ("total_license_tokens", "1e3"),
            ("token_coefficient", "NaN"),
            ("token_table", "1,2"),
            ("token_table", "8,6,12"),
        ] {
            assert!(check(key, text).is_err(), "{key} {text}");
        }
    }

    #[test]
    fn a_table_of_tokens_takes_the_formula_s_place() {
        let (settings, _) = Settings::from_pairs([("token_table", "59,76,112")]);
        assert_eq!(settings.token_rule.tokens(Cores(4)), Tokens(76));
        let mut back = settings;
        back.set("token_table", "").unwrap();
        assert_eq!(back.token_rule.tokens(Cores(4)), Tokens(8));
    }

    #[test]
    fn an_old_or_ignored_report_counts_as_none() {
        let settings = Settings::default();
        assert_eq!(settings.counted_external(Tokens(7), Seconds(300)), Tokens(7));
        assert_eq!(settings.counted_external(Tokens(7), Seconds(301)), Tokens(0));
        let (ignoring, _) = Settings::from_pairs([("external_tokens_policy", "ignore")]);
        assert_eq!(ignoring.counted_external(Tokens(7), Seconds(0)), Tokens(0));
    }

    #[test]
    fn the_words_are_there_in_both_languages() {
        for setting in &SETTINGS {
            for words in [setting.ja, setting.en] {
                assert!(!words.title.is_empty() && !words.about.is_empty(), "{}", setting.key);
            }
        }
    }
}
