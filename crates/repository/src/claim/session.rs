//! A lock that a connection of its own holds in PostgreSQL, under a name that says whose it is. It is gone with the
//! connection, whatever ends that; where it was the connection alone that ended, it is taken again. Whoever writes under
//! it proves in each transaction that it is held: between its loss and our hearing of it nothing is written. And whoever
//! writes under it marks the tables first: where the mark is another's when it is taken again, somebody else had the
//! database meanwhile, and what we know of it is not so any more.

use super::{ClaimError, Holder, PAUSE, TRIES};
use crate::backend::{CLAIM, HERE, LOCKS, SERVER_SIDE, connect_as, held};
use crate::{RepositoryError, backend};
use sea_orm::ConnectionTrait;
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{self, Connection as _, PgConnection};
use std::future::Future;
use std::io;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{oneshot, watch};

/// The table that bears the mark: in a comment, which no backup takes along and which goes with the table when a restore puts
/// others into its place.
const MARKED: &str = "seaql_migrations";
/// PostgreSQL cuts longer names.
const LONGEST_NAME: usize = 63;
/// Between two questions whether it is still held.
const LOOK: Duration = Duration::from_secs(2);
/// A connection that does not answer such a question in time is thrown away.
const ANSWER: Duration = Duration::from_secs(5);
/// Between two tries to come back to a server that does not answer.
const AGAIN: Duration = Duration::from_secs(1);

/// Held until it is dropped.
#[derive(Debug)]
pub(super) struct Session {
    _held: oneshot::Sender<()>,
    lost: watch::Receiver<bool>,
    process: Process,
}

/// What those who write under the lock know of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Process(Arc<State>);

#[derive(Debug, Default)]
struct State {
    /// The number of the server's process that serves the connection which holds the lock: 0 where there is none.
    number: AtomicI32,
    /// What the tables are marked with as long as nobody else has them; empty until they are.
    mark: OnceLock<String>,
}

impl Process {
    pub(super) fn number(&self) -> Option<i32> {
        Some(self.0.number.load(Ordering::Acquire)).filter(|number| *number != 0)
    }

    fn is(&self, number: i32) {
        self.0.number.store(number, Ordering::Release);
    }

    /// Marks the tables with a word that nobody else has ever marked them with.
    pub(super) async fn mark(&self, transaction: &impl ConnectionTrait) -> Result<(), RepositoryError> {
        let mark = self.0.mark.get_or_init(|| uuid::Uuid::now_v7().to_string());
        transaction.execute_unprepared(&format!("COMMENT ON TABLE {MARKED} IS '{mark}'")).await?;
        Ok(())
    }

    /// Nobody else has had the tables since we have marked them.
    async fn is_ours(&self, connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
        let Some(mark) = self.0.mark.get() else { return Ok(true) };
        let asked = format!("SELECT obj_description(to_regclass('{MARKED}'), 'pg_class')");
        let found: Option<String> =
            in_time(sqlx::query_scalar(sqlx::AssertSqlSafe(asked)).fetch_one(connection)).await?;
        Ok(found.as_deref() == Some(mark))
    }
}

/// `ajm server 4711 1796000000 lab-server`: what the server's own views show of the connection.
fn name(holder: &Holder) -> String {
    let since = chrono::DateTime::parse_from_rfc3339(&holder.since).map_or(0, |at| at.timestamp());
    let name = format!("ajm {} {} {since} {}", holder.work, holder.pid, holder.host);
    // PostgreSQL writes others anew, each version in its own way: the connection would not be known again
    name.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '-' }).take(LONGEST_NAME).collect()
}

/// Who is called so. A name that may not be seen, or is of another kind, is nobody's we know.
fn called(name: &str) -> Option<Holder> {
    let mut words = name.strip_prefix("ajm ")?.splitn(4, ' ');
    let (work, pid) = (words.next()?.to_owned(), words.next()?.parse().ok()?);
    let since = chrono::DateTime::from_timestamp(words.next()?.parse().ok()?, 0)?.with_timezone(&chrono::Local);
    let since = since.to_rfc3339_opts(chrono::SecondsFormat::Secs, false);
    Some(Holder { work, pid, since, host: words.next()?.to_owned() })
}

