//! What people send: streamed to disk under a temporary name, counted and hashed on the way, fsynced, then renamed.

use super::body::steady;
use crate::extract::Query;
use crate::problem::Problem;
use app::backend::{Asking, Backend, fault};
use app::jobs::api::UploadView;
use app::{AppError, ErrorCode};
use axum::Extension;
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::StatusCode;
use domain::{FileName, UploadId};
use futures::{Stream, StreamExt};
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

/// One file as the raw body. 201 and what was received.
pub async fn upload(
    State(backend): State<Backend>,
    Extension(asking): Extension<Asking>,
    Query(named): Query<Named>,
    body: Body,
) -> Result<(StatusCode, Json<UploadView>), Problem> {
    let locale = asking.locale;
    let name = FileName::parse(&named.name).map_err(|error| fault::file_name(locale, &named.name, error))?;
    let received = receive(&backend, &asking, name, steady(body)).await?;
    Ok((StatusCode::CREATED, Json(received)))
}

/// The temporary name of an upload; removed again unless [`Unfinished::keep`] is reached, whatever goes wrong
/// (the browser leaves, the disk is full, the request is dropped half-way).
struct Unfinished {
    folder: Option<PathBuf>,
}

impl Unfinished {
    fn keep(mut self) {
        self.folder = None;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(folder) = self.folder.take()
            && let Err(error) = std::fs::remove_dir_all(&folder)
        {
            tracing::warn!(%error, "an unfinished upload could not be removed");
        }
    }
}

/// Takes one file from a stream of its bytes.
///
/// # Errors
/// `PAYLOAD_TOO_LARGE` past the limit of the settings, `INSUFFICIENT_STORAGE` on a full disk, `VALIDATION_ERROR` for
/// an empty file, `UNAVAILABLE` when the sender breaks off.
pub async fn receive<E: std::fmt::Display>(
    backend: &Backend,
    asking: &Asking,
    name: FileName,
    mut bytes: impl Stream<Item = Result<Bytes, E>> + Unpin,
) -> Result<UploadView, AppError> {
    let locale = asking.locale;
    let limit = backend.repository.settings().max_file_bytes;
    let id = UploadId::parse(&uuid::Uuid::now_v7().to_string())
        .map_err(|_| AppError::new(ErrorCode::InternalError, "no upload id"))?;
    let relative = PathBuf::from("inp-files").join(id.as_str());
    let folder = backend.folders.uploads.join(&relative);
    let disk = |error: io::Error| fault::disk(locale, &error);
    fs::create_dir_all(&folder).await.map_err(disk)?;
    let unfinished = Unfinished { folder: Some(folder.clone()) };
    let part = folder.join(format!("{name}.part"));
    let mut file = File::create_new(&part).await.map_err(disk)?;
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
    file.sync_all().await.map_err(disk)?;
    drop(file);
    fs::rename(&part, folder.join(name.as_str())).await.map_err(disk)?;
    sync_folders(&folder, &backend.folders.uploads).await.map_err(disk)?;
    let sha256 = hex::encode(hash.finalize());
    let path = format!("{}/{name}", relative.display());
    let row = repository::NewUpload {
        id: id.clone(),
        name: name.clone(),
        size,
        sha256: sha256.clone(),
        path,
        user: asking.actor.id.clone(),
    };
    backend.repository.add_upload(&row).await.map_err(|error| fault::repository(locale, error))?;
    unfinished.keep();
    Ok(UploadView { id, name, size, sha256 })
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
