//! The first start: nobody has a password, and nobody has a default one. Who reads the server's console makes the first
//! admin.

use crate::ServerError;
use crate::config::Config;
use credentials::Secret;
use domain::{Seconds, Timestamp};
use repository::{Repository, RepositoryError};
use std::net::SocketAddr;

/// The link is made anew at each start.
const LASTS: Seconds = Seconds(7 * 24 * 3_600);

/// Prints a one-time link while there is no admin who can sign in. Not through the log: whoever reads old logs must not
/// come in by it.
///
/// # Errors
/// As the database.
pub async fn invite_first_admin(
    repository: &Repository,
    config: &Config,
    address: SocketAddr,
) -> Result<(), ServerError> {
    if repository.has_admin().await? {
        // one that was printed before must not work again should there be none some day
        repository.end_first_link().await?;
        return Ok(());
    }
    let secret = Secret::new().map_err(|error| crate::io_error("a secret")(std::io::Error::other(error)))?;
    let until = Timestamp(chrono::Utc::now().timestamp()).plus(LASTS);
    match repository.add_first_link(secret.fingerprint(), until).await {
        Ok(()) => {}
        // made by a command meanwhile
        Err(RepositoryError::LastAdmin) => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    let link = format!("{}/welcome/{}", config.base_url(address.port()), secret.text());
    #[allow(clippy::print_stdout, reason = "for whoever starts the server, and for no log")]
    {
        println!("\nThere is no admin yet. Open this link once to become the first:");
        println!("管理者がまだいません。次のリンクを一度だけ開いて、最初の管理者になってください。\n\n  {link}\n");
    }
    Ok(())
}
