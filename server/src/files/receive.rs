//! What people send: streamed to disk under a temporary name, counted and hashed on the way, fsynced, then renamed.

use super::body::steady;
use super::unpack;
use crate::extract::Query;
use crate::problem::Problem;
use app::AppError;
use app::backend::{Asking, Backend, UPLOAD_FOLDERS, fault};
use app::jobs::api::{Received, UploadView};
use app::jobs::submit::sorting;
use axum::Extension;
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::StatusCode;
use domain::{FileName, UploadId};
use futures::{Stream, StreamExt};
use repository::NewUpload;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::io;
use std::path::{Path, PathBuf};
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt;

/// `/uploads?name=beam.inp`.
#[derive(Deserialize)]
pub struct Named {
    name: String,
}

/// One file as the raw body, or a `.zip` of several. 201 and what was received.
pub async fn upload(
    State(backend): State<Backend>,
    Extension(asking): Extension<Asking>,
    Query(named): Query<Named>,
    body: Body,
) -> Result<(StatusCode, Json<Received>), Problem> {
    let locale = asking.locale;
    let name = FileName::parse_new(&named.name).map_err(|error| fault::file_name(locale, &named.name, error))?;
    let received = receive(&backend, &asking, name, steady(body)).await?;
    Ok((StatusCode::CREATED, Json(received)))
}

/// An upload's own folder; removed again unless [`Unfinished::keep`] is reached, whatever goes wrong
/// (the browser leaves, the disk is full, the request is dropped half-way).
pub(super) struct Unfinished {
    /// The upload's.
    pub id: UploadId,
    /// Where its file goes, below the folder of all uploads.
    pub relative: PathBuf,
    /// The same, whole.
    pub folder: PathBuf,
    kept: bool,
}

impl Unfinished {
    /// The place of a new upload below `root`. The folder is the caller's to make.
    pub fn new(root: &Path) -> io::Result<Unfinished> {
        let id = UploadId::parse(&uuid::Uuid::now_v7().to_string()).map_err(io::Error::other)?;
        let relative = Path::new(UPLOAD_FOLDERS).join(id.as_str());
        Ok(Unfinished { folder: root.join(&relative), id, relative, kept: false })
    }

    /// The row of the whole file that lies here.
    pub fn row(&self, name: &FileName, size: u64, sha256: String, asking: &Asking) -> NewUpload {
        NewUpload {
            id: self.id.clone(),
            name: name.clone(),
            size,
            sha256,
            path: format!("{}/{name}", self.relative.display()),
            user: asking.actor.id.clone(),
        }
    }

    /// Its row is written.
    pub fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.kept
            && let Err(error) = std::fs::remove_dir_all(&self.folder)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "an unfinished upload could not be removed");
        }
    }
}

/// Takes one file from a stream of its bytes; of a `.zip` the files inside.
///
/// # Errors
/// `PAYLOAD_TOO_LARGE` past the limit of the settings, `INSUFFICIENT_STORAGE` on a full disk, `VALIDATION_ERROR` for
/// an empty file or an archive that is not taken, `UNAVAILABLE` when the sender breaks off.
pub async fn receive<E: std::fmt::Display>(
    backend: &Backend,
    asking: &Asking,
    name: FileName,
    bytes: impl Stream<Item = Result<Bytes, E>> + Unpin,
) -> Result<Received, AppError> {
    let locale = asking.locale;
    let disk = |error: io::Error| fault::disk(locale, &error);
    let root = &backend.folders.uploads;
    let place = Unfinished::new(root).map_err(disk)?;
    fs::create_dir_all(&place.folder).await.map_err(disk)?;
    let part = place.folder.join(format!("{name}.part"));
    let (file, size, sha256) = write(&part, bytes, &name, backend, asking).await?;
    if sorting::is_zip_name(name.as_str()) {
        return unpack::unpack(backend, asking, name, part, place).await.map(Received::Unpacked);
    }
    file.sync_all().await.map_err(disk)?;
    drop(file);
    fs::rename(&part, place.folder.join(name.as_str())).await.map_err(disk)?;
    sync_folders(&place.folder, root).await.map_err(disk)?;
    let row = place.row(&name, size, sha256.clone(), asking);
    backend.repository.add_upload(&row).await.map_err(|error| fault::repository(locale, error))?;
    place.keep();
    Ok(Received::File(UploadView { id: row.id, name, size, sha256 }))
}

/// Writes the bytes as they come; gives the file, how many there were, and their SHA-256.
async fn write<E: std::fmt::Display>(
    part: &Path,
    mut bytes: impl Stream<Item = Result<Bytes, E>> + Unpin,
    name: &FileName,
    backend: &Backend,
    asking: &Asking,
) -> Result<(File, u64, String), AppError> {
    let locale = asking.locale;
    let limit = backend.repository.settings().max_file_bytes;
    let disk = |error: io::Error| fault::disk(locale, &error);
    let mut file = File::create_new(part).await.map_err(disk)?;
    let mut hash = Sha256::new();
    let mut size: u64 = 0;
    while let Some(slice) = bytes.next().await {
        let slice = slice.map_err(|error| {
            tracing::info!(%error, "an upload was broken off");
            fault::broken_off(locale)
        })?;
        size += slice.len() as u64;
        if size > limit {
            return Err(fault::too_large(locale, name.as_str(), limit));
        }
        hash.update(&slice);
        file.write_all(&slice).await.map_err(disk)?;
    }
    if size == 0 {
        return Err(fault::empty_file(locale, name.as_str()));
    }
    file.flush().await.map_err(disk)?;
    Ok((file, size, hex::encode(hash.finalize())))
}

/// A new name is durable only when its folder is, and that folder's name in turn.
async fn sync_folders(innermost: &Path, root: &Path) -> io::Result<()> {
    let mut folder = Some(innermost);
    while let Some(here) = folder {
        File::open(here).await?.sync_all().await?;
        folder = if here == root { None } else { here.parent() };
    }
    Ok(())
}
