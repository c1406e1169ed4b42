//! The console text of `abaqus … interactive`, and the `.log` that a background run writes: phases, licences, errors and
//! the end. Verbose drivers, compilers and user subroutines write into it too, and a line about sockets may follow the
//! end line: the whole text counts, not its last line.

use super::Said;
use crate::lines::Lines;
use serde::Serialize;

/// Phases kept; a console of many jobs has many.
const MOST_PHASES: usize = 64;
/// Lines of one error.
const MOST_PARTS: usize = 6;

/// Waiting at the licence server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Queue {
    /// Seconds waited, as the last line about it says.
    pub seconds: u64,
    /// Nothing but the queue has been heard of since: it waits now.
    pub waiting: bool,
    /// The server's name.
    pub server: String,
}

/// Numbers beside a denied checkout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Denied {
    /// Tokens asked for.
    pub requested: u64,
    /// Tokens of the pool.
    pub total: u64,
    /// Tokens taken.
    pub in_use: u64,
    /// Tokens free.
    pub available: u64,
}

/// What the console text says so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// `2023.HF4`, `Student Edition 2021`.
    pub release: Option<String>,
    /// Phases begun: `Analysis Input File Processor`.
    pub phases: Vec<String>,
    /// Tokens checked out last.
    pub tokens: Option<u32>,
    /// The licence server that gave them.
    pub server: Option<String>,
    /// Licences left after that, and all.
    pub remaining: Option<(u32, u32)>,
    /// A queue at the licence server was met.
    pub queue: Option<Queue>,
    /// `Abaqus JOB … COMPLETED`, the last.
    pub completed: Option<Said>,
    /// `Abaqus/Analysis exited with errors`, the last.
    pub failed: Option<Said>,
    /// The first error of any kind.
    pub first_error: Option<Said>,
    /// Errors in all.
    pub errors: u64,
    /// Lines of warning.
    pub warnings: u64,
    /// No licence was got: denied, or waited for too long.
    pub license: Option<Said>,
    /// The wait for a licence was given up.
    pub queue_timed_out: bool,
    /// Why it was denied, in numbers.
    pub denied: Option<Denied>,
    /// A lock of an earlier run.
    pub lock: Option<Said>,
    /// Compiling or linking a user subroutine failed.
    pub subroutine: Option<Said>,
    /// A file that could not be found.
    pub missing_file: Option<Said>,
    /// The input file processor found errors.
    pub input: Option<Said>,
    /// The solver crashed.
    pub crash: Option<Said>,
    /// It asks whether old files may be overwritten, and waits for ever.
    pub overwrite_prompt: bool,
    /// Days until the licence expires.
    pub expires_in_days: Option<u32>,
    /// Lines so far.
    pub lines: u64,
}

impl Summary {
    /// Whether the end lines say that the last job completed; `None` where nothing says how it ended.
    pub fn ended(&self) -> Option<bool> {
        let failed = self.failed.as_ref().or(self.first_error.as_ref().filter(|said| said.text.starts_with(ERROR)));
        match (&self.completed, failed) {
            (None, None) => None,
            (Some(completed), Some(failed)) => Some(completed.line > failed.line),
            (completed, _) => Some(completed.is_some()),
        }
    }
}

const ERROR: &str = "Abaqus Error:";

/// Reads a growing console text.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    lines: Lines,
    state: State,
}

#[derive(Clone, Debug, Default)]
struct State {
    summary: Summary,
    open: Option<Open>,
}

/// An error whose next line may belong to it.
#[derive(Clone, Debug)]
struct Open {
    said: Said,
    parts: usize,
    /// The last line was cut within a sentence.
    goes_on: bool,
}

impl Reader {
    /// Takes the next bytes; a half line waits for its rest.
    pub fn feed(&mut self, bytes: &[u8]) {
        let state = &mut self.state;
        self.lines.feed(bytes, |line| state.line(line.bytes));
    }

    /// The text is complete: a last line without line end counts too.
    pub fn finish(&mut self) {
        let state = &mut self.state;
        self.lines.finish(|line| state.line(line.bytes));
        state.close();
    }

    /// What was said so far, an unfinished last line included: a prompt has no line end.
    pub fn summary(&self) -> Summary {
        let mut all = self.clone();
        all.finish();
        all.state.summary
    }

