//! A button that puts a text into the clipboard.

use super::icon::{Glyph, Icon};
use crate::i18n::{Text, t, text};
use leptos::prelude::*;
use leptos::text_prop::TextProp;

const COPIED: Text = text("コピーしました", "Copied");

/// An icon, or an icon and words; says so when it has worked.
#[component]
pub fn CopyButton(
    /// What is copied.
    #[prop(into)]
    text: Signal<String>,
    /// What it copies: `リンクをコピー`.
    #[prop(into)]
    label: TextProp,
    /// The label stands on the button; else it is the name of its icon.
    #[prop(optional)]
    words: bool,
    /// For tests.
    #[prop(optional)]
    testid: Option<&'static str>,
    /// Called when it is in the clipboard.
    #[prop(optional, into)]
    on_copied: Option<Callback<()>>,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let done = t(COPIED);
    let word = Signal::derive(move || if copied.get() { done().to_owned() } else { label.get().into_owned() });
    let glyph = Signal::derive(move || if copied.get() { Glyph::Check } else { Glyph::Copy });
    // another text has not been copied yet
    Effect::new(move |_| {
        text.track();
        copied.set(false);
    });
    let copy = move |_| {
        copied.set(text.with_untracked(|text| put(text)));
        if let (true, Some(tell)) = (copied.get_untracked(), on_copied) {
            tell.run(());
        }
    };
    view! {
        <button
            type="button"
            class=if words { "btn btn-line btn-sm needs-script" } else { "btn btn-ghost btn-xs btn-square needs-script" }
            aria-label=move || (!words).then(|| word.get())
            title=move || (!words).then(|| word.get())
            on:click=copy
            data-testid=testid
        >
            <Icon glyph=glyph />
            {move || words.then(|| word.get())}
        </button>
        <span class="sr-only" role="status">{move || copied.get().then(done)}</span>
    }
}

/// By way of a field: the newer way is closed to pages that come without TLS, as most labs' do.
#[cfg(feature = "hydrate")]
fn put(text: &str) -> bool {
    use wasm_bindgen::JsCast;
    let copied = || {
        let document = web_sys::window()?.document()?;
        let field = document.create_element("textarea").ok()?.dyn_into::<web_sys::HtmlTextAreaElement>().ok()?;
        field.set_value(text);
        field.set_class_name("fixed top-0 left-0 opacity-0");
        let before = document.active_element();
        document.body()?.append_child(&field).ok()?;
        field.select();
        let done = document.dyn_into::<web_sys::HtmlDocument>().ok()?.exec_command("copy");
        field.remove();
        if let Some(before) = before.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
            // what had the focus has it again; where it is gone nobody misses it
            let _ = before.focus();
        }
        done.ok()
    };
    copied() == Some(true)
}

#[cfg(not(feature = "hydrate"))]
fn put(_text: &str) -> bool {
    false
}
