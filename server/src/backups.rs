//! `backup`, `verify-backup`, `restore`: for cron, for a shell, and for the day when the server does not start.

use backup::{BackupError, Lost, Progress, Restored, Rules, Step, Target, Tell};
use domain::{Actor, Timestamp};
use server::config::Config;
use server::database;
use std::error::Error;
use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often progress is drawn on a terminal.
const REDRAWN: Duration = Duration::from_millis(200);
/// Lost jobs that are listed by name.
const LISTED: usize = 20;

/// Makes one, beside a server or without.
pub async fn back_up(config: &Config) -> Result<(), Box<dyn Error>> {
    let repository = server::open_repository(config).await?;
    let rules = Rules::of(&repository.settings());
    let made = backup::write(&repository, &config.places(), rules, &on_terminal()).await;
    let noted = match &made {
        Ok(made) => repository.note_backup("make_backup", &made.name, &Actor::at_the_shell()?).await,
        Err(_) => Ok(()),
    };
    repository.close().await;
    let made = made.map_err(|error| explain(config, error))?;
    noted?;
    println!("{}", made.folder.display());
    let manifest = made.manifest?;
    say(&format!(
        "{} files, {}; {} of it new; verified",
        manifest.files,
        size(manifest.bytes),
        size(manifest.new_bytes)
    ));
    Ok(())
}

/// Reads one again, or all of them, and says which are good.
pub async fn verify(config: &Config, name: &str) -> Result<(), Box<dyn Error>> {
    let all = match name {
        "all" => backup::list(&config.backup_dir)?,
        name => vec![backup::find(&config.backup_dir, name)?],
    };
    if all.is_empty() {
        return Err(format!("there is no backup in {}", config.backup_dir.display()).into());
    }
    let mut bad = 0;
    for shelved in all {
        let tell = on_terminal();
        match backup::check(&shelved, &tell).await {
            Ok(verified) => {
                let manifest = verified.manifest;
                let files = format!("{} files, {}", manifest.files, size(manifest.bytes));
                println!("{}: good: {} jobs, {files}, version {}", shelved.name, manifest.jobs, manifest.version);
            }
            Err(error) => {
                bad += 1;
                println!("{}: {error}", shelved.name);
            }
        }
    }
    if bad == 0 { Ok(()) } else { Err(format!("{bad} cannot be used").into()) }
}

/// Puts one back.
pub async fn restore(config: &Config, name: &str) -> Result<(), Box<dyn Error>> {
    let claim = database::claim(config, "restore").await?;
    let places = config.places();
    let actor = Actor::at_the_shell()?;
    let left = database::claim_left(config, "restore").await?;
    let left = left.as_ref().map(|(file, claim)| (file.clone(), claim));
    let target = Target { database: config.database()?, claim: &claim, left };
    let restored = backup::restore(target, &places, name, &actor, &on_terminal()).await;
    let restored = restored.map_err(|error| explain(config, error))?;
    println!("{}", told(&restored));
    Ok(())
}

/// What a restore did, for the person who has to tell the others.
fn told(restored: &Restored) -> String {
    let Restored { manifest, lost, settled, kept, left, files } = restored;
    let mut lines = Vec::new();
    let at = Timestamp(manifest.made_at);
    lines.push(format!("The database is as it was at {}, with {} jobs.", moment(at), manifest.jobs));
    lines.push(format!("{files} files were put back; the others were there already."));
    match kept {
        Some(kept) => lines.push(format!("The database before it is kept in {kept}")),
        None if left.is_none() => lines.push("There was no database before it.".to_owned()),
        None => {}
    }
    if let Some(folder) = left {
        lines.push(format!(
            "The file that was the database until now is kept in {}: no server begins with it again.",
            folder.display()
        ));
    }
    match lost {
        Lost::Nothing => {}
        Lost::Unknown => lines.push(
            "What was in the database before could not be read: all that happened since then is lost to this one."
                .to_owned(),
        ),
        Lost::Known { jobs, changed } if jobs.is_empty() && *changed == 0 => {
            lines.push("No job is lost.".to_owned());
        }
        Lost::Known { jobs, changed } => {
            lines.push(format!(
                "{} jobs submitted since then are lost; {changed} stand as they stood then.",
                jobs.len()
            ));
            for job in jobs.iter().take(LISTED) {
                let at = moment(job.created_at);
                lines.push(format!("  lost: {} {} of {} ({}, {at})", job.id, job.name, job.user, job.status));
            }
            if jobs.len() > LISTED {
                lines.push(format!("  and {} more", jobs.len() - LISTED));
            }
        }
    }
    if !settled.held.is_empty() {
        lines.push(format!(
            "{} jobs that were waiting are held, for they may have run since: release or cancel each ({}).",
            settled.held.len(),
            ids(&settled.held)
        ));
    }
    if !settled.starting.is_empty() {
        lines.push(format!("Were starting, look at them first: {}.", ids(&settled.starting)));
    }
    if *lost != Lost::Nothing {
        lines.push(
            "Runs started since then may go on on the nodes, unknown to this database: look there before you release a \
             held job."
                .to_owned(),
        );
    }
    if settled.revoked > 0 {
        lines.push(format!("{} API tokens do not work any more: make new ones.", settled.revoked));
    }
    if !settled.closed.is_empty() {
        lines.push(format!("Closed again, as they were before: {}.", settled.closed.join(", ")));
    }
    lines.push(
        "Everybody signs in again. Roles, passwords, settings, nodes and accepted host keys are as they were then: look \
         through them."
            .to_owned(),
    );
    lines.push("`.env` and the key for the nodes are in no backup: they stay as they are here.".to_owned());
    lines.join("\n")
}

fn ids(jobs: &[domain::JobId]) -> String {
    jobs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn moment(at: Timestamp) -> String {
    let local = chrono::DateTime::from_timestamp(at.0, 0).map(|at| at.with_timezone(&chrono::Local));
    local.map_or_else(|| at.0.to_string(), |at| at.format("%Y-%m-%d %H:%M").to_string())
}

fn explain(config: &Config, error: BackupError) -> Box<dyn Error> {
    match error {
        BackupError::Repository(error) => Box::new(database::explain(config, error)),
        other => Box::new(other),
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{} MB", bytes.div_ceil(1_000_000)),
    }
}

/// For people beside what programs read on standard output.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Draws progress where somebody watches.
fn on_terminal() -> Tell {
    if !std::io::stderr().is_terminal() {
        return Arc::new(|_| {});
    }
    let drawn: Mutex<Option<(Instant, Step)>> = Mutex::default();
    Arc::new(move |progress: Progress| {
        let mut drawn = drawn.lock().unwrap_or_else(PoisonError::into_inner);
        if drawn.is_some_and(|(at, step)| step == progress.step && at.elapsed() < REDRAWN) {
            return;
        }
        *drawn = Some((Instant::now(), progress.step));
        let what = match progress.step {
            Step::Database => "copying the database",
            Step::Files => "copying files",
            Step::Verify => "reading it again",
            Step::Restore => "putting files back",
        };
        let percent = (progress.bytes * 100).checked_div(progress.of_bytes);
        let done = percent.map(|percent| format!(" {}%", percent.min(100))).unwrap_or_default();
        let _ = write!(std::io::stderr(), "\r\x1b[K{what}{done}\r");
    })
}
