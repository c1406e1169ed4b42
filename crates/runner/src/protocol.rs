//! Requests and answers. Names and tokens are parsed types, so that a hostile one is refused while it is being read.

use domain::lifecycle::RunEnd;
use domain::{ExitStatus, FileName, RunToken, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

mod bytes;

pub use bytes::Bytes;

/// The variable that marks every process of a run; its value is the run's token.
pub const MARK: &str = "AJM_RUN";
/// The folder of all runs below the work folder.
pub const RUNS: &str = "runs";
/// Our own folder inside a run's folder.
pub const OWN: &str = ".run";
/// Files on their way to the node lie here, below [`OWN`], as `NAME.part`.
pub const INCOMING: &str = "in";
/// The most bytes of one request.
pub const LIMIT: u64 = 64 << 20;
/// The first line of a conversation. What comes before it was written by the account's start-up files.
pub const HELLO: &str = "abaqus-job-manager runner: ready";

/// The program's file name on a Linux node; `hash` is the SHA-256 of its bytes in hexadecimal.
pub fn program_name(hash: &str) -> String {
    format!("runner-{}", hash.get(..16).unwrap_or(hash))
}

/// The same on a Windows node, where an ending makes it a program.
pub fn windows_program_name(hash: &str) -> String {
    format!("{}.exe", program_name(hash))
}

/// One verb of the program: what is asked and what is answered.
pub trait Request: Serialize + DeserializeOwned {
    /// The word after the number.
    const VERB: &'static str;
    /// What comes back.
    type Answer: Serialize + DeserializeOwned;
}

/// What stands after the number in an answer's line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply<T> {
    /// Done.
    Answer(T),
    /// Not done, and why.
    Fault(Fault),
}

/// Why the program did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What the caller can do about it.
    pub kind: FaultKind,
    /// In words, for people.
    pub message: String,
}

/// What the caller can do about a [`Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The request is not one: a mistake of the caller or an attack.
    BadRequest,
    /// The run's folder is not there.
    NoFolder,
    /// The run was started or stopped already; its input cannot change any more.
    Started,
    /// The run is alive, so its folder stays.
    Alive,
    /// The node's disk is full.
    DiskFull,
    /// What is started here ends with the connection, so no run can be: a matter of the node's SSH server.
    Held,
    /// The node's system refused.
    System,
}

/// What is this machine?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeRequest {}

/// This machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// The program's version.
    pub version: String,
    /// SHA-256 of the program's own file, in hexadecimal.
    pub hash: String,
    /// `linux` or `windows`, and the processor's family.
    pub os: String,
    /// Another value means that the machine was restarted.
    pub boot: String,
    /// The node's clock.
    pub clock: Timestamp,
    /// Cores that a process may use here.
    pub cores: u32,
    /// Bytes of memory, where they can be told.
    pub memory: Option<u64>,
    /// Free and total bytes of the work folder's disk, where they can be told.
    pub disk: Option<(u64, u64)>,
    /// The account's locale, for example `ja_JP.UTF-8`, on Windows with its console's code page (`ja-JP.932`); empty when
    /// none is set.
    pub locale: String,
    /// Why what is started here cannot outlive the connection; `None` where it can.
    pub held_by: Option<String>,
}

impl Request for ProbeRequest {
    const VERB: &'static str = "probe";
    type Answer = Probe;
}

/// One input file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    /// Its name in the run's folder.
    pub name: FileName,
    /// In bytes.
    pub size: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// Its content, where that is small enough to come along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Bytes>,
}

/// Make the run's folder, put down the files that come along, and say what is there of the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageRequest {
    /// Which run.
    pub token: RunToken,
    /// All its input files.
    pub files: Vec<InputFile>,
}

/// Check the files that were sent and give them their names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyRequest {
    /// Which run.
    pub token: RunToken,
    /// The files to check.
    pub files: Vec<InputFile>,
}

/// How one input file stands on the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Placed {
    /// Under its name, with the right size and hash.
    Whole,
    /// So many of its first bytes are in its `.part`.
    Part(u64),
    /// It had the right size and the wrong hash, or too many bytes, and was dropped.
    Wrong,
}

/// One [`Placed`] for each file asked about, in the same order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staged {
    /// In the order of the request.
    pub files: Vec<Placed>,
}

impl Request for StageRequest {
    const VERB: &'static str = "stage";
    type Answer = Staged;
}

impl Request for VerifyRequest {
    const VERB: &'static str = "verify";
    type Answer = Staged;
}

/// Start the solver, at most once for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaunchRequest {
    /// Which run; its folder must be there.
    pub token: RunToken,
    /// A bare name (looked for in `PATH`) or an absolute path.
    pub program: String,
    /// Its arguments, each as it is.
    pub args: Vec<String>,
    /// Variables beside those of the account.
    pub env: Vec<(String, String)>,
}

/// What became of a launch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LaunchOutcome {
    /// Started now.
    Launched,
    /// It was started before.
    Already,
    /// A stop came first; it will never start.
    Closed,
}

