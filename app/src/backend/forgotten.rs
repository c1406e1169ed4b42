//! What was sent for jobs that never came about (a form left unsent, a crash between files and job): taken away once
//! nobody can be waiting for it any more.

use super::{Backend, UPLOAD_FOLDERS};
use domain::{Timestamp, UploadId};
use repository::RepositoryError;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// A form may name what was sent for it as long as it is open; nobody leaves one open for a week.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// Rows or folders per step.
const AT_ONCE: usize = 200;

impl Backend {
    /// Removes uploads that no job has and that are a week old, then folders of uploads that no row tells of (broken off
    /// by a crash). How many there were.
    ///
    /// # Errors
    /// What the repository says; what was removed before stays removed.
    pub async fn clear_forgotten(&self) -> Result<usize, RepositoryError> {
        let Some(before) = SystemTime::now().checked_sub(KEPT) else { return Ok(0) };
        let seconds = before.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let (limit, mut count) = (u64::try_from(AT_ONCE).unwrap_or(u64::MAX), 0);
        loop {
            let rows =
                self.repository.unused_uploads(Timestamp(i64::try_from(seconds).unwrap_or(i64::MAX)), limit).await?;
            let paths = self.repository.remove_unused_uploads(&rows).await?;
            count += paths.len();
            self.remove_uploaded(&paths).await;
            // none of them was still unused: somebody else is at it
            if paths.is_empty() {
                break;
            }
        }
        let folder = self.folders.uploads.join(UPLOAD_FOLDERS);
        let (root, since) = (folder.clone(), before);
        let old = tokio::task::spawn_blocking(move || old_folders(&root, since)).await.unwrap_or_default();
        for ids in old.chunks(AT_ONCE) {
            let noted = self.repository.noted_uploads(ids).await?;
            for id in ids.iter().filter(|id| !noted.contains(id)) {
                match tokio::fs::remove_dir_all(folder.join(id.as_str())).await {
                    Ok(()) => count += 1,
                    Err(error) => tracing::warn!(%error, "what an upload left stays on disk"),
                }
            }
        }
        Ok(count)
    }
}

/// Folders of uploads in which nothing has changed since.
fn old_folders(root: &Path, since: SystemTime) -> Vec<UploadId> {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    let old = entries.filter(|entry| {
        let changed = entry.metadata().and_then(|facts| facts.modified());
        changed.is_ok_and(|changed| changed < since)
    });
    old.filter_map(|entry| UploadId::parse(entry.file_name().to_str()?).ok()).collect()
}
