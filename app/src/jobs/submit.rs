//! The page.

use leptos::prelude::*;

/// The page.
#[component]
pub fn NewJobPage() -> impl IntoView {
    view! { <p>"…"</p> }
}