fn failed(error: sqlx::Error) -> ClaimError {
    ClaimError::Database(crate::backend::failed(error))
}

/// The name under which somebody holds it: `None` where nobody does, empty where it may not be seen.
async fn held_as(connection: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    let asked = format!(
        "SELECT coalesce(a.application_name, '') FROM \
         (SELECT pid FROM pg_locks WHERE {} AND granted) l LEFT JOIN pg_stat_activity a ON a.pid = l.pid",
        held(HERE)
    );
    sqlx::query_scalar(sqlx::AssertSqlSafe(asked)).fetch_optional(connection).await
}

pub(super) async fn holder(server: &PgConnectOptions) -> Result<Option<Holder>, RepositoryError> {
    let mut connection = connect_as(server, "abaqus-job-manager").await?;
    let name = in_time(held_as(&mut connection)).await.map_err(backend::failed);
    drop(in_time(connection.close()).await);
    Ok(name?.map(|name| known(&name)))
}

fn known(name: &str) -> Holder {
    let unseen = || Holder {
        work: "another program".to_owned(),
        host: "unknown".to_owned(),
        pid: 0,
        since: "unknown".to_owned(),
    };
    called(name).unwrap_or_else(unseen)
}

/// An answer of a server that has not gone without a word.
async fn in_time<T>(asked: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    match tokio::time::timeout(ANSWER, asked).await {
        Ok(answered) => answered,
        Err(_) => Err(sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, "it does not answer"))),
    }
}

pub(super) async fn take(server: &PgConnectOptions, holder: &Holder) -> Result<Session, ClaimError> {
    let own = name(holder);
    let mut connection = connect_as(server, &own).await.map_err(ClaimError::Database)?;
    let number = match lock(&mut connection).await.map_err(failed)? {
        Lock::Held(number) => number,
        Lock::Of(name) => return Err(ClaimError::Held(name.as_deref().map(known))),
    };
    let process = Process::default();
    process.is(number);
    let (held, released) = oneshot::channel();
    let (tell, lost) = watch::channel(false);
    let keeping = Keeping { server: server.clone(), own, process: process.clone() };
    tokio::spawn(keeping.until(released, connection, tell));
    Ok(Session { _held: held, lost, process })
}

/// What became of a try to have it.
enum Lock {
    /// We have it, by the server's process of this number.
    Held(i32),
    /// Somebody has, under this name; `None` where they are gone by now.
    Of(Option<String>),
}

/// One that was let go a moment ago is gone in a moment: tried for a while.
async fn lock(connection: &mut PgConnection) -> Result<Lock, sqlx::Error> {
    let keepalive: String = SERVER_SIDE.iter().map(|(name, value)| format!("SET {name} = '{value}';")).collect();
    in_time(sqlx::Executor::execute(&mut *connection, sqlx::raw_sql(sqlx::AssertSqlSafe(keepalive)))).await?;
    let asked = || {
        let sql = format!("SELECT CASE WHEN pg_try_advisory_lock({LOCKS}, {CLAIM}) THEN pg_backend_pid() END");
        sqlx::query_scalar::<_, Option<i32>>(sqlx::AssertSqlSafe(sql))
    };
    let mut tries = 0;
    loop {
        if let Some(number) = in_time(asked().fetch_one(&mut *connection)).await? {
            return Ok(Lock::Held(number));
        }
        if tries == TRIES {
            return Ok(Lock::Of(in_time(held_as(connection)).await?));
        }
        tries += 1;
        tokio::time::sleep(PAUSE).await;
    }
}

