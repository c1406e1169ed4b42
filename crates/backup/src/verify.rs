//! Reads a backup again and holds it against what it says of itself.

use crate::shelf::{self, Check, Shelved};
use crate::{BackupError, DATABASE, Manifest, Progress, Step, Tell, blocking, manifest, tree};
use domain::health::BackupProblem;
use repository::{RepositoryError, Use};
use std::collections::HashSet;
use std::path::Path;

/// What was proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// What it says of itself.
    pub manifest: Manifest,
    /// Changes of the tables that this program would make after putting it back.
    pub pending: usize,
}

/// Reads all of it: every hash, the database's pages, indices and references, and whether this program knows its tables.
///
/// # Errors
/// `Unusable`, `Io`.
pub async fn verify(folder: &Path, tell: &Tell) -> Result<Verified, BackupError> {
    verify_but(folder, HashSet::new(), tell).await
}

/// Reads all of one in its place, and notes there how it was found.
///
/// # Errors
/// As [`verify`].
pub async fn check(shelved: &Shelved, tell: &Tell) -> Result<Verified, BackupError> {
    let verified = verify(&shelved.folder, tell).await;
    if let Some(backups) = shelved.folder.parent() {
        let at = chrono::Utc::now().timestamp();
        match &verified {
            Ok(_) => shelf::note_check(backups, &shelved.name, Check { at, problem: None }),
            Err(error @ BackupError::Unusable(_)) => {
                shelf::note_check(backups, &shelved.name, Check { at, problem: Some(error.problem()) });
            }
            // that it could not be looked at now says nothing of it
            Err(_) => {}
        }
    }
    verified
}

/// As [`verify`], without hashing the files that were read a moment ago.
pub async fn verify_but(folder: &Path, read: HashSet<String>, tell: &Tell) -> Result<Verified, BackupError> {
    let (from, tell) = (folder.to_owned(), tell.clone());
    let manifest = blocking(move || hashes(&from, &read, &tell)).await?;
    let database = folder.join(DATABASE);
    let schema = match repository::examine(&database, Use::Still).await {
        Ok(schema) => schema,
        Err(RepositoryError::Newer { schema }) => return Err(BackupError::newer(&schema)),
        Err(error @ (RepositoryError::Damaged { .. } | RepositoryError::Strange | RepositoryError::Missing)) => {
            let found = error.to_string();
            return Err(BackupError::Unusable(BackupProblem::Database { found }));
        }
        Err(error) => return Err(error.into()),
    };
    Ok(Verified { manifest, pending: schema.pending })
}

fn hashes(folder: &Path, read: &HashSet<String>, tell: &Tell) -> Result<Manifest, BackupError> {
    let manifest = Manifest::read(folder)?;
    let sums = manifest::read_sums(folder, &manifest)?;
    if !sums.contains_key(DATABASE) {
        return Err(BackupError::unreadable(DATABASE, "it is not there"));
    }
    let mut progress = Progress { step: Step::Verify, of_bytes: manifest.bytes, ..Progress::default() };
    for (path, wanted) in &sums {
        if !read.contains(path) {
            let file = tree::below(folder, path);
            let hash = tree::hash(&file, &mut |bytes| {
                progress.bytes += bytes;
                tell(progress);
            });
            match hash {
                Ok(hash) if hash == *wanted => {}
                Ok(_) => return Err(BackupError::changed(path)),
                Err(error) => return Err(BackupError::unreadable(path, error)),
            }
        }
        progress.files += 1;
    }
    tell(progress);
    Ok(manifest)
}
