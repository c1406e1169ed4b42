//! Passwords, secrets and how often somebody may try: what proves that a person is who they say.
//!
//! What is stored is never what is shown: of a password its argon2id hash, of a session, a token or a link the SHA-256 of
//! its 256 random bits.

mod attempts;
mod password;
mod secret;
mod signer;

pub use attempts::{Attempts, Pause};
pub use password::{PasswordFault, Passwords};
pub use secret::{NoRandomness, Secret, fingerprint};
pub use signer::{SecretTooShort, Signer};
