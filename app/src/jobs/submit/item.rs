//! One file on the page and everything known about it. Plain data: what follows from it is in `needs` and `standing`.

use super::sorting::Refusal;
use crate::AppError;
use crate::jobs::api::UploadView;
use deck::inp::Deck;
use domain::{Cores, JobId, JobName, UploadId};
use std::sync::Arc;

/// Names a file while the page is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId(pub u32);

/// Where a file came from.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// The browser has it.
    Browser,
    /// An earlier job left it on the server.
    Job(UploadView),
    /// It was in an archive that was sent: it is on the server only, too.
    Archive {
        /// The archive's name.
        archive: String,
        /// The file, as it was there.
        view: UploadView,
    },
}

impl Origin {
    /// The upload it was from the beginning.
    pub fn upload(&self) -> Option<&UploadView> {
        match self {
            Origin::Browser => None,
            Origin::Job(view) | Origin::Archive { view, .. } => Some(view),
        }
    }
}

/// One file that a person dropped, one that was in an archive, or one that an earlier job left on the server.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its number on this page.
    pub id: ItemId,
    /// What decks call it and what it is shown as; differs from the name on the person's disk where it was dropped onto
    /// a missing file's own place.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Where it came from.
    pub origin: Origin,
    /// Why it is not taken.
    pub refusal: Option<Refusal>,
    /// The browser's own look into it (decks only).
    pub reading: Reading,
    /// SHA-256 of its bytes as the browser read them.
    pub sha256: Option<String>,
    /// That digest is being made.
    pub digesting: bool,
    /// Its way to the server.
    pub sending: Sending,
    /// The server's look into it (decks only).
    pub check: Check,
    /// As typed.
    pub job_name: String,
    /// Somebody typed it: it is not changed any more.
    pub name_typed: bool,
    /// CPUs of this deck alone; `None` takes the common choice.
    pub cpus: Option<Cores>,
    /// The earlier job whose deck this is or has replaced.
    pub parent: Option<JobId>,
    /// Sent with the submission: twice the same key is one job.
    pub key: String,
    /// What the server said to the last attempt to submit.
    pub problem: Option<AppError>,
}

/// How far the browser's pre-flight is.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// Not begun, or not to be done.
    No,
    /// Under way or waiting for its turn.
    Under {
        /// Bytes read.
        bytes: u64,
        /// The report before, while the deck is read again because a file was added.
        before: Option<Arc<Deck>>,
    },
    /// Read.
    Done {
        /// What it holds.
        deck: Arc<Deck>,
        /// The files it found: by the deck's name for each.
        with: Vec<(String, ItemId)>,
    },
    /// The browser could not read it; the server's look decides alone.
    Failed,
}

/// How far the bytes are.
#[derive(Clone, Debug, PartialEq)]
pub enum Sending {
    /// Not begun.
    No,
    /// Under way.
    Under {
        /// The name it goes under.
        name: String,
        /// Bytes gone.
        sent: u64,
        /// Bytes a second, once that can be said.
        rate: Option<f64>,
    },
    /// The connection is gone; it begins again by itself.
    Broken {
        /// The name it goes under.
        name: String,
        /// Tries so far.
        tries: u32,
    },
    /// On the server.
    Stored {
        /// What the server has.
        view: UploadView,
    },
    /// An archive whose files are on the page now, each by itself.
    Unpacked {
        /// Its name.
        name: String,
        /// The paths in it that were left out.
        skipped: Vec<String>,
    },
    /// Not accepted.
    Failed {
        /// The name it went under.
        name: String,
        /// Why.
        why: SendError,
    },
}

/// Why a file did not arrive for good.
#[derive(Clone, Debug, PartialEq)]
pub enum SendError {
    /// The server's words.
    Server(AppError),
    /// The file changed on disk after it was chosen.
    Unreadable,
    /// What arrived is not what was read here.
    Altered,
}

/// How far the server's look is.
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    /// Not asked.
    No,
    /// Asked about exactly these files: the deck, then its includes.
    Asking {
        /// Which.
        files: Vec<UploadId>,
        /// The answer before. Of a deck that is on the server only it is all that is known: without it the deck would
        /// seem to need nothing while it is looked at again.
        before: Option<Arc<Deck>>,
    },
    /// Answered.
    Done {
        /// About which files.
        files: Vec<UploadId>,
        /// What the server found.
        deck: Arc<Deck>,
        /// A name nobody has.
        free_name: JobName,
    },
    /// Not answered.
    Failed {
        /// About which files.
        files: Vec<UploadId>,
        /// Why.
        error: AppError,
    },
}

impl Check {
    /// The files it is about.
    pub fn files(&self) -> &[UploadId] {
        match self {
            Check::No => &[],
            Check::Asking { files, .. } | Check::Done { files, .. } | Check::Failed { files, .. } => files,
        }
    }
}

impl Sending {
    /// The name it goes or went under.
    pub fn name(&self) -> Option<&str> {
        match self {
            Sending::No => None,
            Sending::Under { name, .. }
            | Sending::Broken { name, .. }
            | Sending::Unpacked { name, .. }
            | Sending::Failed { name, .. } => Some(name),
            Sending::Stored { view } => Some(view.name.as_str()),
        }
    }

    /// Bytes are moving.
    pub fn is_under_way(&self) -> bool {
        matches!(self, Sending::Under { .. } | Sending::Broken { .. })
    }
}

impl Item {
    /// Takes the place of `old`: what a person chose there stays, and so does the job it came from.
    pub fn take_place_of(&mut self, old: &Item) {
        if old.name_typed {
            self.job_name.clone_from(&old.job_name);
            self.name_typed = true;
        }
        self.cpus = old.cpus;
        self.parent = old.parent;
    }

    /// Its upload, where it is on the server under this name.
    pub fn stored_as(&self, name: &str) -> Option<&UploadView> {
        match &self.sending {
            Sending::Stored { view } if view.name.as_str() == name => Some(view),
            _ => None,
        }
    }

    /// On the server only: the browser cannot look into it.
    pub fn is_remote(&self) -> bool {
        self.origin != Origin::Browser
    }

    /// What is known of the deck: the browser's report, else the server's.
    pub fn report(&self) -> Option<&Arc<Deck>> {
        self.read_here().or(match &self.check {
            Check::Done { deck, .. } | Check::Asking { before: Some(deck), .. } => Some(deck),
            _ => None,
        })
    }

    /// The browser's own report, an older one while it is being made anew.
    pub fn read_here(&self) -> Option<&Arc<Deck>> {
        match &self.reading {
            Reading::Done { deck, .. } | Reading::Under { before: Some(deck), .. } => Some(deck),
            _ => None,
        }
    }
}
