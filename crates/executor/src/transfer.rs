//! Files to and from nodes. Under its final name a file is always whole and checked, on both sides; until then it is
//! a `.part`, which a later try goes on with. Small files ride along with the call that asks for them.

mod fetch;
mod send;

use crate::ExecutorError;
use domain::RunToken;
use runner::protocol::{INCOMING, OWN, RUNS};
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Files of at most so many bytes ride along …
const INLINE_FILE: u64 = 64 << 10;
/// … up to so many bytes in all.
const INLINE_ALL: u64 = 2 << 20;
/// Files under way at once.
const FILES: usize = 4;
/// A transfer that loses its connection goes on this often.
const RESUMES: u32 = 3;
/// Bytes read or written at a time.
const BLOCK: usize = 256 << 10;
/// No disk that a solver runs on hashes slower than this; for time limits only.
const SLOWEST_HASH: u64 = 20 << 20;

/// Time for a call that hashes so many bytes.
fn hashing(base: Duration, bytes: u64) -> Duration {
    base + Duration::from_secs(bytes / SLOWEST_HASH)
}

fn run_path(work: &str, token: &RunToken, name: &str) -> String {
    format!("{work}/{RUNS}/{token}/{name}")
}

fn incoming_path(work: &str, token: &RunToken, name: &str) -> String {
    format!("{work}/{RUNS}/{token}/{OWN}/{INCOMING}/{name}.part")
}

/// Bytes done of bytes in all, told on at every change.
struct Tally<'a> {
    done: AtomicU64,
    total: AtomicU64,
    tell: &'a (dyn Fn(u64, u64) + Sync),
}

impl<'a> Tally<'a> {
    fn new(total: u64, tell: &'a (dyn Fn(u64, u64) + Sync)) -> Tally<'a> {
        Tally { done: AtomicU64::new(0), total: AtomicU64::new(total), tell }
    }

    fn start_over(&self, total: u64) {
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
    }

    fn add(&self, bytes: u64) {
        let done = self.done.fetch_add(bytes, Ordering::Relaxed) + bytes;
        (self.tell)(done, self.total.load(Ordering::Relaxed));
    }
}

pub(crate) fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// The hash so far of a file's beginning that is here already, off the async threads.
async fn hash_file(path: &Path) -> std::io::Result<Sha256> {
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || hash_of(&path)).await.map_err(std::io::Error::other)?
}

fn hash_of(path: &Path) -> std::io::Result<Sha256> {
    let mut file = std::fs::File::open(path)?;
    let mut hash = Sha256::new();
    let mut block = vec![0; BLOCK];
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hash),
            read => hash.update(&block[..read]),
        }
    }
}

/// SHA-256 of a file in hexadecimal. Blocking.
///
/// # Errors
/// What the file system says.
pub fn sha256(path: &Path) -> std::io::Result<String> {
    Ok(hex::encode(hash_of(path)?.finalize()))
}

/// Does it, and again where only the connection failed.
async fn resuming<T, F: Future<Output = Result<T, ExecutorError>>>(again: impl Fn() -> F) -> Result<T, ExecutorError> {
    let mut tries = 0;
    loop {
        match again().await {
            Err(error) if error.is_transport() && tries < RESUMES => {
                tries += 1;
                tracing::debug!(%error, tries, "a transfer goes on");
                tokio::time::sleep(Duration::from_millis(250) * tries).await;
            }
            other => return other,
        }
    }
}
