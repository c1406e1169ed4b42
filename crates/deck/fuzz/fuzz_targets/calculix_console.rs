#![no_main]

use deck::calculix::console::Reader;

deck_fuzz::same_in_slices!(Reader::default(), |reader: Reader| {
    let messages = reader.messages();
    deck_fuzz::within_limits(&messages);
    (messages, reader.summary())
});