/// Answer to a launch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Launched {
    /// What became of it.
    pub outcome: LaunchOutcome,
    /// The machine's boot id now.
    pub boot: String,
}

impl Request for LaunchRequest {
    const VERB: &'static str = "launch";
    type Answer = Launched;
}

/// How are these runs, and what is new in their files?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PollRequest {
    /// Any number of runs.
    pub runs: Vec<PollRun>,
    /// The most new bytes per file.
    pub max_file: u64,
    /// The most new bytes in the whole answer.
    pub max_all: u64,
}

/// One run to be polled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PollRun {
    /// Which run.
    pub token: RunToken,
    /// How many bytes of which file (by its full name) the caller has; 0 for files not named.
    #[serde(default)]
    pub offsets: Vec<(String, u64)>,
    /// Files to read from: a full name (`console.log`) or what follows the last dot (`sta`).
    #[serde(default)]
    pub want: Vec<String>,
}

/// Answer to a poll.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Polled {
    /// The machine's boot id now.
    pub boot: String,
    /// The node's clock.
    pub clock: Timestamp,
    /// Free and total bytes of the work folder's disk.
    pub disk: Option<(u64, u64)>,
    /// What is started here can outlive the connection.
    pub lets_go: bool,
    /// In the order of the request.
    pub runs: Vec<PolledRun>,
}

/// One run as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolledRun {
    /// Which run.
    pub token: RunToken,
    /// Alive or how it ended.
    pub state: RunState,
    /// Seconds from the launch to the end, where both were written down.
    pub ran: Option<u64>,
    /// What was asked for and is new.
    pub grown: Vec<Grown>,
}

/// Alive or how it ended. The program and its caller are of one build (its name on a node is its hash), so that a state more
/// needs no other version of the language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// The gate is open and the folder there.
    NotStarted,
    /// At least one process of the run is alive.
    Alive,
    /// None is.
    Ended(RunEnd),
    /// It cannot be told at this moment: what is written down of it could not be read. To be asked again.
    Unknown {
        /// What the system says.
        reason: String,
    },
}

/// New bytes of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grown {
    /// Its name.
    pub name: String,
    /// Where the bytes begin: the caller's offset, or 0 when the file has become shorter than that.
    pub offset: u64,
    /// At least one byte.
    pub bytes: Bytes,
}

impl Request for PollRequest {
    const VERB: &'static str = "poll";
    type Answer = Polled;
}

/// End the run, for ever: close its gate, then its processes, then look whether they are gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopRequest {
    /// Which run; it need not be there.
    pub token: RunToken,
    /// Milliseconds between asking and forcing.
    pub grace_ms: u64,
    /// The solver's own way of being ended, run in the run's folder before any signal; half of the grace is its, on Windows,
    /// where no signals are, all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub polite: Option<Polite>,
}

/// A program that asks the solver to end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Polite {
    /// A bare name or an absolute path.
    pub program: String,
    /// Its arguments, each as it is.
    pub args: Vec<String>,
}

/// Answer to a stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopped {
    /// Processes that ended on being asked.
    pub asked: u32,
    /// Processes that had to be forced.
    pub forced: u32,
    /// Processes that are still there; 0 means that the run is verified gone.
    pub left: u32,
}

impl Request for StopRequest {
    const VERB: &'static str = "stop";
    type Answer = Stopped;
}

/// What did the run leave?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListRequest {
    /// Which run.
    pub token: RunToken,
    /// Endings (without the dot) of files that are nobody's result.
    pub except: Vec<String>,
    /// Files of at most so many bytes come along …
    pub inline_file: u64,
    /// … up to so many bytes in all.
    pub inline_all: u64,
}

/// The run's results: its plain files without ours, without unchanged input, without the excepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// By name.
    pub files: Vec<ListedFile>,
}

/// One result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedFile {
    /// Its name.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// SHA-256 in hexadecimal, or why it could not be read.
    pub sha256: Result<String, String>,
    /// Its content, where small.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Bytes>,
}

impl Request for ListRequest {
    const VERB: &'static str = "list";
    type Answer = Listed;
}

/// Remove the run's folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveRequest {
    /// Which run; it need not be there.
    pub token: RunToken,
}

/// Answer to a removal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// It was there.
    pub was_there: bool,
}

impl Request for RemoveRequest {
    const VERB: &'static str = "remove";
    type Answer = Removed;
}

/// Run a short command that belongs to no run, and say what it wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskRequest {
    /// A bare name (looked for in `PATH`) or an absolute path.
    pub program: String,
    /// Its arguments, each as it is.
    pub args: Vec<String>,
    /// After so many milliseconds it is ended, and everything it has started.
    pub limit_ms: u64,
    /// The most bytes of what it writes that come back.
    pub max_bytes: u64,
}

/// Answer to a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// How the command ended; `None`: it had to be ended.
    pub exit: Option<ExitStatus>,
    /// What it wrote to stdout and stderr, as far as that may come back.
    pub output: Bytes,
    /// It wrote more.
    pub cut: bool,
}

impl Request for AskRequest {
    const VERB: &'static str = "ask";
    type Answer = Asked;
}
