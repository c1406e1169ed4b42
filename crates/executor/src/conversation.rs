//! The conversation with the program on a node: one per connection, for all calls. A line with a number goes out, the
//! line with the same number is its answer, in whatever order they come.

use crate::ExecutorError;
use crate::connection::Connection;
use crate::error::said;
use crate::shell::{LAST_WORDS, decoded};
use runner::protocol::HELLO;
use russh::client::Msg;
use russh::{ChannelMsg, ChannelReadHalf, ChannelWriteHalf};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, oneshot};

/// The most of stderr, and of what comes before the greeting, that is kept.
const NOISE: usize = 4 << 10;
/// The longest line that is taken.
const LONGEST: usize = 96 << 20;
/// What a shell returns when a program is not there or cannot be executed. Windows' shells return 1, as much else does.
const NOT_THERE: [u32; 2] = [127, 126];

/// How the program answered the call to begin.
pub(crate) enum Opened {
    /// It listens.
    Here(Conversation),
    /// There is no such program on the node.
    NotThere,
    /// It ended without a greeting; what it said.
    Silent(String),
}

/// An open conversation.
pub(crate) struct Conversation {
    /// A line is said whole before the next one begins.
    mouth: Arc<tokio::sync::Mutex<ChannelWriteHalf<Msg>>>,
    asked: Arc<Asked>,
    /// Rung when a line was left half said, and when nobody will ask any more.
    unsaid: Arc<Notify>,
    next: AtomicU64,
}

/// Who waits for which answer; `None` once nothing more will come.
struct Asked(Mutex<Option<HashMap<u64, oneshot::Sender<Vec<u8>>>>>);

impl Asked {
    fn lock(&self) -> MutexGuard<'_, Option<HashMap<u64, oneshot::Sender<Vec<u8>>>>> {
        // the table is right whatever a panicking holder did
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes its place from the table when the caller stops waiting.
struct Waiting<'a> {
    asked: &'a Asked,
    number: u64,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(asked) = self.asked.lock().as_mut() {
            asked.remove(&self.number);
        }
    }
}

impl Connection {
    /// Starts the program and waits for its greeting. After a time-out the connection takes no new calls, because what
    /// hangs on the node still holds its place on it.
    pub(crate) async fn converse(&self, command: &str, limit: Duration) -> Result<Opened, ExecutorError> {
        const DOING: &str = "starting the program";
        let lost = || {
            self.retire();
            ExecutorError::ConnectionLost { doing: DOING }
        };
        let (channel, place) = self.channel(DOING).await?;
        let greeting = async {
            channel.exec(true, command).await.ok()?;
            let (mut ear, mouth) = channel.split();
            let mut heard = Heard::default();
            while let Some(message) = next(&mut ear, heard.code.is_some()).await {
                if heard.take(message)? {
                    break;
                }
                while let Some(line) = heard.line() {
                    // login scripts may have written lines before
                    if line == HELLO.as_bytes() {
                        return Some(Ok((ear, mouth, heard)));
                    }
                    heard.noise(&line);
                }
            }
            Some(Err(heard))
        };
        match tokio::time::timeout(limit, greeting).await {
            Ok(Some(Ok((ear, mouth, heard)))) => {
                let asked = Arc::new(Asked(Mutex::new(Some(HashMap::new()))));
                let (unsaid, mouth) = (Arc::new(Notify::new()), Arc::new(tokio::sync::Mutex::new(mouth)));
                let conversation = Conversation {
                    mouth: Arc::clone(&mouth),
                    asked: Arc::clone(&asked),
                    unsaid: Arc::clone(&unsaid),
                    next: AtomicU64::new(0),
                };
                tokio::spawn(async move {
                    tokio::select! {
                        () = listen(ear, heard, &asked) => {}
                        () = unsaid.notified() => {}
                    }
                    *asked.lock() = None;
                    // the program hears the end of its input, and its place is free only then
                    let _ = mouth.lock().await.close().await;
                    drop(place);
                });
                Ok(Opened::Here(conversation))
            }
            Ok(Some(Err(heard))) => match heard.code {
                Some(code) if NOT_THERE.contains(&code) => Ok(Opened::NotThere),
                Some(_) => Ok(Opened::Silent(heard.last_words())),
                // the channel broke off before the program had ended
                None => Err(lost()),
            },
            Ok(None) => Err(lost()),
            Err(_) => {
                self.retire();
                Err(ExecutorError::Timeout { doing: DOING, limit })
            }
        }
    }
}

impl Conversation {
    /// Whether answers may still come.
    pub(crate) fn is_open(&self) -> bool {
        self.asked.lock().is_some()
    }

