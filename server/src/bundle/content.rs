//! What goes into it. What cannot be had is said in its place: it is asked for on bad days.

use crate::config::Config;
use crate::{database, doctor};
use backup::Shelved;
use chrono::{DateTime, Local, SecondsFormat};
use domain::NodeSummary;
use domain::settings::SETTINGS;
use logbook::{COMBINED, ERRORS, Log, Veil};
use repository::Repository;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::sync::oneshot;

/// For the doctor to look at everything; what was found until then is told.
const DOCTOR: Duration = Duration::from_secs(120);
/// Parts of a setting's name that say that its value is nobody else's business, beside the names of secrets.
const PRIVATE_SETTINGS: [&str; 7] = ["password", "secret", "webhook", "url", "mail", "smtp", "account"];

const ABOUT: &str = "\
A support bundle of Abaqus Job Manager. Passwords, keys, tokens, cookies, one-time links, the paths of web addresses and
what looks like one of these were taken out ([removed]). Names of people, jobs, nodes and folders may be in the logs:
look through it before you hand it on.

バージョン、診断、健康状態、設定、ノード、バックアップの一覧、ログの終わりです。パスワード、鍵、トークン、Cookie、
一度だけのリンク、Webアドレスのパスと、それらしいものは取り除きました([removed])。人、ジョブ、ノード、フォルダーの名前は
ログに含まれることがあります。渡す前に中を確かめてください。

version.txt      program, tables, system
environment.txt  what is fixed at the start, by a list of allowed names
settings.txt     what admins may change
health.json      how everything stands
nodes.json       nodes, without addresses, accounts and keys
backups.txt      backups and their sizes
logs.txt, logs/  log files, and their last 5 MB
doctor.txt       the report of `doctor`
";

/// Who asks for it.
pub enum From {
    /// The server itself.
    Server(Repository),
    /// Somebody at a shell, with the database where it can be opened.
    Shell(Option<Repository>),
}

