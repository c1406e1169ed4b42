//! A notice: what, since when, what to do. It does not close while it lasts.

use super::Tone;
use super::icon::{Glyph, Icon};
use leptos::prelude::*;
use leptos::text_prop::TextProp;

/// A coloured edge with an icon, a title, a text, and at most two buttons. Inside a panel it is `flush`.
#[component]
pub fn Notice(
    /// Caution, bad, good, or just to know (calm).
    #[prop(into)]
    tone: Signal<Tone>,
    /// What.
    #[prop(into)]
    title: TextProp,
    /// Edge to edge inside a panel.
    #[prop(optional)]
    flush: bool,
    /// Announced at once (`alert`) instead of politely.
    #[prop(optional)]
    urgent: bool,
    /// At the right end: buttons or links.
    #[prop(optional, into)]
    actions: ViewFnOnce,
    /// Since when and what to do.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let glyph = Signal::derive(move || match tone.get() {
        Tone::Calm | Tone::Accent => Glyph::Info,
        Tone::Good => Glyph::CircleCheck,
        Tone::Caution => Glyph::Warning,
        Tone::Bad => Glyph::Alarm,
    });
    view! {
        <div
            class=move || format!("notice {} {}", tone.get().of_notice(), if flush { "flush" } else { "" })
            role=if urgent { "alert" } else { "status" }
        >
            <Icon glyph=glyph />
            <div class="min-w-0">
                <b>{move || title.get()}</b>
                {children.map(|children| view! { <div>{children()}</div> })}
            </div>
            <div class="flex flex-wrap gap-2 max-md:col-start-2">{actions.run()}</div>
        </div>
    }
}
