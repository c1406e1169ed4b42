//! What stands in a place until its content is there. Shown after 300 ms only.

use leptos::prelude::*;

/// Grey lines; `lines` are width classes such as `w-2/3`.
#[component]
pub fn Skeleton(
    /// One width class per line.
    #[prop(default = &["w-2/3", "w-1/3"])]
    lines: &'static [&'static str],
) -> impl IntoView {
    view! {
        <div class="grid gap-2" aria-hidden="true">
            {lines.iter().map(|width| view! { <div class=format!("sk {width}")></div> }).collect_view()}
        </div>
    }
}
