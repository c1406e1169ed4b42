//! Answers connections over HTTP/1.1, and lets those go that ask for nothing: each holds a file descriptor.

use axum::Router;
use axum::body::Body;
use axum::serve::Listener;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// For the head of a request, from the connection's beginning or the answer before.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Who is at the other end of a connection, in each of its requests.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Answers with `router` until `stop` is cancelled; returns when the last answer is given.
pub async fn serve(mut listener: TcpListener, router: Router, patience: Duration, stop: CancellationToken) {
    let connections = TaskTracker::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience);
    loop {
        let (stream, peer) = tokio::select! {
            () = stop.cancelled() => break,
            accepted = Listener::accept(&mut listener) => accepted,
        };
        let answering = router.clone();
        let service = TowerToHyperService::new(tower::service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Peer(peer));
            answering.clone().oneshot(request)
        }));
        let connection = http.serve_connection(TokioIo::new(stream), service).with_upgrades();
        let stop = stop.clone();
        connections.spawn(async move {
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = stop.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection ended badly");
            }
        });
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    /// What comes back until the server hangs up, after `said` and nothing more.
    async fn answer(said: &[u8]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut socket = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let stop = CancellationToken::new();
        let router = Router::new().route("/", get(|| async { "here" }));
        let serving = tokio::spawn(serve(listener, router, Duration::from_millis(300), stop.clone()));
        socket.write_all(said).await.unwrap();
        let mut heard = String::new();
        let hung_up = socket.read_to_string(&mut heard);
        tokio::time::timeout(Duration::from_secs(20), hung_up).await.unwrap().unwrap();
        stop.cancel();
        serving.await.unwrap();
        heard
    }

    #[tokio::test]
    async fn who_says_nothing_or_half_a_head_is_let_go() {
        assert_eq!(answer(b"").await, "");
        let heard = answer(b"GET / HTTP/1.1\r\nHost: here\r\nX-Half").await;
        assert!(!heard.contains("200 OK"), "{heard}");
    }

    #[tokio::test]
    async fn who_asks_is_answered_and_let_go_when_idle() {
        let heard = answer(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n").await;
        assert!(heard.starts_with("HTTP/1.1 200 OK") && heard.ends_with("here"), "{heard}");
    }
}