/// All of it, before anything is taken out.
pub struct Content {
    /// Names in the archive, and texts.
    pub(super) texts: Vec<(&'static str, String)>,
    /// The folder of the logs.
    pub(super) logs: PathBuf,
    pub(super) veil: Veil,
    /// The doctor's report, when it is there.
    pub(super) doctor: oneshot::Receiver<String>,
}

/// Puts it together; `health` is what the server says of itself.
///
/// # Errors
/// When secrets could not be taken out.
pub async fn gather(
    config: Arc<Config>,
    from: From,
    health: Value,
) -> Result<Content, Box<dyn std::error::Error + Send + Sync>> {
    let (repository, own) = match from {
        From::Server(repository) => (Some(repository.clone()), Some(repository)),
        From::Shell(repository) => (repository, None),
    };
    let mut known = config.secrets();
    if let Some(repository) = &repository {
        // the doctor's commands name accounts
        for node in repository.nodes().await.unwrap_or_default() {
            known.push(format!("{}@{}", node.ssh_user.as_str(), node.ssh_host.as_str()));
            let key = node.host_key.as_deref().and_then(|line| line.split_whitespace().nth(1).map(str::to_owned));
            known.extend(key);
        }
    }
    let veil = Veil::new(known)?;
    let mut texts = vec![
        ("READ-ME.txt", ABOUT.to_owned()),
        ("version.txt", version(&config).await),
        ("environment.txt", environment(&config)),
    ];
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
    let not_open = || "the database could not be opened; doctor.txt says why\n".to_owned();
    texts.push(("settings.txt", repository.as_ref().map_or_else(not_open, |open| settings(open, &veil))));
    let mut health = health;
    veil.value(&mut health);
    texts.push(("health.json", pretty(&health)));
    let nodes = match &repository {
        Some(open) => open.node_summaries().await.map_or_else(|error| error.to_string(), |all| pretty(&nodes(&all))),
        None => not_open(),
    };
    texts.push(("nodes.json", nodes));
    let (backups, logs) = (config.backup_dir.clone(), config.log_dir.clone());
    let listed = tokio::task::spawn_blocking(move || (backups_in(&backups), log_files(&logs))).await;
    let (backups, files) = listed.unwrap_or_default();
    texts.extend([("backups.txt", backups), ("logs.txt", files)]);
    let logs = config.log_dir.clone();
    Ok(Content { texts, logs, veil, doctor: ask_doctor(config, own) })
}

/// Asks on, while the rest is sent already.
fn ask_doctor(config: Arc<Config>, own: Option<Repository>) -> oneshot::Receiver<String> {
    let (mut sender, receiver) = oneshot::channel();
    tokio::spawn(async move {
        let said = Arc::new(Mutex::new(String::new()));
        let hears = Arc::clone(&said);
        let mut say = move |line: &str| {
            let mut said = hears.lock().unwrap_or_else(PoisonError::into_inner);
            said.push_str(line);
            said.push('\n');
        };
        let looked = tokio::select! {
            looked = tokio::time::timeout(DOCTOR, doctor::examine(&config, own.as_ref(), &mut say)) => looked,
            // whoever took it has gone
            () = sender.closed() => return,
        };
        let mut report = std::mem::take(&mut *said.lock().unwrap_or_else(PoisonError::into_inner));
        let end = match looked {
            Ok(0) => "\nnothing must be corrected\n".to_owned(),
            Ok(failed) => format!("\n{failed} must be corrected\n"),
            Err(_) => format!("\nit took longer than {} s: what follows is not known\n", DOCTOR.as_secs()),
        };
        report.push_str(&end);
        // or goes in this moment
        let _ = sender.send(report);
    });
    receiver
}

fn word(path: &str) -> String {
    fs::read_to_string(path).map_or_else(|_| "unknown".to_owned(), |text| text.trim().to_owned())
}

async fn version(config: &Config) -> String {
    let tables = match database::is_there(config).await {
        Ok(true) => database::examine(config).await.map_or_else(|error| error.to_string(), |schema| schema.version),
        Ok(false) => "there are none".to_owned(),
        Err(error) => error.to_string(),
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!(
        "program: abaqus-job-manager {}\ntables: {tables}\nsystem: {} {}, {cores} cores\nmade at: {}\n",
        env!("CARGO_PKG_VERSION"),
        word("/proc/sys/kernel/ostype"),
        word("/proc/sys/kernel/osrelease"),
        Local::now().to_rfc3339_opts(SecondsFormat::Secs, false)
    )
}

/// The names that are allowed, and no others; of secrets only whether they are set.
fn environment(config: &Config) -> String {
    let path = |path: &Path| path.display().to_string();
    let number = |number: Option<String>| number.unwrap_or_else(|| "not set".to_owned());
    let set = |is_set: bool| (if is_set { "yes" } else { "no" }).to_owned();
    let all = [
        ("DATABASE_PATH", path(&config.database_path)),
        ("is DATABASE_URL set", set(config.database_file().is_none())),
        ("UPLOAD_DIR", path(&config.upload_dir)),
        ("RESULTS_DIR", path(&config.results_dir)),
        ("BACKUP_DIR", path(&config.backup_dir)),
        ("LOG_DIR", path(&config.log_dir)),
        ("METRICS_DIR", path(&config.metrics_dir)),
        ("SSH_PRIVATE_KEY_PATH", path(&config.ssh_private_key_path)),
        ("RUNNER_LINUX", path(&config.runner_linux)),
        ("RUNNER_WINDOWS", path(&config.runner_windows())),
        ("MAX_FILE_SIZE_MB", number(config.max_file_size_mb.map(|n| n.to_string()))),
        ("TOTAL_LICENSE_TOKENS", number(config.total_license_tokens.map(|n| n.to_string()))),
        ("LOG_LEVEL", config.log_level.clone()),
        ("LISTEN", config.listen.to_string()),
        ("PORT", config.port.to_string()),
        ("LEPTOS_SITE_ROOT", path(&config.site_root)),
        ("is PUBLIC_URL set", set(config.public_url.is_some())),
        ("is WEBHOOK_URL set", set(config.webhook_url.is_some())),
        ("is SESSION_SECRET set", set(config.session_secret.is_some())),
    ];
    all.iter().fold(String::new(), |text, (name, value)| format!("{text}{name}={value}\n"))
}

fn settings(repository: &Repository, veil: &Veil) -> String {
    let settings = repository.settings();
    let mut text = String::new();
    for setting in &SETTINGS {
        let is_private = veil.is_secret(setting.key) || PRIVATE_SETTINGS.iter().any(|part| setting.key.contains(part));
        let value = settings.text(setting.key).unwrap_or_default();
        let value = match (is_private, value.is_empty()) {
            (true, false) => "(set, left out)".to_owned(),
            (_, true) => "(none)".to_owned(),
            (false, false) => value,
        };
        // writing to a text cannot fail
        let _ = writeln!(text, "{} = {value}", setting.key);
    }
    text
}

/// Without addresses, accounts, keys, folders and what the machines are called.
fn nodes(all: &[NodeSummary]) -> Value {
    let node = |node: &NodeSummary| {
        json!({
            "id": node.id,
            "state": node.state,
            "state_reason": node.state_reason,
            "state_until": node.state_until,
            "cores": node.cores,
            "cores_used": node.cores_used,
            "cores_reserved": node.cores_reserved,
            "max_tokens": node.max_tokens,
            "tokens_used": node.tokens_used,
            "jobs": node.jobs.iter().map(|job| job.id).collect::<Vec<_>>(),
            "solvers": node.solvers,
            "last_contact": node.last_contact,
            "disk": node.disk,
        })
    };
    all.iter().map(node).collect()
}

fn backups_in(folder: &Path) -> String {
    let all = match backup::list(folder) {
        Ok(all) if all.is_empty() => return "there is none\n".to_owned(),
        Ok(all) => all,
        Err(error) => return format!("{error}\n"),
    };
    let mut text = String::new();
    for shelved in &all {
        let _ = writeln!(text, "{}", about(shelved));
        match backup::files(&shelved.folder) {
            Ok(files) => {
                for (part, (count, bytes)) in heaps(&files) {
                    let _ = writeln!(text, "  {part}: {count} files, {bytes} bytes");
                }
            }
            Err(error) => {
                let _ = writeln!(text, "  {error}");
            }
        }
    }
    text
}

fn about(shelved: &Shelved) -> String {
    let good = if shelved.is_good() { "good" } else { "cannot be used" };
    match &shelved.manifest {
        Ok(manifest) => format!(
            "{}: {good}, {} files, {} bytes ({} new), {} jobs, version {}",
            shelved.name, manifest.files, manifest.bytes, manifest.new_bytes, manifest.jobs, manifest.version
        ),
        Err(error) => format!("{}: {good}: {error}", shelved.name),
    }
}

/// Files by the first part of their path: what people sent and what runs brought back is nobody else's business.
fn heaps(files: &[(String, PathBuf)]) -> BTreeMap<&str, (u64, u64)> {
    let mut heaps = BTreeMap::new();
    for (path, file) in files {
        let (count, bytes) = heaps.entry(path.split('/').next().unwrap_or_default()).or_insert((0, 0));
        *count += 1;
        *bytes += fs::metadata(file).map_or(0, |file| file.len());
    }
    heaps
}

fn log_files(folder: &Path) -> String {
    let written = |at: SystemTime| DateTime::<Local>::from(at).to_rfc3339_opts(SecondsFormat::Secs, false);
    let of = |kind| match logbook::sizes(&Log::of(folder, kind)) {
        Ok(all) => all
            .into_iter()
            .map(|(name, bytes, at)| format!("{name}: {bytes} bytes, written {}\n", written(at)))
            .collect::<String>(),
        Err(error) => format!("{error}\n"),
    };
    of(COMBINED) + &of(ERRORS)
}
