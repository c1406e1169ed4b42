//! The command line, as Abaqus takes it: `key=value` and bare words, a leading `-` is allowed.

use crate::Fail;
use std::path::Path;

/// What an analysis was asked for with.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub job: String,
    pub input: String,
    pub user: Option<String>,
    pub oldjob: Option<String>,
    pub cpus: u32,
    pub gpus: u32,
    pub memory: Option<String>,
    pub scratch: Option<String>,
    pub double: bool,
    /// stdin may be asked before old files are overwritten
    pub ask_delete: bool,
    pub interactive: bool,
    pub only_check: bool,
}

/// The options of an analysis that are taken and change nothing here.
const TAKEN: [&str; 9] = [
    "mp_mode",
    "standard_parallel",
    "parallel",
    "domains",
    "output_precision",
    "queue",
    "verbose",
    "resultsformat",
    "analysis",
];

/// `key`, `value` of one argument.
pub fn split(argument: &str) -> (String, Option<&str>) {
    let bare = argument.trim_start_matches('-');
    match bare.split_once('=') {
        Some((key, value)) => (key.to_ascii_lowercase(), Some(value)),
        None => (bare.to_ascii_lowercase(), None),
    }
}

impl Options {
    pub fn parse(arguments: &[String], ask_delete: bool) -> Result<Options, Fail> {
        let mut options = Options { cpus: 1, ask_delete, ..Options::default() };
        for argument in arguments {
            let (key, value) = split(argument);
            let text = || value.map(str::to_owned).ok_or_else(|| needs_value(&key));
            match key.as_str() {
                "job" | "j" => options.job = text()?,
                "input" => options.input = text()?,
                "user" => options.user = Some(text()?),
                "oldjob" => options.oldjob = Some(text()?),
                "memory" => options.memory = Some(text()?),
                "scratch" => options.scratch = Some(text()?),
                "cpus" => options.cpus = number(&key, &text()?)?.max(1),
                "gpus" => options.gpus = number(&key, &text()?)?,
                "double" => options.double = true,
                "ask_delete" => options.ask_delete = !text()?.eq_ignore_ascii_case("off"),
                "interactive" | "int" => options.interactive = true,
                "background" => options.interactive = false,
                "datacheck" | "syntaxcheck" => options.only_check = true,
                taken if TAKEN.contains(&taken) => {}
                other => return Err(Fail::said(format!("Command line option \"{other}\" is not recognized."))),
            }
        }
        if options.job.is_empty() {
            return Err(Fail::said("The \"job\" option must be given."));
        }
        if options.only_check && options.gpus > 0 {
            return Err(Fail::said("Command line option \"gpus\" may not be used with \"datacheck\""));
        }
        if options.input.is_empty() {
            options.input.clone_from(&options.job);
        }
        Ok(options)
    }

    /// The deck's file: `.inp` may be left out.
    pub fn deck(&self) -> String {
        if Path::new(&self.input).extension().is_some() { self.input.clone() } else { format!("{}.inp", self.input) }
    }

    /// The subroutine's file: its ending may be left out.
    pub fn subroutine(&self) -> Option<String> {
        let user = self.user.as_ref()?;
        let names = ["", ".f", ".for", ".f90", ".o", ".obj"].map(|ending| format!("{user}{ending}"));
        Some(names.iter().find(|name| Path::new(name).is_file()).unwrap_or(user).clone())
    }

    /// Tokens of an analysis: floor(5·N^0.422), a GPU counts as a core.
    pub fn tokens(&self) -> u32 {
        (5.0 * f64::from(self.cpus + self.gpus).powf(0.422)).floor() as u32
    }
}

fn needs_value(key: &str) -> Fail {
    Fail::said(format!("Command line option \"{key}\" must have a value."))
}

fn number(key: &str, value: &str) -> Result<u32, Fail> {
    value.parse().map_err(|_| Fail::said(format!("The value of command line option \"{key}\" must be an integer.")))
}
