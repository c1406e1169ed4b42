#![no_main]

use deck::inp::Scanner;
use std::io::Read;

/// What every included file holds but the one that is missing.
const INCLUDED: &[u8] = b"*NODE\n1, 0., 0., 0.\n*INCLUDE, INPUT=missing.inp\n";

fn files(name: &str) -> Option<Box<dyn Read>> {
    (name != "missing.inp").then(|| Box::new(INCLUDED) as Box<dyn Read>)
}

deck_fuzz::same_in_slices!(Scanner::with_files(&files), |scanner: Scanner| {
    let deck = scanner.finish();
    assert!(deck.steps.len() <= 10_000 && deck.includes.len() <= 10_000 && deck.findings.len() <= 20_000);
    deck
});
