//! Bodies that people send, on guard: against one that stalls, and against a form in which no field ever comes.

use axum::body::{Body, Bytes};
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
