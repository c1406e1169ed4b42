//! Files on a node, over one session that stays open.

use crate::ExecutorError;
use crate::connection::Connection;
use crate::error::said;
use russh_sftp::client::error::Error as SftpError;
use russh_sftp::client::fs::File;
use russh_sftp::client::{Config, SftpSession};
use russh_sftp::protocol::{FileAttributes, OpenFlags, StatusCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::io::AsyncWriteExt;
use tokio::sync::OwnedSemaphorePermit;

/// Requests under way at once, for one file.
const IN_FLIGHT: usize = 64;

pub(crate) struct Sftp {
    session: SftpSession,
    broken: AtomicBool,
    _place: OwnedSemaphorePermit,
}

impl Connection {
    /// The session for files; opened anew when it broke.
    pub(crate) async fn sftp(&self) -> Result<Arc<Sftp>, ExecutorError> {
        const DOING: &str = "opening the file session";
        let mut kept = self.sftp.lock().await;
        if let Some(sftp) = kept.as_ref().filter(|sftp| !sftp.broken.load(Ordering::Relaxed)) {
            return Ok(sftp.clone());
        }
        *kept = None;
        let limit = self.command_timeout;
        let (channel, place) = self.channel(DOING).await?;
        let open = async {
            channel
                .request_subsystem(true, "sftp")
                .await
                .map_err(|_| ExecutorError::ConnectionLost { doing: DOING })?;
            let config = Config {
                max_concurrent_reads: IN_FLIGHT,
                max_concurrent_writes: IN_FLIGHT,
                request_timeout_secs: limit.as_secs().max(1),
                ..Config::default()
            };
            let session = SftpSession::new_with_config(channel.into_stream(), config).await;
            // whatever went wrong before the session was there says nothing of any file
            session.map_err(|_| ExecutorError::ConnectionLost { doing: DOING })
        };
        let session = match tokio::time::timeout(limit, open).await {
            Ok(session) => session?,
            Err(_) => {
                self.retire();
                return Err(ExecutorError::Timeout { doing: DOING, limit });
            }
        };
        let sftp = Arc::new(Sftp { session, broken: AtomicBool::new(false), _place: place });
        *kept = Some(sftp.clone());
        Ok(sftp)
    }
}

impl Sftp {
    /// All folders on the way; those that are there stay as they are.
    pub(crate) async fn make_folders(&self, path: &str) -> Result<(), ExecutorError> {
        const DOING: &str = "making the work folder";
        let mut so_far = String::new();
        for part in path.split('/') {
            so_far.push_str(part);
            if !part.is_empty() && part != "." && !self.exists(&so_far).await? {
                let outcome = self.session.create_dir(so_far.as_str()).await;
                // somebody else may have made it since
                if outcome.is_err() && !self.exists(&so_far).await? {
                    outcome.map_err(|error| self.failed(DOING, error))?;
                }
            }
            so_far.push('/');
        }
        Ok(())
    }

    /// Whether a file can be written in this folder: one is, and removed again.
    pub(crate) async fn try_folder(&self, folder: &str) -> Result<(), ExecutorError> {
        const DOING: &str = "writing into the work folder";
        let path = format!("{folder}/.{}", uuid::Uuid::now_v7());
        let write = async {
            let mut file = self.write_from(&path, 0).await?;
            file.write_all(b"test\n").await.map_err(|error| self.io_failed(DOING, &error))?;
            file.shutdown().await.map_err(|error| self.io_failed(DOING, &error))
        };
        let written = write.await;
        // where nothing was made there is nothing to remove
        let removed = self.session.remove_file(path.as_str()).await.map_err(|error| self.failed(DOING, error));
        match written {
            Ok(()) => removed,
            Err(error) => Err(self.or_full(error, folder).await),
        }
    }

    async fn exists(&self, path: &str) -> Result<bool, ExecutorError> {
        self.session.try_exists(path).await.map_err(|error| self.failed("looking for a folder", error))
    }

    /// The bytes of a file; `None` where there is none.
    pub(crate) async fn size(&self, path: &str) -> Result<Option<u64>, ExecutorError> {
        match self.session.metadata(path).await {
            Ok(facts) => Ok(Some(facts.size.unwrap_or(0))),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(self.failed("looking for the program", error)),
        }
    }

    /// Under its name only when it is whole, and executable (where that is not a matter of its name). Others may put the
    /// same there at once: each writes a file of its own, and who comes second finds it there.
    pub(crate) async fn put_executable(&self, path: &str, bytes: &[u8], mode: bool) -> Result<(), ExecutorError> {
        let (folder, name) = path.rsplit_once('/').unwrap_or((".", path));
        let part = format!("{path}.{}.part", uuid::Uuid::now_v7());
        let Err(error) = self.put(&part, path, bytes, mode).await else {
            self.sweep(folder, name).await;
            return Ok(());
        };
        let is_there = matches!(error, ExecutorError::Files { .. }) && self.is_whole(path, bytes).await;
        let error = if is_there { error } else { self.or_full(error, folder).await };
        // half a program is of no use, and takes what little room there is; what fails here has failed before
        let _ = self.session.remove_file(part).await;
        match is_there {
            true if mode => self.make_executable(path).await,
            true => Ok(()),
            false => Err(error),
        }
    }

    async fn put(&self, part: &str, path: &str, bytes: &[u8], mode: bool) -> Result<(), ExecutorError> {
        const DOING: &str = "putting the program on the node";
        let failed = |error| self.failed(DOING, error);
        let mut file = self.write_from(part, 0).await?;
        file.write_all(bytes).await.map_err(|error| self.io_failed(DOING, &error))?;
        file.shutdown().await.map_err(|error| self.io_failed(DOING, &error))?;
        if mode {
            self.make_executable(part).await?;
        }
        let Err(taken) = self.session.rename(part, path).await else { return Ok(()) };
        // one that is whole is left alone: somebody may be starting it
        if self.is_whole(path, bytes).await {
            return Err(failed(taken));
        }
        match self.session.remove_file(path).await {
            Err(error) if !is_missing(&error) => return Err(failed(error)),
            _ => {}
        }
        self.session.rename(part, path).await.map_err(failed)
    }

    async fn is_whole(&self, path: &str, bytes: &[u8]) -> bool {
        matches!(self.size(path).await, Ok(Some(size)) if u64::try_from(bytes.len()) == Ok(size))
    }

    async fn make_executable(&self, path: &str) -> Result<(), ExecutorError> {
        let mode = FileAttributes { permissions: Some(0o755), ..FileAttributes::empty() };
        let made = self.session.set_metadata(path, mode).await;
        made.map_err(|error| self.failed("putting the program on the node", error))
    }

    /// Removes what those who were cut off have left of it. One who still writes finds that the program is there.
    async fn sweep(&self, folder: &str, name: &str) {
        let Ok(found) = self.session.read_dir(folder).await else { return };
        let parts = found.map(|entry| entry.file_name());
        for part in parts.filter(|part| part.starts_with(name) && part.ends_with(".part")) {
            let _ = self.session.remove_file(format!("{folder}/{part}")).await;
        }
    }

    /// A file to be written from `offset` on; from 0 it is emptied first.
    pub(crate) async fn write_from(&self, path: &str, offset: u64) -> Result<File, ExecutorError> {
        let fresh = if offset == 0 { OpenFlags::TRUNCATE } else { OpenFlags::empty() };
        let file = self.session.open_with_flags(path, OpenFlags::WRITE | OpenFlags::CREATE | fresh).await;
        self.positioned(file, offset).await
    }

    /// A file to be read from `offset` on.
    pub(crate) async fn read_from(&self, path: &str, offset: u64) -> Result<File, ExecutorError> {
        let file = self.session.open_with_flags(path, OpenFlags::READ).await;
        self.positioned(file, offset).await
    }

    async fn positioned(&self, file: Result<File, SftpError>, offset: u64) -> Result<File, ExecutorError> {
        use tokio::io::AsyncSeekExt;
        const DOING: &str = "opening a file";
        let mut file = file.map_err(|error| self.failed(DOING, error))?;
        if offset > 0 {
            let moved = file.seek(std::io::SeekFrom::Start(offset)).await;
            moved.map_err(|error| self.io_failed(DOING, &error))?;
        }
        Ok(file)
    }

    /// The same error, unless what it is about is that there is no room below this path: SFTP has no word for that.
    pub(crate) async fn or_full(&self, error: ExecutorError, path: &str) -> ExecutorError {
        match error {
            ExecutorError::Files { .. } if self.is_full(path).await => ExecutorError::NodeDiskFull,
            other => other,
        }
    }

    async fn is_full(&self, path: &str) -> bool {
        matches!(self.session.fs_info(path).await, Ok(Some(facts)) if facts.blocks_avail == 0)
    }

    pub(crate) fn failed(&self, doing: &'static str, error: SftpError) -> ExecutorError {
        match error {
            SftpError::Status(status)
                if !matches!(status.status_code, StatusCode::NoConnection | StatusCode::ConnectionLost) =>
            {
                ExecutorError::Files { doing, message: said(&status.error_message) }
            }
            SftpError::Limited(message) => ExecutorError::Files { doing, message: said(&message) },
            _ => {
                self.broken.store(true, Ordering::Relaxed);
                ExecutorError::ConnectionLost { doing }
            }
        }
    }

    /// The same for errors that came through the file's reader or writer.
    pub(crate) fn io_failed(&self, doing: &'static str, error: &std::io::Error) -> ExecutorError {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<SftpError>()) {
            Some(inner) => self.failed(doing, inner.clone()),
            // a status of the server has come through as its words alone
            None => ExecutorError::Files { doing, message: said(&error.to_string()) },
        }
    }
}

fn is_missing(error: &SftpError) -> bool {
    matches!(error, SftpError::Status(status) if status.status_code == StatusCode::NoSuchFile)
}
