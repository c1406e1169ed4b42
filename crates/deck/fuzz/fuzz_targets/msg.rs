#![no_main]

use deck::abaqus::msg::{MOST_CHECKS, MOST_CUTBACKS, MOST_ROWS, Reader};

deck_fuzz::same_in_slices!(Reader::default(), |mut reader: Reader| {
    reader.finish();
    deck_fuzz::within_limits(reader.messages());
    assert!(reader.iterations().len() <= MOST_ROWS && reader.checks().len() <= MOST_CHECKS);
    assert!(reader.cutbacks().len() <= MOST_CUTBACKS);
    let checks: Vec<_> = reader.checks().cloned().collect();
    let cutbacks: Vec<_> = reader.cutbacks().cloned().collect();
    let ends =
        (reader.last(), reader.summary(), reader.eigenvalues(), reader.ended().cloned(), reader.crash().cloned());
    // as text: a number that is none equals itself there
    format!("{:?}", (reader.messages(), reader.iterations(), checks, cutbacks, ends))
});
