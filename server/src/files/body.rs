//! Bodies that people send, on guard: against one that stalls, and against a form in which no field ever comes.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use futures::{Stream, StreamExt, ready, stream};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

/// Between two slices of a body; a lab's network is never silent so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// The body's bytes. It ends with an error when nothing comes for too long.
pub fn steady(body: Body) -> Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>> {
    patient(body, PATIENCE)
}

fn patient(body: Body, patience: Duration) -> Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>> {
    let body = Some(body.into_data_stream());
    Box::pin(stream::unfold(body, move |body| async move {
        let mut body = body?;
        match tokio::time::timeout(patience, body.next()).await {
            Ok(Some(Ok(slice))) => Some((Ok(slice), Some(body))),
            Ok(Some(Err(error))) => Some((Err(io::Error::other(error)), None)),
            Ok(None) => None,
            Err(_) => Some((Err(io::ErrorKind::TimedOut.into()), None)),
        }
    }))
}

/// For the whole body of a request that sends no files: some kilobytes, over the slowest line.
const WORDS: Duration = Duration::from_secs(60);

/// Ends a body with an error when it is not whole in time, however steadily it drips: nobody holds a place for ever.
pub async fn in_time(request: Request, next: Next) -> Response {
    next.run(request.map(|body| within(body, WORDS))).await
}

fn within(body: Body, time: Duration) -> Body {
    let late = stream::once(async move {
        tokio::time::sleep(time).await;
        Err(axum::Error::new(io::Error::from(io::ErrorKind::TimedOut)))
    });
    let slices = body.into_data_stream().map(Some).chain(stream::once(async { None }));
    // whichever comes first: the body's end, or the end of its time
    let either = stream::select(slices, late.map(Some));
    Body::from_stream(either.take_while(|slice| std::future::ready(slice.is_some())).filter_map(std::future::ready))
}

/// How many bytes may come yet; shared between a body and who reads it.
#[derive(Clone)]
pub struct Allowance(Arc<AtomicU64>);

impl Allowance {
    /// Of so many bytes.
    pub fn of(bytes: u64) -> Allowance {
        Allowance(Arc::new(AtomicU64::new(bytes)))
    }

    /// So many from now on.
    pub fn renew(&self, bytes: u64) {
        self.0.store(bytes, Ordering::Relaxed);
    }

    /// Whether more came than was allowed.
    pub fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }

    /// So many of them came.
    pub fn spend(&self, bytes: u64) {
        self.renew(self.0.load(Ordering::Relaxed).saturating_sub(bytes));
    }
}

/// A body that ends with an error when its allowance is spent.
///
/// It gives one slice per look: the form's reader takes all there is at each look, which would be as much as a quick
/// sender has sent, in memory.
pub struct Measured<S> {
    body: S,
    allowance: Allowance,
    gave: bool,
}

impl<S> Measured<S> {
    /// A body and its allowance.
    pub fn new(body: S, allowance: Allowance) -> Measured<S> {
        Measured { body, allowance, gave: false }
    }
}

impl<S: Stream<Item = io::Result<Bytes>> + Unpin> Stream for Measured<S> {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if std::mem::take(&mut self.gave) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let slice = ready!(self.body.poll_next_unpin(context));
        self.gave = true;
        if let Some(Ok(slice)) = &slice {
            self.allowance.spend(slice.len() as u64);
            if self.allowance.is_spent() {
                return Poll::Ready(Some(Err(io::Error::other("more than is allowed"))));
            }
        }
        Poll::Ready(slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_that_stalls_is_given_up() {
        let slices = stream::iter([Ok::<_, io::Error>(Bytes::from_static(b"half"))]).chain(stream::pending());
        let heard: Vec<_> = patient(Body::from_stream(slices), Duration::from_millis(50)).collect().await;
        let kinds: Vec<_> = heard.into_iter().map(|slice| slice.map_err(|error| error.kind())).collect();
        assert_eq!(kinds, [Ok(Bytes::from_static(b"half")), Err(io::ErrorKind::TimedOut)]);
    }

    #[tokio::test]
    async fn a_body_that_drips_for_ever_is_given_up_and_a_whole_one_is_not() {
        let drops = stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            Some((Ok::<_, io::Error>(Bytes::from_static(b".")), ()))
        });
        let mut heard = within(Body::from_stream(drops.boxed()), Duration::from_millis(50)).into_data_stream();
        assert!(matches!(heard.next().await, Some(Ok(_))));
        while matches!(heard.next().await, Some(Ok(_))) {}
        let whole = within(Body::from("whole"), Duration::from_secs(60));
        assert!(axum::body::to_bytes(whole, 100).await.is_ok_and(|bytes| bytes == "whole"));
    }

    #[tokio::test]
    async fn an_allowance_ends_a_body() {
        let allowance = Allowance::of(10);
        let slices = stream::iter((0..5).map(|_| Ok(Bytes::from_static(b"1234"))));
        let mut body = Measured::new(slices, allowance.clone());
        for _ in 0..2 {
            assert!(matches!(body.next().await, Some(Ok(_))));
        }
        allowance.renew(5);
        assert!(matches!(body.next().await, Some(Ok(_))) && !allowance.is_spent());
        assert!(matches!(body.next().await, Some(Err(_))) && allowance.is_spent());
    }
}
