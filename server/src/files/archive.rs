//! All files of a job as one `.zip`, made while it is sent.

use super::download::attachment;
use crate::extract::Path;
use crate::problem::Problem;
use app::backend::{Asking, Backend, fault, open_found};
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Datelike, Local, Timelike};
use domain::JobId;
use futures::{StreamExt, future};
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};
use tokio::runtime::Handle;
use tokio::sync::mpsc::error::SendTimeoutError;
use tokio::sync::{Semaphore, SemaphorePermit, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use zip::write::SimpleFileOptions;

/// Slices under way between the packer and the network.
const SLICES: usize = 8;
/// For one slice to be taken.
const PATIENCE: Duration = Duration::from_secs(60);
/// Archives made at once. Each holds a thread of a pool that everything else needs as well.
static PLACES: Semaphore = Semaphore::const_new(8);
/// Backups have a place of their own: who takes many archives away must not keep an admin from one.
static BACKUP: Semaphore = Semaphore::const_new(1);

/// All files that are here, as `NAME.zip`.
#[utoipa::path(get, path = "/api/v1/jobs/{id}/files.zip", responses((status = 200), (status = 404, body = crate::api::wire::Problem), (status = 503, body = crate::api::wire::Problem)))]
pub async fn zip(
    State(backend): State<Backend>,
    Extension(asking): Extension<Asking>,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    let (job, files) = backend.files_for_archive(JobId(id), asking.locale).await?;
    send(job.as_ref(), files, &PLACES, &asking)
}

/// A whole backup, as `NAME.zip`: unpacked into the folder of backups it is one again.
pub async fn backup(
    State(backend): State<Backend>,
    Extension(asking): Extension<Asking>,
    Path(name): Path<String>,
    method: Method,
) -> Result<Response, Problem> {
    if method == Method::HEAD {
        let shelved = backend.shelved(&name, &asking).await?;
        return Ok(head(&format!("{}.zip", shelved.name)).into_response());
    }
    let (name, files) = backend.files_of_backup(&name, &asking).await?;
    send(&name, files, &BACKUP, &asking)
}

/// These files, by their names in it, as `NAME.zip`.
fn send(
    name: &str,
    files: Vec<(String, PathBuf)>,
    places: &'static Semaphore,
    asking: &Asking,
) -> Result<Response, Problem> {
    let place = places.try_acquire().map_err(|_| fault::too_many_archives(asking.locale))?;
    Ok(stream(&format!("{name}.zip"), place, move |slices| pack(files, slices)))
}

/// An archive of this name, sent while it is made on a thread of its own, which holds the place meanwhile.
pub fn stream(
    name: &str,
    place: SemaphorePermit<'static>,
    pack: impl FnOnce(Slices) -> io::Result<()> + Send + 'static,
) -> Response {
    let (sender, receiver) = mpsc::channel(SLICES);
    let runtime = Handle::current();
    let packing = tokio::task::spawn_blocking(move || {
        let _place = place;
        let slices = Slices { sender: Some(sender), runtime, patience: PATIENCE, slice: Vec::new() };
        pack(slices).inspect_err(|error| tracing::info!(%error, "a zip was not finished"))
    });
    // an error in the stream breaks the connection, so that a half archive is not taken for a whole one
    let end = async move {
        match packing.await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(Err(error)),
            Err(error) => Some(Err(io::Error::other(error))),
        }
    };
    let slices = ReceiverStream::new(receiver).map(Ok);
    let body = Body::from_stream(slices.chain(futures::stream::once(end).filter_map(future::ready)));
    (head(name), body).into_response()
}

/// What is said of an archive before it: all that `HEAD` gets, for whom none is made and nothing noted.
pub fn head(name: &str) -> [(HeaderName, HeaderValue); 2] {
    let name = attachment(name);
    let name = HeaderValue::from_str(&name).unwrap_or_else(|_| HeaderValue::from_static("attachment"));
    [(CONTENT_TYPE, HeaderValue::from_static("application/zip")), (CONTENT_DISPOSITION, name)]
}

fn pack(files: Vec<(String, PathBuf)>, slices: Slices) -> io::Result<()> {
    let mut archive = zip::ZipWriter::new_stream(slices);
    // quick rather than small: result files are many and large, and the lab's network is fast
    let options = SimpleFileOptions::default().compression_level(Some(1)).large_file(true);
    for (name, path) in files {
        let mut file = match open_found(&path) {
            Ok(file) => file,
            // cleaned up between the listing and now
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        let written = file.metadata()?.modified().map(clock_time).unwrap_or_default();
        archive.start_file(name, options.last_modified_time(written))?;
        io::copy(&mut file, &mut archive)?;
    }
    archive.finish()?.into_inner().flush()
}

/// As archives write it: by the clock on the wall, from 1980 on, in steps of two seconds.
fn clock_time(at: SystemTime) -> zip::DateTime {
    let at = DateTime::<Local>::from(at);
    let [month, day, hour, minute, second] = [at.month(), at.day(), at.hour(), at.minute(), at.second()]
        // each is less than 60
        .map(|part| u8::try_from(part).unwrap_or_default());
    let year = u16::try_from(at.year()).unwrap_or_default();
    zip::DateTime::from_date_and_time(year, month, day, hour, minute, second).unwrap_or_default()
}

/// A writer into the body's channel, in slices of 64 KiB. After a slice that nobody took it takes no more.
pub struct Slices {
    sender: Option<mpsc::Sender<Bytes>>,
    runtime: Handle,
    patience: Duration,
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
        let Some(sender) = &self.sender else { return Err(io::ErrorKind::BrokenPipe.into()) };
        let sent = self.runtime.block_on(sender.send_timeout(slice, self.patience));
        sent.map_err(|error| {
            self.sender = None;
            match error {
                SendTimeoutError::Timeout(_) => io::ErrorKind::TimedOut.into(),
                SendTimeoutError::Closed(_) => io::ErrorKind::BrokenPipe.into(),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn an_archive_that_nobody_takes_is_given_up() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let noise: Vec<u8> =
            (0..1_u64 << 17).flat_map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes()).collect();
        file.write_all(&noise).unwrap();
        let (sender, receiver) = mpsc::channel(1);
        let runtime = Handle::current();
        let slices = Slices { sender: Some(sender), runtime, patience: Duration::from_millis(20), slice: Vec::new() };
        let files = vec![("beam.odb".to_owned(), file.path().to_owned())];
        let packed = tokio::task::spawn_blocking(move || pack(files, slices)).await.unwrap();
        assert_eq!(packed.unwrap_err().kind(), io::ErrorKind::TimedOut);
        drop(receiver);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_file_that_became_whole_since_it_was_listed_is_not_left_out() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("beam.sta"), "COMPLETED").unwrap();
        let files = ["beam.sta", "gone.sta"].map(|name| (name.to_owned(), folder.path().join(format!("{name}.part"))));
        let (sender, mut receiver) = mpsc::channel(16);
        let (runtime, patience) = (Handle::current(), Duration::from_secs(10));
        let slices = Slices { sender: Some(sender), runtime, patience, slice: Vec::new() };
        tokio::task::spawn_blocking(move || pack(files.into(), slices)).await.unwrap().unwrap();
        let mut bytes = Vec::new();
        while let Some(slice) = receiver.recv().await {
            bytes.extend(slice);
        }
        let packed = zip::ZipArchive::new(io::Cursor::new(bytes)).unwrap();
        assert_eq!(packed.file_names().map(Result::unwrap).collect::<Vec<_>>(), ["beam.sta"]);
    }
}