    /// Says a request and waits for its answer; `None` when the conversation ended first: what was asked may have been
    /// done all the same.
    pub(crate) async fn ask(&self, verb: &str, request: &[u8]) -> Option<Vec<u8>> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let (answer, answered) = oneshot::channel();
        self.asked.lock().as_mut()?.insert(number, answer);
        let _waiting = Waiting { asked: &self.asked, number };
        let line = [format!("{number} {verb} ").as_bytes(), request, b"\n"].concat();
        self.say(line).await?;
        answered.await.ok()
    }

    /// Half a line would be taken for the beginning of the next one, so whoever stops waiting here hangs up.
    async fn say(&self, line: Vec<u8>) -> Option<()> {
        struct Unsaid<'a>(Option<&'a Conversation>);
        impl Drop for Unsaid<'_> {
            fn drop(&mut self) {
                if let Some(conversation) = self.0 {
                    *conversation.asked.lock() = None;
                    conversation.unsaid.notify_one();
                }
            }
        }
        let mouth = self.mouth.lock().await;
        let mut unsaid = Unsaid(Some(self));
        mouth.data_bytes(line).await.ok()?;
        unsaid.0 = None;
        Some(())
    }
}

/// Nobody will ask any more: the one who listens hangs up, or the connection would stay open for an ear alone.
impl Drop for Conversation {
    fn drop(&mut self) {
        self.unsaid.notify_one();
    }
}

/// What comes next. The channel of a program that has ended may be held open by something else for ever.
async fn next(ear: &mut ChannelReadHalf, has_ended: bool) -> Option<ChannelMsg> {
    if !has_ended {
        return ear.wait().await;
    }
    tokio::time::timeout(LAST_WORDS, ear.wait()).await.ok().flatten()
}

/// Hands every answer to who waits for it, until the program or the connection ends.
async fn listen(mut ear: ChannelReadHalf, mut heard: Heard, asked: &Asked) {
    loop {
        while let Some(line) = heard.line() {
            let at = memchr::memchr(b' ', &line).unwrap_or(line.len());
            let number = std::str::from_utf8(&line[..at]).ok().and_then(|text| text.parse::<u64>().ok());
            // nobody may wait for it any more
            let waiting = number.and_then(|number| asked.lock().as_mut()?.remove(&number));
            if let Some(waiting) = waiting {
                let _ = waiting.send(line.get(at + 1..).unwrap_or_default().to_vec());
            }
        }
        let message = next(&mut ear, heard.code.is_some()).await;
        if message.and_then(|message| heard.take(message)) != Some(false) {
            break;
        }
    }
    let said = heard.last_words();
    if !said.is_empty() {
        tracing::warn!(said, "the program on the node ended");
    }
}

/// What has come so far.
#[derive(Default)]
struct Heard {
    text: Vec<u8>,
    /// Where the lines not taken yet begin in `text`.
    from: usize,
    /// Up to here they are known to hold no line end.
    looked: usize,
    stderr: Vec<u8>,
    code: Option<u32>,
}

impl Heard {
    /// `Some(true)`: the channel is at its end; `None`: what comes is no conversation.
    fn take(&mut self, message: ChannelMsg) -> Option<bool> {
        match message {
            ChannelMsg::Data { data } if self.text.len() - self.from + data.len() <= LONGEST => {
                // once per message, however many lines it held
                self.text.drain(..self.from);
                self.looked -= self.from;
                self.from = 0;
                self.text.extend_from_slice(&data);
            }
            ChannelMsg::Data { .. } | ChannelMsg::Failure => return None,
            ChannelMsg::ExtendedData { data, ext: 1 } => self.noise(&data),
            ChannelMsg::ExitStatus { exit_status } => self.code = Some(exit_status),
            ChannelMsg::Close => return Some(true),
            _ => {}
        }
        Some(false)
    }

    /// The next whole line, without its end.
    fn line(&mut self) -> Option<Vec<u8>> {
        let Some(at) = memchr::memchr(b'\n', &self.text[self.looked..]) else {
            self.looked = self.text.len();
            return None;
        };
        let end = self.looked + at;
        let line = self.text[self.from..end].to_vec();
        self.from = end + 1;
        self.looked = self.from;
        Some(line)
    }

    fn noise(&mut self, bytes: &[u8]) {
        let room = NOISE.saturating_sub(self.stderr.len()).min(bytes.len());
        self.stderr.extend_from_slice(&bytes[..room]);
    }

    fn last_words(&self) -> String {
        said(&decoded(&self.stderr))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn lines(text: &[u8], slice: usize) -> (Vec<Vec<u8>>, usize) {
        let mut heard = Heard::default();
        let mut lines = Vec::new();
        for part in text.chunks(slice) {
            assert_eq!(heard.take(ChannelMsg::Data { data: part.to_vec().into() }), Some(false));
            lines.extend(std::iter::from_fn(|| heard.line()));
        }
        (lines, heard.text.len() - heard.from)
    }

    #[test]
    fn lines_are_the_same_in_any_slices() {
        let text = b"one\n\ntwo three\nrest";
        let whole = (vec![b"one".to_vec(), vec![], b"two three".to_vec()], 4);
        for slice in 1..=text.len() {
            assert_eq!(lines(text, slice), whole, "{slice}");
        }
    }

    #[test]
    fn an_endless_line_is_no_conversation() {
        let mut heard = Heard::default();
        let data = vec![b'x'; LONGEST / 2];
        for _ in 0..2 {
            assert_eq!(heard.take(ChannelMsg::Data { data: data.clone().into() }), Some(false));
            assert_eq!(heard.line(), None);
        }
        assert_eq!(heard.take(ChannelMsg::Data { data: b"x".to_vec().into() }), None);
    }
}
