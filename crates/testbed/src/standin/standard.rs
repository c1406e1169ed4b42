//! The child `standard`: what computes tells its rows, and they go into `.sta` and `.msg`.

use crate::analysis::{Inside, Outcome};
#[cfg(unix)]
use crate::calculix;
use crate::console::Console;
use crate::model::Model;
use crate::options::Options;
use crate::report::Report;
use crate::settings::{Modes, Settings};
use crate::{Fail, explicit, replay};
use std::fs;
#[cfg(unix)]
use std::path::Path;

/// `SCRATCH ARGUMENTS…`; the driver has put CalculiX' deck into the scratch folder.
pub fn run(arguments: &[String]) -> Result<u8, Fail> {
    #[cfg_attr(windows, allow(unused_variables))]
    let Some((scratch, arguments)) = arguments.split_first() else { return Err(Fail::said("stand-in: no folder")) };
    let settings = Settings::read();
    let options = Options::parse(arguments, false)?;
    let modes = Modes::read(&settings.modes, &fs::read(options.deck())?);
    let model = Model::read(&options)?;
    let console = Console { windows: modes.cp932 };
    let mut inside = Inside::listen(modes.clone())?;
    if modes.explicit || model.is_explicit() {
        return Ok(explicit::run(&options.job, console, &model, &mut inside)? as u8);
    }
    let mut report = Report::begin(&options.job, console)?;
    inside.flood(|line| report.msg(line))?;
    let (outcome, error) = match modes.replay {
        #[cfg(unix)]
        false => calculix::run(&settings, &options, Path::new(scratch), &model, &mut report, &mut inside)?,
        _ => replay::run(&model, &mut report, &mut inside)?,
    };
    let error = match outcome {
        Outcome::Completed => None,
        Outcome::Terminated => Some("Process terminated by external request (SIGTERM or SIGINT received).".to_owned()),
        Outcome::Crashed => return Ok(outcome as u8),
        Outcome::Failed => error,
    };
    report.close(error.as_deref(), !modes.no_end_line)?;
    Ok(outcome as u8)
}
