//! Who a node is. Its key is pinned: nothing is sent to a node with another one.

use russh::client;
use russh::keys::{HashAlg, PublicKey, PublicKeyOrCertificate};
use std::sync::{Arc, Mutex, PoisonError};

/// A node's public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostKey {
    /// The OpenSSH line: algorithm and base64, no comment. What [`crate::NodeAddress::host_key`] takes.
    pub line: String,
    /// `SHA256:…`, as `ssh-keygen -l` prints it, for a person to compare.
    pub fingerprint: String,
}

impl HostKey {
    /// The key of an OpenSSH public-key line.
    pub fn of_line(line: &str) -> Option<HostKey> {
        HostKey::parse(line).map(|(_, told)| told)
    }

    /// Reads an OpenSSH public-key line.
    pub(crate) fn parse(line: &str) -> Option<(PublicKey, HostKey)> {
        let key = PublicKey::from_openssh(line.trim()).ok()?;
        let told = HostKey::of(&key)?;
        Some((key, told))
    }

    fn of(key: &PublicKey) -> Option<HostKey> {
        let mut bare = key.clone();
        bare.set_comment("");
        let line = bare.to_openssh().ok()?.trim().to_owned();
        Some(HostKey { line, fingerprint: key.fingerprint(HashAlg::Sha256).to_string() })
    }
}

/// Watches the key exchange: notes the key shown and lets only the accepted one through.
pub(crate) struct Gatekeeper {
    pub(crate) accepted: Option<HostKey>,
    pub(crate) found: Found,
}

/// What the [`Gatekeeper`] saw.
pub(crate) type Found = Arc<Mutex<Option<HostKey>>>;

pub(crate) fn take(found: &Found) -> Option<HostKey> {
    found.lock().unwrap_or_else(PoisonError::into_inner).take()
}

impl client::Handler for Gatekeeper {
    type Error = russh::Error;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        // certificates are never asked for
        let PublicKeyOrCertificate::PublicKey { key, .. } = shown else { return Ok(false) };
        let found = HostKey::of(key);
        let is_accepted = self.accepted.is_some() && self.accepted == found;
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = found;
        Ok(is_accepted)
    }
}
