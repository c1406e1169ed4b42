//! The page.

use leptos::prelude::*;

/// The page.
#[component]
pub fn JobPage() -> impl IntoView {
    view! { <p>"…"</p> }
}
