//! A signature on what a browser keeps for us, so that a made-up session costs no look into the database.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Fewer bytes can be tried out.
const LEAST: usize = 32;

/// The secret cannot sign.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("must have at least {LEAST} characters; `openssl rand -hex 32` makes one")]
pub struct SecretTooShort;

/// Signs with `SESSION_SECRET`. Another secret ends all sessions.
#[derive(Clone)]
pub struct Signer(Hmac<Sha256>);

impl Signer {
    /// With this secret.
    ///
    /// # Errors
    /// [`SecretTooShort`] for less than 32 bytes.
    pub fn new(secret: &str) -> Result<Signer, SecretTooShort> {
        if secret.len() < LEAST {
            return Err(SecretTooShort);
        }
        Ok(Signer(Hmac::new_from_slice(secret.as_bytes()).map_err(|_| SecretTooShort)?))
    }

    fn mac(&self, text: &str) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(text.as_bytes());
        mac
    }

    /// `TEXT.SIGNATURE`.
    pub fn sign(&self, text: &str) -> String {
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(self.mac(text).finalize().into_bytes()))
    }

    /// The text, if we signed it.
    pub fn read<'t>(&self, signed: &'t str) -> Option<&'t str> {
        let (text, signature) = signed.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.mac(text).verify_slice(&signature).ok().map(|()| text)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_what_we_signed_is_read() {
        let signer = Signer::new("0123456789abcdef0123456789abcdef").unwrap();
        let signed = signer.sign("abc");
        assert_eq!(signer.read(&signed), Some("abc"));
        let other = Signer::new("another secret of thirty-two bytes").unwrap();
        for wrong in ["", "abc", "abc.", ".", "abd.AAAA", &signed.replacen('a', "b", 1), &other.sign("abc")] {
            assert_eq!(signer.read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_short_secret_is_refused() {
        assert!(Signer::new("0123456789abcdef0123456789abcde").is_err());
    }
}
