#![no_main]

use deck::abaqus::dsls::Reader;

deck_fuzz::same_in_slices!(Reader::default(), |mut reader: Reader| {
    reader.finish();
    deck_fuzz::bounded(reader.usage())
});
