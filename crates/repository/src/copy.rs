//! A copy of the whole database as it is at one moment, while others go on writing.

use crate::{Repository, RepositoryError, backend};
use std::path::Path;

impl Repository {
    /// Writes all that is committed now into a new file, packed and whole. The writer is not held up. The caller makes it
    /// durable.
    ///
    /// # Errors
    /// `Full`, `Damaged`, `Database`; also where there is such a file. `NoFile` of a database in PostgreSQL.
    pub async fn copy_to(&self, path: &Path) -> Result<(), RepositoryError> {
        backend::copy(&self.shared.database, path).await
    }
}
