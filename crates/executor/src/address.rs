//! Where a node is and who we are there.

use domain::{AccountName, HostName, Node, NodeId, WorkFolder};
use std::borrow::Cow;

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
    /// The work folder as SFTP calls it: without trailing slashes, and of a drive the absolute form of Windows' servers
    /// (`/C:/jobs`); without its first slash they take it for a folder in the account's home.
    pub(crate) fn work(&self) -> Cow<'_, str> {
        let work = self.work_dir.as_str().trim_end_matches('/');
        if self.has_drive() { Cow::Owned(format!("/{work}")) } else { Cow::Borrowed(work) }
    }

    /// Whether the work folder begins with a drive.
    pub(crate) fn has_drive(&self) -> bool {
        self.work_dir.as_str().as_bytes().get(1) == Some(&b':')
    }
}
