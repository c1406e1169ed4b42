//! What a page says of its own code: that it answers, that it does not come, that it has stopped.

use super::words;
use crate::i18n::t;
use crate::ui::EmptyState;
use leptos::prelude::*;

/// In place of a page whose code could not be loaded.
#[component]
pub fn NotLoaded() -> impl IntoView {
    view! {
        <section class="panel" role="alert">
            <EmptyState title=t(words::NOT_LOADED) text=t(words::NOT_LOADED_TEXT)>
                <a class="btn btn-primary btn-sm" href="" rel="external">
                    {t(words::LOAD_AGAIN)}
                </a>
            </EmptyState>
        </section>
    }
}

/// Notes on the document that all of the page answers, its own part too, which may be a file that comes late.
#[cfg(feature = "hydrate")]
pub fn say_ready() {
    if let Some(root) = document().document_element() {
        // refused by a document that is gone, where nobody asks
        let _ = root.set_attribute("data-ready", "");
    }
}

/// Says on the page that its code has stopped: it answers to nothing any more. Nothing of ours can be used for it but
/// the document itself; the link works without us.
#[cfg(feature = "hydrate")]
pub fn say_stopped() {
    const ID: &str = "stopped";
    let put = || {
        let document = web_sys::window()?.document()?;
        if document.get_element_by_id(ID).is_some() {
            return None;
        }
        let language = document.document_element().and_then(|root| root.get_attribute("lang"));
        let locale = language.and_then(|word| crate::i18n::Locale::from_word(&word)).unwrap_or_default();
        let made = |tag: &str, class: &str, text: &str| {
            let made = document.create_element(tag).ok()?;
            made.set_class_name(class);
            made.set_text_content(Some(text));
            Some(made)
        };
        let bar =
            made("div", "fixed inset-x-0 top-0 z-70 flex flex-wrap items-center gap-3 border-b bg-surface p-3", "")?;
        bar.set_id(ID);
        bar.set_attribute("role", "alert").ok()?;
        let link = made("a", "btn btn-primary btn-sm", words::LOAD_AGAIN.in_locale(locale))?;
        link.set_attribute("href", "").ok()?;
        link.set_attribute("rel", "external").ok()?;
        let said = made("p", "font-semibold", words::STOPPED.in_locale(locale))?;
        bar.append_child(&said).ok()?;
        bar.append_child(&link).ok()?;
        document.body()?.append_child(&bar).ok()
    };
    // a document that refuses it leaves nobody to tell
    drop(put());
}
