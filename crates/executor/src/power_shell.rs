//! Every line of PowerShell that somebody is told to paste on a node can be read by PowerShell 5.1, as far as its grammar
//! tells.

#![allow(clippy::unwrap_used)]

use domain::doctor::{Problem, System, authorize, host_key_command, prepare_windows, remedy};
use domain::{AccountName, HostName, Solver, SolverCommand, WorkFolder};

/// Nothing in it may be newer than 5.1: the grammar takes `&&` and `||` of 7, and refuses its other news.
pub(crate) fn is_read(text: &str) -> bool {
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&tree_sitter_powershell::LANGUAGE.into()).unwrap();
    let tree = parser.parse(text, None).unwrap();
    !tree.root_node().has_error() && !text.contains("&&") && !text.contains("||")
}

fn all_problems(folder: &str, user: &AccountName) -> Vec<Problem> {
    let folder = WorkFolder::parse(folder).unwrap();
    let said = || "said".to_owned();
    let host = || HostName::parse("localhost").unwrap();
    let command = || SolverCommand::parse("abaqus").unwrap();
    let mut all = vec![
        Problem::Closed { host: host(), port: 2222, said: said() },
        Problem::KeyUnknown { fingerprint: said() },
        Problem::KeyChanged { accepted: said(), found: said() },
        Problem::KeyRefused { user: user.clone(), public_key: KEY.to_owned() },
        Problem::Shell { said: said() },
        Problem::Folder { folder: folder.clone(), user: user.clone(), said: said() },
        Problem::DiskFull { folder: folder.clone() },
        Problem::Program { said: said(), folder },
        Problem::EndsWithConnection { said: said() },
        Problem::License { said: said() },
    ];
    for solver in [Solver::Abaqus, Solver::Calculix] {
        all.push(Problem::NoCommand { solver, command: command(), said: said() });
    }
    all
}

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAbc+/0= abaqus-job-manager";

#[test]
fn each_remedy_for_windows_is_read() {
    for wrong in ["if ($a -eq 1 {", "'open", "$a ? 1 : 2", "a && b", "& {\n$a = 1\n"] {
        assert!(!is_read(wrong), "{wrong}");
    }
    for name in ["taro", "LAB\\taro", "taro@lab.example.jp", "山田 太郎"] {
        let user = AccountName::parse(name).unwrap();
        for folder in [".ajm", "jobs/a-b_c", "D:/lab/jobs"] {
            for problem in all_problems(folder, &user) {
                let text = remedy(&problem, System::Windows).unwrap();
                assert!(is_read(&text), "{problem:?}:\n{text}");
            }
        }
        for port in [22, 2222] {
            let text = prepare_windows(&user, port, KEY);
            assert!(is_read(&text), "{text}");
            assert!(text.contains(KEY) && text.contains(&format!("-LocalPort {port} ")), "{text}");
            assert_eq!(text.contains("New-LocalUser"), !name.contains(['\\', '@']), "{text}");
        }
        assert!(is_read(&authorize(&user, KEY, System::Windows)));
    }
    assert!(is_read(host_key_command(System::Windows)));
}
