//! The ground itself: it lets in whom it should, comes back where it was, and leaves nothing behind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use testbed::Sshd;

fn ssh(sshd: &Sshd) -> Command {
    let mut ssh = Command::new("ssh");
    ssh.args(["-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no"])
        .args(["-o", "UserKnownHostsFile=/dev/null", "-o", "IdentitiesOnly=yes", "-i"])
        .arg(sshd.private_key())
        .args(["-p", &sshd.port().to_string(), "-l", sshd.user(), sshd.host()])
        .stdin(Stdio::null());
    ssh
}

fn say(sshd: &Sshd, command: &str) -> Output {
    ssh(sshd).arg(command).output().unwrap()
}

#[test]
fn it_comes_back_on_the_same_port_with_the_same_key() {
    let mut sshd = Sshd::start().unwrap();
    let (port, key) = (sshd.port(), sshd.host_key().unwrap());
    assert_eq!(
        say(&sshd, "echo $HOME").stdout.trim_ascii(),
        sshd.work_dir().with_file_name("home").as_os_str().as_encoded_bytes()
    );
    sshd.kill();
    assert!(!say(&sshd, "true").status.success());
    sshd.restart().unwrap();
    assert_eq!((sshd.port(), sshd.host_key().unwrap()), (port, key.clone()));
    assert!(say(&sshd, "true").status.success());
    sshd.change_host_key().unwrap();
    assert_ne!(sshd.host_key().unwrap(), key);
}

#[test]
fn two_live_side_by_side() {
    let (one, two) = (Sshd::start().unwrap(), Sshd::start().unwrap());
    assert_ne!((one.port(), one.work_dir()), (two.port(), two.work_dir()));
    assert!(say(&one, "true").status.success() && say(&two, "true").status.success());
}

#[test]
fn nothing_is_left_when_it_is_dropped() {
    let sshd = Sshd::start().unwrap();
    // one that has gone to another folder and session, so that only its home tells where it came from
    let out = say(&sshd, "cd /; setsid sleep 600 >/dev/null 2>&1 </dev/null & echo $!");
    let pid: u32 = String::from_utf8(out.stdout).unwrap().trim().parse().unwrap();
    let mut open = ssh(&sshd).arg("sleep 600").spawn().unwrap();
    let is_alive = || {
        std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
            && std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.starts_with(b"sleep"))
    };
    let start = Instant::now();
    while !is_alive() || sshd.log().matches("Starting session").count() < 2 {
        assert!(start.elapsed() < Duration::from_secs(10), "it never began");
        std::thread::sleep(Duration::from_millis(5));
    }
    let folder = sshd.work_dir();
    drop(sshd);
    assert!(!is_alive() && !folder.exists());
    assert!(!open.wait().unwrap().success(), "the open session was cut");
}

#[test]
fn a_windows_node_has_cmd_a_drive_and_starts_anew() {
    let Some(mut sshd) = Sshd::start_windows(&[]).unwrap() else { return };
    let said = |sshd: &Sshd, line: &str| String::from_utf8(say(sshd, line).stdout).unwrap().trim_end().to_owned();
    assert_eq!(said(&sshd, "echo ${ShellId}%ComSpec%"), r"${ShellId}C:\windows\system32\cmd.exe");
    assert!(said(&sshd, "cd").starts_with(r"C:\users\"));
    assert_eq!(say(&sshd, "exit 5").status.code(), Some(5));
    // the same file by both ways
    let file = sshd.work_dir().join("名 前.txt");
    std::fs::create_dir_all(sshd.work_dir()).unwrap();
    std::fs::write(&file, "there").unwrap();
    let sftp = |sshd: &Sshd, batch: &str| {
        let mut sftp = Command::new("sftp");
        sftp.args(["-F", "none", "-b", "-", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"])
            .args(["-o", "IdentitiesOnly=yes", "-i"])
            .arg(sshd.private_key())
            .args(["-P", &sshd.port().to_string(), &format!("{}@{}", sshd.user(), sshd.host())])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = sftp.spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), batch.as_bytes()).unwrap();
        String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
    };
    let listed = sftp(&sshd, "pwd\nls -1 work\nls -1 \"/C:/users/研究 室/work\"\n");
    assert!(listed.contains("/C:/users/研究 室\n") && listed.matches("名 前.txt").count() == 2, "{listed}");
    sshd.reboot().unwrap();
    assert_eq!(said(&sshd, r#"type "work\名 前.txt""#), "there");
}
