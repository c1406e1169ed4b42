//! What went wrong on the way between server and node, as a fact: pages and the API put it into words.

use serde::{Deserialize, Serialize};

/// A fault of the infrastructure. Texts are the other side's own words, one short line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "fault")]
pub enum Fault {
    /// No connection could be made.
    Unreachable {
        /// In the system's words.
        said: String,
    },
    /// The connection broke.
    ConnectionLost,
    /// No answer in time.
    NoAnswer {
        /// The time it had.
        seconds: u64,
    },
    /// Nobody has accepted the node's host key yet.
    HostKeyUnknown {
        /// The key shown.
        fingerprint: String,
    },
    /// The node shows another host key than the accepted one.
    HostKeyChanged {
        /// The key shown.
        fingerprint: String,
    },
    /// An admin has refused the host key that the node showed.
    HostKeyRefused {
        /// The key shown.
        fingerprint: String,
    },
    /// The node does not let our key in.
    KeyRefused,
    /// The server's private key cannot be used.
    PrivateKey {
        /// In words.
        said: String,
    },
    /// The node's settings cannot be used.
    Address {
        /// Which.
        said: String,
    },
    /// The program for nodes is missing here, or does not run there.
    Program {
        /// In words.
        said: String,
    },
    /// The node's SSH server ends all that was started over a connection with it: no run could go on there.
    LetsNothingGo,
    /// The node answered that it could not.
    OnNode {
        /// In its words.
        said: String,
    },
    /// The node cannot read what tells whether the run is alive.
    RunUnread {
        /// In its words.
        said: String,
    },
    /// The licence server's answer says nothing of the tokens.
    LicenseUnread {
        /// How it begins.
        said: String,
    },
    /// The node's disk is full.
    NodeDiskFull,
    /// The run has no folder on the node.
    NoFolder,
    /// The run was started or stopped already.
    Over,
    /// Processes of the run could not be ended.
    NotEnded,
    /// A file arrived damaged.
    Damaged {
        /// Its name.
        name: String,
    },
    /// The node does not have the solver.
    NoSolver {
        /// Its name.
        solver: String,
    },
    /// The server's disk is full.
    ServerDiskFull,
    /// The server cannot read or write the folder of results.
    ServerResults {
        /// In the system's words.
        said: String,
    },
    /// The server cannot read or write a file of its own.
    ServerFile {
        /// Its name.
        name: String,
        /// In the system's words.
        said: String,
    },
}

impl Fault {
    /// Only an admin ends it, after a look at who the node is: it is told even where the node was known to be away before.
    pub fn is_about_identity(&self) -> bool {
        matches!(
            self,
            Fault::HostKeyUnknown { .. }
                | Fault::HostKeyChanged { .. }
                | Fault::HostKeyRefused { .. }
                | Fault::KeyRefused
        )
    }
}

/// A line about a job or a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Message {
    /// To be put into words.
    Fault(Fault),
    /// Words as they are: the solver's, or a person's.
    Words(String),
}

impl Message {
    /// The words, where it is made of them.
    pub fn words(&self) -> Option<&str> {
        match self {
            Message::Words(words) => Some(words),
            Message::Fault(_) => None,
        }
    }
}

impl From<&str> for Message {
    fn from(words: &str) -> Message {
        Message::Words(words.to_owned())
    }
}

impl From<Fault> for Message {
    fn from(fault: Fault) -> Message {
        Message::Fault(fault)
    }
}
