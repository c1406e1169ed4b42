//! The way between the driver and a PostgreSQL server. The driver waits for an answer for ever: a server whose machine has lost
//! its power, or whose disk hangs, ends nothing of ours. Each connection goes through here, where it is cut when its peer
//! is gone or has owed an answer for too long; the driver then sees a connection that has ended, and makes another.

use crate::RepositoryError;
use sea_orm::sqlx::postgres::PgConnectOptions;
use socket2::{SockRef, TcpKeepalive};
use std::collections::{HashMap, VecDeque};
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

/// A question is answered within this, or its connection is cut. The longest of ours take a second or two.
pub(super) const ANSWER: Duration = Duration::from_secs(30);
/// A server that takes no connection within this does not answer.
const CONNECT: Duration = super::super::LOCK_PATIENCE;
/// A peer that says nothing for so long is asked by the system whether it is there …
const IDLE: Duration = Duration::from_secs(10);
/// … so often …
const PROBES: u32 = 3;
/// … with so long between; and what is sent is acknowledged within all of that together, or the peer is gone.
const PROBE: Duration = Duration::from_secs(5);
/// Bytes that are passed on at once.
const CHUNK: usize = 16 * 1024;

/// The same of the server's side, where its system can: without it a transaction of a connection that is dead without a
/// word would hold its locks for hours. In seconds, and milliseconds for the last.
pub(crate) const SERVER_SIDE: [(&str, &str); 4] = [
    ("tcp_keepalives_idle", "10"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "3"),
    ("tcp_user_timeout", "25000"),
];

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Place {
    Tcp(String, u16),
    Socket(PathBuf),
}

impl Place {
    fn of(server: &PgConnectOptions) -> Place {
        let (host, port) = (server.get_host(), server.get_port());
        let folder = server.get_socket().cloned().or_else(|| host.starts_with('/').then(|| PathBuf::from(host)));
        match folder {
            Some(folder) => Place::Socket(folder.join(format!(".s.PGSQL.{port}"))),
            None => Place::Tcp(host.to_owned(), port),
        }
    }
}

/// The same server, reached through here. A question is answered within `answer`, where that is told.
///
/// # Errors
/// `Unreachable` where the system lets us make no socket.
pub(super) fn through(
    server: &PgConnectOptions,
    answer: Option<Duration>,
) -> Result<PgConnectOptions, RepositoryError> {
    static RELAYS: OnceLock<Mutex<Relays>> = OnceLock::new();
    let relays = RELAYS.get_or_init(Mutex::default);
    let mut relays = relays.lock().unwrap_or_else(PoisonError::into_inner);
    let name = relays
        .to(Place::of(server), answer, server.get_port())
        .map_err(|error| RepositoryError::Unreachable { why: error.to_string() })?;
    Ok(server.clone().socket(name))
}

/// Those of this process, with a thread of their own: they outlive whatever runtime first needed them.
#[derive(Default)]
struct Relays {
    runtime: Option<Runtime>,
    names: HashMap<(Place, Option<Duration>), String>,
}

impl Relays {
    fn to(&mut self, place: Place, answer: Option<Duration>, port: u16) -> io::Result<String> {
        if let Some(name) = self.names.get(&(place.clone(), answer)) {
            return Ok(name.clone());
        }
        let runtime = match self.runtime.take() {
            Some(runtime) => runtime,
            None => Builder::new_multi_thread().worker_threads(1).thread_name("database").enable_all().build()?,
        };
        // a name that is in no folder: nothing to make private, nothing that stays. By their number two processes of two
        // containers can be the same
        let name = format!("\0abaqus-job-manager-{}", Uuid::now_v7());
        let listening = {
            let _within = runtime.enter();
            // what the driver makes of a folder's name
            UnixListener::bind(format!("{name}/.s.PGSQL.{port}"))
        };
        let listening = listening.map(|listener| runtime.spawn(listen(listener, place.clone(), answer)));
        self.runtime = Some(runtime);
        listening?;
        self.names.insert((place, answer), name.clone());
        Ok(name)
    }
}

async fn listen(listener: UnixListener, place: Place, answer: Option<Duration>) {
    loop {
        let driver = match listener.accept().await {
            Ok((driver, _)) => driver,
            Err(error) => {
                tracing::warn!(%error, "no way to the database's server could be made");
                tokio::time::sleep(PROBE).await;
                continue;
            }
        };
        // a name in no folder is open to everybody here, and a server may know us by who we are
        let own =
            driver.peer_cred().is_ok_and(|peer| peer.pid().is_some_and(|pid| pid.unsigned_abs() == std::process::id()));
        if !own {
            tracing::warn!("another program tried to reach the database through this one");
            continue;
        }
        let place = place.clone();
        tokio::spawn(async move {
            if let Err(error) = serve(driver, &place, answer).await {
                tracing::warn!(%error, "the connection to the database's server has been ended");
            }
        });
    }
}

