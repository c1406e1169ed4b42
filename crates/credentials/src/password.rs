//! Passwords: argon2id, at most two at once, and the same time whether or not there is such a person.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Memory of one hash, KiB: 46 MiB with one pass is what OWASP asks for at least.
const MEMORY: u32 = 46 * 1024;
const PASSES: u32 = 1;
const LANES: u32 = 1;
/// Hashes at once: each takes a core and the memory above.
const AT_ONCE: usize = 2;
/// Who has not had a turn after so long is asked to try again.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a password could be neither stored nor checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    /// Too many are signing in at this moment.
    #[error("too many passwords are being checked")]
    Busy,
    /// The hash could not be made.
    #[error("the password could not be hashed")]
    Failed,
}

/// Makes and checks hashes. Clones share the two places.
#[derive(Clone)]
pub struct Passwords {
    places: Arc<Semaphore>,
    /// A hash of nobody's password: checked for people that do not exist.
    nobody: Arc<str>,
}

fn hasher() -> Result<Argon2<'static>, PasswordFault> {
    let params = Params::new(MEMORY, PASSES, LANES, None).map_err(|_| PasswordFault::Failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str) -> Result<String, PasswordFault> {
    let hash = hasher()?.hash_password(password.as_bytes()).map_err(|_| PasswordFault::Failed)?;
    Ok(hash.to_string())
}

fn fits(password: &str, stored: &str) -> bool {
    let Ok(stored) = PasswordHash::new(stored) else { return false };
    hasher().is_ok_and(|hasher| hasher.verify_password(password.as_bytes(), &stored).is_ok())
}

impl Passwords {
    /// Ready to hash. Costs one hash.
    ///
    /// # Errors
    /// `Failed`.
    pub fn new() -> Result<Passwords, PasswordFault> {
        Ok(Passwords { places: Arc::new(Semaphore::new(AT_ONCE)), nobody: hash("nobody")?.into() })
    }

    async fn place(&self) -> Result<OwnedSemaphorePermit, PasswordFault> {
        match tokio::time::timeout(PATIENCE, Arc::clone(&self.places).acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            _ => Err(PasswordFault::Busy),
        }
    }

    /// What is stored of a password: a PHC string, with its salt and its costs.
    ///
    /// # Errors
    /// `Busy`, `Failed`.
    pub async fn hash(&self, password: String) -> Result<String, PasswordFault> {
        let place = self.place().await?;
        let work = tokio::task::spawn_blocking(move || {
            // held until the work is done, whether or not somebody still waits for it
            let _place = place;
            hash(&password)
        });
        work.await.unwrap_or(Err(PasswordFault::Failed))
    }

    /// Whether it is the one stored. Without a stored one the answer is no, after the same work.
    ///
    /// # Errors
    /// `Busy`, `Failed`.
    pub async fn fits(&self, password: String, stored: Option<String>) -> Result<bool, PasswordFault> {
        let place = self.place().await?;
        let nobody = Arc::clone(&self.nobody);
        let work = tokio::task::spawn_blocking(move || {
            let _place = place;
            match stored {
                Some(stored) => fits(&password, &stored),
                None => {
                    std::hint::black_box(fits(&password, &nobody));
                    false
                }
            }
        });
        work.await.map_err(|_| PasswordFault::Failed)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn only_the_same_password_fits() {
        let passwords = Passwords::new().unwrap();
        let stored = passwords.hash("正しい馬の電池".to_owned()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=47104,t=1,p=1$"), "{stored}");
        assert!(passwords.fits("正しい馬の電池".to_owned(), Some(stored.clone())).await.unwrap());
        assert!(!passwords.fits("正しい馬の電地".to_owned(), Some(stored.clone())).await.unwrap());
        assert_ne!(passwords.hash("正しい馬の電池".to_owned()).await.unwrap(), stored, "each has its own salt");
    }

    #[tokio::test]
    async fn nobody_s_password_fits_never() {
        let passwords = Passwords::new().unwrap();
        assert!(!passwords.fits("nobody".to_owned(), None).await.unwrap());
        assert!(!passwords.fits("x".to_owned(), Some("not a hash".to_owned())).await.unwrap());
    }

    #[tokio::test]
    async fn at_most_two_at_once() {
        let passwords = Passwords::new().unwrap();
        let (first, second) = (passwords.place().await.unwrap(), passwords.place().await.unwrap());
        assert_eq!(passwords.places.available_permits(), 0);
        let waiting = tokio::spawn({
            let passwords = passwords.clone();
            async move { passwords.hash("a third one".to_owned()).await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop((first, second));
        waiting.await.unwrap().unwrap();
    }
}
