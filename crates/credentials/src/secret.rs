//! Random texts that open something to whoever has them: sessions, API tokens, one-time links.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

const BYTES: usize = 32;

/// The system gives no random numbers.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the system gives no random numbers")]
pub struct NoRandomness;

/// 256 random bits as 43 letters that fit into an address, a header and a cookie. It has no `Debug`, so that no log has it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn new() -> Result<Secret, NoRandomness> {
        let mut bytes = [0_u8; BYTES];
        getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
        Ok(Secret(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// What its owner is shown, once.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.0)
    }
}

/// What is stored of a secret: its SHA-256, hexadecimal. A slow hash is for what people think up, not for 256 random bits.
pub fn fingerprint(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn no_two_are_the_same_and_their_text_fits_everywhere() {
        let (one, other) = (Secret::new().unwrap(), Secret::new().unwrap());
        assert!(one != other);
        assert_eq!(one.text().len(), 43);
        assert!(one.text().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        assert_eq!(one.fingerprint(), fingerprint(one.text()));
        assert!(!one.fingerprint().contains(one.text()));
    }
}
