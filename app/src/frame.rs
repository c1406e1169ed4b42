//! The frame around every page: side bar, top bar, tab bar.

use leptos::prelude::*;

/// Side bar, top bar and the page.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    view! { <main id="main" class="page">{children()}</main> }
}

/// No such page.
#[component]
pub fn NotFound() -> impl IntoView {
    view! { <p>"404"</p> }
}
