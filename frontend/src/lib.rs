//! hydrate(), nothing else.

use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the page's own script once the WASM is there. A worker loads the same WASM and does not call it.
#[wasm_bindgen]
pub fn hydrate() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        app::frame::say_stopped();
    }));
    wasm_bindgen_futures::spawn_local(async {
        // waits for the page's own code where that is a file of its own
        let Some(body) = leptos::prelude::document().body() else { return };
        let filled = app::frame::FilledEarly::keep();
        leptos::mount::hydrate_from_async(body, app::App).await.forget();
        filled.hand_over();
        app::frame::say_ready();
    });
}
