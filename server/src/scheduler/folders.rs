//! The folders of runs that are over go away on their nodes: after the results are safe, after a run was given up before
//! its launch, and whatever crashed in between. What stays on purpose is written down as kept.

use super::Scheduler;
use domain::Node;
use executor::{ExecutorError, NodeAddress};
use repository::RunFolder;
use std::sync::atomic::Ordering;

/// Folders per look at what is left.
const AT_ONCE: u64 = 50;

impl Scheduler {
    /// Removes what is of no more use on this node; one task per node at a time calls it. `false`: some is left.
    pub(super) async fn remove_folders(&self, node: &Node) -> bool {
        let bell = self.bell(&node.id);
        let repository = &self.shared.repository;
        while bell.folders.swap(false, Ordering::AcqRel) {
            let tokens = match repository.folders_to_remove(&node.id, AT_ONCE).await {
                Ok(tokens) => tokens,
                Err(error) => {
                    tracing::error!(node = %node.id, %error, "the runs that are over could not be read");
                    return false;
                }
            };
            let there_may_be_more = tokens.len() as u64 == AT_ONCE;
            let mut removed = Vec::with_capacity(tokens.len());
            let mut all = true;
            for token in tokens {
                match self.shared.executor.remove(&NodeAddress::from(node), &token).await {
                    Ok(()) => removed.push(token),
                    Err(error) => {
                        all = false;
                        tracing::warn!(node = %node.id, run = %token, %error, "the run's folder stays on the node");
                        if error != ExecutorError::StillAlive {
                            break;
                        }
                    }
                }
            }
            if !removed.is_empty()
                && let Err(error) = repository.record_folders(&removed, Some(RunFolder::Removed)).await
            {
                tracing::warn!(node = %node.id, %error, "the removal of folders could not be stored");
                return false;
            }
            if !all {
                return false;
            }
            if there_may_be_more {
                bell.folders.store(true, Ordering::Release);
            }
        }
        true
    }
}
