//! What keeps it running: how everything stands, what somebody should know, and backups.

mod backups;
mod health;
mod view;

pub use backups::BackupWork;
pub use health::Watch;
pub use view::next_after;

use std::path::PathBuf;

/// Where the server's own things lie, beside uploads and results.
#[derive(Clone, Debug)]
pub struct OwnFolders {
    /// The database's file.
    pub database: PathBuf,
    /// Backups.
    pub backups: PathBuf,
    /// Log files.
    pub logs: PathBuf,
}
