//! `doctor`: everything that must be right on this machine, and on every node, with the command that puts it right. It
//! changes nothing and runs beside a server, or inside it for the support bundle.

mod node;

pub use node::examine_node;

use crate::config::Config;
use crate::database;
use app::backend::command;
use credentials::Signer;
use domain::health::percent_used;
use domain::{NodeState, Settings};
use repository::Repository;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

/// Who hears each line of what is found.
pub type Say<'s> = &'s mut (dyn FnMut(&str) + Send);

/// What was found so far.
struct Findings<'s> {
    failed: u32,
    say: Say<'s>,
}

impl Findings<'_> {
    fn good(&mut self, what: &str, said: &str) {
        (self.say)(&format!("ok     {what}: {said}"));
    }

    fn look(&mut self, what: &str, said: &str, advice: &str) {
        (self.say)(&format!("look   {what}: {said}\n       {advice}"));
    }

    fn bad(&mut self, what: &str, said: &str, advice: &str) {
        self.failed += 1;
        (self.say)(&format!("FAILED {what}: {said}\n       {advice}"));
    }
}

/// Looks at everything, by the repository of the server itself where this is one; gives how much must be corrected.
pub async fn examine(config: &Config, own: Option<&Repository>, say: Say<'_>) -> u32 {
    let mut found = Findings { failed: 0, say };
    secret(config, &mut found);
    let file = config.database_file();
    if let Some(file) = &file {
        folder_is_right("DATABASE_PATH", folder_of(file), 0o750, &mut found);
    }
    for (name, folder, mode) in [
        ("UPLOAD_DIR", config.upload_dir.as_path(), 0o750),
        ("RESULTS_DIR", &config.results_dir, 0o750),
        ("BACKUP_DIR", &config.backup_dir, 0o700),
        ("LOG_DIR", &config.log_dir, 0o750),
        ("METRICS_DIR", &config.metrics_dir, 0o755),
    ] {
        folder_is_right(name, folder, mode, &mut found);
    }
    key(config, &mut found);
    way_to_database(config, &mut found);
    let repository = match own {
        Some(own) => opened(config, own, &mut found).await,
        None => open(config, &mut found).await,
    };
    let full = repository.as_ref().map_or_else(Settings::default, |repository| (*repository.settings()).clone());
    disks(config, full.alerts.disk_percent, &mut found);
    backups(config, &mut found);
    if let Some(repository) = repository {
        nodes(config, &repository, &mut found).await;
        if own.is_none() {
            repository.close().await;
        }
    }
    found.failed
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn secret(config: &Config, found: &mut Findings<'_>) {
    match Signer::new(config.session_secret.as_deref().unwrap_or_default()) {
        Ok(_) => found.good("SESSION_SECRET", "set"),
        Err(error) => {
            found.bad("SESSION_SECRET", &error.to_string(), "$ echo SESSION_SECRET=$(openssl rand -hex 32) >> .env")
        }
    }
}

/// Others must not read what people sent; we must be able to write.
fn folder_is_right(name: &str, folder: &Path, mode: u32, found: &mut Findings<'_>) {
    let shown = folder.display();
    match fs::metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            found.look(name, &format!("{shown} is not there yet"), "The server makes it when it needs it.");
        }
        Err(error) => found.bad(name, &format!("{shown}: {error}"), &format!("$ ls -ld {shown}")),
        Ok(of) if !of.is_dir() => {
            found.bad(name, &format!("{shown} is a file"), "Move it away, or name another folder.");
        }
        Ok(of) => {
            let is = of.permissions().mode() & 0o777;
            // asked of the system itself, for it knows more than the mode
            let writable = tempfile::Builder::new().prefix(".doctor-").tempfile_in(folder);
            if let Err(error) = writable {
                let advice = format!("$ sudo chown -R \"$(id -un)\" {shown}");
                found.bad(name, &format!("{shown} cannot be written: {error}"), &advice);
            } else if is & !mode & 0o777 != 0 {
                found.bad(name, &format!("{shown} is open to others ({is:o})"), &format!("$ chmod {mode:o} {shown}"));
            } else {
                found.good(name, &format!("{shown} ({is:o})"));
            }
        }
    }
}

fn key(config: &Config, found: &mut Findings<'_>) {
    let path = config.ssh_private_key_path.as_path();
    let shown = path.display();
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            found.bad("SSH key", &format!("{shown} is not there"), &format!("$ ssh-keygen -t ed25519 -N '' -f {shown}"));
        }
        Err(error) => found.bad("SSH key", &format!("{shown}: {error}"), &format!("$ ls -l {shown}")),
        Ok(of) if of.mode() & 0o077 != 0 => {
            let is = of.mode() & 0o777;
            found.bad("SSH key", &format!("{shown} can be read by others ({is:o})"), &format!("$ chmod 600 {shown}"));
        }
        Ok(_) => match crate::executor(config) {
            Ok(_) => found.good("SSH key and runner", &format!("{shown}, {}", config.runner_linux.display())),
            Err(error) => found.bad(
                "SSH key and runner",
                &error.to_string(),
                "The key is made by ssh-keygen -t ed25519; the runner lies beside the program in a release (RUNNER_LINUX).",
            ),
        },
    }
}

