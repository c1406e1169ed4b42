//! All files of a job as one `.zip`, made while it is sent.

use super::download::attachment;
use crate::problem::Problem;
use app::backend::{Asking, Backend};
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::JobId;
use std::io::{self, Write};
use std::path::PathBuf;
use tokio::sync::mpsc;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;
use zip::write::SimpleFileOptions;

/// Slices under way between the packer and the network.
const SLICES: usize = 8;

/// All files that are here, as `NAME.zip`.
#[utoipa::path(get, path = "/api/v1/jobs/{id}/files.zip", responses((status = 200), (status = 404)))]
pub async fn zip(
    State(backend): State<Backend>,
    Extension(asking): Extension<Asking>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    let (job, files) = backend.files_for_archive(JobId(id), asking.locale).await?;
    let (sender, receiver) = mpsc::channel(SLICES);
    tokio::task::spawn_blocking(move || {
        let failed = sender.clone();
        if let Err(error) = pack(files, Slices { sender, slice: Vec::new() }) {
            tracing::info!(%error, "a zip was not finished");
            // an error in the stream breaks the connection, so that a half archive is not taken for a whole one
            let _ = failed.blocking_send(Err(error));
        }
    });
    let body = Body::from_stream(ReceiverStream::new(receiver).map(|slice: io::Result<Bytes>| slice));
    let name = attachment(&format!("{job}.zip"));
    let name = HeaderValue::from_str(&name).unwrap_or_else(|_| HeaderValue::from_static("attachment"));
    Ok(([(CONTENT_TYPE, HeaderValue::from_static("application/zip")), (CONTENT_DISPOSITION, name)], body)
        .into_response())
}

fn pack(files: Vec<(String, PathBuf)>, slices: Slices) -> io::Result<()> {
    let mut archive = zip::ZipWriter::new_stream(slices);
    // quick rather than small: result files are many and large, and the lab's network is fast
    let options = SimpleFileOptions::default().compression_level(Some(1)).large_file(true);
    for (name, path) in files {
        let mut file = match std::fs::File::open(&path) {
            Ok(file) => file,
            // collected or cleaned up between the listing and now
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        archive.start_file(name, options)?;
        io::copy(&mut file, &mut archive)?;
    }
    archive.finish()?.into_inner().flush()
}

/// A writer into the body's channel, in slices of 64 KiB.
struct Slices {
    sender: mpsc::Sender<io::Result<Bytes>>,
    slice: Vec<u8>,
}

const SLICE_BYTES: usize = 64 * 1024;

impl Write for Slices {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.slice.extend_from_slice(bytes);
        if self.slice.len() >= SLICE_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.slice.is_empty() {
            return Ok(());
        }
        let slice = Bytes::from(std::mem::take(&mut self.slice));
        self.sender.blocking_send(Ok(slice)).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }
}
