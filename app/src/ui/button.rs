//! Buttons and key caps.

use super::icon::{Glyph, Icon};
use leptos::ev::MouseEvent;
use leptos::prelude::*;

/// What a button is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// The one act of a view.
    Primary,
    /// Any other act.
    #[default]
    Line,
    /// An act of low weight.
    Ghost,
    /// Opens the way to something destructive.
    Stop,
    /// Does the destructive thing; inside a dialog only.
    Danger,
}

impl Kind {
    /// The classes, for links that look like buttons.
    pub fn class(self) -> &'static str {
        match self {
            Kind::Primary => "btn-primary",
            Kind::Line => "btn-line",
            Kind::Ghost => "btn-ghost",
            Kind::Stop => "btn-stop",
            Kind::Danger => "btn-error",
        }
    }
}

/// How high a button is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// 24 px.
    Tiny,
    /// 28 px.
    Small,
    /// 32 px.
    #[default]
    Normal,
    /// 40 px.
    Decisive,
}

impl Size {
    /// The class.
    pub fn class(self) -> &'static str {
        match self {
            Size::Tiny => "btn-xs",
            Size::Small => "btn-sm",
            Size::Normal => "",
            Size::Decisive => "btn-lg",
        }
    }
}

/// A button. Handlers and test ids are set from outside: `<Button on_click=… attr:data-testid="…">`.
#[component]
pub fn Button(
    /// What it is for.
    #[prop(optional)]
    kind: Kind,
    /// How high.
    #[prop(optional)]
    size: Size,
    /// Before the words.
    #[prop(optional, into)]
    glyph: Option<Glyph>,
    /// Cannot be used now; say why beside it.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// What it does is under way: a spinner, and no second click.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// What it does.
    #[prop(optional, into)]
    on_click: Option<Callback<MouseEvent>>,
    /// Sends its form.
    #[prop(optional)]
    submit: bool,
    /// More classes.
    #[prop(optional)]
    class: &'static str,
    /// The words: a verb.
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            class=format!("btn {} {} {class}", kind.class(), size.class())
            aria-busy=move || busy.get().then_some("true")
            disabled=move || disabled.get() || busy.get()
            on:click=move |event| {
                if let Some(act) = on_click {
                    act.run(event);
                }
            }
        >
            {move || busy.get().then(|| view! { <span class="loading loading-spinner loading-xs" aria-hidden="true"></span> })}
            {glyph.map(|glyph| view! { <Icon glyph=glyph /> })}
            {children()}
        </button>
    }
}

/// The cap of a key.
#[component]
pub fn Kbd(
    /// `J`, `Esc`, …
    keys: &'static str,
) -> impl IntoView {
    view! { <kbd class="kbd">{keys}</kbd> }
}
