//! What keeps it running: how everything stands, what somebody should know and how they hear of it, and backups.

mod backups;
mod cleanup;
mod health;
mod logs;
mod view;
mod webhook;

pub use backups::BackupWork;
pub use health::Watch;
pub use view::{last_before, next_after};
pub use webhook::Webhook;

use std::path::{Path, PathBuf};

/// Where the server's own things lie, beside uploads and results.
#[derive(Clone, Debug)]
pub struct OwnFolders {
    /// The database's file; a server's database has none here.
    pub database: Option<PathBuf>,
    /// Backups.
    pub backups: PathBuf,
    /// Log files.
    pub logs: PathBuf,
}

/// A command of this program to copy, such as `restore latest`: by the script beside it where there is one (it knows the
/// folder and the account), else by the program's own path, from the folder that this server's settings are in.
pub fn command(words: &str) -> String {
    let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("abaqus-job-manager"));
    let (verb, rest) = words.split_once(' ').map_or((words, String::new()), |(verb, rest)| (verb, format!(" {rest}")));
    let script = program.with_file_name(format!("{verb}.sh"));
    if !script.exists() {
        let here = std::env::current_dir().map(|here| format!("cd '{}' && ", here.display())).unwrap_or_default();
        return format!("{here}'{}' {words}", program.display());
    }
    // PREFIX/releases/VERSION: whichever version is in use when the command is
    let prefix = program.parent().and_then(Path::parent).filter(|folder| folder.ends_with("releases"));
    let current = prefix.and_then(Path::parent).map(|prefix| prefix.join("current").join(format!("{verb}.sh")));
    format!("{}{rest}", current.unwrap_or(script).display())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::command;

    #[test]
    fn a_command_is_told_with_the_folder_it_is_run_in() {
        let here = std::env::current_dir().unwrap();
        let told = command("restore latest");
        assert!(
            told.starts_with(&format!("cd '{}' && '/", here.display())) && told.ends_with("' restore latest"),
            "{told}"
        );
    }
}
