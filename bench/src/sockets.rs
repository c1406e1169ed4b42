//! A thousand open tabs: how soon all of them hear of a change, and what each costs.

use crate::figures::Series;
use crate::report::{Aim, Row};
use crate::stack::Server;
use crate::{Result, seed};
use futures::StreamExt;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;

const TABS: usize = 1_000;
const CHANGES: usize = 40;

pub async fn bench() -> Result<Vec<Row>> {
    let mut server = Server::new(None)?;
    std::fs::create_dir_all(server.folder.path().join("data"))?;
    seed::jobs(&server.database(), 1, 0).await?;
    server.start().await?;
    server.settle().await?;
    let before = server.memory_kb("VmRSS")?;
    let (heard, mut all) = mpsc::unbounded_channel::<(Instant, usize)>();
    let mut tabs = tokio::task::JoinSet::new();
    for _ in 0..TABS {
        let (mut socket, _) = tokio_tungstenite::connect_async(server.socket()?).await?;
        let heard = heard.clone();
        tabs.spawn(async move {
            while let Some(Ok(Message::Text(text))) = socket.next().await {
                let _ = heard.send((Instant::now(), text.len()));
            }
        });
    }
    let each = (server.memory_kb("VmRSS")? - before) / TABS as f64;
    let mut bare = Bare::open(heard.clone()).await?;
    let client = server.client()?;
    let (mut ours, mut theirs, mut events) = (Series::default(), Series::default(), 0.0);
    for turn in 0..CHANGES {
        quiet(&mut all).await;
        let begun = Instant::now();
        let body = format!("{{\"priority\":{}}}", -1 - (turn % 2) as i32);
        let request = client.patch(server.url("/api/v1/jobs/1")).header("Content-Type", "application/json").body(body);
        let answer = tokio::spawn(request.send());
        let mut size = 0;
        // the first event of a change; what the plan says of it may follow as a second
        for _ in 0..TABS {
            let (at, bytes) = all.recv().await.ok_or("the tabs are gone")?;
            ours.push_ms(at - begun);
            size = bytes;
        }
        answer.await??.error_for_status()?;
        events += quiet(&mut all).await as f64 / TABS as f64 + 1.0;
        let begun = Instant::now();
        bare.say(size).await?;
        for _ in 0..TABS {
            let (at, _) = all.recv().await.ok_or("the sockets are gone")?;
            theirs.push_ms(at - begun);
        }
    }
    let after = (server.memory_kb("VmRSS")? - before) / TABS as f64;
    let beside = format!(
        "the same bytes written to 1,000 bare TCP sockets: p99 {:.1} ms; {:.1} events a change",
        theirs.at(0.99),
        events / CHANGES as f64
    );
    Ok(vec![
        Row::new(
            "a change heard by 1,000 tabs, p99 from the request's first byte",
            Aim::AtMost(100.0, "ms"),
            ours.at(0.99),
            format!("{:.1} ms (median {:.1}, last {:.1})", ours.at(0.99), ours.median(), ours.at(1.0)),
            beside,
        ),
        Row::new(
            "memory of one open tab",
            Aim::AtMost(10.0, "kB"),
            after,
            format!("{after:.1} kB after {CHANGES} changes"),
            format!("{each:.1} kB when just opened"),
        ),
    ])
}

/// Takes what still comes, until nothing has come for a while; how much that was.
async fn quiet(all: &mut mpsc::UnboundedReceiver<(Instant, usize)>) -> usize {
    let mut count = 0;
    while let Ok(Some(_)) = tokio::time::timeout(Duration::from_millis(150), all.recv()).await {
        count += 1;
    }
    count
}

/// As many connections with nothing on them but bytes.
struct Bare {
    ends: Vec<TcpStream>,
}

impl Bare {
    async fn open(heard: mpsc::UnboundedSender<(Instant, usize)>) -> Result<Bare> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let mut ends = Vec::new();
        for _ in 0..TABS {
            let (mut near, far) = tokio::try_join!(TcpStream::connect(address), listener.accept())?;
            ends.push(far.0);
            let heard = heard.clone();
            tokio::spawn(async move {
                let mut bytes = vec![0; 64 * 1024];
                while let Ok(1..) = near.read(&mut bytes).await {
                    let _ = heard.send((Instant::now(), 0));
                }
            });
        }
        Ok(Bare { ends })
    }

    async fn say(&mut self, size: usize) -> Result<()> {
        let bytes = vec![b'x'; size];
        for end in &mut self.ends {
            end.write_all(&bytes).await?;
        }
        Ok(())
    }
}
