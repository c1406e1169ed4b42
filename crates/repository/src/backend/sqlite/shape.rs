//! Whether the tables are those that the program's own changes make. SQLite proves pages and indices; a name or a kind that
//! changed in the text of a table is whole for it, and every question about it fails.

use crate::RepositoryError;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DbBackend, Statement};
use std::collections::BTreeSet;

/// Tables with each of their columns, and indices with each of theirs. As bytes: damaged text is no text.
const SHAPE: &str = "SELECT CAST(o.type || ' ' || o.name || ', ' || c.name AS BLOB), \
     CAST(c.type || ' ' || c.\"notnull\" || ' ' || c.pk || ' ' || coalesce(c.dflt_value, '') AS BLOB) \
     FROM sqlite_schema o, pragma_table_info(o.name) c WHERE o.type = 'table' AND o.name NOT LIKE 'sqlite_%' \
     UNION ALL SELECT CAST(o.type || ' ' || o.name || ' of ' || o.tbl_name || ', ' || coalesce(c.name, '') AS BLOB), \
     CAST(c.seqno AS BLOB) \
     FROM sqlite_schema o, pragma_index_info(o.name) c WHERE o.type = 'index' AND o.name NOT LIKE 'sqlite_%'";

/// A part of the tables with its name, and what it is.
type Part = (String, String);

async fn parts(db: &impl ConnectionTrait) -> Result<BTreeSet<Part>, RepositoryError> {
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let rows = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, SHAPE)).await?;
    rows.iter().map(|row| Ok((text(row.try_get_by_index(0)?), text(row.try_get_by_index(1)?)))).collect()
}

/// What the first `changes` changes make and this database does not have. What somebody added to it is left alone.
///
/// # Errors
/// `Database`.
pub(crate) async fn missing(db: &impl ConnectionTrait, changes: usize) -> Result<Vec<String>, RepositoryError> {
    let mut memory = ConnectOptions::new("sqlite::memory:");
    memory.max_connections(1).sqlx_logging(false);
    let fresh = Database::connect(memory).await?;
    Migrator::up(&fresh, Some(u32::try_from(changes).unwrap_or(u32::MAX))).await?;
    let wanted = parts(&fresh).await;
    drop(fresh.close().await);
    let found = parts(db).await?;
    Ok(wanted?.difference(&found).map(|(name, _)| format!("{name}: not as the program makes it")).collect())
}
