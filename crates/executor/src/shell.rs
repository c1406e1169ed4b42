//! What reads a node's command lines: asked by a line that each of them takes for its own.

use crate::connection::Connection;
use crate::{ExecutorError, NodeAddress};
use russh::ChannelMsg;
use std::time::Duration;

/// Three shells answer it in three ways; rclone asks its hosts the same. PowerShell knows the first half as a variable, cmd
/// the second, any other shell neither.
pub(crate) const QUESTION: &str = "echo ${ShellId}%ComSpec%";

/// How what PowerShell writes to a pipe beside what was asked for begins: a line of its own, then one of XML.
const CLIXML: &str = "#< CLIXML";
const OBJECTS: &str = "<Objs ";
/// An error in it.
const ERROR: &str = "<S S=\"Error\">";

/// The shell that a node's sshd gives its command lines to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::enum_variant_names)] // it is called so
pub(crate) enum Shell {
    /// sh and its like: the node is no Windows.
    Posix,
    /// cmd.exe.
    Cmd,
    /// Windows PowerShell, or the newer one.
    PowerShell,
}

impl Shell {
    /// By its answer to [`QUESTION`]. What is neither of Windows' shells is taken for sh: the others, where even the question
    /// is an error (csh, fish), are started with the same line.
    pub(crate) fn of(answer: &[u8]) -> Shell {
        Shell::told(answer).unwrap_or(Shell::Posix)
    }

    /// The same, where the answer is among the lines.
    pub(crate) fn told(answer: &[u8]) -> Option<Shell> {
        let text = decoded(answer);
        let mut lines = text.lines().map(|line| line.trim_start_matches('\u{feff}').trim());
        lines.find_map(|line| {
            if line.ends_with("%ComSpec%") {
                let is_known = line.starts_with("Microsoft.PowerShell");
                return Some(if is_known { Shell::PowerShell } else { Shell::Posix });
            }
            let path = line.strip_prefix("${ShellId}")?;
            path.to_ascii_lowercase().ends_with("\\cmd.exe").then_some(Shell::Cmd)
        })
    }

    /// Whether the node is a Windows.
    pub(crate) fn is_windows(self) -> bool {
        self != Shell::Posix
    }

    /// The line that starts the program in the node's work folder. A [`domain::WorkFolder`] and the program's name hold
    /// nothing that any shell gives a meaning to.
    ///
    /// # Errors
    /// [`ExecutorError::Address`] where the work folder is one of another system.
    pub(crate) fn start(self, address: &NodeAddress, program: &str) -> Result<String, ExecutorError> {
        let refused = |reason: &str| Err(ExecutorError::Address { reason: reason.to_owned() });
        let work = address.work_dir.as_str().trim_end_matches('/');
        match (self.is_windows(), address.has_drive()) {
            (false, true) => refused("the work folder begins with a drive, and the node is no Windows"),
            (false, false) => Ok(format!("{work}/{program} serve")),
            (true, false) if work.starts_with('/') => {
                refused("on Windows the work folder begins with a drive (C:/jobs) or lies in the account's home (jobs)")
            }
            // with a folder before it, it is a program to PowerShell too, whatever the folder's name begins with
            (true, has_drive) => {
                let here = if has_drive { "" } else { ".\\" };
                Ok(format!("{here}{}\\{program} serve", work.replace('/', "\\")))
            }
        }
    }
}

/// The most of a command's words that are kept.
const WORDS: usize = 4 << 10;
/// After a command's end, words of it that are still on their way follow one another faster.
pub(crate) const LAST_WORDS: Duration = Duration::from_secs(1);

