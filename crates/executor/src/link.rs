//! The one connection to a node: made when first needed, shared, made again when broken, by one caller at a time.

use crate::connection::{Connection, Means};
use crate::shell::Shell;
use crate::{ExecutorError, NodeAddress};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// After a first failure nobody tries again for so long …
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// … then twice as long each time, up to this.
const LAST_PAUSE: Duration = Duration::from_secs(10);

#[derive(Default)]
pub(crate) struct Link {
    state: Mutex<State>,
    /// Tries made so far, readable while one is under way.
    tries: AtomicU64,
    /// What reads command lines at this address, once the program was started by it: another connection finds the same.
    shell: StdMutex<Option<(NodeAddress, Shell)>>,
}

#[derive(Default)]
struct State {
    current: Option<(NodeAddress, Arc<Connection>)>,
    failure: Option<Failure>,
}

struct Failure {
    address: NodeAddress,
    error: ExecutorError,
    at: Instant,
    pause: Duration,
}

impl Link {
    /// A usable connection, and whether it was there before this call.
    pub(crate) async fn connection(
        &self,
        means: &Means,
        address: &NodeAddress,
    ) -> Result<(Arc<Connection>, bool), ExecutorError> {
        let seen = self.tries.load(Ordering::Acquire);
        let mut state = self.state.lock().await;
        if let Some((of, connection)) = &state.current
            && of == address
            && connection.is_usable()
        {
            return Ok((connection.clone(), true));
        }
        state.current = None;
        let mut pause = FIRST_PAUSE;
        if let Some(failure) = &state.failure
            && failure.address == *address
        {
            // those who waited while it failed share the failure; those who come soon after do not knock again
            if self.tries.load(Ordering::Acquire) != seen || failure.at.elapsed() < failure.pause {
                return Err(failure.error.clone());
            }
            pause = (failure.pause * 2).min(LAST_PAUSE);
        }
        let outcome = Connection::open(means, address).await;
        self.tries.fetch_add(1, Ordering::AcqRel);
        match outcome {
            Ok(connection) => {
                let connection = Arc::new(connection);
                state.failure = None;
                state.current = Some((address.clone(), connection.clone()));
                tracing::debug!(node = %address.id, "connected");
                Ok((connection, false))
            }
            Err(error) => {
                let (address, at) = (address.clone(), Instant::now());
                state.failure = Some(Failure { address, error: error.clone(), at, pause });
                Err(error)
            }
        }
    }

    /// The shell that was found at this address.
    pub(crate) fn shell(&self, address: &NodeAddress) -> Option<Shell> {
        let kept = self.shell.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|(of, _)| of == address).map(|(_, shell)| *shell)
    }

    /// This one was found there.
    pub(crate) fn keep_shell(&self, address: &NodeAddress, shell: Shell) {
        *self.shell.lock().unwrap_or_else(PoisonError::into_inner) = Some((address.clone(), shell));
    }

    /// It may be another one now.
    pub(crate) fn forget_shell(&self) {
        *self.shell.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Hangs up when the calls under way have ended, and forgets failures.
    pub(crate) async fn forget(&self) {
        *self.state.lock().await = State::default();
        self.forget_shell();
    }
}
