//! Keys that work on every page, outside fields: search, new job, the list, and the list of keys.

use super::words;
use crate::i18n::{Text, t};
use crate::ui::Kbd;
use leptos::html;
use leptos::prelude::*;

/// Whether a key belongs to the page: no field has the focus, no dialog is open, no modifier is held, and where it is
/// one letter or sign, the person wants those.
#[cfg(feature = "hydrate")]
pub fn is_free(event: &web_sys::KeyboardEvent) -> bool {
    use wasm_bindgen::JsCast;
    if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() || event.is_composing() {
        return false;
    }
    if event.key().chars().count() == 1 && !crate::preferences::single_keys() {
        return false;
    }
    let Some(target) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) else {
        return true;
    };
    // a selector that cannot be parsed would be a mistake here; then no key is taken
    target
        .closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog")
        .is_ok_and(|found| found.is_none())
}

/// The keys, in pairs of caps and words.
const ALL: [(&[&str], Text); 18] = [
    (&["/"], words::KEY_SEARCH),
    (&["?"], words::KEY_THIS),
    (&["N"], words::KEY_NEW),
    (&["G", "J"], words::KEY_JOBS),
    (&["G", "N"], words::KEY_NODES),
    (&["G", "L"], words::KEY_LICENSES),
    (&["G", "S"], words::KEY_SETTINGS),
    (&["J", "K"], words::KEY_ROWS),
    (&["Enter"], words::KEY_OPEN),
    (&["X"], words::KEY_SELECT),
    (&["Shift", "X"], words::KEY_RANGE),
    (&["H"], words::KEY_HOLD),
    (&["P"], words::KEY_PRIORITY),
    (&["Shift", "C"], words::KEY_STOP),
    (&["R"], words::KEY_RESUBMIT),
    (&["E"], words::KEY_ERROR),
    (&["F"], words::KEY_FOLLOW),
    (&["Esc"], words::KEY_ESCAPE),
];

/// Listens, and shows the list of keys.
#[component]
pub fn Keys() -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    #[cfg(feature = "hydrate")]
    listen(element);
    let close = move |_| {
        if let Some(dialog) = element.get_untracked() {
            dialog.close();
        }
    };
    view! {
        <dialog node_ref=element class="dialog" aria-labelledby="keys-title" data-testid="keys">
            <div class="p-5">
                <h2 id="keys-title" class="text-lg">{t(words::KEYS)}</h2>
                <dl class="mt-3 grid gap-x-8 gap-y-1.5 text-sm sm:grid-cols-2">
                    {ALL
                        .into_iter()
                        .map(|(caps, word)| {
                            view! {
                                <div class="flex items-center gap-2">
                                    <dt class="flex w-20 flex-none gap-1">
                                        {caps.iter().map(|cap| view! { <Kbd keys=cap /> }).collect_view()}
                                    </dt>
                                    <dd>{t(word)}</dd>
                                </div>
                            }
                        })
                        .collect_view()}
                    <div class="flex items-center gap-2">
                        <dt class="flex w-20 flex-none gap-1">
                            <Kbd keys="Ctrl" />
                            <Kbd keys="Enter" />
                        </dt>
                        <dd>{t(words::KEY_SEND)}</dd>
                    </div>
                </dl>
            </div>
            <div class="flex justify-end border-t border-line px-5 py-3">
                <button type="button" class="btn btn-line" on:click=close>
                    {t(words::CLOSE)}
                </button>
            </div>
        </dialog>
    }
}

/// After `G` the next key says where, within this time.
#[cfg(feature = "hydrate")]
const CHORD_MS: f64 = 1200.0;

#[cfg(feature = "hydrate")]
fn listen(element: NodeRef<html::Dialog>) {
    use leptos_router::hooks::use_navigate;
    let navigate = use_navigate();
    let lab = super::use_lab();
    let is_admin = move || untrack(|| lab.status()).is_some_and(|status| status.actor.may(domain::Act::Administer));
    let go_since = StoredValue::new(f64::NEG_INFINITY);
    let _ = leptos_use::use_event_listener(leptos_use::use_document(), leptos::ev::keydown, move |event| {
        if !is_free(&event) {
            return;
        }
        let now = js_sys::Date::now();
        let chord = now - go_since.get_value() < CHORD_MS;
        go_since.set_value(f64::NEG_INFINITY);
        match event.key().as_str() {
            "j" | "J" if chord => navigate("/", Default::default()),
            "n" | "N" if chord => navigate("/nodes", Default::default()),
            "l" | "L" if chord => navigate("/licenses", Default::default()),
            "s" | "S" if chord && is_admin() => navigate("/admin/settings", Default::default()),
            "g" => go_since.set_value(now),
            "n" => navigate("/jobs/new", Default::default()),
            "/" => focus_search(),
            "?" => {
                if let Some(dialog) = element.get_untracked() {
                    // refused only where the element has left the document
                    let _ = dialog.show_modal();
                }
            }
            _ => return,
        }
        event.prevent_default();
    });
}

/// The field of the top bar; the one of the list where that is hidden.
#[cfg(feature = "hydrate")]
fn focus_search() {
    use wasm_bindgen::JsCast;
    for id in [super::top::SEARCH_ID, "list-search"] {
        if let Some(field) =
            document().get_element_by_id(id).and_then(|el| el.dyn_into::<web_sys::HtmlInputElement>().ok())
            && field.offset_parent().is_some()
        {
            // a field that cannot take the focus is only not focused
            let _ = field.focus();
            field.select();
            return;
        }
    }
}