impl Connection {
    /// What a command line says on stdout and stderr until it has ended, or until the whole lines so far are what was asked
    /// for (`is_all`); `None` where the node starts none. The end of the channel is not waited for: whatever the account's
    /// start-up files have put into the background may hold it open for ever. After a time-out the connection takes no new
    /// calls, because what hangs on the node still holds its place on it.
    pub(crate) async fn hear(
        &self,
        line: &str,
        doing: &'static str,
        is_all: impl Fn(&[u8]) -> bool,
    ) -> Result<Option<Vec<u8>>, ExecutorError> {
        let lost = || ExecutorError::ConnectionLost { doing };
        let (mut channel, _place) = self.channel(doing).await?;
        let hear = async {
            channel.exec(true, line).await.map_err(|_| lost())?;
            let mut heard: Vec<u8> = Vec::new();
            let mut has_ended = false;
            loop {
                let message = if has_ended {
                    // what it has said is on its way already
                    let Ok(message) = tokio::time::timeout(LAST_WORDS, channel.wait()).await else { break };
                    message
                } else {
                    channel.wait().await
                };
                match message {
                    Some(ChannelMsg::Data { data } | ChannelMsg::ExtendedData { data, .. }) => {
                        let room = WORDS.saturating_sub(heard.len()).min(data.len());
                        heard.extend_from_slice(&data[..room]);
                        let whole = memchr::memrchr(b'\n', &heard).map_or(0, |at| at + 1);
                        if is_all(&heard[..whole]) {
                            break;
                        }
                    }
                    Some(ChannelMsg::Failure) => return Ok(None),
                    Some(ChannelMsg::ExitStatus { .. } | ChannelMsg::ExitSignal { .. }) => has_ended = true,
                    Some(ChannelMsg::Close) | None => break,
                    Some(_) => {}
                }
            }
            // its other end may have closed it
            let _ = channel.close().await;
            // a connection that broke has said nothing of the node's shell
            if self.handle.is_closed() { Err(lost()) } else { Ok(Some(heard)) }
        };
        let limit = self.command_timeout;
        tokio::time::timeout(limit, hear).await.unwrap_or_else(|_| {
            self.retire();
            Err(ExecutorError::Timeout { doing, limit })
        })
    }
}

/// A node's words: UTF-8, else as Japanese Windows writes (CP932); of what PowerShell adds only its errors.
pub(crate) fn decoded(bytes: &[u8]) -> String {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::SHIFT_JIS.decode_without_bom_handling(bytes).0.into_owned(),
    };
    let mut words = Vec::new();
    for line in text.lines() {
        let line_itself = line.trim_start_matches('\u{feff}');
        if line_itself.starts_with(OBJECTS) {
            words.extend(errors(line_itself).lines().filter(|line| !line.trim().is_empty()).map(str::to_owned));
        } else if !line_itself.starts_with(CLIXML) {
            words.push(line.to_owned());
        }
    }
    words.join("\n")
}

/// The errors in what PowerShell writes to a pipe. It breaks each at the width of a console that is not there, into elements
/// that belong together.
fn errors(xml: &str) -> String {
    let parts = xml.split(ERROR).skip(1).filter_map(|part| part.split('<').next());
    unescaped(&parts.collect::<String>())
}

