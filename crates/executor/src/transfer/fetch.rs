//! Results from a node: what there is, the small ones at once, the others in parallel, each checked.

use super::{BLOCK, FILES, INLINE_ALL, INLINE_FILE, Tally, hash_file, length, resuming, run_path};
use crate::error::said;
use crate::link::Link;
use crate::solver::SCRATCH;
use crate::verbs::Inner;
use crate::{Collected, CollectedFile, ExecutorError, NodeAddress};
use domain::files::PART;
use domain::{FileName, RunToken};
use futures::future::BoxFuture;
use futures::{StreamExt, TryStreamExt, stream};
use runner::protocol::{ListRequest, ListedFile};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinHandle;

/// Time for the node to hash all results, in command time limits: those may be many gigabytes.
const LISTING: u32 = 30;

/// More files than this are no solver's results; each costs a row here, and a line on the job's page.
const MOST_FILES: usize = 5_000;

/// Bytes after which the disk is set to work.
const WRITEBACK: u64 = 16 << 20;

/// How one file came out, where the whole collection can go on.
type Outcome = Result<(), String>;

impl Inner {
    pub(crate) async fn collect(
        &self,
        address: &NodeAddress,
        token: &RunToken,
        into: &Path,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<Collected, ExecutorError> {
        let local = |error: std::io::Error| ExecutorError::local_results(&error);
        tokio::fs::create_dir_all(into).await.map_err(local)?;
        let tally = Tally::new(0, progress);
        let collected = resuming(|| self.collect_once(address, token, into, &tally)).await?;
        // what is about to be removed on the node must not be lost here to a power cut
        let folder = into.to_owned();
        let synced = tokio::task::spawn_blocking(move || std::fs::File::open(folder)?.sync_all()).await;
        synced.map_err(std::io::Error::other).and_then(|outcome| outcome).map_err(local)?;
        Ok(collected)
    }

    async fn collect_once(
        &self,
        address: &NodeAddress,
        token: &RunToken,
        into: &Path,
        tally: &Tally<'_>,
    ) -> Result<Collected, ExecutorError> {
        let request = ListRequest {
            token: token.clone(),
            except: SCRATCH.map(str::to_owned).into(),
            inline_file: INLINE_FILE,
            inline_all: INLINE_ALL,
        };
        let mut listed = self.call(address, &request, self.means.command_timeout * LISTING).await?;
        let left_out = listed.files.len().saturating_sub(MOST_FILES);
        listed.files.truncate(MOST_FILES);
        tally.start_over(listed.files.iter().map(|file| file.size).fold(0, u64::saturating_add));
        let link = self.link(address);
        let one = |file: ListedFile| async {
            let outcome = self.fetch(&link, address, token, into, &file, tally).await?;
            let ListedFile { name, size, sha256, .. } = file;
            let sha256 = sha256.unwrap_or_default();
            Ok::<_, ExecutorError>(CollectedFile { name, size, sha256, error: outcome.err() })
        };
        // boxed one by one: a closure over borrows inside a stream is not seen to be sendable
        let mut fetches: Vec<BoxFuture<'_, Result<CollectedFile, ExecutorError>>> =
            Vec::with_capacity(listed.files.len());
        for file in listed.files {
            fetches.push(Box::pin(one(file)));
        }
        let files = stream::iter(fetches).buffered(FILES).try_collect().await?;
        Ok(Collected { files, left_out })
    }

    async fn fetch(
        &self,
        link: &Arc<Link>,
        address: &NodeAddress,
        token: &RunToken,
        into: &Path,
        file: &ListedFile,
        tally: &Tally<'_>,
    ) -> Result<Outcome, ExecutorError> {
        // the node is not trusted with our folders
        let name = FileName::parse(&file.name).ok();
        // nor may one result take the place of another that is on its way
        let Some(name) = name.filter(|name| !name.as_str().ends_with(PART)) else {
            return Ok(Err("its name cannot be used here".to_owned()));
        };
        let hash = match &file.sha256 {
            Ok(hash) => hash,
            Err(reason) => return Ok(Err(format!("the node cannot read it: {}", said(reason)))),
        };
        let place = Place { name: &name, whole: into.join(name.as_str()), part: into.join(format!("{name}{PART}")) };
        if place.is_whole(file.size, hash).await {
            tally.add(file.size);
            return Ok(Ok(()));
        }
        if let Some(bytes) = &file.bytes {
            if length(&bytes.0) != file.size || hex::encode(Sha256::digest(&bytes.0)) != *hash {
                return Ok(Err("arrived damaged".to_owned()));
            }
            tokio::fs::write(&place.part, &bytes.0).await.map_err(|error| place.failed(&error))?;
            tally.add(file.size);
            return place.settle().await.map(Ok);
        }
        // a `.part` of an earlier try may be of something else: then once more from the beginning
        for turn in 0..2 {
            let had = if turn == 0 { place.part_size(file.size).await } else { 0 };
            let (connection, _) = link.connection(&self.means, address).await?;
            let sftp = connection.sftp().await?;
            let path = run_path(&address.work(), token, name.as_str());
            let arrived = match sftp.read_from(&path, had).await {
                Ok(from) => receive(from, &place, had, file.size, tally, &sftp).await,
                Err(error) => Err(error),
            };
            match arrived {
                Ok(arrived) if arrived == *hash => return place.settle().await.map(Ok),
                Ok(_) => tokio::fs::remove_file(&place.part).await.map_err(|error| place.failed(&error))?,
                Err(ExecutorError::Files { message, .. }) => return Ok(Err(message)),
                Err(other) => return Err(other),
            }
        }
        Ok(Err("arrived damaged, twice: it may still be changing on the node".to_owned()))
    }
}

/// Appends to the `.part`; the hash of the whole.
async fn receive(
    mut from: russh_sftp::client::fs::File,
    place: &Place<'_>,
    had: u64,
    size: u64,
    tally: &Tally<'_>,
    sftp: &crate::sftp::Sftp,
) -> Result<String, ExecutorError> {
    let local = |error: std::io::Error| place.failed(&error);
    let mut hash = if had > 0 { hash_file(&place.part).await.map_err(local)? } else { Sha256::new() };
    let mut options = tokio::fs::OpenOptions::new();
    options.create(true).append(had > 0).write(true).truncate(had == 0);
    let mut to = options.open(&place.part).await.map_err(local)?;
    let mut writeback = Writeback::of(&to).await.map_err(local)?;
    tally.add(had);
    let mut left = size.saturating_sub(had);
    let mut block = vec![0; BLOCK];
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(BLOCK).min(BLOCK);
        let read = from.read(&mut block[..most]).await;
        let read = read.map_err(|error| sftp.io_failed("fetching a file", &error))?;
        if read == 0 {
            break;
        }
        hash.update(&block[..read]);
        to.write_all(&block[..read]).await.map_err(local)?;
        writeback.add(length(&block[..read])).await.map_err(local)?;
        left -= length(&block[..read]);
        tally.add(length(&block[..read]));
    }
    to.flush().await.map_err(local)?;
    writeback.wait().await.map_err(local)?;
    Ok(hex::encode(hash.finalize()))
}

