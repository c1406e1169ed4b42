//! `throughput DECK`: how fast a deck is read when it arrives in slices of 256 kB. To be built with `--release`.

use std::io::{Error, Write};
use std::time::Instant;

fn main() -> std::io::Result<()> {
    let name = std::env::args().nth(1).ok_or_else(|| Error::other("throughput DECK"))?;
    let bytes = std::fs::read(name)?;
    let started = Instant::now();
    let mut scanner = deck::inp::Scanner::new();
    bytes.chunks(256 * 1024).for_each(|part| scanner.feed(part));
    let deck = scanner.finish();
    let seconds = started.elapsed().as_secs_f64();
    let megabytes = bytes.len() as f64 / 1e6;
    writeln!(
        std::io::stdout(),
        "{megabytes:.0} MB in {seconds:.2} s = {:.0} MB/s; {} nodes, {} elements",
        megabytes / seconds,
        deck.nodes.at_least(),
        deck.elements.at_least()
    )
}
