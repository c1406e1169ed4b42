#![no_main]

use deck::abaqus::dat::Reader;

deck_fuzz::same_in_slices!(Reader::default(), |mut reader: Reader| {
    reader.finish();
    deck_fuzz::within_limits(reader.messages());
    let sizes = (reader.size(), reader.memory().map(|memory| format!("{memory:?}")), reader.fatal_errors());
    (
        reader.messages().clone(),
        reader.release().map(str::to_owned),
        sizes,
        reader.input_read(),
        reader.ended().cloned(),
    )
});
