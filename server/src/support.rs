//! `support-bundle FILE` and `health`: for the shell, with a server or without.

use domain::Actor;
use serde_json::{Value, json};
use server::config::Config;
use server::{bundle, database};
use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// For the server to say how it is.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes of its answer.
const LONGEST: u64 = 1024 * 1024;

/// Writes the bundle. A file that is there is left alone; half of one is never called so.
pub async fn write_bundle(config: &Config, file: &Path) -> Result<(), Box<dyn Error>> {
    if file.try_exists()? {
        return Err(format!("{} is there already: name another file", file.display()).into());
    }
    let is_there = database::is_there(config).await.unwrap_or(false);
    let repository = if is_there && database::examine(config).await.is_ok_and(|of| of.pending == 0) {
        database::open_repository(config).await.ok()
    } else {
        None
    };
    let health = match ask_health(config).await {
        Ok((_, said)) => said,
        Err(error) => json!({ "status": error.to_string() }),
    };
    let content = gather(config, repository.clone(), health).await?;
    let unfinished = unfinished(file);
    let (hidden, named) = (unfinished.clone(), file.to_owned());
    let written = tokio::task::spawn_blocking(move || -> io::Result<()> {
        // in a folder of many, another's file or link of that name is not written into
        let out = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&hidden)?;
        bundle::write(content, out)?.sync_all()?;
        // unlike a rename it does not replace what somebody put there meanwhile
        fs::hard_link(&hidden, named)
    })
    .await;
    // whatever came of it; the name is nobody else's
    let _ = fs::remove_file(&unfinished);
    if let Some(repository) = repository {
        let noted = match &written {
            Ok(Ok(())) => repository.note_support_bundle(&Actor::at_the_shell()?).await,
            _ => Ok(()),
        };
        repository.close().await;
        noted?;
    }
    written??;
    println!("{}", file.display());
    Ok(())
}

async fn gather(
    config: &Config,
    repository: Option<repository::Repository>,
    health: Value,
) -> Result<bundle::Content, Box<dyn Error>> {
    bundle::gather(Arc::new(config.clone()), bundle::From::Shell(repository), health)
        .await
        .map_err(|error| error.to_string().into())
}

/// Beside its place, hidden.
fn unfinished(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!(".{name}.{}.part", uuid::Uuid::now_v7()))
}

/// Says how the server is, once; fails where it does not answer or cannot serve, so that scripts can ask.
pub async fn tell_health(config: &Config) -> Result<(), Box<dyn Error>> {
    let (is_well, said) = ask_health(config).await?;
    println!("{said}");
    if is_well { Ok(()) } else { Err("the server is not well: `doctor` says what to do".into()) }
}

/// What anybody is told at `/api/health`, and whether all is well.
async fn ask_health(config: &Config) -> Result<(bool, Value), Box<dyn Error>> {
    let ip = if config.listen.is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { config.listen };
    let address = SocketAddr::new(ip, config.port);
    let asking = async {
        let mut stream = TcpStream::connect(address).await?;
        // the old version, in which an answer is never cut in pieces and ends with the connection
        let question = format!("GET /api/health HTTP/1.0\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(question.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(LONGEST).read_to_end(&mut answer).await?;
        Ok::<_, io::Error>(answer)
    };
    let answer = match tokio::time::timeout(PATIENCE, asking).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return Err(format!("no server answers at {address}: {error}").into()),
        Err(_) => return Err(format!("the server at {address} does not answer in time").into()),
    };
    read(&answer).ok_or_else(|| format!("what answers at {address} is no server of ours").into())
}

/// The status and the body of an answer.
fn read(answer: &[u8]) -> Option<(bool, Value)> {
    let text = std::str::from_utf8(answer).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?;
    Some((status == "200", serde_json::from_str(body).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_and_what_is_none_is_not() {
        let answer =
            b"HTTP/1.0 503 Service Unavailable\r\ncontent-type: application/json\r\n\r\n{\"status\":\"unhealthy\"}";
        assert_eq!(read(answer), Some((false, json!({ "status": "unhealthy" }))));
        assert!(read(b"HTTP/1.1 200 OK\r\n\r\n{}").is_some_and(|(is_well, _)| is_well));
        for other in [&b"SSH-2.0-OpenSSH_9.2\r\n"[..], b"", b"HTTP/1.0 200 OK\r\n\r\n<html>", b"\xff\xff"] {
            assert_eq!(read(other), None);
        }
    }
}
