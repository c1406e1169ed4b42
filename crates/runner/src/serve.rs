//! The conversation with one caller, over one SSH channel: `NUMBER VERB REQUEST` comes in, `NUMBER REPLY` goes out, a
//! line each, answers in whatever order they are ready.
//!
//! One process for all calls, because every command over SSH costs the node a shell with all its start-up files, which
//! is far more than what is asked of it.

use crate::folder::{Work, fault};
use crate::{ask, files, launch, os, poll, stop};
use runner::protocol::{Fault, FaultKind, HELLO, LIMIT, Reply, Request};
use std::io::{self, BufRead, Read, Write};
use std::process::ExitCode;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// A caller that is there looks after its node far more often. One that vanished without a word is not waited for.
const SILENCE: Duration = Duration::from_secs(15 * 60);
/// What was asked before the caller went away is seen through, at most so long.
const LAST_WORK: Duration = Duration::from_secs(10 * 60);

/// What the answering threads share.
struct Talk {
    work: Work,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    under_way: usize,
    heard: Instant,
}

/// Counts one request while it is answered, whatever becomes of it.
struct UnderWay(Arc<Talk>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.state().under_way -= 1;
        self.0.changed.notify_all();
    }
}

impl Talk {
    fn state(&self) -> MutexGuard<'_, State> {
        // a count and a time are right whatever a panicking holder did
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(self: &Arc<Talk>) -> UnderWay {
        let mut state = self.state();
        state.under_way += 1;
        state.heard = Instant::now();
        UnderWay(Arc::clone(self))
    }

    /// A launch or a stop must not end half-way because nobody listens any more.
    fn see_through(&self) {
        let state = self.state();
        let _ended = self.changed.wait_timeout_while(state, LAST_WORK, |state| state.under_way > 0);
    }

    fn end_after_silence(&self) {
        loop {
            let wait = {
                let state = self.state();
                if state.under_way > 0 { SILENCE } else { SILENCE.saturating_sub(state.heard.elapsed()) }
            };
            if wait.is_zero() {
                std::process::exit(0);
            }
            thread::sleep(wait);
        }
    }
}

/// Until the caller goes away.
pub fn serve(work: Work) -> ExitCode {
    // at the first start only: later it is as an admin has set it, and what others have put there stays theirs
    if work.is_new()
        && let Err(error) = os::keep_folder_to_ourselves(work.root())
    {
        // the folder may be another's, who has prepared it: it can be used all the same
        let _ = writeln!(io::stderr(), "the work folder stays as it is: {error}");
    }
    let state = State { under_way: 0, heard: Instant::now() };
    let talk = Arc::new(Talk { work, state: Mutex::new(state), changed: Condvar::new() });
    let watcher = Arc::clone(&talk);
    if thread::Builder::new().spawn(move || watcher.end_after_silence()).is_err() || say(HELLO.as_bytes()).is_err() {
        return ExitCode::FAILURE;
    }
    let mut input = io::stdin().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut input).take(LIMIT).read_until(b'\n', &mut line);
        // without its end it is half a request: the caller went away while it spoke
        if read.is_err() || line.pop() != Some(b'\n') {
            break;
        }
        // the caller finds it missing and puts it here again
        if !os::can_be_started(talk.work.program()) {
            break;
        }
        let Some((number, verb, request)) = parts(&line) else { break };
        let under_way = talk.begin();
        let answering = thread::Builder::new().spawn(move || {
            let reply = act(&under_way.0.work, &verb, &request);
            // a caller that went away is noticed above
            let _ = say(&[number.to_string().as_bytes(), b" ", &reply].concat());
        });
        if let Err(error) = answering {
            let reply = reply(&Reply::<()>::Fault(fault(&error, "starting a thread")));
            let _ = say(&[number.to_string().as_bytes(), b" ", &reply].concat());
        }
    }
    talk.see_through();
    ExitCode::SUCCESS
}

fn parts(line: &[u8]) -> Option<(u64, String, Vec<u8>)> {
    let mut parts = line.splitn(3, |byte| *byte == b' ');
    let number = std::str::from_utf8(parts.next()?).ok()?.parse().ok()?;
    let verb = String::from_utf8(parts.next()?.to_vec()).ok()?;
    Some((number, verb, parts.next()?.to_vec()))
}

fn say(text: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text)?;
    out.write_all(b"\n")?;
    out.flush()
}

fn act(work: &Work, verb: &str, request: &[u8]) -> Vec<u8> {
    match verb {
        "probe" => answer(request, |request| poll::probe(work, request)),
        "stage" => answer(request, |request| files::stage(work, request)),
        "verify" => answer(request, |request| files::verify(work, request)),
        "launch" => answer(request, |request| launch::launch(work, request)),
        "poll" => answer(request, |request| poll::poll(work, request)),
        "stop" => answer(request, |request| stop::stop(work, request)),
        "list" => answer(request, |request| files::list(work, request)),
        "ask" => answer(request, ask::ask),
        "remove" => answer(request, |request| files::remove(work, request)),
        _ => reply(&Reply::<()>::Fault(bad("no such verb".to_owned()))),
    }
}

fn answer<R: Request>(request: &[u8], act: impl FnOnce(R) -> Result<R::Answer, Fault>) -> Vec<u8> {
    reply(&match serde_json::from_slice::<R>(request) {
        Err(error) => Reply::Fault(bad(error.to_string())),
        Ok(request) => act(request).map_or_else(Reply::Fault, Reply::Answer),
    })
}

fn bad(message: String) -> Fault {
    Fault { kind: FaultKind::BadRequest, message }
}

/// JSON never holds a line end of its own, so a reply is one line.
fn reply<T: serde::Serialize>(reply: &Reply<T>) -> Vec<u8> {
    serde_json::to_vec(reply).unwrap_or_default()
}
