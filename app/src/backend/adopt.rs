//! Files that are on this server already, as uploads of their own: links, so that they cost nothing and stay when the first
//! one goes.

use super::{Asking, Backend, UPLOAD_FOLDERS, fault};
use crate::AppError;
use crate::jobs::api::UploadView;
use domain::{FileName, UploadId};
use repository::NewUpload;
use std::io;
use std::path::{Path, PathBuf};

/// A file to be linked.
pub(super) struct Adopted {
    /// Where it lies.
    pub from: PathBuf,
    /// What the upload is to be called.
    pub name: FileName,
    /// Its bytes.
    pub size: u64,
    /// Of those bytes, hexadecimal.
    pub sha256: String,
}

impl Backend {
    /// The file as a new upload.
    ///
    /// # Errors
    /// `INSUFFICIENT_STORAGE` on a full disk; what the database says.
    pub(super) async fn adopt(&self, file: Adopted, asking: &Asking) -> Result<UploadId, AppError> {
        let locale = asking.locale;
        let Adopted { from, name, size, sha256 } = file;
        let id = UploadId::parse(&uuid::Uuid::now_v7().to_string()).map_err(|_| fault::internal(locale))?;
        let path = format!("{UPLOAD_FOLDERS}/{id}/{name}");
        let to = self.folders.uploads.join(&path);
        let folder = self.folders.uploads.join(UPLOAD_FOLDERS).join(id.as_str());
        let linked = tokio::task::spawn_blocking(move || link_or_copy(&from, &to)).await;
        match linked {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                // perhaps it was not even made
                let _ = tokio::fs::remove_dir_all(folder).await;
                return Err(fault::disk(locale, &error));
            }
            Err(_) => return Err(fault::internal(locale)),
        }
        let row = NewUpload { id: id.clone(), name, size, sha256, path, user: asking.actor.id.clone() };
        if let Err(error) = self.repository.add_upload(&row).await {
            // without a row nobody would ever remove it
            if let Err(error) = tokio::fs::remove_dir_all(folder).await {
                tracing::warn!(%error, "a linked file could not be removed");
            }
            return Err(fault::repository(locale, error));
        }
        Ok(id)
    }

    /// The upload under another name: as a new one, because a job may have this one; and because the
    /// page may ask again, or for yet another name. What no job has goes after a week.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` for what no file is called; `NOT_FOUND` for an upload that is not there; as for every upload.
    pub async fn name_upload(&self, id: &UploadId, name: &str, asking: &Asking) -> Result<UploadView, AppError> {
        let locale = asking.locale;
        let name = FileName::parse_new(name).map_err(|error| fault::file_name(locale, name, error))?;
        let known = self.repository.uploads(std::slice::from_ref(id)).await;
        let upload = known.map_err(|error| fault::repository(locale, error))?.into_iter().next();
        let upload = upload.ok_or_else(|| fault::no_such_file(locale))?;
        let (size, sha256) = (upload.size, upload.sha256.clone());
        if upload.name == name {
            return Ok(UploadView { id: upload.id, name, size, sha256 });
        }
        let from = self.folders.uploads.join(&upload.path);
        let same = Adopted { from, name: name.clone(), size, sha256: sha256.clone() };
        let renamed = self.adopt(same, asking).await?;
        Ok(UploadView { id: renamed, name, size, sha256 })
    }
}

/// On the disk when this returns: the file, and its name in its folder.
fn link_or_copy(from: &Path, to: &Path) -> io::Result<()> {
    let folders: Vec<&Path> = to.ancestors().skip(1).take(2).collect();
    if let Some(folder) = folders.first() {
        std::fs::create_dir_all(folder)?;
    }
    match std::fs::hard_link(from, to) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(error),
        // another disk, or one that knows no links
        Err(_) => {
            std::fs::copy(from, to).inspect_err(|_| {
                let _ = std::fs::remove_file(to);
            })?;
        }
    }
    std::fs::File::open(to)?.sync_all()?;
    folders.iter().try_for_each(|folder| std::fs::File::open(folder)?.sync_all())
}
