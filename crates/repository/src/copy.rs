//! A copy of the whole database as it is at one moment, while others go on writing.

use crate::{Repository, RepositoryError, connection};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use std::path::Path;

impl Repository {
    /// Writes all that is committed now into a new file, packed and whole. The writer is not held up. The caller makes it
    /// durable.
    ///
    /// # Errors
    /// `Full`, `Damaged`, `Database`; also where there is such a file.
    pub async fn copy_to(&self, path: &Path) -> Result<(), RepositoryError> {
        let db = connection::copier(&self.shared.path, connection::LOCK_PATIENCE).await?;
        let into = path.to_string_lossy().into_owned();
        let copy = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [into.into()]);
        let copied = db.execute_raw(copy).await;
        drop(db.close().await);
        copied?;
        Ok(())
    }
}
