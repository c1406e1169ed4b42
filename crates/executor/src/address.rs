//! Where a node is and who we are there.

use crate::ExecutorError;
use domain::{HostName, Node, NodeId};

/// How to reach a node. A connection belongs to one whole address: another host key or account makes another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeAddress {
    /// The node.
    pub id: NodeId,
    /// Where SSH reaches it.
    pub host: HostName,
    /// Usually 22.
    pub port: u16,
    /// The account.
    pub user: String,
    /// OpenSSH public-key line of the accepted host key; without one nothing is done but telling the key.
    pub host_key: Option<String>,
    /// Folder for runs, relative to the account's home unless absolute.
    pub work_dir: String,
}

impl From<&Node> for NodeAddress {
    fn from(node: &Node) -> NodeAddress {
        NodeAddress {
            id: node.id.clone(),
            host: node.ssh_host.clone(),
            port: node.ssh_port,
            user: node.ssh_user.clone(),
            host_key: node.host_key.clone(),
            work_dir: node.work_dir.clone(),
        }
    }
}

impl NodeAddress {
    /// The work folder stands in a command that three different shells may read, so it holds nothing that one of them
    /// could take for something else.
    pub(crate) fn check(&self) -> Result<(), ExecutorError> {
        let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
        let refused = |reason: &str| Err(ExecutorError::Address { reason: reason.to_owned() });
        if self.user.is_empty() || self.user.chars().any(char::is_control) {
            return refused("the account's name");
        }
        if self.work_dir.is_empty() || self.work_dir.starts_with('-') || !self.work_dir.chars().all(harmless) {
            return refused("the work folder's name: only ASCII letters, digits, '/', '.', '_' and '-'");
        }
        if self.work_dir.split('/').any(|part| part == "..") {
            return refused("the work folder's name: no '..'");
        }
        Ok(())
    }

    /// Without trailing slashes.
    pub(crate) fn work(&self) -> &str {
        self.work_dir.trim_end_matches('/')
    }
}
