#![no_main]

use deck::{abaqus::sta::Reader, attempt::MOST_ROWS};

deck_fuzz::same_in_slices!(Reader::default(), |mut reader: Reader| {
    reader.finish();
    assert!(reader.table().rows().len() <= MOST_ROWS);
    let told = (reader.errors(), reader.warnings(), reader.first_error().cloned());
    (reader.table().clone(), reader.product(), reader.release().map(str::to_owned), reader.end().cloned(), told)
});
