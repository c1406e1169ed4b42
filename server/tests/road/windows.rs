//! What only a Windows node has.

use crate::node::{Before, Gate, Solver};
use crate::stack::{Stack, sample};
use serde_json::{Value, json};
use testbed::{SessionJob, Sshd, Standin};

fn start_node() -> Option<Sshd> {
    Sshd::start_windows(&[]).unwrap()
}

/// What a job's page shows of the end of a file.
async fn shown(stack: &Stack, id: i64, file: &str) -> Vec<String> {
    let ask = json!({ "id": id, "file": file, "ask": { "part": "tail", "lines": 100 } });
    let asked = stack.http.post(stack.url("/rpc/read_log")).json(&ask).send().await.unwrap();
    serde_json::from_value(asked.json::<Value>().await.unwrap()["lines"].clone()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn names_with_blanks_and_japanese_and_a_console_in_cp932_come_through() {
    let Some(node) = start_node() else { return };
    let words = "警告: 作業フォルダーの表示";
    let said = node.wine().unwrap().drive_c().join("said.txt");
    std::fs::write(said, encoding_rs::SHIFT_JIS.encode(&format!("{words}\r\n")).0).unwrap();
    let solver = Solver::after(&node, &Before { sh: "", bat: "type C:\\said.txt" });
    let stack = Stack::start_solver(node, solver, "8", &[]).await;
    let deck = String::from_utf8(sample("with_include.inp").1).unwrap().replace("steel.inc", "鋼材 その1.inc");
    let deck = format!("** standin: cp932\n{deck}").into_bytes();
    let include = ("鋼材 その1.inc".to_owned(), sample("steel.inc").1);
    let id = stack.submit(&[("梁 モデル 2.inp".to_owned(), deck.clone()), include]).await;
    let job = stack.until_status(id, "Completed").await;
    assert_eq!((&job["name"], &job["verdict"]["cause"]["what"]), (&"梁_モデル_2".into(), &"completed".into()), "{job}");
    let console = shown(&stack, id, "console.log").await;
    assert!(console.iter().any(|line| line == words), "{console:?}");
    assert!(console.iter().any(|line| line == "Run standard.exe"), "{console:?}");
    let status = shown(&stack, id, "梁_モデル_2.sta").await;
    assert!(status[0].contains('月'), "{status:?}");
    // each file as the node has it
    let path = stack.url(&format!("/api/v1/jobs/{id}/files/梁_モデル_2.inp"));
    let sent = stack.http.get(path).send().await.unwrap().bytes().await.unwrap();
    assert!(sent == deck);
    for result in ["梁_モデル_2.odb", "梁_モデル_2.msg", "梁_モデル_2.dat"] {
        assert!(stack.results(id).join(result).is_file(), "{result}: {job}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_finds_nothing_wrong_with_it() {
    let Some(node) = start_node() else { return };
    let solver = Solver::abaqus(&node, &Standin::default());
    let stack = Stack::start_solver(node, solver, "8", &[]).await;
    let printed = stack.command().args(["node", "test", "node-01"]).output().unwrap();
    let said = String::from_utf8_lossy(&printed.stdout).into_owned();
    assert!(printed.status.success() && !said.contains("FAILED"), "{said}");
    for words in ["Host key", "windows", "Runs outlive the connection", "stand-in over CalculiX"] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_doctor_finds_wrong_with_it_is_mended_in_power_shell() {
    let Some(node) = start_node() else { return };
    let _held = hold(&node);
    let solver = Solver { command: "no-such-abaqus".to_owned(), ..Solver::abaqus(&node, &Standin::default()) };
    let stack = Stack::start_solver(node, solver, "8", &[]).await;
    let printed = stack.command().args(["node", "test", "node-01"]).output().unwrap();
    let said = String::from_utf8_lossy(&printed.stdout).into_owned();
    assert!(!printed.status.success(), "{said}");
    let after = |step: &str| {
        let at = said.lines().position(|line| line.contains(&format!("FAILED {step}:")));
        said.lines().skip(at.unwrap_or_else(|| panic!("{step}: {said}"))).take(4).collect::<Vec<_>>().join("\n")
    };
    let held = after("Runs outlive the connection");
    assert!(held.contains("BREAKAWAY") && held.contains("PowerShell") && held.contains(" Get-CimInstance"), "{held}");
    let solver = after("Abaqus command");
    assert!(solver.contains("C:\\") && solver.contains(" Get-ChildItem"), "{solver}");
    assert!(!said.contains(" $ "), "{said}");
}

/// From now on its SSH server ends all of a connection with it; answers what mends that.
fn hold(node: &Sshd) -> impl FnOnce() + use<> {
    let script = node.wine().unwrap().prefix().join("shell.sh");
    let open = std::fs::read_to_string(&script).unwrap();
    let held = format!("session.exe {}", SessionJob::Held.word().unwrap());
    std::fs::write(&script, open.replace("session.exe", &held)).unwrap();
    move || std::fs::write(&script, open).unwrap()
}

fn lets_nothing_go(nodes: &Value) -> bool {
    let reason = nodes[0]["reason"].as_str().unwrap_or_default();
    nodes[0]["status"] == "Unavailable" && reason.contains("接続が切れると開始した計算もすべて終了させます")
}

fn waits_for_the_node(job: &Value) -> bool {
    job["status"] == "Waiting" && job["waiting_reason"].to_string().contains("いま連絡がないか受付停止中です")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_lets_nothing_go_is_given_nothing_until_it_does() {
    let Some(node) = start_node() else { return };
    let mend = hold(&node);
    let solver = Solver::abaqus(&node, &Standin::default());
    let mut stack = Stack::start_solver(node, solver, "8", &[]).await;
    let id = stack.submit(&[sample("quick.inp")]).await;
    stack.until_answer("/api/v1/nodes", "unavailable for that", lets_nothing_go).await;
    stack.until(id, "told why it waits", waits_for_the_node).await;
    assert_eq!(stack.launches(), 0, "{:?}", stack.journal());
    mend();
    stack.sshd.kill_sessions();
    stack.until_status(id, "Completed").await;
    let nodes = stack.until_answer("/api/v1/nodes", "in service", |nodes| nodes[0]["status"] == "Available").await;
    assert!(nodes[0]["reason"].is_null(), "{nodes}");
    assert_eq!(stack.launches(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_a_node_that_lets_nothing_go_any_more_is_followed_to_its_end() {
    let Some(node) = start_node() else { return };
    let (gate, solver) = Gate::closed_on(&node);
    let mut stack = Stack::start_solver(node, solver, "8", &[]).await;
    let first = stack.submit(&[sample("quick.inp")]).await;
    stack.until_status(first, "Running").await;
    let mend = hold(&stack.sshd);
    stack.sshd.kill_sessions();
    stack.until_answer("/api/v1/nodes", "unavailable for that", lets_nothing_go).await;
    let second = stack.submit(&[("second.inp".to_owned(), sample("quick.inp").1)]).await;
    gate.open();
    stack.until_status(first, "Completed").await;
    // all of its cores are free, and nothing is started there
    stack.until(second, "told why it waits", waits_for_the_node).await;
    assert_eq!(stack.launches(), 1, "{:?}", stack.journal());
    mend();
    stack.sshd.kill_sessions();
    stack.until_status(second, "Completed").await;
    assert_eq!(stack.launches(), 2);
}
