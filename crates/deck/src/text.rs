//! Bytes to text, for names and for lines shown to people.

use domain::name::is_unseen;

/// CP932, as browsers and servers read it: the encoding that the web calls Shift_JIS.
#[cfg(not(target_family = "wasm"))]
mod cp932 {
    use encoding_rs::SHIFT_JIS;
    use std::borrow::Cow;

    /// `None` where the bytes mean nothing.
    pub(super) fn decode(bytes: &[u8]) -> Option<String> {
        SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes).map(Cow::into_owned)
    }
}

/// The same from the browser, which has its tables anyway: ours are 120 kB that do not compress.
#[cfg(target_family = "wasm")]
mod cp932 {
    use web_sys::{TextDecoder, TextDecoderOptions};

    thread_local! {
        static DECODER: Option<TextDecoder> = {
            let options = TextDecoderOptions::new();
            options.set_fatal(true);
            TextDecoder::new_with_label_and_options("shift_jis", &options).ok()
        };
    }

    /// `None` where the bytes mean nothing.
    pub(super) fn decode(bytes: &[u8]) -> Option<String> {
        DECODER.with(|decoder| decoder.as_ref()?.decode_with_u8_array(bytes).ok())
    }
}

/// UTF-8 where it is, else CP932, else with replacement characters. Lines are told apart one by one: files that two
/// programs wrote in two encodings exist.
pub(crate) fn decode(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    cp932::decode(bytes).unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned())
}

/// Whether CP932 has a meaning for these bytes.
pub(crate) fn is_cp932(bytes: &[u8]) -> bool {
    cp932::decode(bytes).is_some()
}

/// Decoded, without the blanks at its ends, at most `most` characters.
pub(crate) fn shown(bytes: &[u8], most: usize) -> String {
    // 4 bytes is the longest character; cutting the bytes first keeps an endless line cheap
    let cut = &bytes[..bytes.len().min(most.saturating_mul(4))];
    decode(cut).trim_end().chars().filter(|c| !(c.is_control() || is_unseen(*c)) || *c == '\t').take(most).collect()
}

/// Its first `most` characters.
pub(crate) fn cut(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end])
}
