//! What somebody who helps from afar needs, as one `.zip`: how everything stands, how it is set, and the end of the logs.
//! Secrets are left out by name, by look, and by their very letters ([`logbook::Veil`]); every text goes through it.

mod content;
mod door;

pub use content::{Content, From, gather};
pub use door::answer;

use chrono::{Datelike, Local, Timelike};
use logbook::{COMBINED, ERRORS, Log};
use std::io::{self, Write};
use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

/// Bytes of each log's end, before they are compressed.
const LOG_BYTES: u64 = 5 * 1024 * 1024;

/// What it is called: by the moment, so that one does not replace another.
pub fn name() -> String {
    Local::now().format("support-bundle-%Y%m%d-%H%M%S.zip").to_string()
}

/// Writes it while it is made, the doctor's report last: it takes longest. Gives back where it was written to.
///
/// # Errors
/// Those of `out`. A log that cannot be read is told in its place: what there is helps all the same.
pub fn write<W: Write>(mut content: Content, out: W) -> io::Result<W> {
    let mut archive = ZipWriter::new_stream(out);
    for (name, text) in std::mem::take(&mut content.texts) {
        let text = content.veil.text(&text);
        entry(&mut archive, name)?.write_all(text.as_bytes())?;
    }
    for kind in [COMBINED, ERRORS] {
        let log = Log::of(&content.logs, kind);
        entry(&mut archive, &format!("logs/{}", kind.name))?;
        let mut failed = None;
        let read = logbook::each_line_of_the_end(&log, LOG_BYTES, &mut |line| {
            let line = content.veil.line(&String::from_utf8_lossy(line));
            let written = writeln!(archive, "{line}");
            written.inspect_err(|error| failed = Some(error.kind()))
        });
        match (read, failed) {
            (Err(error), Some(_)) => return Err(error),
            (Err(error), None) => writeln!(archive, "could not be read: {error}")?,
            (Ok(()), _) => {}
        }
    }
    let report = content.doctor.blocking_recv().unwrap_or_else(|_| "the doctor could not be asked".to_owned());
    let report = content.veil.text(&report);
    entry(&mut archive, "doctor.txt")?.write_all(report.as_bytes())?;
    let mut out = archive.finish()?.into_inner();
    out.flush()?;
    Ok(out)
}

/// Begins a file of the archive.
fn entry<'a, W: Write>(
    archive: &'a mut ZipWriter<StreamWriter<W>>,
    name: &str,
) -> io::Result<&'a mut ZipWriter<StreamWriter<W>>> {
    let now = Local::now();
    let [month, day, hour, minute, second] = [now.month(), now.day(), now.hour(), now.minute(), now.second()]
        // each is less than 60
        .map(|part| u8::try_from(part).unwrap_or_default());
    let year = u16::try_from(now.year()).unwrap_or_default();
    let at = zip::DateTime::from_date_and_time(year, month, day, hour, minute, second).unwrap_or_default();
    archive.start_file(name, SimpleFileOptions::default().last_modified_time(at))?;
    Ok(archive)
}
