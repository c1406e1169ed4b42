//! Files and folders: finding, hashing, copying.

use crate::{BackupError, at};
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Read and written at once.
const SLICE: usize = 256 * 1024;

/// One file of a tree.
#[derive(Clone, Debug)]
pub struct Found {
    /// Below the tree's root, `/` between folders.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// When it was written last.
    pub modified: SystemTime,
}

/// All whole files below `root`, in order: no links, nothing under way (`.part`), nothing hidden. A root that is not there
/// is empty; so is what goes away meanwhile.
///
/// # Errors
/// `Io`.
pub fn files(root: &Path, wanted: &dyn Fn(&Found) -> bool) -> Result<Vec<Found>, BackupError> {
    let mut found = Vec::new();
    let mut folders = vec![(root.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(at(&folder)(error)),
        };
        for entry in entries {
            let entry = entry.map_err(at(&folder))?;
            let name = entry.file_name();
            // a name that is no text, or would break a line of the list, is none of ours
            let Some(name) = name.to_str().filter(|name| !name.contains(['\n', '\r', '\\'])) else { continue };
            // a disk of its own has a folder that only root may enter
            if name.starts_with('.') || name.ends_with(".part") || name == "lost+found" {
                continue;
            }
            let of = match entry.metadata() {
                Ok(of) => of,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(at(&entry.path())(error)),
            };
            let path = format!("{prefix}{name}");
            if of.is_dir() {
                folders.push((entry.path(), format!("{path}/")));
            } else if of.is_file() {
                let modified = of.modified().map_err(at(&entry.path()))?;
                let file = Found { path, size: of.len(), modified };
                if wanted(&file) {
                    found.push(file);
                }
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// The SHA-256 of a file; `read` hears of each slice.
///
/// # Errors
/// As the system.
pub fn hash(path: &Path, read: &mut dyn FnMut(u64)) -> io::Result<String> {
    let mut file = File::open(path)?;
    through(&mut file, &mut io::sink(), read)
}

/// Copies a file to a place that must be free, with its time; gives its hash.
///
/// # Errors
/// As the system; `NotFound` where the source is gone.
pub fn copy(from: &Path, to: &Path, read: &mut dyn FnMut(u64)) -> io::Result<String> {
    let mut source = File::open(from)?;
    let modified = source.metadata()?.modified()?;
    let mut target = private_file(to)?;
    let hash = through(&mut source, &mut target, read)?;
    target.set_modified(modified)?;
    Ok(hash)
}

fn through(source: &mut dyn Read, target: &mut dyn Write, read: &mut dyn FnMut(u64)) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut slice = vec![0; SLICE];
    loop {
        let got = match source.read(&mut slice) {
            Ok(0) => return Ok(hex::encode(hash.finalize())),
            Ok(got) => got,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let part = slice.get(..got).unwrap_or_default();
        hash.update(part);
        target.write_all(part)?;
        read(got as u64);
    }
}

/// A new file that only its owner may read.
///
/// # Errors
/// As the system.
pub fn private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// A folder, and those above it, that only its owner may enter.
///
/// # Errors
/// `Io`.
pub fn private_folder(path: &Path) -> Result<(), BackupError> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(at(path))
}

/// Everything written to the disk that this folder is on.
///
/// # Errors
/// `Io`.
pub fn sync_disk(folder: &Path) -> Result<(), BackupError> {
    let open = File::open(folder).map_err(at(folder))?;
    rustix::fs::syncfs(&open).map_err(|error| at(folder)(error.into()))
}

/// A folder's own list of names.
///
/// # Errors
/// `Io`.
pub fn sync_folder(folder: &Path) -> Result<(), BackupError> {
    File::open(folder).and_then(|open| open.sync_all()).map_err(at(folder))
}

/// Bytes that can still be written there.
///
/// # Errors
/// `Io`.
pub fn free(folder: &Path) -> Result<u64, BackupError> {
    machine::disk(folder).map(|disk| disk.free).map_err(at(folder))
}

/// Removes a folder and all in it; one that is not there is gone.
///
/// # Errors
/// `Io`.
pub fn remove(folder: &Path) -> Result<(), BackupError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(folder)(error)),
        _ => Ok(()),
    }
}

/// `root` and a path of ours below it.
pub fn below(root: &Path, path: &str) -> PathBuf {
    path.split('/').fold(root.to_owned(), |folder, part| folder.join(part))
}
