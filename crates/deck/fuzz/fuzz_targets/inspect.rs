#![no_main]

use deck::inspect;
use std::io::Read;

// The first byte gives the ending; the file comes whole and in two reads.
libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((ending, data)) = data.split_first() else { return };
    let Some((bytes, [head, tail])) = deck_fuzz::cut(data) else { return };
    let name = ["a.inp", "a.sta", "a.msg", "a.dat", "a.log", "a.cvg", "a.txt", "a"][usize::from(*ending) % 8];
    let whole = inspect::file(name, bytes, &|_| None).map_err(|error| error.to_string());
    let sliced = inspect::file(name, head.chain(tail), &|_| None).map_err(|error| error.to_string());
    // as text: a number that is none equals itself there
    assert_eq!(format!("{whole:?}"), format!("{sliced:?}"));
});
