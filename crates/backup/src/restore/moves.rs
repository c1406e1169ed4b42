//! Names that change at the end of a restore, and change back where that end is not reached.

use crate::{BackupError, at, tree};
use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A file or folder that takes its place.
pub(super) struct Move {
    pub(super) from: PathBuf,
    pub(super) to: PathBuf,
    /// Where what lies there goes first.
    pub(super) aside: Option<PathBuf>,
    /// It was copied from the backup; else it only goes elsewhere.
    pub(super) is_new: bool,
}

impl Move {
    fn make(&self) -> Result<(), BackupError> {
        if let Some(aside) = &self.aside {
            parent_of(aside)?;
            fs::rename(&self.to, aside).map_err(at(aside))?;
        }
        let made = parent_of(&self.to).and_then(|()| fs::rename(&self.from, &self.to).map_err(at(&self.to)));
        if let (Err(_), Some(aside)) = (&made, &self.aside) {
            put_back(aside, &self.to);
        }
        made
    }

    fn unmake(&self) {
        put_back(&self.to, &self.from);
        if let Some(aside) = &self.aside {
            put_back(aside, &self.to);
        }
    }
}

/// Nothing more can be done about one that does not move back than to say where it is.
fn put_back(from: &Path, to: &Path) {
    if let Err(error) = fs::rename(from, to) {
        tracing::error!(from = %from.display(), to = %to.display(), %error, "what was moved could not be moved back");
    }
}

pub(super) fn parent_of(path: &Path) -> Result<(), BackupError> {
    path.parent().map_or(Ok(()), tree::private_folder)
}

/// All of them, in their order. Dropped before they are done, everything is as it was.
#[derive(Default)]
pub(super) struct Moves {
    all: Vec<Move>,
    /// Made when all others are on their disks.
    last: Option<Move>,
    /// So many of them are made.
    made: usize,
}

impl Moves {
    pub(super) fn add(&mut self, one: Move) {
        self.all.push(one);
    }

    pub(super) fn add_last(&mut self, one: Move) {
        self.last = Some(one);
    }

    /// Files that come from the backup.
    pub(super) fn of_the_backup(&self) -> u64 {
        self.all.iter().filter(|one| one.is_new).count() as u64
    }

    /// Makes them.
    pub(super) fn make(&mut self) -> Result<(), BackupError> {
        for one in &self.all {
            one.make()?;
            self.made += 1;
        }
        match self.last.take() {
            Some(last) => {
                self.settle()?;
                last.make()
            }
            None => Ok(()),
        }
    }

    /// What was moved stays so over a power cut.
    pub(super) fn settle(&self) -> Result<(), BackupError> {
        let mut disks = HashSet::new();
        for folder in self.all[..self.made].iter().filter_map(|one| one.to.parent()) {
            let disk = fs::metadata(folder).map_err(at(folder))?.dev();
            if disks.insert(disk) {
                tree::sync_disk(folder)?;
            }
        }
        Ok(())
    }

    /// They stay.
    pub(super) fn done(mut self) {
        self.all.clear();
        self.made = 0;
    }
}

impl Drop for Moves {
    fn drop(&mut self) {
        for one in self.all[..self.made].iter().rev() {
            one.unmake();
        }
        for copy in self.all.iter().filter(|one| one.is_new) {
            // one that was not written yet is not there
            drop(fs::remove_file(&copy.from));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_that_have_changed_change_back_where_one_cannot() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let write = |name: &str| fs::write(at(name), name).unwrap();
        let read = |name: &str| fs::read_to_string(at(name)).unwrap_or_default();
        for name in ["new", "old", "elsewhere", "other"] {
            write(name);
        }
        let all = || {
            let mut moves = Moves::default();
            moves.add(Move { from: at("new"), to: at("old"), aside: Some(at("aside/old")), is_new: true });
            moves.add(Move { from: at("elsewhere"), to: at("away/elsewhere"), aside: None, is_new: false });
            moves
        };
        let mut moves = all();
        moves.add(Move { from: at("missing"), to: at("other"), aside: Some(at("aside/other")), is_new: false });
        assert!(moves.make().is_err());
        drop(moves);
        let mut moves = all();
        write("new");
        moves.add_last(Move { from: at("missing"), to: at("other"), aside: None, is_new: false });
        assert!(moves.make().is_err());
        drop(moves);
        assert_eq!((read("old"), read("elsewhere"), read("other")), ("old".into(), "elsewhere".into(), "other".into()));
        assert!(!at("new").exists(), "a copy is left nowhere");

        write("new");
        let mut moves = all();
        moves.add_last(Move { from: at("other"), to: at("last"), aside: None, is_new: false });
        moves.make().unwrap();
        moves.done();
        assert_eq!(read("last"), "other");
        assert_eq!(
            (read("old"), read("aside/old"), read("away/elsewhere")),
            ("new".into(), "old".into(), "elsewhere".into())
        );
    }
}
