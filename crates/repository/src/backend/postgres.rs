//! PostgreSQL's own words.

mod relay;
mod shape;

use super::{READERS, failed, texts};
use crate::RepositoryError;
use crate::error::Contradiction;
use crate::optimize::Optimized;
use sea_orm::sqlx::error::DatabaseError;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::{self, ConnectOptions as _, Connection as _, PgConnection};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, TransactionTrait};
use std::sync::Arc;
use std::time::Duration;

pub(crate) use relay::SERVER_SIDE;
pub(super) use shape::missing;

/// The first half of the names of our locks; PostgreSQL keeps them apart by database.
pub(crate) const LOCKS: i32 = 0x616a6d;
/// Who has the database for itself.
pub(crate) const CLAIM: i32 = 1;
/// Who is writing.
const WRITING: i32 = 2;

/// The first version that has all we ask for, of those that are still cared for.
const OLDEST: u32 = 130_000;
/// What a connection is called in the server's own views.
const NAME: &str = "abaqus-job-manager";

/// PostgreSQL does not say whether *another* program has written, but its snapshot of what is committed and under way
/// is the same only while nobody has, we ourselves among them. So it never misses a writing, and tells of one too often:
/// then the queue is read once for nothing, at most as often as somebody looks.
pub(super) const DATA_VERSION: &str = "SELECT hashtextextended(pg_current_snapshot()::text, 0)";
pub(super) const HAS_CHANGES: &str = "SELECT 1::bigint WHERE to_regclass('seaql_migrations') IS NOT NULL";

pub(super) const HAS_TABLES: &str = "SELECT 1::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE c.relkind IN ('r', 'p') AND n.nspname = current_schema() LIMIT 1";

/// Rows that somebody put in with a number of their own count, too.
pub(super) fn last_number(table: &str) -> String {
    format!(
        "SELECT GREATEST(COALESCE(pg_sequence_last_value(pg_get_serial_sequence('{table}', 'id')::regclass), 0), \
         COALESCE((SELECT MAX(id) FROM {table}), 0))"
    )
}

pub(super) fn skip_numbers(table: &str) -> Vec<String> {
    let sequence = format!("pg_get_serial_sequence('{table}', 'id')::regclass");
    vec![format!(
        "SELECT setval({sequence}, $1::bigint) WHERE $1::bigint > COALESCE(pg_sequence_last_value({sequence}), 0)"
    )]
}

/// Puts those of the tables that `is_ours` into a schema of their own, with all that belongs to them; `false` where there is
/// none. Tables of an extension stay with it.
pub(crate) async fn put_away(
    transaction: &DatabaseTransaction,
    is_ours: impl Fn(&str) -> bool,
    into: &str,
) -> Result<bool, RepositoryError> {
    let present = "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                WHERE c.relkind IN ('r', 'p') AND n.nspname = current_schema() AND NOT EXISTS (SELECT 1 FROM pg_depend d \
                WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')";
    let mut moved = texts(transaction, present).await?;
    moved.retain(|table| is_ours(table));
    if moved.is_empty() {
        return Ok(false);
    }
    transaction.execute_unprepared(&format!("CREATE SCHEMA \"{into}\"")).await?;
    for table in moved {
        transaction.execute_unprepared(&format!("ALTER TABLE \"{table}\" SET SCHEMA \"{into}\"")).await?;
    }
    Ok(true)
}

/// One connection under a name of its own. Unlike a pool it tells at once why there is none.
///
/// # Errors
/// `Unreachable`, `Refused`, `Missing`.
pub(crate) async fn connect_as(server: &PgConnectOptions, name: &str) -> Result<PgConnection, RepositoryError> {
    let options = server.clone().application_name(name).disable_statement_logging();
    match tokio::time::timeout(super::LOCK_PATIENCE, PgConnection::connect_with(&options)).await {
        Ok(connected) => Ok(connected.map_err(failed)?),
        Err(_) => Err(RepositoryError::Unreachable { why: "it does not answer".to_owned() }),
    }
}

/// Whether this server and this database will do. One that does not answer in time will not.
async fn prove(server: &PgConnectOptions) -> Result<(), RepositoryError> {
    let answered = tokio::time::timeout(super::LOCK_PATIENCE, look_at(server)).await;
    answered.unwrap_or_else(|_| Err(RepositoryError::Unreachable { why: "it does not answer".to_owned() }))
}

