//! Whether the tables are those that the program's own changes make: these are made beside them in a transaction that is
//! undone, as temporary tables, which need no right to make any in the database itself.

use crate::RepositoryError;
use crate::backend::texts;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, TransactionTrait};
use std::collections::BTreeSet;

/// Columns, the columns of indices, and rules, of the schema that has the tables of ours which are found first.
const SHAPE: &str = "\
WITH t AS (SELECT oid, relname::text AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = \
    (SELECT relnamespace FROM pg_class WHERE oid = 'seaql_migrations'::regclass)) \
SELECT 'table ' || t.name || ', ' || a.attname || E'\\n' || format_type(a.atttypid, a.atttypmod) || ' ' || \
    coalesce(l.collname::text, '') || ' ' || a.attnotnull || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '') \
    FROM t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped \
    LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum \
    LEFT JOIN pg_collation l ON l.oid = a.attcollation \
UNION ALL SELECT 'index ' || i.relname || ' of ' || t.name || ', ' || pg_get_indexdef(i.oid, n.n, false) || E'\\n' || \
    n.n || ' ' || x.indisunique \
    FROM t JOIN pg_index x ON x.indrelid = t.oid JOIN pg_class i ON i.oid = x.indexrelid, \
    generate_series(1, x.indnkeyatts) AS n(n) \
UNION ALL SELECT 'rule ' || c.conname || ' of ' || t.name || E'\\n' || pg_get_constraintdef(c.oid) \
    FROM t JOIN pg_constraint c ON c.conrelid = t.oid";

async fn parts(db: &impl ConnectionTrait) -> Result<BTreeSet<String>, RepositoryError> {
    Ok(texts(db, SHAPE).await?.into_iter().collect())
}

async fn wanted(transaction: &DatabaseTransaction, changes: usize) -> Result<BTreeSet<String>, RepositoryError> {
    transaction.execute_unprepared("SET LOCAL search_path = pg_temp").await?;
    Migrator::up(transaction, Some(u32::try_from(changes).unwrap_or(u32::MAX))).await?;
    parts(transaction).await
}

/// What the first `changes` changes make and this database does not have. What somebody added to it is left alone.
///
/// # Errors
/// `Busy`, `Database`.
pub(crate) async fn missing(db: &DatabaseConnection, changes: usize) -> Result<Vec<String>, RepositoryError> {
    let found = parts(db).await?;
    let transaction = db.begin().await?;
    transaction.execute_unprepared("SET TRANSACTION READ WRITE").await?;
    let wanted = wanted(&transaction, changes).await;
    transaction.rollback().await?;
    let name = |part: &String| part.lines().next().unwrap_or_default().to_owned();
    Ok(wanted?.difference(&found).map(|part| format!("{}: not as the program makes it", name(part))).collect())
}
