//! `settings`: what an admin may change at run time, from the command line. A server that runs takes a change over at
//! its next look.

use app::i18n::{Locale, sentence};
use clap::Subcommand;
use domain::Actor;
use domain::settings::{SETTINGS, Setting, SettingChange, SettingFault, SettingProblem, check, file};
use repository::Repository;
use server::config::Config;
use std::error::Error;
use std::io::{Read, Write};
use std::path::PathBuf;

/// What can be done with settings.
#[derive(Subcommand)]
pub enum Command {
    /// Says what there is to set: key, unit, range, default and meaning, in Japanese and English.
    List,
    /// Says what is saved: one value, or all of them as KEY=VALUE.
    Get {
        /// Which; all unless told.
        key: Option<String>,
    },
    /// Saves one value.
    Set {
        /// Which.
        key: String,
        /// What; an empty one where that means no limit.
        value: String,
    },
    /// Writes all settings as TOML.
    Export,
    /// Saves what a TOML file names, all of it or nothing.
    Import {
        /// The file; `-` is what comes by the pipe.
        file: PathBuf,
    },
}

/// Does it. What is asked for goes to standard output and nothing else does.
pub async fn run(command: Command, config: &Config) -> Result<(), Box<dyn Error>> {
    let text = match command {
        Command::List => list(),
        Command::Get { key } => with(config, async |repository| get(repository, key.as_deref()).await).await?,
        Command::Set { key, value } => {
            let value = check(&key, &value)?;
            with(config, async |repository| save(repository, &[(key, value)]).await).await?
        }
        Command::Export => with(config, async |repository| Ok(file::write(&repository.settings()))).await?,
        Command::Import { file } => {
            let wanted = file::read(&read(&file)?)?;
            let wanted: Vec<_> = wanted.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
            with(config, async |repository| save(repository, &wanted).await).await?
        }
    };
    // a pipe that is closed early has had enough
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(())
}

async fn with(
    config: &Config,
    what: impl AsyncFnOnce(&Repository) -> Result<String, Box<dyn Error>>,
) -> Result<String, Box<dyn Error>> {
    let repository = server::open_repository(config).await?;
    let done = what(&repository).await;
    repository.close().await;
    done
}

fn read(file: &PathBuf) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    let read = if file.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut text).map(drop)
    } else {
        std::fs::read_to_string(file).map(|whole| text = whole)
    };
    read.map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(text)
}

async fn get(repository: &Repository, key: Option<&str>) -> Result<String, Box<dyn Error>> {
    let saved = repository.saved_settings().await?;
    let Some(key) = key else {
        return Ok(saved.iter().map(|saved| format!("{}={}\n", saved.key, saved.value)).collect());
    };
    match saved.into_iter().find(|saved| saved.key == key) {
        Some(saved) => Ok(format!("{}\n", saved.value)),
        None => {
            let fault = SettingFault::NoSuchKey;
            Err(SettingProblem { key: key.to_owned(), value: String::new(), fault }.into())
        }
    }
}

/// Says what it changed: `KEY: BEFORE -> AFTER`.
async fn save(repository: &Repository, wanted: &[(String, String)]) -> Result<String, Box<dyn Error>> {
    let actor = Actor::at_the_shell()?;
    let before = repository.saved_settings().await?;
    let mut said = String::new();
    let mut changes = Vec::new();
    for (key, value) in wanted {
        if let Some(saved) = before.iter().find(|saved| saved.key == *key && saved.value != *value) {
            said.push_str(&format!("{key}: {:?} -> {value:?}\n", saved.value));
            changes.push(SettingChange { key: key.clone(), value: value.clone(), version: saved.version });
        }
    }
    repository.change_settings(&changes, &actor).await?;
    Ok(said)
}

/// The definition as a text to read.
fn list() -> String {
    SETTINGS.iter().map(describe).collect()
}

fn describe(setting: &'static Setting) -> String {
    let mut text = format!("{}\n", setting.key);
    for locale in [Locale::Ja, Locale::En] {
        let words = sentence::setting::words(locale, setting);
        let hint = sentence::setting::hint(locale, setting);
        let unit = sentence::setting::unit(setting.unit).in_locale(locale);
        let unit = if unit.is_empty() { String::new() } else { format!(" [{unit}]") };
        text.push_str(&format!("  {}{unit}: {}\n  {hint}\n", words.title, words.about));
    }
    if let domain::settings::Kind::Choice { words } = setting.kind {
        text.push_str(&format!("  {}\n", words.join(" | ")));
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_described_in_both_languages() {
        let text = list();
        for setting in &SETTINGS {
            for part in [setting.key, setting.ja.about, setting.en.about] {
                assert!(text.contains(part), "{part}");
            }
        }
        assert!(text.contains("状態を調べる間隔 [秒]") && text.contains("1 to 60 · default 2 s"), "{text}");
        assert!(text.contains("off | flexnet | dsls"), "{text}");
    }
}
