//! The folders of runs that are over go away on their nodes: after the results are safe, after a run was given up before
//! its launch, and whatever crashed in between. What stays on purpose is written down as kept.

use super::Scheduler;
use super::faults::{About, about};
use domain::Node;
use executor::NodeAddress;
use repository::RunFolder;
use std::sync::atomic::Ordering;

/// Folders per look at what is left.
const AT_ONCE: u64 = 50;

impl Scheduler {
    /// Removes what is of no more use on this node; one task per node at a time calls it. `false`: some is left.
    pub(super) async fn remove_folders(&self, node: &Node) -> bool {
        self.bell(&node.id).folders.store(false, Ordering::Release);
        let repository = &self.shared.repository;
        let (mut after, mut all) = (None, true);
        loop {
            let tokens = match repository.folders_to_remove(&node.id, after.as_ref(), AT_ONCE).await {
                Ok(tokens) => tokens,
                Err(error) => {
                    tracing::error!(node = %node.id, %error, "the runs that are over could not be read");
                    return false;
                }
            };
            let Some(last) = tokens.last().cloned() else { return all };
            let mut removed = Vec::with_capacity(tokens.len());
            let mut is_there = true;
            for token in tokens {
                match self.shared.executor.remove(&NodeAddress::from(node), &token).await {
                    Ok(()) => removed.push(token),
                    // one folder that cannot be removed must not keep the others
                    Err(error) => {
                        all = false;
                        tracing::warn!(node = %node.id, run = %token, %error, "the run's folder stays on the node");
                        is_there = about(&error) != About::Node;
                        if !is_there {
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
            if !is_there {
                return false;
            }
            after = Some(last);
        }
    }
}
