//! Whether keys of one letter do anything: whoever speaks to the machine, or hits keys by chance, switches them off.

use super::words;
use crate::i18n::t;
use crate::preferences::use_preferences;
use leptos::prelude::*;

/// The panel.
#[component]
pub fn KeyboardPanel() -> impl IntoView {
    let preferences = use_preferences();
    view! {
        <section class="panel" aria-labelledby="keyboard">
            <div class="panel-h">
                <h2 id="keyboard">{t(words::KEYBOARD)}</h2>
            </div>
            <div class="needs-script p-4">
                <label class="flex items-center gap-2 text-sm">
                    <input
                        type="checkbox"
                        class="checkbox"
                        aria-describedby="keyboard-what"
                        prop:checked=move || preferences.single_keys()
                        on:change:target=move |event| preferences.set_single_keys(event.target().checked())
                        data-testid="single-keys"
                    />
                    {t(words::SINGLE_KEYS)}
                </label>
                <p id="keyboard-what" class="phrase sub mt-1.5">
                    {t(words::SINGLE_KEYS_WHAT)}
                </p>
            </div>
        </section>
    }
}
