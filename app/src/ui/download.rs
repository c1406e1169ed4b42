//! A text that the page itself has, as a file to keep.

/// Hands the text to the browser as a file of this name. In the browser only; whether it did.
pub fn offer(name: &str, kind: &str, text: &str) -> bool {
    #[cfg(feature = "hydrate")]
    return hand_over(name, kind, text).is_ok();
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = (name, kind, text);
        false
    }
}

/// By then the browser has taken the bytes; some ask where to put them first.
#[cfg(feature = "hydrate")]
const TAKEN: std::time::Duration = std::time::Duration::from_secs(60);

#[cfg(feature = "hydrate")]
fn hand_over(name: &str, kind: &str, text: &str) -> Result<(), wasm_bindgen::JsValue> {
    use leptos::prelude::{document, set_timeout};
    use wasm_bindgen::{JsCast, JsValue};
    use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    let blob = Blob::new_with_str_sequence_and_options(&parts, &options)?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let link = document().create_element("a")?.unchecked_into::<HtmlAnchorElement>();
    link.set_href(&address);
    link.set_download(name);
    link.click();
    // what cannot be given back now goes with the page
    set_timeout(move || drop(Url::revoke_object_url(&address)), TAKEN);
    Ok(())
}
