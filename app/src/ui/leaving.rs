//! Before a page goes that has something which would be lost.

/// The browser asks before the tab's page is closed or loaded anew, as long as `would_lose` says so. Other pages of
/// ours are no leaving: what is to outlive them keeps itself.
pub fn ask_before_leaving(would_lose: impl Fn() -> bool + 'static) {
    #[cfg(feature = "hydrate")]
    let _ = leptos_use::use_event_listener(leptos_use::use_window(), leptos::ev::beforeunload, move |event| {
        if would_lose() {
            event.prevent_default();
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = would_lose;
}
