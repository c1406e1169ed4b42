//! `throughput FILE`: how fast a deck, a `.msg` or a `.dat` is read when it arrives in slices of 256 kB. To be built with
//! `--release`.

use std::io::{Error, Write};
use std::time::Instant;

fn main() -> std::io::Result<()> {
    let name = std::env::args().nth(1).ok_or_else(|| Error::other("throughput FILE"))?;
    let bytes = std::fs::read(&name)?;
    let started = Instant::now();
    let slices = bytes.chunks(256 * 1024);
    let found = match name.rsplit('.').next() {
        Some("msg") => {
            let mut reader = deck::abaqus::msg::Reader::default();
            slices.for_each(|part| reader.feed(part));
            reader.finish();
            format!("{} iterations, {} errors", reader.iteration_count(), reader.messages().errors)
        }
        Some("dat") => {
            let mut reader = deck::abaqus::dat::Reader::default();
            slices.for_each(|part| reader.feed(part));
            reader.finish();
            format!("{} errors", reader.messages().errors)
        }
        _ => {
            let mut scanner = deck::inp::Scanner::new();
            slices.for_each(|part| scanner.feed(part));
            let deck = scanner.finish();
            format!("{} nodes, {} elements", deck.nodes.at_least(), deck.elements.at_least())
        }
    };
    let seconds = started.elapsed().as_secs_f64();
    let megabytes = bytes.len() as f64 / 1e6;
    let speed = megabytes / seconds;
    writeln!(std::io::stdout(), "{megabytes:.0} MB in {seconds:.2} s = {speed:.0} MB/s; {found}")
}