fn way_to_database(config: &Config, found: &mut Findings<'_>) {
    if let Ok(database) = config.database()
        && database.may_be_overheard()
    {
        found.look(
            "DATABASE_URL",
            "what goes to the database's server and back, the password too, may be read on the way",
            "Add ?sslmode=verify-full&sslrootcert=FILE to it.",
        );
    }
}

fn disks(config: &Config, full: u32, found: &mut Findings<'_>) {
    let mut seen = Vec::new();
    let file = config.database_file();
    let places = [config.upload_dir.as_path(), &config.results_dir, &config.backup_dir];
    for folder in file.as_deref().map(folder_of).into_iter().chain(places) {
        match machine::disk(folder) {
            Ok(disk) if seen.contains(&disk.id) => {}
            Ok(disk) => {
                seen.push(disk.id);
                let percent = percent_used(disk.free, disk.size);
                let said =
                    format!("{percent}% of the disk of {} in use, {} MB free", folder.display(), disk.free / 1_000_000);
                if percent >= full {
                    found.bad("disk", &said, "Make room, or move a folder to another disk.");
                } else {
                    found.good("disk", &said);
                }
            }
            Err(error) => found.bad("disk", &format!("{}: {error}", folder.display()), "Is its disk mounted?"),
        }
    }
}

/// The database of the server that looks at itself.
async fn opened(config: &Config, own: &Repository, found: &mut Findings<'_>) -> Option<Repository> {
    match database::examine(config).await {
        Ok(schema) => found.good("database", &format!("whole ({}), in use by this server", schema.version)),
        Err(error) => found.bad("database", &error.to_string(), "Make a backup of what can be read; then restore."),
    }
    Some(own.clone())
}

async fn open(config: &Config, found: &mut Findings<'_>) -> Option<Repository> {
    let is_there = match database::is_there(config).await {
        Ok(is_there) => is_there,
        Err(error) => {
            found.bad("database", &error.to_string(), "Until then the server does not start.");
            return None;
        }
    };
    match database::holder(config).await {
        Some(holder) => found.good("in use by", &holder.to_string()),
        None => found.look("server", "none runs on this database", "$ systemctl start abaqus-job-manager"),
    }
    if !is_there {
        match database::refuse_missing(config) {
            Ok(()) => found.look("database", "is not there yet", "The server makes it at its first start."),
            Err(error) => found.bad("database", &error.to_string(), "Until then the server does not start."),
        }
        return None;
    }
    match database::examine(config).await {
        Ok(schema) if schema.pending > 0 => {
            let said = format!("whole, {} changes of its tables are due", schema.pending);
            found.look("database", &said, "The server makes them at its start.");
            // opening it would make them
            return None;
        }
        Ok(schema) => found.good("database", &format!("whole ({})", schema.version)),
        Err(error) => {
            found.bad("database", &error.to_string(), "Until then the server does not start.");
            return None;
        }
    }
    match database::open_repository(config).await {
        Ok(repository) => Some(repository),
        Err(error) => {
            found.bad("database", &error.to_string(), "See above.");
            None
        }
    }
}

fn backups(config: &Config, found: &mut Findings<'_>) {
    match backup::list(&config.backup_dir) {
        Err(error) => found.bad("backups", &error.to_string(), "Is their disk mounted?"),
        Ok(all) => match all.first() {
            None => found.look("backups", "there is none yet", &format!("$ {}", command("backup"))),
            Some(newest) => match (&newest.manifest, &newest.check) {
                (Ok(_), None) => found.good("backups", &format!("{} there, the newest {}", all.len(), newest.name)),
                (Ok(_), Some(check)) if check.problem.is_none() => {
                    found.good("backups", &format!("{} there, the newest {}, checked again", all.len(), newest.name));
                }
                _ => found.bad(
                    "backups",
                    &format!("{} cannot be used", newest.name),
                    &format!("$ {}", command("backup")),
                ),
            },
        },
    }
    if let Some(error) = backup::last_attempt(&config.backup_dir).and_then(|attempt| attempt.error) {
        found.bad("last backup", &error, &format!("Put that right, then: {}", command("backup")));
    }
}

async fn nodes(config: &Config, repository: &Repository, found: &mut Findings<'_>) {
    let nodes = match repository.nodes().await {
        Ok(nodes) => nodes,
        Err(error) => return found.bad("nodes", &error.to_string(), "See above."),
    };
    if nodes.is_empty() {
        found.look("nodes", "there is none yet", "Add one on the page Nodes.");
    }
    for node in nodes {
        if node.state == NodeState::Disabled {
            found.good(node.id.as_str(), "switched off");
            continue;
        }
        (found.say)(node.id.as_str());
        match crate::executor(config) {
            Ok(executor) => {
                found.failed += examine_node(executor, node, repository.settings(), "  ", found.say).await;
            }
            Err(error) => found.bad(node.id.as_str(), &error.to_string(), "See above."),
        }
    }
}