async fn look_at(server: &PgConnectOptions) -> Result<(), RepositoryError> {
    let unfit = |why: String| Err(RepositoryError::Unfit { why });
    let mut connection = connect_as(server, NAME).await?;
    let asked = "SELECT current_setting('server_version_num'), getdatabaseencoding()::text, pg_is_in_recovery()";
    let (version, encoding, copy): (String, String, bool) =
        sqlx::query_as(asked).fetch_one(&mut connection).await.map_err(failed)?;
    drop(connection.close().await);
    match version.parse::<u32>() {
        Ok(number) if number >= OLDEST => {}
        _ => {
            return unfit(format!(
                "the server is PostgreSQL {}, and 13 is the oldest that will do",
                version.get(..2).unwrap_or_default()
            ));
        }
    }
    if encoding != "UTF8" {
        return unfit(format!("its text is {encoding}: make it with ENCODING 'UTF8' TEMPLATE template0"));
    }
    if copy {
        return unfit("the server is a stand-by, which takes no changes".to_owned());
    }
    Ok(())
}

/// Connections of up to `most`, each with these settings of ours. They are said to the server when it is connected to: a
/// pooler in between may drop what is asked for at the start, and what is set for the role or the database is not ours.
async fn pool(
    server: &PgConnectOptions,
    most: u32,
    answer: Option<Duration>,
    patience: Duration,
    settings: &[(&str, &str)],
) -> Result<DatabaseConnection, RepositoryError> {
    let patience = patience.as_millis().to_string();
    // how long a question may take is ours to say: `relay::ANSWER`, and for long work no limit
    let patience = [("lock_timeout", patience.as_str()), ("statement_timeout", "0")];
    let all = relay::SERVER_SIDE.iter().chain(&patience).chain(settings);
    let said: Arc<str> = all.map(|(name, value)| format!("SET {name} = '{value}';")).collect::<String>().into();
    let options = relay::through(server, answer)?.application_name(NAME).disable_statement_logging();
    let mut pool = PgPoolOptions::new().max_connections(most).acquire_timeout(super::LOCK_PATIENCE).after_connect(
        move |connection, _| {
            let said = Arc::clone(&said);
            Box::pin(async move {
                sqlx::Executor::execute(connection, sqlx::raw_sql(sqlx::AssertSqlSafe(&*said))).await?;
                Ok(())
            })
        },
    );
    if most == 1 {
        pool = pool.min_connections(1).idle_timeout(None).max_lifetime(None);
    }
    Ok(pool.connect_with(options).await.map_err(failed)?.into())
}

/// What a connection that writes is set to: a server may be set up to acknowledge what is not on its disk yet, and a role
/// to see one moment in each transaction, where ours must see what was committed while it waited for its turn.
const WRITES: [(&str, &str); 3] = [
    ("synchronous_commit", "on"),
    ("default_transaction_isolation", "read committed"),
    ("default_transaction_read_only", "off"),
];
/// How long a transaction of ours may stay with nobody going on with it: a server's program that is stopped in the middle must
/// not keep others out for ever, but long work does other things in between.
const IDLE: &str = "idle_in_transaction_session_timeout";
const ENDS: (&str, &str) = (IDLE, "60000");
const STAYS: (&str, &str) = (IDLE, "0");

pub(super) async fn writer(
    server: &PgConnectOptions,
    patience: Duration,
) -> Result<DatabaseConnection, RepositoryError> {
    prove(server).await?;
    pool(server, 1, Some(relay::ANSWER), patience, &[&WRITES[..], &[ENDS]].concat()).await
}

/// For work whose single steps take long: tables made anew, a vacuum.
pub(super) async fn builder(
    server: &PgConnectOptions,
    patience: Duration,
) -> Result<DatabaseConnection, RepositoryError> {
    prove(server).await?;
    pool(server, 1, None, patience, &[&WRITES[..], &[STAYS]].concat()).await
}

pub(super) async fn readers(
    server: &PgConnectOptions,
    patience: Duration,
) -> Result<DatabaseConnection, RepositoryError> {
    // several questions in one transaction are answered of one moment, as SQLite does
    let settings =
        [("default_transaction_read_only", "on"), ("default_transaction_isolation", "repeatable read"), ENDS];
    pool(server, READERS, Some(relay::ANSWER), patience, &settings).await
}

pub(super) async fn looking(
    server: &PgConnectOptions,
    patience: Duration,
) -> Result<DatabaseConnection, RepositoryError> {
    prove(server).await?;
    pool(server, 1, None, patience, &[("default_transaction_read_only", "on"), STAYS]).await
}

