//! `terminate`, `suspend` and `resume`: `JOB.cid` names the driver and the port it listens on.

use crate::Fail;
use crate::options;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::mpsc::Sender;
use std::time::Duration;

/// What comes to a driver from outside and from its own children.
pub enum Event {
    Terminate,
    Suspend,
    Resume,
    /// SIGTERM or SIGINT.
    Signal,
    /// The analysis ended, with its exit code where it has one.
    Ended(Option<i32>),
}

/// Listens on a free loopback port and writes `JOB.cid`.
pub fn listen(job: &str, events: Sender<Event>) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    fs::write(format!("{job}.cid"), format!("{}\nlocalhost:{port}\n", std::process::id()))?;
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = serve(stream, &events);
        }
    });
    Ok(())
}

fn serve(mut stream: TcpStream, events: &Sender<Event>) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut word = String::new();
    BufReader::new(stream.try_clone()?).read_line(&mut word)?;
    let event = match word.trim() {
        "terminate" => Event::Terminate,
        "suspend" => Event::Suspend,
        "resume" => Event::Resume,
        _ => return Ok(()),
    };
    // the driver is gone: the asker sees the connection end
    if events.send(event).is_ok() {
        stream.write_all(b"ok\n")?;
    }
    Ok(())
}

/// The command's side: the job's folder is the current one.
pub fn send(word: &str, arguments: &[String]) -> Result<(), Fail> {
    let (mut job, mut host, mut port) = (None, None, None);
    for argument in arguments {
        match options::split(argument) {
            (key, Some(value)) if key == "job" => job = Some(value.to_owned()),
            (key, Some(value)) if key == "host" => host = Some(value.to_owned()),
            (key, Some(value)) if key == "port" => port = Some(value.to_owned()),
            (key, _) if key == word => {}
            (key, _) => return Err(Fail::said(format!("Command line option \"{key}\" is not recognized."))),
        }
    }
    let address = match (job, host, port) {
        (Some(job), ..) => {
            let file = format!("{job}.cid");
            let text = fs::read_to_string(&file)
                .map_err(|_| Fail::said(format!("The following file(s) could not be located: {file}")))?;
            text.lines().last().filter(|line| line.contains(':')).unwrap_or_default().to_owned()
        }
        (None, Some(host), Some(port)) => format!("{host}:{port}"),
        _ => return Err(Fail::said(format!("The \"job\" option must be given with \"{word}\"."))),
    };
    let told = TcpStream::connect(&address).and_then(|mut stream| {
        stream.write_all(format!("{word}\n").as_bytes())?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer)?;
        Ok(answer)
    });
    match told {
        Ok(answer) if answer.trim() == "ok" => Ok(()),
        _ => Err(Fail::said(format!("Unable to communicate with the analysis at {address}."))),
    }
}
