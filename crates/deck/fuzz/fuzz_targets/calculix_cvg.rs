#![no_main]

use deck::calculix::cvg::Reader;

deck_fuzz::same_in_slices!(Reader::default(), |mut reader: Reader| {
    reader.finish();
    reader.rows().to_vec()
});
