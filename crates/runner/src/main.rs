//! The program put on a node: `runner VERB SECONDS`, one JSON request on stdin, one JSON line on stdout.
//!
//! It ends by itself after SECONDS, so that a hung disk or a lost caller never leaves a pile of them.
//! `wrap TOKEN` is not for callers: it is what a launch leaves behind, the process that watches the solver.

mod files;
mod folder;
mod journal;
mod launch;
mod os;
mod poll;
mod stop;
mod wrap;

use crate::folder::Work;
use runner::protocol::{Fault, FaultKind, LIMIT, Reply, Request};
use std::io::{Read, Write};
use std::process::ExitCode;
use std::time::Duration;

/// The time limit of the caller passed; what `timeout(1)` returns too.
const OVERDUE: i32 = 124;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let verb = args.next().unwrap_or_default();
    let argument = args.next().unwrap_or_default();
    let work = match Work::of_this_program() {
        Ok(work) => work,
        Err(error) => return say(&Reply::<()>::Fault(folder::fault(&error, "the program's folder"))),
    };
    if verb == "wrap" {
        return wrap::run(&work, &argument);
    }
    let limit = argument.parse().unwrap_or(60);
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(limit));
        std::process::exit(OVERDUE)
    });
    match verb.as_str() {
        "probe" => answer(|request| poll::probe(&work, request)),
        "stage" => answer(|request| files::stage(&work, request)),
        "verify" => answer(|request| files::verify(&work, request)),
        "launch" => answer(|request| launch::launch(&work, request)),
        "poll" => answer(|request| poll::poll(&work, request)),
        "stop" => answer(|request| stop::stop(&work, request)),
        "list" => answer(|request| files::list(&work, request)),
        "remove" => answer(|request| files::remove(&work, request)),
        _ => say(&Reply::<()>::Fault(Fault { kind: FaultKind::BadRequest, message: "no such verb".to_owned() })),
    }
}

fn answer<R: Request>(act: impl FnOnce(R) -> Result<R::Answer, Fault>) -> ExitCode {
    let mut text = Vec::new();
    let reply = match std::io::stdin().lock().take(LIMIT).read_to_end(&mut text) {
        Err(error) => Reply::Fault(folder::fault(&error, "reading the request")),
        Ok(_) => match serde_json::from_slice::<R>(&text) {
            Err(error) => Reply::Fault(Fault { kind: FaultKind::BadRequest, message: error.to_string() }),
            Ok(request) => act(request).map_or_else(Reply::Fault, Reply::Answer),
        },
    };
    say(&reply)
}

fn say<T: serde::Serialize>(reply: &Reply<T>) -> ExitCode {
    let Ok(mut line) = serde_json::to_vec(reply) else { return ExitCode::FAILURE };
    line.push(b'\n');
    let mut out = std::io::stdout().lock();
    if out.write_all(&line).and_then(|()| out.flush()).is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
