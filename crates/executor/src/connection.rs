//! One SSH connection: how it is made, and the places on it.

use crate::conversation::Conversation;
use crate::host_key::{Found, Gatekeeper, HostKey, take};
use crate::sftp::Sftp;
use crate::{ExecutorError, NodeAddress};
use russh::client::{self, Handle, Msg};
use russh::keys::{PrivateKey, PrivateKeyWithHashAlg};
use russh::{Channel, ChannelOpenFailure, Preferred, cipher};
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};

/// sshd's `MaxSessions` is 10 by default, and a place stays taken until the command on the node has ended.
const PLACES: usize = 8;
/// Connections that sshd turns away unread (`MaxStartups`) are tried again so often.
const GREETINGS: usize = 4;

/// What a connection is made with; the same for all nodes.
pub(crate) struct Means {
    pub(crate) key: Arc<PrivateKey>,
    pub(crate) connect_timeout: Duration,
    pub(crate) command_timeout: Duration,
    pub(crate) keepalive: Duration,
}

/// An authenticated connection.
pub(crate) struct Connection {
    pub(crate) handle: Handle<Gatekeeper>,
    pub(crate) places: Arc<Semaphore>,
    /// One session for files, opened when first needed and kept.
    pub(crate) sftp: Mutex<Option<Arc<Sftp>>>,
    /// The conversation with the program, likewise.
    pub(crate) conversation: Mutex<Option<Arc<Conversation>>>,
    pub(crate) command_timeout: Duration,
    retired: AtomicBool,
}

impl Connection {
    pub(crate) async fn open(means: &Means, address: &NodeAddress) -> Result<Connection, ExecutorError> {
        let (mut handle, found) = greet(means, address).await?;
        let limit = means.connect_timeout;
        let log_in = async {
            // tells the server's choice for RSA keys; others have none
            let hash = handle.best_supported_rsa_hash().await.ok().flatten().flatten();
            let key = PrivateKeyWithHashAlg::new(means.key.clone(), hash);
            handle.authenticate_publickey(address.user.as_str(), key).await
        };
        match tokio::time::timeout(limit, log_in).await {
            Err(_) => return Err(ExecutorError::Timeout { doing: "logging in", limit }),
            Ok(Err(error)) => return Err(unreachable(&error)),
            Ok(Ok(outcome)) if !outcome.success() => return Err(ExecutorError::AuthRefused),
            Ok(Ok(_)) => {}
        }
        drop(found);
        Ok(Connection {
            handle,
            places: Arc::new(Semaphore::new(PLACES)),
            sftp: Mutex::new(None),
            conversation: Mutex::new(None),
            command_timeout: means.command_timeout,
            retired: AtomicBool::new(false),
        })
    }

    /// Can new calls use it?
    pub(crate) fn is_usable(&self) -> bool {
        !self.retired.load(Ordering::Relaxed) && !self.handle.is_closed()
    }

    /// A channel and the place it takes. Waits for a place here, and for one there if the node grants fewer.
    pub(crate) async fn channel(
        &self,
        doing: &'static str,
    ) -> Result<(Channel<Msg>, OwnedSemaphorePermit), ExecutorError> {
        let lost = || ExecutorError::ConnectionLost { doing };
        let place = self.places.clone().acquire_owned().await.map_err(|_| lost())?;
        let open = async {
            loop {
                match self.handle.channel_open_session().await {
                    Err(russh::Error::ChannelOpenFailure(
                        ChannelOpenFailure::ConnectFailed | ChannelOpenFailure::ResourceShortage,
                    )) => tokio::time::sleep(Duration::from_millis(50)).await,
                    other => break other,
                }
            }
        };
        let limit = self.command_timeout;
        match tokio::time::timeout(limit, open).await {
            Ok(Ok(channel)) => Ok((channel, place)),
            Ok(Err(_)) => {
                self.retire();
                Err(lost())
            }
            Err(_) => {
                self.retire();
                Err(ExecutorError::Timeout { doing, limit })
            }
        }
    }

