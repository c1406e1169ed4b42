//! Dead ends with a door: nothing here yet, nothing found, could not be read.

use super::icon::{Glyph, Icon};
use crate::i18n::{t, text};
use crate::preferences::use_locale;
use leptos::prelude::*;
use leptos::text_prop::TextProp;

/// What it is, one sentence what to do, and the door.
#[component]
pub fn EmptyState(
    /// What it is.
    #[prop(into)]
    title: TextProp,
    /// What to do.
    #[prop(into)]
    text: TextProp,
    /// Buttons or links.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="grid justify-items-start gap-1 p-4" data-testid="empty">
            <p class="font-semibold">{move || title.get()}</p>
            <p class="text-sm text-muted">{move || text.get()}</p>
            {children.map(|children| view! { <div class="mt-1 flex flex-wrap gap-2">{children()}</div> })}
        </div>
    }
}

/// Seconds until a page that could not be read is tried again.
const AGAIN: u32 = 5;

/// What failed, that jobs go on, when it is tried again, and a way to try at once. It calls `retry` every 5 s.
#[component]
pub fn PageError(
    /// `一覧を読み込めませんでした`.
    #[prop(into)]
    title: TextProp,
    /// The server's own sentence.
    #[prop(into)]
    detail: TextProp,
    /// Reads it again.
    #[prop(into)]
    retry: Callback<()>,
) -> impl IntoView {
    let left = RwSignal::new(AGAIN);
    #[cfg(feature = "hydrate")]
    let _ = leptos_use::use_interval_fn(
        move || {
            let now = left.get_untracked();
            if now <= 1 {
                left.set(AGAIN);
                retry.run(());
            } else {
                left.set(now - 1);
            }
        },
        1000u64,
    );
    let locale = use_locale();
    let when = move || {
        let seconds = left.get();
        locale.get().pick(
            format!("ジョブは続いています。{seconds}秒後にもう一度試します。"),
            format!("Jobs go on. Trying again in {seconds} s."),
        )
    };
    let now = t(text("いま試す", "Try now"));
    view! {
        <div class="p-4" role="alert" data-testid="page-error">
            <p class="flex items-center gap-1.5 font-semibold">
                <Icon glyph=Glyph::CircleCross class="text-bad" />
                {move || title.get()}
            </p>
            <p class="text-sm text-muted">{move || detail.get()}</p>
            // the seconds are not for screen readers: they would be read every second
            <p class="text-sm text-muted">
                <span aria-hidden="true">{when}</span>
                " "
                <button type="button" class="link" on:click=move |_| { left.set(AGAIN); retry.run(()) }>
                    {now}
                </button>
            </p>
        </div>
    }
}
