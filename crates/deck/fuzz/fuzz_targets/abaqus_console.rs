#![no_main]

use deck::abaqus::console::Reader;

deck_fuzz::same_in_slices!(Reader::default(), |mut reader: Reader| {
    reader.finish();
    (reader.summary(), reader.queue().map(|queue| format!("{queue:?}")))
});
