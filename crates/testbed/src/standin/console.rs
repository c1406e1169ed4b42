//! What goes to the terminal, or to `JOB.log` of a run in the background: as release 2023 prints it.

use std::io::{self, Write};
use std::path::Path;

/// The console, in the ways of Linux or (`cp932`) of a Japanese Windows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Console {
    pub windows: bool,
}

/// What is printed first wherever the stand-in shows: nobody may take it for Abaqus.
pub const LABEL: &str = "Abaqus 2023 (stand-in over CalculiX)";

impl Console {
    pub fn say(self, line: &str) {
        self.bytes(line.as_bytes());
    }

    /// A console that nobody reads any more is no reason to stop.
    pub fn bytes(self, line: &[u8]) {
        let mut out = io::stdout().lock();
        let end: &[u8] = if self.windows { b"\r\n" } else { b"\n" };
        let _ = out.write_all(&[line, end].concat()).and_then(|()| out.flush());
    }

    /// The clock as the machine's locale writes it.
    pub fn clock(self) {
        let format = if self.windows { "%Y/%m/%d %-H:%M:%S" } else { "%a %d %b %Y %I:%M:%S %p UTC" };
        self.say(&chrono::Utc::now().format(format).to_string());
    }

    pub fn begin(self, phase: &str, program: &str) {
        self.say(&format!("Begin {phase}"));
        self.clock();
        self.say(&if self.windows { format!("Run {program}.exe") } else { format!("Run {program}") });
    }

    pub fn end(self, phase: &str) {
        self.clock();
        self.say(&format!("End {phase}"));
    }

    pub fn error(self, text: &str) {
        self.say(&format!("Abaqus Error: {text}"));
    }

    /// The heading of `.dat` and `.msg`.
    pub fn page(self) -> String {
        let now = chrono::Local::now();
        format!("1\n\n   {LABEL:<47}Date {}   Time {}\n   \n\n", now.format("%d-%b-%Y"), now.format("%H:%M:%S"))
    }

    /// The first line of a `.sta`: on a Japanese Windows the month is written in code page 932.
    pub fn status_heading(self, product: &str) -> Vec<u8> {
        let now = chrono::Local::now();
        let month = if self.windows { "%-m" } else { "%b" };
        let mut line = format!(" {product:<37} DATE {}-{}", now.format("%d"), now.format(month)).into_bytes();
        if self.windows {
            // 月
            line.extend([0x8c, 0x8e]);
        }
        line.extend(now.format("-%Y TIME %H:%M:%S\n").to_string().into_bytes());
        line
    }
}

/// Removes the file if it is there.
pub fn remove(path: impl AsRef<Path>) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
