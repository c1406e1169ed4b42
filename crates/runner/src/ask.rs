//! Run one short command and give back what it says: for questions (to the licence server) that no run is about.

use crate::launch::is_program;
use crate::os;
use runner::protocol::{AskRequest, Asked, Bytes, Fault, FaultKind};
use std::io::Read;
use std::process::Stdio;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Between two looks at a command that has closed its output and not ended.
const PAUSE: Duration = Duration::from_millis(20);

/// What came so far; what is beyond the limit is thrown away, so that the command can go on writing.
#[derive(Default)]
struct Heard {
    bytes: Vec<u8>,
    cut: bool,
}

pub fn ask(request: AskRequest) -> Result<Asked, Fault> {
    let bad = |message: String| Fault { kind: FaultKind::BadRequest, message };
    if !is_program(&request.program) {
        return Err(bad("the program must be a bare name or an absolute path".to_owned()));
    }
    if request.args.iter().chain([&request.program]).any(|text| text.contains('\0')) {
        return Err(bad("a text holds a NUL".to_owned()));
    }
    let system =
        |error: std::io::Error| Fault { kind: FaultKind::System, message: format!("{}: {error}", request.program) };
    let limit = Instant::now() + Duration::from_millis(request.limit_ms);
    let most = usize::try_from(request.max_bytes).unwrap_or(usize::MAX);
    let mut command = os::command(&request.program).map_err(system)?;
    command.args(&request.args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut asked = os::Apart::start(&mut command).map_err(system)?;
    let heard = Arc::new(Mutex::new(Heard::default()));
    let (done, ended) = mpsc::channel();
    // both are read, so that neither fills up; stderr counts too: launchers put their complaints there
    let pipes: [Option<Box<dyn Read + Send>>; 2] = [
        asked.child.stdout.take().map(|out| Box::new(out) as _),
        asked.child.stderr.take().map(|err| Box::new(err) as _),
    ];
    for pipe in pipes.into_iter().flatten() {
        let (heard, done) = (Arc::clone(&heard), done.clone());
        let reading = thread::Builder::new().spawn(move || {
            listen(pipe, &heard, most);
            drop(done);
        });
        if let Err(error) = reading {
            asked.end();
            return Err(system(error));
        }
    }
    drop(done);
    let left = limit.saturating_duration_since(Instant::now());
    // nothing is ever sent: the channel ends when both pipes have
    let in_time: Result<(), RecvTimeoutError> = ended.recv_timeout(left);
    let mut exit = None;
    if matches!(in_time, Err(RecvTimeoutError::Disconnected)) {
        loop {
            exit = asked.child.try_wait().map_err(system)?;
            if exit.is_some() || Instant::now() >= limit {
                break;
            }
            thread::sleep(PAUSE);
        }
    }
    if exit.is_none() {
        asked.end();
    }
    let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
    let output = Bytes(std::mem::take(&mut heard.bytes));
    Ok(Asked { exit: exit.map(os::ended), output, cut: heard.cut })
}

fn listen(mut pipe: impl Read, heard: &Mutex<Heard>, most: usize) {
    let mut part = [0; 16 << 10];
    loop {
        let count = match pipe.read(&mut part) {
            Ok(0) => return,
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(_) => return,
        };
        let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        let room = most.saturating_sub(heard.bytes.len()).min(count);
        heard.bytes.extend_from_slice(&part[..room]);
        heard.cut |= room < count;
    }
}
