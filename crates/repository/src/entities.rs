//! The tables as sea-orm sees them. Private: other rooms speak the domain's types.

pub(crate) mod alerts;
pub(crate) mod api_tokens;
pub(crate) mod audit_log;
pub(crate) mod daily_usage;
pub(crate) mod invitations;
pub(crate) mod job_files;
pub(crate) mod job_history;
pub(crate) mod jobs;
pub(crate) mod nodes;
pub(crate) mod reservations;
pub(crate) mod result_files;
pub(crate) mod runs;
pub(crate) mod sessions;
pub(crate) mod system_config;
pub(crate) mod uploads;
pub(crate) mod users;
pub(crate) mod webhook_messages;
