//! What goes into a call and what comes out, in the domain's words.

use domain::lifecycle::RunReport;
use domain::{ExitStatus, FileName, RunToken, Timestamp};
use std::path::PathBuf;

pub use runner::protocol::Probe;

/// A file here that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its name in the run's folder.
    pub name: FileName,
    /// In bytes.
    pub size: u64,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
}

/// What to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    /// Which run.
    pub token: RunToken,
    /// A bare name or an absolute path on the node.
    pub program: String,
    /// Its arguments, each as it is.
    pub args: Vec<String>,
    /// Variables beside the account's own.
    pub env: Vec<(String, String)>,
}

/// The node has the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launched {
    /// The node's boot id.
    pub boot: String,
    /// Started by this call; otherwise an earlier one (perhaps this one's first try) had started it.
    pub first: bool,
}

/// One run to be polled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollRun {
    /// Which run.
    pub token: RunToken,
    /// How many bytes of which file (by its full name) are here already.
    pub offsets: Vec<(String, u64)>,
    /// Files to read from: a full name (`console.log`) or what follows the last dot (`sta`).
    pub want: Vec<String>,
}

/// A node's answer about its runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Polled {
    /// The node's boot id.
    pub boot: String,
    /// Free and total bytes of the work folder's disk.
    pub disk: Option<(u64, u64)>,
    /// What is started there outlives its connection: otherwise the node can take no run.
    pub lets_go: bool,
    /// The node's clock when it answered.
    pub clock: Timestamp,
    /// Some file may have grown by more than one answer carries.
    pub cut: bool,
    /// In the order asked, without those of which the node cannot tell now.
    pub runs: Vec<PolledRun>,
    /// Those, in the order asked.
    pub untold: Vec<UntoldRun>,
}

/// One run of which the node cannot tell now whether it is alive: nothing may be concluded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UntoldRun {
    /// Which run.
    pub token: RunToken,
    /// Why, in the node's words.
    pub reason: String,
}

/// One run as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolledRun {
    /// Which run.
    pub token: RunToken,
    /// Alive or how it ended.
    pub report: RunReport,
    /// Seconds from the launch to the end by the node's clock, where the node has seen both.
    pub ran: Option<u64>,
    /// What is new in the files asked for.
    pub grown: Vec<Grown>,
}

/// New bytes of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grown {
    /// Its name.
    pub name: String,
    /// Where the bytes begin; 0 when the file has become shorter than what was had of it.
    pub offset: u64,
    /// At least one byte; at most 1 MiB per file and 8 MiB per poll.
    pub bytes: Vec<u8>,
}

/// What a run left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collected {
    /// By name.
    pub files: Vec<CollectedFile>,
    /// How many more there are, which were not asked for.
    pub left_out: usize,
}

/// One result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectedFile {
    /// Its name, here and there.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// SHA-256 in lower-case hexadecimal; empty where the node could not read it.
    pub sha256: String,
    /// Why it is not here; `None` when it is, checked.
    pub error: Option<String>,
}

/// What a short command said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// How it ended; `None`: it took too long and was ended.
    pub exit: Option<ExitStatus>,
    /// The first bytes of what it wrote, at most [`ASK_BYTES`].
    pub output: Vec<u8>,
    /// It wrote more.
    pub cut: bool,
}

/// The most bytes of a short command's output that are kept.
pub const ASK_BYTES: u64 = 1 << 20;