    /// No new calls; it closes when the calls under way have let go of it.
    pub(crate) fn retire(&self) {
        self.retired.store(true, Ordering::Relaxed);
    }
}

/// Asks for the host key and hangs up.
pub(crate) async fn ask_host_key(means: &Means, address: &NodeAddress) -> Result<HostKey, ExecutorError> {
    let stranger = NodeAddress { host_key: None, ..address.clone() };
    match greet(means, &stranger).await {
        Err(ExecutorError::HostKeyUnknown(found)) => Ok(found),
        Err(other) => Err(other),
        // cannot be: without an accepted key no greeting succeeds
        Ok(_) => Err(ExecutorError::Unreachable { reason: "the node showed no key".to_owned() }),
    }
}

/// The way up to the point where the node has proved who it is.
pub(crate) async fn greet(means: &Means, address: &NodeAddress) -> Result<(Handle<Gatekeeper>, Found), ExecutorError> {
    let pinned = match &address.host_key {
        Some(line) => Some(HostKey::parse(line).ok_or_else(|| ExecutorError::Address {
            reason: "the accepted host key is not an OpenSSH public key".to_owned(),
        })?),
        None => None,
    };
    let mut preferred = Preferred {
        cipher: Cow::Borrowed(&[
            cipher::AES_256_GCM,
            cipher::AES_128_GCM,
            cipher::CHACHA20_POLY1305,
            cipher::AES_256_CTR,
            cipher::AES_128_CTR,
        ]),
        ..Preferred::default()
    };
    if let Some((key, _)) = &pinned {
        // a node has several keys: let it show the one that was accepted
        let kind = key.algorithm();
        let same = |other: &russh::keys::Algorithm| *other == kind || (other.clone().is_rsa() && kind.clone().is_rsa());
        let (first, rest): (Vec<_>, Vec<_>) = preferred.key.iter().cloned().partition(same);
        preferred.key = Cow::Owned(first.into_iter().chain(rest).collect());
    }
    let config = Arc::new(client::Config {
        nodelay: true,
        window_size: 16 << 20,
        maximum_packet_size: 65535,
        channel_buffer_size: 1024,
        keepalive_interval: Some(means.keepalive),
        keepalive_max: 3,
        preferred,
        ..client::Config::default()
    });
    let accepted = pinned.map(|(_, told)| told);
    let limit = means.connect_timeout;
    let mut turn = 0;
    loop {
        turn += 1;
        let found = Found::default();
        let gatekeeper = Gatekeeper { accepted: accepted.clone(), found: found.clone() };
        let to = (address.host.as_str(), address.port);
        let error = match tokio::time::timeout(limit, client::connect(config.clone(), to, gatekeeper)).await {
            Err(_) => return Err(ExecutorError::Timeout { doing: "connecting", limit }),
            Ok(Ok(handle)) => return Ok((handle, found)),
            Ok(Err(error)) => error,
        };
        if let Some(found) = take(&found)
            && matches!(error, russh::Error::UnknownKey)
        {
            return Err(match accepted {
                Some(accepted) => ExecutorError::HostKeyChanged { accepted: accepted.fingerprint, found },
                None => ExecutorError::HostKeyUnknown(found),
            });
        }
        if turn >= GREETINGS || !was_turned_away(&error) {
            return Err(unreachable(&error));
        }
        tokio::time::sleep(jitter(turn)).await;
    }
}

/// Ended by the other side before it had said who it is, which is what a crowded sshd does.
fn was_turned_away(error: &russh::Error) -> bool {
    match error {
        russh::Error::Disconnect | russh::Error::HUP | russh::Error::Version => true,
        russh::Error::IO(error) => {
            matches!(error.kind(), std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::ConnectionReset)
        }
        _ => false,
    }
}

/// 50 to 100 ms, doubling; different for each caller, so that they do not all come back together.
fn jitter(turn: usize) -> Duration {
    let noise = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |now| now.subsec_nanos());
    Duration::from_millis((50 + u64::from(noise % 50)) << turn.min(4))
}

fn unreachable(error: &russh::Error) -> ExecutorError {
    ExecutorError::Unreachable { reason: error.to_string() }
}
