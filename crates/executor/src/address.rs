//! Where a node is and who we are there.

use domain::{AccountName, HostName, Node, NodeId, WorkFolder};

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
    pub user: AccountName,
    /// OpenSSH public-key line of the accepted host key; without one nothing is done but telling the key.
    pub host_key: Option<String>,
    /// Folder for runs, relative to the account's home unless absolute.
    pub work_dir: WorkFolder,
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
    /// Without trailing slashes.
    pub(crate) fn work(&self) -> &str {
        self.work_dir.as_str().trim_end_matches('/')
    }
}
