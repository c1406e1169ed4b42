//! One command on a node: text in, text out, an end in any case.

use crate::ExecutorError;
use crate::connection::Connection;
use russh::client::Msg;
use russh::{Channel, ChannelMsg, ChannelOpenFailure};
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

/// The most of stderr that is kept.
const STDERR: usize = 4 << 10;
/// The most of stdout that is taken.
const STDOUT: usize = 96 << 20;

/// What a command left.
pub(crate) struct Output {
    /// `None`: a signal, or the server did not say.
    pub(crate) code: Option<u32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

impl Connection {
    /// Runs a command with this text on its stdin. After a time-out the connection takes no new calls, because the
    /// command may still hold its place on it.
    pub(crate) async fn run(
        &self,
        command: &str,
        input: Vec<u8>,
        doing: &'static str,
        limit: Duration,
    ) -> Result<Output, ExecutorError> {
        let (channel, _place) = self.channel(doing).await?;
        match tokio::time::timeout(limit, talk(channel, command, input)).await {
            Ok(Some(output)) => Ok(output),
            Ok(None) => {
                self.retire();
                Err(ExecutorError::ConnectionLost { doing })
            }
            Err(_) => {
                self.retire();
                Err(ExecutorError::Timeout { doing, limit })
            }
        }
    }

    /// A channel and the place it takes. Waits for a place here, and for one there if the node grants fewer.
    pub(crate) async fn channel(
        &self,
        doing: &'static str,
    ) -> Result<(Channel<Msg>, OwnedSemaphorePermit), ExecutorError> {
        let lost = || ExecutorError::ConnectionLost { doing };
        let place = self.places.clone().acquire_owned().await.map_err(|_| lost())?;
        let open = async {
            loop {
                match self.handle.channel_open_session().await {
                    Err(russh::Error::ChannelOpenFailure(
                        ChannelOpenFailure::ConnectFailed | ChannelOpenFailure::ResourceShortage,
                    )) => tokio::time::sleep(Duration::from_millis(50)).await,
                    other => break other,
                }
            }
        };
        let limit = self.command_timeout;
        match tokio::time::timeout(limit, open).await {
            Ok(Ok(channel)) => Ok((channel, place)),
            Ok(Err(_)) => {
                self.retire();
                Err(lost())
            }
            Err(_) => {
                self.retire();
                Err(ExecutorError::Timeout { doing, limit })
            }
        }
    }
}

/// `None` when the channel broke off before the command had ended.
async fn talk(mut channel: Channel<Msg>, command: &str, input: Vec<u8>) -> Option<Output> {
    channel.exec(true, command).await.ok()?;
    // a command that does not read its input (because it does not exist) closes the channel: that is told below
    let _ = channel.data_bytes(input).await;
    let _ = channel.eof().await;
    let mut output = Output { code: None, stdout: Vec::new(), stderr: Vec::new() };
    let mut has_ended = false;
    while let Some(message) = channel.wait().await {
        match message {
            ChannelMsg::Data { data } if output.stdout.len() + data.len() <= STDOUT => {
                output.stdout.extend_from_slice(&data);
            }
            ChannelMsg::Data { .. } => return None,
            ChannelMsg::ExtendedData { data, ext: 1 } => {
                let room = STDERR.saturating_sub(output.stderr.len()).min(data.len());
                output.stderr.extend_from_slice(&data[..room]);
            }
            ChannelMsg::ExitStatus { exit_status } => {
                output.code = Some(exit_status);
                has_ended = true;
            }
            ChannelMsg::ExitSignal { .. } => has_ended = true,
            ChannelMsg::Failure => return None,
            ChannelMsg::Close => break,
            _ => {}
        }
    }
    has_ended.then_some(output)
}
