//! Input files to a node: what is there, the rest, check.

use super::{BLOCK, FILES, INLINE_ALL, INLINE_FILE, Tally, hashing, incoming_path, length, resuming};
use crate::link::Link;
use crate::verbs::Inner;
use crate::{ExecutorError, LocalFile, NodeAddress};
use domain::RunToken;
use futures::future::BoxFuture;
use futures::{StreamExt, TryStreamExt, stream};
use runner::protocol::{Bytes, InputFile, Placed, StageRequest, VerifyRequest};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

impl Inner {
    pub(crate) async fn stage(
        &self,
        address: &NodeAddress,
        token: &RunToken,
        files: &[LocalFile],
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<(), ExecutorError> {
        let total = files.iter().map(|file| file.size).sum();
        let tally = Tally::new(total, progress);
        let inline = read_small(files).await?;
        resuming(|| async {
            tally.start_over(total);
            // damaged on the way or a `.part` of something else: once more from the beginning
            for _ in 0..2 {
                if self.stage_once(address, token, files, &inline, &tally).await?.is_none() {
                    return Ok(());
                }
                tally.start_over(total);
            }
            match self.stage_once(address, token, files, &inline, &tally).await? {
                None => Ok(()),
                Some(name) => Err(ExecutorError::Verify { name }),
            }
        })
        .await
    }

    /// The name of a file that did not arrive as it should, if there is one.
    async fn stage_once(
        &self,
        address: &NodeAddress,
        token: &RunToken,
        files: &[LocalFile],
        inline: &[Option<Vec<u8>>],
        tally: &Tally<'_>,
    ) -> Result<Option<String>, ExecutorError> {
        let base = self.means.command_timeout;
        let ask = files.iter().zip(inline).map(|(file, bytes)| asked(file, bytes.clone().map(Bytes))).collect();
        let request = StageRequest { token: token.clone(), files: ask };
        let total = files.iter().map(|file| file.size).sum();
        let there = self.call(address, &request, hashing(base, total)).await?;
        let mut missing = Vec::new();
        for (file, placed) in files.iter().zip(there.files) {
            match placed {
                Placed::Whole => tally.add(file.size),
                Placed::Part(offset) => missing.push((file, offset)),
                Placed::Wrong => return Ok(Some(file.name.to_string())),
            }
        }
        if missing.is_empty() {
            return Ok(None);
        }
        let link = self.link(address);
        let send = |(file, offset): (_, u64)| {
            tally.add(offset);
            self.send(&link, address, token, file, offset, tally)
        };
        let asked_again = missing.iter().map(|(file, _)| asked(file, None)).collect();
        let names: Vec<String> = missing.iter().map(|(file, _)| file.name.to_string()).collect();
        let sent: u64 = missing.iter().map(|(file, _)| file.size).sum();
        // boxed one by one: a closure over borrows inside a stream is not seen to be sendable
        let mut sends: Vec<BoxFuture<'_, Result<(), ExecutorError>>> = Vec::with_capacity(missing.len());
        for file in missing {
            sends.push(Box::pin(send(file)));
        }
        stream::iter(sends).buffer_unordered(FILES).try_collect::<Vec<()>>().await?;
        let request = VerifyRequest { token: token.clone(), files: asked_again };
        let answer = self.call(address, &request, hashing(base, sent)).await?;
        Ok(names.into_iter().zip(answer.files).find(|(_, placed)| *placed != Placed::Whole).map(|(name, _)| name))
    }

    async fn send(
        &self,
        link: &Arc<Link>,
        address: &NodeAddress,
        token: &RunToken,
        file: &LocalFile,
        offset: u64,
        tally: &Tally<'_>,
    ) -> Result<(), ExecutorError> {
        const DOING: &str = "sending a file";
        let name = file.name.as_str();
        let local = |error: std::io::Error| ExecutorError::local(name, &error);
        let (connection, _) = link.connection(&self.means, address).await?;
        let sftp = connection.sftp().await?;
        let path = incoming_path(&address.work(), token, name);
        let mut from = tokio::fs::File::open(&file.path).await.map_err(local)?;
        from.seek(std::io::SeekFrom::Start(offset)).await.map_err(local)?;
        let mut to = sftp.write_from(&path, offset).await?;
        let mut block = vec![0; BLOCK];
        let mut left = file.size.saturating_sub(offset);
        let outcome = loop {
            let most = usize::try_from(left).unwrap_or(BLOCK).min(BLOCK);
            let read = if most == 0 { 0 } else { from.read(&mut block[..most]).await.map_err(local)? };
            if read == 0 {
                break to.shutdown().await;
            }
            if let Err(error) = to.write_all(&block[..read]).await {
                break Err(error);
            }
            left -= length(&block[..read]);
            tally.add(length(&block[..read]));
        };
        match outcome {
            Ok(()) if left == 0 => Ok(()),
            Ok(()) => Err(ExecutorError::LocalFile { name: name.to_owned(), reason: "became shorter".to_owned() }),
            Err(error) => Err(sftp.or_full(sftp.io_failed(DOING, &error), &address.work()).await),
        }
    }
}

fn asked(file: &LocalFile, bytes: Option<Bytes>) -> InputFile {
    InputFile { name: file.name.clone(), size: file.size, sha256: file.sha256.clone(), bytes }
}

/// The content of those files that ride along, in the order of the files.
async fn read_small(files: &[LocalFile]) -> Result<Vec<Option<Vec<u8>>>, ExecutorError> {
    let mut room = INLINE_ALL;
    let mut small = Vec::with_capacity(files.len());
    for file in files {
        if file.size > INLINE_FILE.min(room) {
            small.push(None);
            continue;
        }
        let name = file.name.as_str();
        let bytes = tokio::fs::read(&file.path).await.map_err(|error| ExecutorError::local(name, &error))?;
        if length(&bytes) != file.size {
            let reason = "has another size than it was said to have".to_owned();
            return Err(ExecutorError::LocalFile { name: name.to_owned(), reason });
        }
        room -= file.size;
        small.push(Some(bytes));
    }
    Ok(small)
}
