//! From the click to *Running*: the real server, a real sshd, a solver that does nothing for a moment.

use crate::Result;
use crate::figures::Series;
use crate::nodes::open_ssh;
use crate::report::{Aim, Row};
use crate::stack::{PATIENCE, Server, output};
use futures::{Stream, StreamExt};
use reqwest::multipart::{Form, Part};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};
use testbed::Sshd;
use tokio_tungstenite::tungstenite::Message;

const TURNS: usize = 100;
const WARM: usize = 3;
const DECK: &[u8] = include_bytes!("../../public/sample/quick.inp");

/// A form that submits a small deck under this name.
pub fn form(name: &str) -> Form {
    let deck = Part::bytes(DECK).file_name("deck.inp");
    Form::new().text("name", name.to_owned()).text("cpus", "2").text("solver", "calculix").part("file", deck)
}

pub async fn bench() -> Result<Vec<Row>> {
    let sshd = Sshd::start()?;
    let mut server = Server::new(Some(&sshd))?;
    let solver = server.folder.path().join("solver");
    std::fs::write(&solver, "#!/bin/sh\nexec sleep 0.3\n")?;
    std::fs::set_permissions(&solver, std::fs::Permissions::from_mode(0o755))?;
    server.add_node(&sshd, &solver)?;
    server.start().await?;
    let (mut socket, _) = tokio_tungstenite::connect_async(server.socket()?).await?;
    let client = server.client()?;
    let deck = server.folder.path().join("deck.inp");
    std::fs::write(&deck, DECK)?;
    let target = format!("{}@{}", sshd.user(), sshd.host());
    let (mut answered, mut running, mut by_hand) = <(Series, Series, Series)>::default();
    for turn in 0..TURNS + WARM {
        let begun = Instant::now();
        let sent = client.post(server.url("/api/v1/jobs")).multipart(form(&format!("job-{turn}"))).send().await?;
        let job: Value = sent.json().await?;
        let acknowledged = begun.elapsed();
        let id = job["id"].as_i64().ok_or_else(|| format!("not taken: {job}"))?;
        until(&mut socket, id, "Running").await?;
        let started = begun.elapsed();
        until(&mut socket, id, "").await?;
        if turn < WARM {
            continue;
        }
        answered.push_ms(acknowledged);
        running.push_ms(started);
        if turn % 4 == 0 {
            let begun = Instant::now();
            let there = format!("{target}:{}/by-hand-{turn}.inp", sshd.work_dir().display());
            output(open_ssh("scp", &sshd).arg(&deck).arg(there))?;
            let start = format!("setsid {} >/dev/null 2>&1 </dev/null &", solver.display());
            output(open_ssh("ssh", &sshd).arg(&target).arg(start))?;
            by_hand.push_ms(begun.elapsed());
        }
    }
    let beside = format!("`scp` and `ssh` by hand {}; the server's answer {}", by_hand.told("ms"), answered.told("ms"));
    let what = "submit to Running, one at a time";
    let p99 = running.at(0.99);
    Ok(vec![
        Row::new(&format!("{what}, median"), Aim::AtMost(150.0, "ms"), running.median(), running.told("ms"), beside),
        Row::new(&format!("{what}, p99 of {TURNS}"), Aim::AtMost(500.0, "ms"), p99, format!("{p99:.0} ms"), "as above"),
    ])
}

/// Waits until the job has this status; any that is an end for an empty word.
async fn until<S, E>(socket: &mut S, id: i64, wanted: &str) -> Result<()>
where
    S: Stream<Item = std::result::Result<Message, E>> + Unpin,
    E: std::error::Error + Send + Sync + 'static,
{
    let wait = async {
        while let Some(message) = socket.next().await {
            let Message::Text(text) = message? else { continue };
            let event: Value = serde_json::from_str(&text)?;
            let job = &event["data"]["JobChanged"];
            if job["id"].as_i64() != Some(id) {
                continue;
            }
            let status = job["status"].as_str().unwrap_or_default();
            let ended = ["Completed", "Failed", "Missing", "Cancelled"].contains(&status);
            if status == wanted || (wanted.is_empty() && ended) {
                return Ok(());
            }
            if ended {
                return Err(format!("the job ended: {text}").into());
            }
        }
        Err("the socket closed".into())
    };
    tokio::time::timeout(PATIENCE.min(Duration::from_secs(30)), wait).await?
}
