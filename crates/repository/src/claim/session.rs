//! A lock that a connection of its own holds in PostgreSQL, under a name that says whose it is. It is gone with the
//! connection, whatever ends that; where it was the connection alone that ended, it is taken again.

use super::{ClaimError, Holder, PAUSE, TRIES};
use crate::RepositoryError;
use crate::backend::{CLAIM, LOCKS, connect_as};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sea_orm::sqlx::{self, ConnectOptions as _, Connection as _};
use std::time::Duration;
use tokio::sync::{oneshot, watch};

/// PostgreSQL cuts longer names.
const LONGEST_NAME: usize = 63;
/// Between two tries to come back to a server that does not answer.
const AGAIN: Duration = Duration::from_secs(1);

/// Held until it is dropped.
#[derive(Debug)]
pub(super) struct Session {
    _held: oneshot::Sender<()>,
    lost: watch::Receiver<bool>,
}

/// `ajm server 4711 1796000000 lab-server`: what the server's own views show of the connection.
fn name(holder: &Holder) -> String {
    let since = chrono::DateTime::parse_from_rfc3339(&holder.since).map_or(0, |at| at.timestamp());
    let mut name = format!("ajm {} {} {since} {}", holder.work, holder.pid, holder.host);
    let longest = name.floor_char_boundary(LONGEST_NAME);
    name.truncate(longest);
    name
}

/// Who is called so. A name that may not be seen, or is of another kind, is nobody's we know.
fn called(name: &str) -> Option<Holder> {
    let mut words = name.strip_prefix("ajm ")?.splitn(4, ' ');
    let (work, pid) = (words.next()?.to_owned(), words.next()?.parse().ok()?);
    let since = chrono::DateTime::from_timestamp(words.next()?.parse().ok()?, 0)?.with_timezone(&chrono::Local);
    let since = since.to_rfc3339_opts(chrono::SecondsFormat::Secs, false);
    Some(Holder { work, pid, since, host: words.next()?.to_owned() })
}

fn lock() -> String {
    format!("SELECT pg_try_advisory_lock({LOCKS}, {CLAIM})")
}

fn failed(error: sqlx::Error) -> ClaimError {
    ClaimError::Database(crate::backend::failed(error))
}

/// The name under which somebody holds it: `None` where nobody does, empty where it may not be seen.
async fn held_as(server: &PgConnectOptions) -> Result<Option<String>, RepositoryError> {
    let mut connection = connect_as(server, "abaqus-job-manager").await?;
    let asked = format!(
        "SELECT coalesce(a.application_name, '') FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid \
         WHERE l.locktype = 'advisory' AND l.granted AND l.classid = {LOCKS} AND l.objid = {CLAIM} AND l.objsubid = 2 \
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    );
    let name = sqlx::query_scalar(sqlx::AssertSqlSafe(asked)).fetch_optional(&mut connection).await;
    drop(connection.close().await);
    name.map_err(crate::backend::failed)
}

pub(super) async fn holder(server: &PgConnectOptions) -> Result<Option<Holder>, RepositoryError> {
    let unseen = || Holder {
        work: "another program".to_owned(),
        host: "unknown".to_owned(),
        pid: 0,
        since: "unknown".to_owned(),
    };
    Ok(held_as(server).await?.map(|name| called(&name).unwrap_or_else(unseen)))
}

pub(super) async fn take(server: &PgConnectOptions, holder: &Holder) -> Result<Session, ClaimError> {
    let own = name(holder);
    // a pool keeps trying a server that refuses: asked alone first, it is told at once
    let first = connect_as(server, &own).await.map_err(ClaimError::Database)?;
    drop(first.close().await);
    let options = server.clone().application_name(&own).disable_statement_logging();
    let pool = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
    let pool = pool.connect_with(options).await.map_err(failed)?;
    let mut listener = PgListener::connect_with(&pool).await.map_err(failed)?;
    listener.eager_reconnect(false);
    let mut tries = 0;
    while !try_lock(&mut listener).await.map_err(failed)? {
        // one that was let go a moment ago is gone in a moment
        if tries == TRIES {
            return Err(ClaimError::Held(self::holder(server).await.map_err(ClaimError::Database)?));
        }
        tries += 1;
        tokio::time::sleep(PAUSE).await;
    }
    let (held, released) = oneshot::channel();
    let (tell, lost) = watch::channel(false);
    let keeping = Keeping { listener, server: server.clone(), own };
    tokio::spawn(async move {
        tokio::select! {
            _ = released => {}
            () = keeping.until_lost() => {
                tell.send_replace(true);
            }
        }
        pool.close().await;
    });
    Ok(Session { _held: held, lost })
}

async fn try_lock(listener: &mut PgListener) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(sqlx::AssertSqlSafe(lock())).fetch_one(listener).await
}

impl Session {
    /// Returns when somebody else has it: never, as long as nothing parts us from the server.
    pub(super) async fn lost(&self) {
        let mut lost = self.lost.clone();
        if lost.wait_for(|lost| *lost).await.is_err() {
            // the runtime is going down, and all with it
            std::future::pending::<()>().await;
        }
    }
}

/// What watches over the connection.
struct Keeping {
    listener: PgListener,
    server: PgConnectOptions,
    own: String,
}

impl Keeping {
    async fn until_lost(mut self) {
        loop {
            // nothing is ever sent here: it returns when the connection ends
            match self.listener.try_recv().await {
                Ok(Some(_)) => continue,
                Ok(None) => tracing::warn!("the connection that holds the database was lost"),
                Err(error) => tracing::warn!(%error, "the connection that holds the database was lost"),
            }
            if !self.taken_again().await {
                return;
            }
            tracing::info!("the database is held again");
        }
    }

    /// `false` where somebody else has it.
    async fn taken_again(&mut self) -> bool {
        loop {
            match try_lock(&mut self.listener).await {
                Ok(true) => return true,
                // the server may not know yet that our own connection before has ended
                Ok(false) => match held_as(&self.server).await {
                    Ok(Some(name)) if name != self.own => {
                        tracing::error!(holder = name, "the database is held by another program by now");
                        return false;
                    }
                    _ => {}
                },
                Err(error) => tracing::debug!(%error, "the database cannot be held again yet"),
            }
            tokio::time::sleep(AGAIN).await;
        }
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
        let long = Holder { host: "計".repeat(40), ..holder.clone() };
        assert!(name(&long).len() <= LONGEST_NAME);
        assert_eq!(called(&name(&long)).unwrap().pid, 4711);
        for other in ["", "psql", "ajm server", "ajm server x 1 host"] {
            assert_eq!(called(other), None, "{other}");
        }
    }
}