    /// The queue at the licence server, where the run waits in it now.
    pub fn queue(&self) -> Option<&Queue> {
        self.state.summary.queue.as_ref().filter(|queue| queue.waiting)
    }
}

impl State {
    fn line(&mut self, line: &[u8]) {
        self.summary.lines += 1;
        let at = self.summary.lines;
        // a `\r` and the prompt of a broken off batch file are not part of the line
        let mut text = line.strip_suffix(b"\r").unwrap_or(line);
        while let Some(rest) = text.strip_prefix(b"Terminate batch job (Y/N)? ") {
            text = rest;
        }
        let goes_on = text.ends_with(b" ") || text.ends_with(b"Please see the");
        let text = text.trim_ascii();
        if let Some(open) = &mut self.open {
            let belongs = open.goes_on || text.starts_with(b"aborted with system error");
            if belongs && !text.is_empty() && !starts_anew(text) && open.parts < MOST_PARTS {
                open.said.join(text);
                open.parts += 1;
                open.goes_on = goes_on;
                return;
            }
            self.close();
        }
        if text.is_empty() {
            return;
        }
        self.queue(text);
        let has = |words: &[u8]| memchr::memmem::find(text, words).is_some();
        if text.starts_with(ERROR.as_bytes()) {
            self.open = Some(Open { said: Said::new(at, text), parts: 1, goes_on });
        } else if text.starts_with(b"Abaqus/Analysis exited with error") {
            self.summary.failed = Some(Said::new(at, text));
        } else if text.starts_with(b"Abaqus JOB ") {
            if has(b" COMPLETED") {
                self.summary.completed = Some(Said::new(at, text));
            }
        } else if has(b"license will expire in ") {
            self.summary.warnings += 1;
            self.summary.expires_in_days = number_after(text, b"expire in ").and_then(|days| days.try_into().ok());
        } else if let Some(rest) = text.strip_prefix(b"Abaqus ").filter(|rest| is_release(rest)) {
            self.summary.release.get_or_insert_with(|| super::squeezed(rest));
        } else if let Some(phase) = text.strip_prefix(b"Begin ") {
            if self.summary.phases.len() < MOST_PHASES {
                self.summary.phases.push(super::squeezed(phase));
            }
        } else if has(b" checked out ") || text.starts_with(b"Successfully checked out ") || text.starts_with(b"<") {
            self.license(text);
        } else if text.starts_with(b"FlexNet Licensing error")
            || text.starts_with(b"Checkout exceeds ")
            || text.starts_with(b"Time limit of in queue")
        {
            self.summary.queue_timed_out |= text.starts_with(b"Time limit");
            self.summary.license.get_or_insert_with(|| Said::new(at, text));
            self.error(Said::new(at, text));
        } else if let Some(rest) = text.strip_prefix(b"Number of ") {
            self.denied(rest);
        } else if has(b"Detected lock file") {
            self.open = Some(Open { said: Said::new(at, text), parts: 1, goes_on });
        } else if has(b"Old job files exist. Overwrite") {
            self.summary.overwrite_prompt = true;
        } else if is_crash(text) {
            self.summary.crash.get_or_insert_with(|| Said::new(at, text));
            self.error(Said::new(at, text));
        } else if text.starts_with(b"***WARNING") || text.starts_with(b"Abaqus Warning:") {
            self.summary.warnings += 1;
        }
    }

    /// The queue's own two lines; any other line ends the wait, but those about sockets say nothing of it.
    fn queue(&mut self, text: &[u8]) {
        if let Some(place) = memchr::memmem::find(text, b"license request queued for the License Server on ") {
            let queue = self.summary.queue.get_or_insert_with(Queue::default);
            let server = super::squeezed(&text[place + 49..]);
            server.trim_end_matches('.').clone_into(&mut queue.server);
            queue.waiting = true;
        } else if let Some(queue) = &mut self.summary.queue {
            match number_after(text, b"Total time in queue: ") {
                Some(seconds) => queue.seconds = seconds,
                None if text.starts_with(b"Socket error") || text.starts_with(b"Warning:") => {}
                None => queue.waiting = false,
            }
        }
    }