/// Controls are `_x000D_` and the like, the rest is XML's.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let code = rest.get(at + 2..at + 6).filter(|_| rest[at + 6..].starts_with('_'));
        let letter = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
        let (letter, next) = letter.map_or(('_', at + 1), |letter| (letter, at + 7));
        plain.push_str(&rest[..at]);
        plain.push(letter);
        rest = &rest[next..];
    }
    plain.push_str(rest);
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    named.iter().fold(plain, |text, (name, letter)| text.replace(name, letter))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::power_shell::is_read;
    use domain::{AccountName, HostName, NodeId, WorkFolder};

    #[test]
    fn each_line_is_one_that_power_shell_reads() {
        // the question itself this grammar cannot read; PowerShell does, by rclone's experience
        for work in [".ajm", "7z/-x/jobs", "D:/lab/jobs"] {
            let line = Shell::PowerShell.start(&address(work), "runner-0f.exe").unwrap();
            assert!(is_read(&line), "{line}");
        }
    }

    fn address(work: &str) -> NodeAddress {
        NodeAddress {
            id: NodeId::parse("node-01").unwrap(),
            host: HostName::parse("localhost").unwrap(),
            port: 22,
            user: AccountName::parse("taro").unwrap(),
            host_key: None,
            work_dir: WorkFolder::parse(work).unwrap(),
        }
    }

    #[test]
    fn each_shell_is_known_by_its_answer_through_all_noise() {
        let cmd = &b"${ShellId}C:\\Windows\\system32\\cmd.exe\r\n"[..];
        let power_shell = &b"Microsoft.PowerShell%ComSpec%\r\n"[..];
        for (answer, shell) in [
            (cmd, Shell::Cmd),
            (b"${ShellId}C:\\WINDOWS\\System32\\CMD.EXE \r\n", Shell::Cmd),
            (power_shell, Shell::PowerShell),
            (b"%ComSpec%\n", Shell::Posix),
            (b"${ShellId}%ComSpec%\n", Shell::Posix),
            (b"ShellId: Undefined variable.\n", Shell::Posix),
            (b"", Shell::Posix),
        ] {
            let clixml = b"#< CLIXML\r\n<Objs Version=\"1.1.0.1\"><Obj S=\"progress\"/></Objs>\r\n";
            // "welcome" in CP932
            let greeting = b"\x82\xe6\x82\xa4\x82\xb1\x82\xbb\r\n";
            for before in [&b""[..], b"\xef\xbb\xbf", clixml, greeting, b"Welcome\r\n"] {
                assert_eq!(Shell::of(&[before, answer].concat()), shell, "{before:?} {answer:?}");
            }
        }
    }

    #[test]
    fn words_are_read_in_both_encodings_without_noise() {
        assert_eq!(
            decoded(b"\x83A\x83N\x83Z\x83X\x82\xaa\x8b\x91\x94\xdb\x82\xb3\x82\xea\x82\xdc\x82\xb5\x82\xbd\r\n"),
            "アクセスが拒否されました"
        );
        assert_eq!(decoded("拒否\n#< CLIXML\n<Objs Version=\"1\"/>\n".as_bytes()), "拒否");
    }

    #[test]
    fn errors_of_power_shell_are_words() {
        let progress = r#"<Obj S="progress" RefId="0"><MS><PR N="Record"><AV>Preparing modules</AV></PR></MS></Obj>"#;
        let error = concat!(
            r#"<S S="Error">.\.ajm\runner.exe : プログラム 'runner.exe' の実行に失敗しました: &lt;blo</S>"#,
            r#"<S S="Error">cked&gt; &amp;amp; snake_x_case_x000D__x000A_</S><S S="Error">    + CategoryInfo_x000D__x000A_</S>"#,
            r#"<S S="warning">no error</S>"#
        );
        let text = format!("#< CLIXML\r\n<Objs Version=\"1.1.0.1\">{progress}{error}</Objs>\r\n");
        let words = ".\\.ajm\\runner.exe : プログラム 'runner.exe' の実行に失敗しました: <blocked> &amp; snake_x_case\n    + CategoryInfo";
        assert_eq!(decoded(text.as_bytes()), words);
        let (cp932, ..) = encoding_rs::SHIFT_JIS.encode(&text);
        assert_eq!(decoded(&cp932), words);
        // what was cut at any place is read as far as it goes
        for (end, _) in text.char_indices() {
            decoded(&text.as_bytes()[..end]);
        }
        assert_eq!(unescaped("_x_x000_x000G_x0041_あ_x00"), "_x_x000_x000GAあ_x00");
    }

    #[test]
    fn the_program_is_started_by_a_line_of_its_shell() {
        let line = |shell: Shell, work: &str| shell.start(&address(work), "runner-1.exe").ok();
        for shell in [Shell::Cmd, Shell::PowerShell] {
            assert_eq!(line(shell, ".ajm/").unwrap(), r".\.ajm\runner-1.exe serve");
            assert_eq!(line(shell, "D:/lab/jobs").unwrap(), r"D:\lab\jobs\runner-1.exe serve");
            assert_eq!(line(shell, "/srv/jobs"), None);
        }
        assert_eq!(line(Shell::Posix, "/srv/jobs").unwrap(), "/srv/jobs/runner-1.exe serve");
        assert_eq!(line(Shell::Posix, ".ajm").unwrap(), ".ajm/runner-1.exe serve");
        assert_eq!(line(Shell::Posix, "D:/jobs"), None);
        assert_eq!(address("D:/jobs/").work(), "/D:/jobs");
    }
}