impl Session {
    /// Returns when somebody else has it, or had it: never, as long as nothing parts us from the server.
    pub(super) async fn lost(&self) {
        let mut lost = self.lost.clone();
        if lost.wait_for(|lost| *lost).await.is_err() {
            // the runtime is going down, and all with it
            std::future::pending::<()>().await;
        }
    }

    pub(super) fn process(&self) -> Process {
        self.process.clone()
    }
}

/// What watches over the connection.
struct Keeping {
    server: PgConnectOptions,
    own: String,
    process: Process,
}

impl Keeping {
    async fn until(self, released: oneshot::Receiver<()>, connection: PgConnection, tell: watch::Sender<bool>) {
        let mut connection = Some(connection);
        let gone = tokio::select! {
            _ = released => false,
            () = self.until_lost(&mut connection) => true,
        };
        self.process.is(0);
        if gone {
            tell.send_replace(true);
        }
        if let Some(connection) = connection {
            drop(in_time(connection.close()).await);
        }
    }

    /// Returns when somebody else has it, or had it.
    async fn until_lost(&self, connection: &mut Option<PgConnection>) {
        loop {
            tokio::time::sleep(LOOK).await;
            let Some(asked) = connection.as_mut() else { return };
            match self.is_held(asked).await {
                Ok(true) => continue,
                Ok(false) => tracing::warn!("the database is not held any more"),
                Err(error) => tracing::warn!(%error, "the connection that holds the database was lost"),
            }
            self.process.is(0);
            // whatever state it is in: none of it is of use any more
            *connection = None;
            *connection = self.taken_again().await;
            if connection.is_none() {
                return;
            }
            tracing::info!("the database is held again");
        }
    }

    async fn is_held(&self, connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
        let asked = format!(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE {} AND granted AND pid = pg_backend_pid())",
            held(HERE)
        );
        in_time(sqlx::query_scalar(sqlx::AssertSqlSafe(asked)).fetch_one(connection)).await
    }

    /// A new connection that has it; `None` where somebody else has, or had.
    async fn taken_again(&self) -> Option<PgConnection> {
        loop {
            match self.again().await {
                Ok((mut connection, Lock::Held(number))) => match self.process.is_ours(&mut connection).await {
                    Ok(true) => {
                        self.process.is(number);
                        return Some(connection);
                    }
                    Ok(false) => {
                        tracing::error!("another program had the database meanwhile, or its tables were replaced");
                        return None;
                    }
                    Err(error) => tracing::warn!(%error, "the database cannot be held again yet"),
                },
                Ok((_, Lock::Of(Some(holder)))) if holder != self.own => {
                    tracing::error!(holder, "the database is held by another program by now");
                    return None;
                }
                // the server has not ended our own connection before yet
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "the database cannot be held again yet"),
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn again(&self) -> Result<(PgConnection, Lock), RepositoryError> {
        let mut connection = connect_as(&self.server, &self.own).await?;
        // the server may take long to see that our connection before has ended: the way to us is what was lost
        let before = sqlx::query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 \
             AND datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()",
        );
        in_time(before.bind(&self.own).execute(&mut connection)).await.map_err(backend::failed)?;
        let lock = lock(&mut connection).await.map_err(backend::failed)?;
        Ok((connection, lock))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_holder_is_known_by_the_name_of_its_connection() {
        let holder = Holder {
            work: "server".to_owned(),
            host: "lab-server".to_owned(),
            pid: 4711,
            since: chrono::Local::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, false),
        };
        assert_eq!(called(&name(&holder)), Some(holder.clone()));
        let long = Holder { host: format!("計算機{}", "x".repeat(80)), ..holder.clone() };
        assert!(name(&long).is_ascii() && name(&long).len() == LONGEST_NAME, "{}", name(&long));
        assert_eq!(called(&name(&long)).unwrap().pid, 4711);
        for other in ["", "psql", "ajm server", "ajm server x 1 host"] {
            assert_eq!(called(other), None, "{other}");
        }
    }
}
