//! The program put on a node. `runner serve` answers requests, one a line, until its caller goes away ([`serve`]).
//! `runner wrap TOKEN` is not for callers: it is what a launch leaves behind, the process that watches the solver.

mod ask;
mod files;
mod folder;
mod journal;
mod launch;
mod os;
mod poll;
mod serve;
mod stop;
mod wrap;

use crate::folder::Work;
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    os::keep_to_ourselves();
    let mut args = std::env::args().skip(1);
    let word = args.next().unwrap_or_default();
    let said = match (word.as_str(), Work::of_this_program()) {
        ("serve", Ok(work)) => return serve::serve(work),
        ("wrap", Ok(work)) => return wrap::run(&work, &args.next().unwrap_or_default()),
        (_, Err(error)) => format!("the program's folder: {error}"),
        _ => "usage: runner serve".to_owned(),
    };
    // who does not listen on stderr sees the exit code
    let _ = writeln!(std::io::stderr(), "{said}");
    ExitCode::FAILURE
}