/// Until one of the two ends it. Who connects is told by the connection alone that there is none: why, whoever opens the
/// database is told by asking without us.
async fn serve(driver: UnixStream, place: &Place, answer: Option<Duration>) -> io::Result<()> {
    let connected = tokio::time::timeout(CONNECT, async {
        Ok::<_, io::Error>(match place {
            Place::Tcp(host, port) => {
                let stream = TcpStream::connect((host.as_str(), *port)).await?;
                watch_over(&stream)?;
                stream.set_nodelay(true)?;
                let (read, write) = stream.into_split();
                (boxed(read), boxed_write(write))
            }
            Place::Socket(path) => {
                let (read, write) = UnixStream::connect(path).await?.into_split();
                (boxed(read), boxed_write(write))
            }
        })
    });
    let (from_server, to_server) = match connected.await {
        Ok(Ok(both)) => both,
        Ok(Err(error)) => {
            tracing::debug!(%error, "the database's server takes no connection");
            return Ok(());
        }
        Err(_) => {
            tracing::debug!("the database's server does not answer");
            return Ok(());
        }
    };
    let (from_driver, to_driver) = driver.into_split();
    let owing = Owing::default();
    tokio::select! {
        // the driver's end of it is no news to anybody
        ended = pass(from_driver, to_server, |asked| owing.asked(asked), |_| {}) => drop(ended),
        // while the driver takes its time it is not the server that owes anything
        ended = pass(from_server, to_driver, |_| owing.rests(), |said| owing.said(said)) => return ended,
        () = owing.for_longer_than(answer) => {
            let why = "it has not answered a question in time";
            return Err(io::Error::new(io::ErrorKind::TimedOut, why));
        }
    }
    Ok(())
}

fn watch_over(stream: &TcpStream) -> io::Result<()> {
    let socket = SockRef::from(stream);
    socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(IDLE).with_interval(PROBE).with_retries(PROBES))?;
    socket.set_tcp_user_timeout(Some(IDLE + PROBE * PROBES))
}

type Reader = Box<dyn AsyncRead + Send + Unpin>;
type Writer = Box<dyn AsyncWrite + Send + Unpin>;

fn boxed(read: impl AsyncRead + Send + Unpin + 'static) -> Reader {
    Box::new(read)
}

fn boxed_write(write: impl AsyncWrite + Send + Unpin + 'static) -> Writer {
    Box::new(write)
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    before: impl Fn(&[u8]),
    after: impl Fn(&[u8]),
) -> io::Result<()> {
    let mut bytes = vec![0; CHUNK];
    loop {
        let n = from.read(&mut bytes).await?;
        if n == 0 {
            return Ok(());
        }
        before(&bytes[..n]);
        to.write_all(&bytes[..n]).await?;
        after(&bytes[..n]);
    }
}

/// What the driver says first where it wants the rest not to be overheard; the server agrees by this letter.
const WANTS_TLS: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
const AGREES: &[u8] = b"S";
/// The end of an answer, `ReadyForQuery`, but for its last byte.
const READY: [u8; 5] = [b'Z', 0, 0, 0, 5];

/// Since when the server owes an answer, or more of one.
#[derive(Default)]
struct Owing(Mutex<Debt>);

#[derive(Default)]
struct Debt {
    is_owed: bool,
    /// Since when it has been waited for.
    since: Option<Instant>,
    /// The last bytes that the server has said.
    end: VecDeque<u8>,
    /// The driver has asked for TLS and nothing since.
    asks_tls: bool,
    /// Nobody here can read where an answer ends: its first byte has to do.
    is_tls: bool,
}

impl Owing {
    fn asked(&self, bytes: &[u8]) {
        let mut debt = self.debt();
        debt.asks_tls = bytes == WANTS_TLS;
        (debt.is_owed, debt.since) = (true, Some(Instant::now()));
    }

    fn rests(&self) {
        let mut debt = self.debt();
        debt.is_owed |= debt.since.take().is_some();
    }

    fn said(&self, bytes: &[u8]) {
        let mut debt = self.debt();
        debt.is_tls |= debt.asks_tls && bytes == AGREES;
        debt.end.extend(bytes.iter().skip(bytes.len().saturating_sub(READY.len() + 1)));
        let more = debt.end.len().saturating_sub(READY.len() + 1);
        debt.end.drain(..more);
        // the last byte tells whether a transaction is open
        let is_whole = debt.is_tls || debt.end.len() > READY.len() && debt.end.iter().take(READY.len()).eq(&READY);
        // what a server says without being asked is no part of an answer
        debt.is_owed &= !is_whole;
        debt.since = debt.is_owed.then(Instant::now);
    }

