//! The way to a database's server, as a test has it in its hand: its connections can be let stand, dead without a word.

use crate::fresh::Fresh;
use repository::Address;
use sea_orm::sqlx::postgres::PgConnectOptions;
use std::path::PathBuf;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;

pub struct Link {
    folder: TempDir,
    port: u16,
    user: String,
    database: String,
    frozen: watch::Sender<u32>,
    socket: PathBuf,
}

impl Link {
    /// To the server of this test's database, which is reached through a socket in a folder.
    pub fn to(fresh: &Fresh) -> Link {
        let server: PgConnectOptions = fresh.url().parse().unwrap();
        let (port, folder) = (server.get_port(), tempfile::tempdir().unwrap());
        let socket = server.get_socket().cloned().unwrap_or_else(|| server.get_host().into());
        let name = format!(".s.PGSQL.{port}");
        let (frozen, generation) = watch::channel(0);
        let (there, socket) = (socket.join(&name), folder.path().join(&name));
        let listener = UnixListener::bind(&socket).unwrap();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (near, far) = (near.into_split(), UnixStream::connect(&there).await.unwrap().into_split());
                tokio::spawn(pass(near.0, far.1, generation.clone()));
                tokio::spawn(pass(far.0, near.1, generation.clone()));
            }
        });
        let (user, database) = (server.get_username().to_owned(), server.get_database().unwrap().to_owned());
        Link { folder, port, user, database, frozen, socket }
    }

    pub fn address(&self) -> Address {
        let (user, port, database) = (&self.user, self.port, &self.database);
        let socket = self.folder.path().display();
        Address::parse_url(&format!("postgres://{user}@localhost:{port}/{database}?host={socket}")).unwrap()
    }

    /// What is connected now stays connected, and hears and says nothing any more. Who connects after this is served.
    pub fn freeze(&self) {
        self.frozen.send_modify(|generation| *generation += 1);
    }

    /// The same, and nobody can connect until it is opened again.
    pub fn close(&self) {
        std::fs::rename(&self.socket, self.away()).unwrap();
        self.freeze();
    }

    pub fn open(&self) {
        std::fs::rename(self.away(), &self.socket).unwrap();
    }

    fn away(&self) -> PathBuf {
        self.socket.with_extension("away")
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut frozen: watch::Receiver<u32>) {
    frozen.mark_unchanged();
    let mut bytes = vec![0; 16 * 1024];
    loop {
        tokio::select! {
            biased;
            // an end that goes on holding what is left of it
            _ = frozen.changed() => std::future::pending().await,
            read = from.read(&mut bytes) => match read {
                Ok(n) if n > 0 && to.write_all(&bytes[..n]).await.is_ok() => {}
                _ => return,
            },
        }
    }
}
