//! A solver that says far more than anybody reads.

use crate::node::{Gate, script};
use crate::stack::{Stack, sample};

/// Most memory the server may ever have had, in MB.
const MOST: u64 = 300;

#[tokio::test(flavor = "multi_thread")]
async fn a_console_that_floods_fills_no_memory_and_holds_up_no_other_job() {
    let megabytes = std::env::var("FLOOD_MB").map_or(100, |text| text.parse::<u64>().unwrap());
    let (tools, gate) = (tempfile::tempdir().unwrap(), Gate::closed());
    let bytes = megabytes * 1024 * 1024;
    let line = "the solver repeats one and the same line of its console text over and over";
    let text = format!(
        "case \"$*\" in *flood*) yes '{line}' | head -c {bytes}; echo; exec '{}' \"$@\";; esac; exec /usr/bin/ccx \"$@\"",
        gate.ccx()
    );
    let stack = Stack::start_with(&script(tools.path(), "ccx", &text), &[]).await;
    let (_, deck) = sample("quick.inp");
    let flood = stack.submit(&[("flood.inp".to_owned(), deck.clone())]).await;
    stack.until_status(flood, "Running").await;
    let other = stack.submit(&[("other.inp".to_owned(), deck)]).await;
    stack.until_status(other, "Completed").await;
    assert_eq!(stack.job(flood).await["status"], "Running");
    gate.open();
    let job = stack.until_status(flood, "Completed").await;
    assert_eq!(job["verdict"]["cause"]["what"], "completed", "{job}");
    let kept = std::fs::metadata(stack.results(flood).join("console.log")).unwrap().len();
    assert!(kept > bytes, "{kept} of {bytes} bytes");
    let most = stack.most_memory() / (1024 * 1024);
    println!("{megabytes} MB of console: the server took {most} MB at most");
    assert!(most < MOST, "the server took {most} MB");
    assert_eq!(stack.launches(), 2);
}
