//! What an admin may change at run time: every key of `system_config`, typed, with range, default and meaning.

use crate::{Seconds, TokenRule, Tokens};
use serde::{Deserialize, Serialize};

/// All settings, as the program uses them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// `total_license_tokens`.
    pub total_license_tokens: Tokens,
    /// `token_factor`, `token_exponent`, `token_table`.
    pub token_rule: TokenRule,
    /// `backfill_patience_minutes`.
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
    /// `keep_failed_run_folders`.
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
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            total_license_tokens: Tokens(50),
            token_rule: TokenRule::default(),
            backfill_patience: Seconds(15 * 60),
            poll_interval: Seconds(2),
            max_file_bytes: 100 * 1024 * 1024,
            infrastructure_tries: 3,
            retry_pause: Seconds(5),
            stop_grace: Seconds(30),
            keep_failed_run_folders: false,
            user_max_running_jobs: None,
            user_max_tokens: None,
            trouble_cutbacks: 5,
            trouble_cutback_minutes: 10,
            trouble_no_growth_minutes: 30,
        }
    }
}
