//! Where the stand-in takes its ways from: its wrapper's variables, `abaqus_v6.env`, and comment lines of the deck.

use crate::system;
use std::path::PathBuf;
use std::time::Duration;

/// From the environment (`STANDIN_…`) and `abaqus_v6.env` of the home and the folder; the later wins.
#[derive(Clone, Debug)]
pub struct Settings {
    #[cfg(unix)]
    pub ccx: String,
    pub licence_dir: PathBuf,
    pub total: u32,
    /// Days until the licence ends.
    pub days_left: u32,
    pub poll: Duration,
    pub dsls: bool,
    pub queuing: bool,
    /// How long to wait in the queue; `None` is for ever.
    pub queue_limit: Option<Duration>,
    pub ask_delete: bool,
    /// Modes for every deck, before those that a deck names.
    pub modes: String,
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl Settings {
    pub fn read() -> Settings {
        let mut settings = Settings {
            #[cfg(unix)]
            ccx: variable("STANDIN_CCX").unwrap_or_else(|| "ccx".to_owned()),
            licence_dir: variable("STANDIN_LICENSE_DIR").map_or_else(
                || std::env::temp_dir().join(format!("abaqus-standin-licence-{}", system::account())),
                PathBuf::from,
            ),
            total: variable("STANDIN_LICENSE_TOTAL").and_then(|text| text.parse().ok()).unwrap_or(50),
            days_left: variable("STANDIN_LICENSE_DAYS").and_then(|text| text.parse().ok()).unwrap_or(3_650),
            poll: Duration::from_millis(
                variable("STANDIN_LICENSE_POLL_MS").and_then(|text| text.parse().ok()).unwrap_or(30_000),
            ),
            dsls: variable("STANDIN_LICENSE_SERVER").is_some_and(|kind| kind.eq_ignore_ascii_case("dsls")),
            queuing: true,
            queue_limit: None,
            ask_delete: true,
            modes: variable("STANDIN_MODE").unwrap_or_default(),
        };
        let home = variable("HOME").map(|home| PathBuf::from(home).join("abaqus_v6.env"));
        for file in home.into_iter().chain([PathBuf::from("abaqus_v6.env")]) {
            settings.take(&std::fs::read_to_string(file).unwrap_or_default());
        }
        settings
    }

    fn take(&mut self, text: &str) {
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once('=') else { continue };
            let value = value.trim().trim_matches(['"', '\'']);
            let off = value.eq_ignore_ascii_case("off");
            match key.trim() {
                "lmlicensequeuing" => self.queuing = !off,
                "ask_delete" => self.ask_delete = !off,
                "license_server_type" => self.dsls = value.eq_ignore_ascii_case("dsls"),
                // minutes; 0 is for ever
                "lmhanglimit" => {
                    let minutes = value.parse::<f64>().ok().filter(|minutes| *minutes > 0.0);
                    self.queue_limit = minutes.map(|minutes| Duration::from_secs_f64(minutes * 60.0));
                }
                _ => {}
            }
        }
    }
}

/// How this run is to behave.
#[derive(Clone, Debug, Default)]
pub struct Modes {
    /// Alive, and nothing grows.
    pub hang: bool,
    /// `terminate` and SIGTERM do nothing.
    pub ignore_terminate: bool,
    /// SIGTERM ends the driver alone, as when only the launcher is killed.
    pub orphan: bool,
    /// The analysis aborts with a signal.
    pub crash: bool,
    /// Ends as after SIGKILL: no end line, the lock stays.
    pub kill_leaving_lock: bool,
    pub explicit: bool,
    /// Nothing is computed: where there is no CalculiX.
    pub replay: bool,
    /// What is played comes to nothing in its second increment.
    pub diverge: bool,
    pub cp932: bool,
    pub compile_error: bool,
    pub no_end_line: bool,
    pub exit: Option<u8>,
    pub first_byte: Duration,
    pub increment_pause: Duration,
    pub dat_bytes: u64,
    pub flood_bytes: u64,
}

impl Modes {
    /// From words as `exit=134`, separated by blanks or commas.
    pub fn read(default: &str, deck: &[u8]) -> Modes {
        let mut modes = Modes { replay: cfg!(windows), ..Modes::default() };
        modes.take(default);
        for line in deck.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"**")) {
            let line = String::from_utf8_lossy(line);
            if let Some(words) = line.trim_start_matches('*').trim_start().strip_prefix("standin:") {
                modes.take(words);
            }
        }
        modes
    }

    fn take(&mut self, words: &str) {
        for word in words.split([' ', ',', '\t', '\r']) {
            let word = word.strip_prefix("mode=").unwrap_or(word);
            let (key, value) = word.split_once('=').unwrap_or((word, ""));
            match key {
                "hang" => self.hang = true,
                "ignore-terminate" => self.ignore_terminate = true,
                "orphan" => self.orphan = true,
                "crash" => self.crash = true,
                "kill-leaving-lck" => self.kill_leaving_lock = true,
                "explicit" => self.explicit = true,
                "replay" => self.replay = true,
                "diverge" => self.diverge = true,
                "cp932" => self.cp932 = true,
                "compile-error" => self.compile_error = true,
                "no-end-line" => self.no_end_line = true,
                "exit" => self.exit = value.parse().ok(),
                "slow-first-byte" => self.first_byte = span(value),
                "increment-pause" => self.increment_pause = span(value),
                "big-dat" => self.dat_bytes = bytes(value),
                "flood" => self.flood_bytes = bytes(value),
                _ => {}
            }
        }
    }
}

fn span(text: &str) -> Duration {
    let (number, unit) = text.split_at(text.find(|c: char| c.is_alphabetic()).unwrap_or(text.len()));
    let number = number.parse::<f64>().unwrap_or(0.0).max(0.0);
    Duration::from_secs_f64(if unit == "ms" { number / 1000.0 } else { number })
}

fn bytes(text: &str) -> u64 {
    let (number, unit) = text.split_at(text.find(|c: char| c.is_alphabetic()).unwrap_or(text.len()));
    let factor = match unit {
        "kB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        _ => 1,
    };
    number.parse::<u64>().unwrap_or(0) * factor
}
