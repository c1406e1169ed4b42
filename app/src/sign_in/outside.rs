//! The layout of pages outside: no side bar, no search, only the way in.

use crate::frame::{LookSwitches, Mark};
use leptos::prelude::*;

/// Mark, language and look above; one narrow column.
#[component]
pub fn Outside(children: Children) -> impl IntoView {
    view! {
        <div class="flex min-h-screen flex-col">
            <header class="flex h-12 items-center gap-2 border-b border-line px-6 max-md:px-4">
                <Mark />
                <span class="text-sm font-semibold">"Abaqus Job Manager"</span>
                <span class="ml-auto flex items-center gap-2">
                    <LookSwitches />
                </span>
            </header>
            <main id="main" class="mx-auto grid w-full max-w-[23rem] flex-1 content-start px-4 pt-[14vh] pb-12">
                {children()}
            </main>
            <footer class="border-t border-line px-6 py-2.5 text-xs text-muted max-md:px-4">
                {concat!("Abaqus Job Manager ", env!("CARGO_PKG_VERSION"))}
            </footer>
        </div>
    }
}

/// What is wrong with the form as a whole.
#[component]
pub fn FormError(
    /// The sentence, while there is one.
    #[prop(into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    use crate::ui::{Glyph, Icon};
    view! {
        <div class="empty:hidden" role="alert" data-testid="form-error">
            {move || {
                error
                    .get()
                    .map(|text| {
                        view! {
                            <p class="flex gap-2 rounded-field bg-bad-soft px-3 py-2 text-sm">
                                <Icon glyph=Glyph::CircleCross class="mt-0.5 flex-none text-bad" />
                                <span>{text}</span>
                            </p>
                        }
                    })
            }}
        </div>
    }
}