/// Has the disk write what arrived while the rest arrives: else all of it waits for the end, when nothing else goes on.
struct Writeback {
    file: Arc<std::fs::File>,
    waiting: u64,
    under_way: Option<JoinHandle<std::io::Result<()>>>,
}

impl Writeback {
    async fn of(file: &tokio::fs::File) -> std::io::Result<Writeback> {
        let file = Arc::new(file.try_clone().await?.into_std().await);
        Ok(Writeback { file, waiting: 0, under_way: None })
    }

    /// So many bytes more were written.
    async fn add(&mut self, bytes: u64) -> std::io::Result<()> {
        self.waiting += bytes;
        if self.waiting >= WRITEBACK && self.under_way.as_ref().is_none_or(JoinHandle::is_finished) {
            self.wait().await?;
            self.waiting = 0;
            let file = self.file.clone();
            self.under_way = Some(tokio::task::spawn_blocking(move || file.sync_data()));
        }
        Ok(())
    }

    /// The system tells an error of the disk once only: it must not be lost.
    async fn wait(&mut self) -> std::io::Result<()> {
        match self.under_way.take() {
            Some(under_way) => under_way.await.map_err(std::io::Error::other)?,
            None => Ok(()),
        }
    }
}

/// Where one result goes.
struct Place<'a> {
    name: &'a FileName,
    whole: PathBuf,
    part: PathBuf,
}

impl Place<'_> {
    fn failed(&self, error: &std::io::Error) -> ExecutorError {
        ExecutorError::local(self.name.as_str(), error)
    }

    async fn is_whole(&self, size: u64, hash: &str) -> bool {
        let is_there = tokio::fs::metadata(&self.whole).await.is_ok_and(|facts| facts.len() == size);
        is_there && hash_file(&self.whole).await.is_ok_and(|found| hex::encode(found.finalize()) == hash)
    }

    /// How much of it an earlier try left; more than there is counts as nothing.
    async fn part_size(&self, size: u64) -> u64 {
        tokio::fs::metadata(&self.part).await.map(|facts| facts.len()).ok().filter(|had| *had <= size).unwrap_or(0)
    }

    /// On the disk, then under its name.
    async fn settle(&self) -> Result<(), ExecutorError> {
        let (part, whole) = (self.part.clone(), self.whole.clone());
        let settle = move || {
            std::fs::File::open(&part)?.sync_data()?;
            std::fs::rename(&part, &whole)
        };
        let settled = tokio::task::spawn_blocking(settle).await;
        settled.map_err(std::io::Error::other).and_then(|outcome| outcome).map_err(|error| self.failed(&error))
    }
}