/// Waits for the other programs' writers, as SQLite's `BEGIN IMMEDIATE` does: what a change has read in its transaction
/// is still so when it is committed. A person at psql is not kept out.
pub(super) async fn begin(db: &DatabaseConnection) -> Result<DatabaseTransaction, RepositoryError> {
    let transaction = match db.begin().await.map_err(RepositoryError::from) {
        // it is the only one of its pool: no other change has it, but a server that does not answer
        Err(RepositoryError::Busy) => {
            return Err(RepositoryError::Unreachable { why: "it does not answer".to_owned() });
        }
        begun => begun?,
    };
    transaction.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCKS}, {WRITING})")).await?;
    Ok(transaction)
}

/// Whether the connection of this process number of the server's has the database for itself.
pub(crate) async fn is_held(db: &impl ConnectionTrait, process: i32) -> Result<bool, RepositoryError> {
    let asked = format!("SELECT 1::bigint FROM pg_locks WHERE {} AND granted AND pid = {process}", held(HERE));
    Ok(super::number(db, &asked).await?.is_some())
}

/// The database we are in, as the server's views number it.
pub(crate) const HERE: &str = "(SELECT oid FROM pg_database WHERE datname = current_database())";

/// Where the server's view of its locks shows who has the database for itself.
pub(crate) fn held(database: &str) -> String {
    format!(
        "locktype = 'advisory' AND classid = {LOCKS} AND objid = {CLAIM} AND objsubid = 2 AND database = {database}"
    )
}

/// A transaction in which a statement has failed is rolled back by `COMMIT` without a word: a statement before it says so.
pub(super) async fn commit(transaction: DatabaseTransaction) -> Result<(), RepositoryError> {
    transaction.execute_unprepared("SELECT 1").await?;
    Ok(transaction.commit().await?)
}

/// Pages are proven by the server itself, where its data has checksums, and references always.
pub(super) async fn wrong(db: &DatabaseConnection) -> Result<Vec<String>, RepositoryError> {
    let asked = "SELECT 'index ' || i.relname || ' of ' || t.relname || ' is not valid: REINDEX INDEX it' \
                 FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid \
                 WHERE NOT x.indisvalid AND pg_table_is_visible(t.oid)";
    texts(db, asked).await
}

/// Rooms of deleted rows are used again by the server itself, and cannot be counted without an extension.
pub(super) async fn optimize(db: &DatabaseConnection) -> Result<Optimized, RepositoryError> {
    let before = size(db).await?;
    db.execute_unprepared("VACUUM (ANALYZE)").await?;
    Ok(Optimized { before, after: size(db).await?, free: 0, packed: false })
}

pub(super) async fn size(db: &DatabaseConnection) -> Result<u64, RepositoryError> {
    let bytes = super::number(db, "SELECT pg_database_size(current_database())").await?;
    Ok(bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0))
}

pub(super) fn meaning(said: &dyn DatabaseError) -> Option<RepositoryError> {
    let why = || said.message().to_owned();
    match &*said.code()? {
        // disk_full
        "53100" => Some(RepositoryError::Full),
        // serialization_failure, deadlock_detected, lock_not_available, query_canceled, too_many_connections
        "40001" | "40P01" | "55P03" | "57014" | "53300" => Some(RepositoryError::Busy),
        // invalid_authorization_specification, invalid_password, insufficient_privilege
        "28000" | "28P01" | "42501" => Some(RepositoryError::Refused { why: why() }),
        // invalid_catalog_name
        "3D000" => Some(RepositoryError::Missing),
        // data_corrupted, index_corrupted; a table or column of ours that is not there
        "XX001" | "XX002" | "42P01" | "42703" => Some(RepositoryError::Damaged { found: why() }),
        // check_violation: only the number of cores has one
        "23514" => Some(RepositoryError::Invalid { field: "cpus", problem: Contradiction::Cores }),
        // character_not_in_repertoire: in UTF-8 that reaches it, only NUL
        "22021" => {
            let problem = Contradiction::NotStorable("it holds the character NUL".to_owned());
            Some(RepositoryError::Invalid { field: "text", problem })
        }
        // admin_shutdown, crash_shutdown, cannot_connect_now; connection exceptions
        code if code.starts_with("57P0") || code.starts_with("08") => Some(RepositoryError::Unreachable { why: why() }),
        _ => None,
    }
}
