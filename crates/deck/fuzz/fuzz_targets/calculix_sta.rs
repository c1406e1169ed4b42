#![no_main]

use deck::{attempt::MOST_ROWS, calculix::sta::Reader};

deck_fuzz::same_in_slices!(Reader::default(), |mut reader: Reader| {
    reader.finish();
    assert!(reader.rows().len() <= MOST_ROWS);
    reader.table().clone()
});
