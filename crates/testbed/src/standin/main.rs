//! A stand-in for the command `abaqus`, for tests and demos on machines without Abaqus. It takes the command line, prints
//! the texts and writes the files of release 2023, and lets CalculiX compute underneath (on Windows it plays a run). Its results are none of Abaqus'.

mod analysis;
#[cfg(unix)]
mod calculix;
mod console;
mod control;
mod driver;
mod explicit;
mod figures;
mod flat;
mod licence;
mod model;
mod options;
mod replay;
mod report;
mod rewrite;
mod settings;
mod standard;
mod system;

use console::{Console, LABEL};
use std::io;
use std::process::ExitCode;

/// Why a command ends at once, in Abaqus' words.
struct Fail(String);

impl Fail {
    pub(crate) fn said(text: impl Into<String>) -> Fail {
        Fail(text.into())
    }

    pub(crate) fn not_located(files: &[String]) -> Fail {
        Fail(format!("The following file(s) could not be located: {}", files.join(", ")))
    }
}

impl From<io::Error> for Fail {
    fn from(error: io::Error) -> Fail {
        Fail(format!("stand-in: {error}"))
    }
}

/// The argument that makes this program its own child `standard`.
const STANDARD: &str = "--standin-standard";
/// The argument that makes it CalculiX, ended with its parent.
#[cfg(unix)]
const GUARDED: &str = "--standin-guarded";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(code) => ExitCode::from(code),
        Err(Fail(text)) => {
            let console = Console::default();
            console.error(&text);
            console.say("Abaqus/Analysis exited with error(s).");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<u8, Fail> {
    let keys: Vec<String> = arguments.iter().map(|argument| options::split(argument).0).collect();
    let is = |word: &str| keys.iter().any(|key| key == word);
    match arguments.first().map(String::as_str) {
        Some(STANDARD) => return standard::run(&arguments[1..]),
        #[cfg(unix)]
        Some(GUARDED) => return Err(calculix::become_guarded(&arguments[1..])),
        _ => {}
    }
    if let Some(word) = ["terminate", "suspend", "resume"].into_iter().find(|word| is(word)) {
        control::send(word, arguments)?;
        return Ok(0);
    }
    match keys.first().map(String::as_str) {
        Some("licensing") => licensing(&arguments[1..]),
        Some("information") | Some("whereami") => {
            Console::default().say(LABEL);
            Ok(0)
        }
        None => Err(Fail::said("No command line options were given.")),
        _ => driver::run(arguments),
    }
}

fn licensing(arguments: &[String]) -> Result<u8, Fail> {
    let pool = licence::Pool::open(&settings::Settings::read())?;
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let text = match words.as_slice() {
        ["lmstat", ..] => pool.lmstat()?,
        ["dslsstat", ..] => pool.dslsstat()?,
        _ => return Err(Fail::said("\"licensing\" takes lmstat -a or dslsstat -usage.")),
    };
    Console::default().say(text.trim_end());
    Ok(0)
}
