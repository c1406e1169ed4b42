//! Why a Windows node did not let the program run, and the rule that lets it.

use crate::NodeAddress;

/// What Windows says of a program that a virus scanner or a policy keeps from running (`ERROR_VIRUS_INFECTED`,
/// `ERROR_ACCESS_DISABLED_BY_POLICY`, App Control), in English and in Japanese.
const BLOCKED: [&str; 8] = [
    "virus",
    "blocked by group policy",
    "blocked by your administrator",
    "blocked by your system administrator",
    "application control policy",
    "ウイルス",
    "グループ ポリシーによってブロック",
    "管理者によってブロック",
];

/// In words. `said` is what came instead of a greeting, `is_gone` that the file was whole and is not there any more.
pub(super) fn reason(address: &NodeAddress, said: &str, is_gone: bool) -> String {
    let words = said.to_lowercase();
    if !is_gone && !BLOCKED.iter().any(|phrase| words.contains(phrase)) {
        return format!("does not run on the node: {said}");
    }
    let what = if is_gone { "was taken away by the node's virus scanner" } else { "is blocked on the node" };
    format!("{what}. In PowerShell there, as administrator: {} ({said})", rule(address))
}

/// The rule for Windows' own scanner; for App Control and AppLocker the same folder is named to whoever keeps their rules.
fn rule(address: &NodeAddress) -> String {
    let work = address.work_dir.as_str().trim_end_matches('/').replace('/', "\\");
    let folder = if address.has_drive() {
        work
    } else {
        // a domain's account has its folder under its own name
        let user = address.user.as_str();
        format!("C:\\Users\\{}\\{work}", user.rsplit_once('\\').map_or(user, |(_, name)| name))
    };
    format!("Add-MpPreference -ExclusionPath '{folder}'")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::{AccountName, HostName, NodeId, WorkFolder};

    #[test]
    fn what_keeps_it_from_running_is_told_with_the_rule() {
        let address = |work: &str| NodeAddress {
            id: NodeId::parse("node-01").unwrap(),
            host: HostName::parse("localhost").unwrap(),
            port: 22,
            user: AccountName::parse("LAB\\taro").unwrap(),
            host_key: None,
            work_dir: WorkFolder::parse(work).unwrap(),
        };
        let home = "Add-MpPreference -ExclusionPath 'C:\\Users\\taro\\.ajm'";
        for said in ["This program is blocked by group policy.", "ファイルにウイルスが含まれている"] {
            assert!(reason(&address(".ajm"), said, false).contains(home));
        }
        assert!(reason(&address("D:/jobs"), "", true).contains("-ExclusionPath 'D:\\jobs'"));
        for work in [".ajm", "D:/jobs"] {
            assert!(crate::power_shell::is_read(&rule(&address(work))));
        }
        assert_eq!(reason(&address(".ajm"), "no such file", false), "does not run on the node: no such file");
    }
}
