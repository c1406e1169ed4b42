//! What was sent for jobs that never came about (a form left unsent, a crash between files and job): taken away once
//! nobody can be waiting for it any more.

use crate::folders::{self, KEPT};
use crate::{CleanupError, blocking};
use domain::cleanup::Heap;
use domain::{Timestamp, UploadId};
use repository::Repository;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Each upload has a folder of its own in this one, below the folder of uploads.
pub const UPLOAD_FOLDERS: &str = "inp-files";
/// Rows or folders per step.
const AT_ONCE: usize = 200;

/// A form may name what was sent for it as long as it is open; nobody leaves one open for a week.
fn before() -> Timestamp {
    let since = SystemTime::now().checked_sub(KEPT).unwrap_or(SystemTime::UNIX_EPOCH);
    let seconds = since.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    Timestamp(i64::try_from(seconds).unwrap_or(0))
}

/// Whether this database has been at work for as long as such things are kept: a new one beside old folders (made anew,
/// put back, the wrong one) knows nothing of them.
pub(crate) async fn is_settled(repository: &Repository) -> Result<bool, CleanupError> {
    Ok(repository.cleanup_rules_since().await? <= before())
}

/// Folders of uploads that no row tells of, broken off by a crash, a week after anything in them changed.
async fn unnoted(repository: &Repository, root: &Path) -> Result<Vec<PathBuf>, CleanupError> {
    if !is_settled(repository).await? {
        return Ok(Vec::new());
    }
    let folder = root.join(UPLOAD_FOLDERS);
    let listed = folder.clone();
    let old = blocking(move || Ok(old_folders(&listed))).await?;
    let mut found = Vec::new();
    for ids in old.chunks(AT_ONCE) {
        let noted = repository.noted_uploads(ids).await?;
        found.extend(ids.iter().filter(|id| !noted.contains(id)).map(|id| folder.join(id.as_str())));
    }
    Ok(found)
}

fn old_folders(root: &Path) -> Vec<UploadId> {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    let old = entries.filter(|entry| folders::is_old(&entry.path()));
    old.filter_map(|entry| UploadId::parse(entry.file_name().to_str()?).ok()).collect()
}

/// What [`clear_uploads`] would take away now.
///
/// # Errors
/// The database's.
pub(crate) async fn forgotten(repository: &Repository, root: &Path) -> Result<Heap, CleanupError> {
    let ids = repository.unused_uploads(before(), i64::MAX.unsigned_abs()).await?;
    let mut heap = Heap::default();
    for ids in ids.chunks(AT_ONCE) {
        repository.uploads(ids).await?.iter().for_each(|upload| heap.add(upload.size));
    }
    for folder in unnoted(repository, root).await? {
        heap.add(blocking(move || Ok(folders::size(&folder))).await?);
    }
    Ok(heap)
}

/// Removes uploads that no job has and that are a week old, then folders of uploads that no row tells of.
///
/// # Errors
/// What the repository says; what was removed before stays removed.
pub async fn clear_uploads(repository: &Repository, root: &Path) -> Result<Heap, CleanupError> {
    let (limit, mut cleared) = (u64::try_from(AT_ONCE).unwrap_or(u64::MAX), Heap::default());
    loop {
        let ids = repository.unused_uploads(before(), limit).await?;
        let paths = repository.remove_unused_uploads(&ids).await?;
        let bytes = remove_uploads(root, &paths).await;
        cleared.count += u64::try_from(paths.len()).unwrap_or(u64::MAX);
        cleared.bytes += bytes;
        // none of them was still unused: somebody else is at it
        if paths.is_empty() {
            break;
        }
    }
    for folder in unnoted(repository, root).await? {
        let path = folder.clone();
        let bytes = blocking(move || Ok(folders::size(&path))).await?;
        match tokio::fs::remove_dir_all(&folder).await {
            Ok(()) => cleared.add(bytes),
            Err(error) => tracing::warn!(%error, "what an upload left stays on disk"),
        }
    }
    Ok(cleared)
}

/// The folder that is an upload's own: `inp-files/ID` of `inp-files/ID/NAME`.
fn own_folder(path: &str) -> Option<PathBuf> {
    let mut parts = path.split('/');
    let (files, id, name) = (parts.next()?, parts.next()?, parts.next()?);
    let is_own = files == UPLOAD_FOLDERS && UploadId::parse(id).is_ok() && !["", ".", ".."].contains(&name);
    (is_own && parts.next().is_none()).then(|| Path::new(files).join(id))
}

/// Removes uploaded files whose rows are gone, by their paths relative to the folder of uploads; gives their bytes. What
/// cannot be removed is found by a later clean-up.
pub async fn remove_uploads(root: &Path, paths: &[String]) -> u64 {
    let mut bytes = 0;
    for path in paths {
        let Some(folder) = own_folder(path) else {
            // a damaged row must not name another one's folder, or that of all
            tracing::warn!(path, "an upload lies where none should: it stays");
            continue;
        };
        let size = tokio::fs::metadata(root.join(path)).await.map_or(0, |of| of.len());
        match tokio::fs::remove_dir_all(root.join(folder)).await {
            Ok(()) => bytes += size,
            Err(error) => tracing::warn!(%error, "an upload that no job needs stays on disk"),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::own_folder;
    use std::path::PathBuf;

    #[test]
    fn only_an_upload_s_own_folder_is_removed() {
        let id = "01900000-0000-7000-8000-000000000001";
        assert_eq!(own_folder(&format!("inp-files/{id}/a.inp")), Some(PathBuf::from(format!("inp-files/{id}"))));
        for damaged in ["", "/", "inp-files", "inp-files/", "../x/y", "inp-files/../y", "inp-files/deck.inp"] {
            assert_eq!(own_folder(damaged), None, "{damaged}");
        }
        for damaged in
            ["inp-files/ID.deck.inp", "inp-files/ID/", "inp-files/ID/..", "inp-files/ID/a/b", "inq-files/ID/a"]
        {
            assert_eq!(own_folder(&damaged.replace("ID", id)), None, "{damaged}");
        }
    }
}
