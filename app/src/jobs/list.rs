//! The page.

use leptos::prelude::*;

/// The page.
#[component]
pub fn JobsPage() -> impl IntoView {
    view! { <p>"…"</p> }
}
