//! A small file that somebody has chosen, read whole.

use crate::i18n::Locale;

/// Why it was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFault {
    /// Past so many bytes.
    TooLarge(usize),
    /// The browser could not read it: it is gone, or somebody else has it open.
    Unreadable,
    /// It is no text in UTF-8.
    NotUtf8,
}

/// The file as a text, without the mark that Windows' editor puts before it.
///
/// # Errors
/// `NotUtf8`.
pub fn as_text(bytes: Vec<u8>) -> Result<String, FileFault> {
    let text = String::from_utf8(bytes).map_err(|_| FileFault::NotUtf8)?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

impl FileFault {
    /// Below the field.
    pub fn say(self, locale: Locale) -> String {
        match self {
            FileFault::TooLarge(most) => {
                let most = most / 1_000;
                locale.pick(
                    format!("ファイルが大きすぎます。{most} KB までです。"),
                    format!("The file is too large: {most} KB is the most."),
                )
            }
            FileFault::Unreadable => locale
                .pick(
                    "ファイルを読めませんでした。もう一度選んでください。",
                    "The file could not be read. Choose it again.",
                )
                .to_owned(),
            FileFault::NotUtf8 => locale
                .pick(
                    "UTF-8 のテキストではありません。UTF-8 で保存してください。",
                    "This is no text in UTF-8. Save it as UTF-8.",
                )
                .to_owned(),
        }
    }
}

/// Reads the file in this field, of at most so many bytes, and empties the field: choosing the same file again,
/// corrected, is a change. Where none was chosen nothing happens.
#[cfg(feature = "hydrate")]
pub fn take_file(
    input: &web_sys::HtmlInputElement,
    most: usize,
    then: impl FnOnce(Result<Vec<u8>, FileFault>) + 'static,
) {
    let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
    input.set_value("");
    if file.size() > most as f64 {
        return then(Err(FileFault::TooLarge(most)));
    }
    leptos::task::spawn_local(async move {
        let read = wasm_bindgen_futures::JsFuture::from(file.array_buffer()).await;
        then(read.map(|buffer| js_sys::Uint8Array::new(&buffer).to_vec()).map_err(|_| FileFault::Unreadable));
    });
}

/// In the browser only.
#[cfg(not(feature = "hydrate"))]
pub fn take_file(
    _input: &web_sys::HtmlInputElement,
    _most: usize,
    _then: impl FnOnce(Result<Vec<u8>, FileFault>) + 'static,
) {
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_loses_the_mark_of_its_editor_and_nothing_else() {
        assert_eq!(as_text(b"\xef\xbb\xbfa = 1\n".to_vec()), Ok("a = 1\n".to_owned()));
        assert_eq!(as_text("あ".as_bytes().to_vec()), Ok("あ".to_owned()));
        assert_eq!(as_text(vec![0x82, 0xa0]), Err(FileFault::NotUtf8));
    }

    #[test]
    fn what_is_too_large_says_how_large_it_may_be() {
        assert!(FileFault::TooLarge(400_000).say(Locale::Ja).contains("400 KB"));
        assert!(FileFault::TooLarge(400_000).say(Locale::En).contains("400 KB"));
    }
}