    /// `Abaqus/Standard checked out 13 tokens from Flexnet server HOST.`, `Successfully checked out SRU/35 from DSLS
    /// server HOST`, `<444 out of 602 licenses remain available>.`
    fn license(&mut self, text: &[u8]) {
        let Ok(text) = std::str::from_utf8(text) else { return };
        if let Some((free, all)) = text.strip_prefix('<').and_then(|rest| rest.split_once(" out of ")) {
            let all = all.split(' ').next().and_then(|all| all.parse().ok());
            self.summary.remaining = free.parse().ok().zip(all).or(self.summary.remaining);
        } else if let Some((_, rest)) = text.split_once("checked out ")
            && let Some((what, server)) = rest.split_once(" from ")
            && let Some((_, server)) = server.split_once(" server ")
        {
            let tokens = what.strip_suffix(" tokens").or(what.strip_suffix(" token"));
            let tokens = tokens.or(what.split_once('/').map(|(_, tokens)| tokens));
            if let Some(tokens) = tokens.and_then(|tokens| tokens.parse().ok()) {
                self.summary.tokens = Some(tokens);
                // it was refused before and has got one since: that is not why the run ends
                self.summary.license = None;
                self.summary.server = Some(server.trim_end_matches('.').to_owned());
            }
        }
    }

    fn denied(&mut self, rest: &[u8]) {
        let denied = self.summary.denied.unwrap_or_default();
        let number = |words: &[u8]| number_after(rest, words);
        let (requested, total, in_use, available) = (
            number(b"requested licenses:"),
            number(b"total licenses:"),
            number(b"licenses in use:"),
            number(b"available licenses:"),
        );
        if requested.or(total).or(in_use).or(available).is_some() {
            self.summary.denied = Some(Denied {
                requested: requested.unwrap_or(denied.requested),
                total: total.unwrap_or(denied.total),
                in_use: in_use.unwrap_or(denied.in_use),
                available: available.unwrap_or(denied.available),
            });
        }
    }

    fn error(&mut self, said: Said) {
        self.summary.errors += 1;
        self.summary.first_error.get_or_insert(said);
    }

    /// An error is whole: what is it about?
    fn close(&mut self) {
        let Some(Open { said, .. }) = self.open.take() else { return };
        let summary = &mut self.summary;
        let any = |words: &[&str]| words.iter().any(|words| said.text.contains(words));
        let about = if any(&["lock file"]) {
            Some(&mut summary.lock)
        } else if any(&["Problem during compilation", "Problem during linking"]) {
            Some(&mut summary.subroutine)
        } else if any(&["could not be located"]) {
            Some(&mut summary.missing_file)
        } else if any(&["checking out Abaqus license", "check out Abaqus license"]) {
            Some(&mut summary.license)
        } else if any(&["aborted with system error"]) {
            Some(&mut summary.crash)
        } else if any(&["Analysis Input File Processor exited with"]) {
            Some(&mut summary.input)
        } else {
            None
        };
        if let Some(about) = about {
            about.get_or_insert_with(|| said.clone());
        }
        self.error(said);
    }
}

/// Lines of the driver that are never the rest of an error.
fn starts_anew(text: &[u8]) -> bool {
    [&b"Abaqus"[..], b"Begin ", b"End ", b"Run ", b"***", b"Socket error"].iter().any(|start| text.starts_with(start))
}

/// `2023.HF4`, `6.13-1`, `R2016x`, `3DEXPERIENCE R2017x`, `Student Edition 2021`.
fn is_release(text: &[u8]) -> bool {
    let digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    let edition = text.starts_with(b"Student Edition") || text.starts_with(b"Learning Edition");
    edition || digit(0) || (text.first() == Some(&b'R') && digit(1))
}

/// `*** ABAQUS/standard rank 0 terminated by signal 6 (Aborted)`, `*** ERROR CATEGORY:  ELEMENT LOOP`,
/// `*** buffer overflow detected ***`.
fn is_crash(text: &[u8]) -> bool {
    let Some(rest) = text.strip_prefix(b"*** ") else { return false };
    (rest.starts_with(b"ABAQUS/") && memchr::memmem::find(rest, b"terminated by signal").is_some())
        || rest.starts_with(b"ERROR CATEGORY")
        || rest.starts_with(b"buffer overflow detected")
}