    fn debt(&self) -> MutexGuard<'_, Debt> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn for_longer_than(&self, answer: Option<Duration>) {
        let Some(answer) = answer else { return std::future::pending().await };
        let mut look = tokio::time::interval(answer / 10);
        loop {
            look.tick().await;
            if self.debt().since.is_some_and(|since| since.elapsed() >= answer) {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tokio::net::TcpListener;

    const LIMIT: Duration = Duration::from_secs(20);

    /// A server that does what `answer` does with each byte it is sent, and a driver's connection to it.
    async fn asked(question: &[u8], answer: Option<Duration>, reply: &'static [u8]) -> (UnixStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(port);
        let way = through(&server, answer).unwrap();
        let path = format!("{}/.s.PGSQL.{port}", way.get_socket().unwrap().display());
        let mut driver = UnixStream::connect(path).await.unwrap();
        driver.write_all(question).await.unwrap();
        let (mut server, _) = listener.accept().await.unwrap();
        let mut heard = vec![0; question.len()];
        server.read_exact(&mut heard).await.unwrap();
        assert_eq!(heard, question);
        server.write_all(reply).await.unwrap();
        (driver, server)
    }

    #[tokio::test]
    async fn a_server_that_does_not_answer_is_parted_from_and_one_that_rests_is_not() {
        let answer = Some(Duration::from_secs(2));
        let (mut driver, _server) = asked(b"question", answer, b"").await;
        let ended = tokio::time::timeout(LIMIT, driver.read(&mut [0; 8])).await.unwrap();
        assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");

        // one that stops in the middle of it
        let (mut driver, _server) = asked(b"question", answer, b"ans").await;
        let mut heard = [0; 3];
        driver.read_exact(&mut heard).await.unwrap();
        let ended = tokio::time::timeout(LIMIT, driver.read(&mut heard)).await.unwrap();
        assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");

        for whole in [&b"answerZ\0\0\0\x05I"[..], AGREES] {
            let question = if whole == AGREES { &WANTS_TLS[..] } else { b"question" };
            let (mut driver, _server) = asked(question, answer, whole).await;
            let mut heard = vec![0; whole.len()];
            driver.read_exact(&mut heard).await.unwrap();
            assert_eq!(heard, whole);
            // nobody owes anything
            let rests = tokio::time::timeout(Duration::from_secs(3), driver.read(&mut heard)).await;
            assert!(rests.is_err(), "{rests:?}");
        }
    }

    #[test]
    fn the_end_of_an_answer_is_known_however_it_is_cut() {
        let owing = Owing::default();
        owing.asked(b"question");
        for part in [&b"rows"[..], b"Z", b"\0\0", b"\0\x05"] {
            owing.said(part);
            assert!(owing.debt().since.is_some());
        }
        owing.said(b"T");
        assert!(owing.debt().since.is_none());
        owing.said(b"a notice");
        assert!(owing.debt().since.is_none());
    }

    #[test]
    fn while_the_driver_takes_its_time_the_server_owes_nothing() {
        let owing = Owing::default();
        owing.asked(b"question");
        owing.rests();
        assert!(owing.debt().since.is_none());
        // what there is has been taken, and there is more to come
        owing.said(b"rows");
        assert!(owing.debt().since.is_some());
        owing.rests();
        owing.said(b"Z\0\0\0\x05I");
        assert!(owing.debt().since.is_none());
    }

    #[tokio::test]
    async fn work_that_takes_its_time_is_waited_for() {
        let (mut driver, mut server) = asked(b"VACUUM", None, b"").await;
        let waits = tokio::time::timeout(Duration::from_secs(1), driver.read(&mut [0; 8])).await;
        assert!(waits.is_err(), "{waits:?}");
        server.write_all(b"done").await.unwrap();
        let mut heard = [0; 4];
        driver.read_exact(&mut heard).await.unwrap();
    }

    #[tokio::test]
    async fn either_end_ends_the_other() {
        let (mut driver, server) = asked(b"q", None, b"").await;
        drop(server);
        assert!(matches!(tokio::time::timeout(LIMIT, driver.read(&mut [0; 8])).await.unwrap(), Ok(0) | Err(_)));
        let (driver, mut server) = asked(b"q", None, b"").await;
        drop(driver);
        assert!(matches!(tokio::time::timeout(LIMIT, server.read(&mut [0; 8])).await.unwrap(), Ok(0) | Err(_)));
    }
}
