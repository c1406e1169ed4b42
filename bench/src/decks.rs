//! How fast a deck is read, beside the programs that only look for line ends and asterisks.

use crate::figures::Series;
use crate::report::{Aim, Row};
use crate::{Result, stack::output};
use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

pub const BYTES: u64 = 200_000_000;
const TURNS: usize = 7;

pub fn bench() -> Result<Vec<Row>> {
    let folder = tempfile::Builder::new().prefix("bench-").tempdir()?;
    let path = folder.path().join("large.inp");
    write(&path)?;
    let speed = |begun: Instant| BYTES as f64 / 1e6 / begun.elapsed().as_secs_f64();
    let (mut ours, mut lines, mut keywords) = (Series::default(), Series::default(), Series::default());
    for turn in 0..=TURNS {
        let begun = Instant::now();
        let found = read(&path)?;
        let one = speed(begun);
        if found == 0 {
            return Err("the deck was read as empty".into());
        }
        let begun = Instant::now();
        output(Command::new("wc").arg("-l").arg(&path))?;
        let two = speed(begun);
        let begun = Instant::now();
        output(Command::new("grep").args(["-c", "^\\*"]).arg(&path))?;
        let three = speed(begun);
        // the first turn warms the file
        if turn > 0 {
            ours.push(one);
            lines.push(two);
            keywords.push(three);
        }
    }
    let ratios = format!(
        "`wc -l` {}, `grep -c '^\\*'` {}; ours by theirs {}, {}",
        lines.told("MB/s"),
        keywords.told("MB/s"),
        ours.by(&lines).told("×"),
        ours.by(&keywords).told("×"),
    );
    Ok(vec![Row::new("reading a 200 MB deck from a file", Aim::None, ours.median(), ours.told("MB/s"), ratios)])
}

fn read(path: &Path) -> Result<u64> {
    let mut file = std::fs::File::open(path)?;
    let mut slice = vec![0; 256 * 1024];
    let mut scanner = deck::inp::Scanner::new();
    loop {
        let n = file.read(&mut slice)?;
        if n == 0 {
            return Ok(scanner.finish().nodes.at_least());
        }
        scanner.feed(&slice[..n]);
    }
}

pub fn write(path: &Path) -> Result<()> {
    let mut out = BufWriter::new(std::fs::File::create(path)?);
    writeln!(out, "*HEADING\nA large model\n*NODE, NSET=ALL")?;
    let (mut written, mut n) = (0u64, 0u64);
    while written < BYTES / 2 {
        n += 1;
        let line = format!("{n}, {:.6}, {:.6}, {:.6}\n", n as f64 * 0.001, (n % 997) as f64, (n % 13) as f64 * 0.25);
        out.write_all(line.as_bytes())?;
        written += line.len() as u64;
    }
    writeln!(out, "*ELEMENT, TYPE=C3D8, ELSET=SOLID")?;
    for e in 1.. {
        if written >= BYTES {
            break;
        }
        let line = format!("{e}, {}, {}, {}, {}, {}, {}, {}, {}\n", e, e + 1, e + 2, e + 3, e + 4, e + 5, e + 6, e + 7);
        out.write_all(line.as_bytes())?;
        written += line.len() as u64;
    }
    writeln!(out, "*STEP\n*STATIC\n0.1, 1.0\n*END STEP")?;
    out.flush()?;
    Ok(())
}