fn number_after(text: &[u8], words: &[u8]) -> Option<u64> {
    let at = memchr::memmem::find(text, words)?;
    let rest = text[at + words.len()..].trim_ascii_start();
    let end = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
    std::str::from_utf8(&rest[..end]).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> Summary {
        let mut reader = Reader::default();
        reader.feed(text.as_bytes());
        reader.summary()
    }

    const BEGIN: &str = "\
Analysis initiated from SIMULIA established products
Abaqus JOB beam
Abaqus 2023.HF4
Socket error: [WinError 10013] An attempt was made
Abaqus Warning: Your Abaqus license will expire in 22 days.
Abaqus License Manager checked out the following licenses:
Abaqus/Standard checked out 13 tokens from Flexnet server license.example.org.
<444 out of 602 licenses remain available>.
Begin Analysis Input File Processor
26-5-2025 10:15:48
Run pre.exe
";

    #[test]
    fn a_line_about_sockets_may_follow_the_end() {
        let told = read(&format!(
            "{BEGIN}End Analysis Input File Processor\nBegin Abaqus/Standard Analysis\nRun standard.exe\n\
             End Abaqus/Standard Analysis\nAbaqus JOB beam COMPLETED\nSocket error: [Errno 10061] No connection\n"
        ));
        assert_eq!((told.ended(), told.release.as_deref()), (Some(true), Some("2023.HF4")));
        assert_eq!((told.tokens, told.server.as_deref()), (Some(13), Some("license.example.org")));
        assert_eq!((told.remaining, told.expires_in_days), (Some((444, 602)), Some(22)));
        assert_eq!(told.phases, ["Analysis Input File Processor", "Abaqus/Standard Analysis"]);
        assert_eq!((told.completed.unwrap().line, told.first_error), (16, None));
        let dsls = read("Successfully checked out SRU/35 from DSLS server lm\n");
        assert_eq!((dsls.tokens, dsls.server.as_deref()), (Some(35), Some("lm")));
        let dsls = read("Abaqus checked out 35 tokens from DSLS server lm.\n");
        assert_eq!(dsls.tokens, Some(35));
    }

    #[test]
    fn wrapped_errors_are_joined() {
        let told = read(&format!(
            "{BEGIN}Abaqus Error: Analysis Input File Processor exited with an error - Please see the \n beam.dat file \
             for possible error messages if the file exists.\nBegin SIM Wrap-up\nAbaqus/Analysis exited with errors\n"
        ));
        let text = "Abaqus Error: Analysis Input File Processor exited with an error - Please see the beam.dat file \
                    for possible error messages if the file exists.";
        assert_eq!(told.first_error, Some(Said { line: 12, text: text.to_owned() }));
        assert_eq!((told.ended(), told.input == told.first_error), (Some(false), true));
        let crash =
            read("Abaqus Error: The executable pre\naborted with system error \"Illegal memory\" (signal 11).\n");
        assert!(crash.crash.unwrap().text.ends_with("aborted with system error \"Illegal memory\" (signal 11)."));
        assert!(read("*** ABAQUS/standard rank 0 terminated by signal 6 (Aborted)\n").crash.is_some());
        assert!(read("Abaqus Error: Problem during compilation - a.for\n").subroutine.is_some());
        assert!(read("Abaqus Error: The following file(s) could not be located: a.odb\n").missing_file.is_some());
        assert!(read("Abaqus Error: Detected lock file beam.lck. Please confirm\n").lock.is_some());
        assert!(read("Old job files exist. Overwrite? (y/n):").overwrite_prompt);
    }

    #[test]
    fn the_queue_of_the_licence_server() {
        let queued = |seconds| {
            format!(
                "\"standard\" license request queued for the License Server on lm.example.org.\n\
                 Total time in queue: {seconds} seconds.\n"
            )
        };
        let mut reader = Reader::default();
        reader.feed((queued(0) + &queued(30)).as_bytes());
        let waits = Queue { seconds: 30, waiting: true, server: "lm.example.org".to_owned() };
        assert_eq!(reader.queue(), Some(&waits));
        reader.feed(b"Abaqus/Standard checked out 5 tokens from Flexnet server lm.example.org.\n");
        assert_eq!((reader.queue(), reader.summary().queue.unwrap().seconds), (None, 30));
        let late = read(&(queued(60) + "Time limit of in queue has been exceeded. Exiting.\n"));
        assert!(late.queue_timed_out && late.license.is_some() && !late.queue.unwrap().waiting);
        let denied = read(
            "FlexNet Licensing error:-87,147\nNumber of requested licenses: 14\nNumber of total licenses:     78\n\
             Number of licenses in use:    14\nNumber of available licenses: 64\n",
        );
        assert_eq!(denied.denied, Some(Denied { requested: 14, total: 78, in_use: 14, available: 64 }));
    }
}
