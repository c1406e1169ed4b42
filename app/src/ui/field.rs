//! Fields of forms: label above, range below, error below that. What was typed stays.

use super::icon::{Glyph, Icon};
use leptos::prelude::*;
use leptos::text_prop::TextProp;

/// An error under a field; announced when it appears.
#[component]
pub fn FieldError(
    /// For `aria-describedby`.
    #[prop(into)]
    id: String,
    /// The sentence, while there is one.
    #[prop(into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <span id=id aria-live="polite">
            {move || {
                error.get().map(|text| view! { <span class="err"><Icon glyph=Glyph::CircleCross />{text}</span> })
            }}
        </span>
    }
}

/// Label, control, hint and error. The control inside sets `id`, and `aria-describedby` to `ID-hint ID-error`.
#[component]
pub fn Field(
    /// Of the control inside.
    #[prop(into)]
    id: String,
    /// Above.
    #[prop(into)]
    label: TextProp,
    /// Below: range, unit, what it is for.
    #[prop(optional, into)]
    hint: TextProp,
    /// Below that, while something is wrong.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// The control.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="grid content-start gap-1">
            <label class="text-sm font-semibold" for=id.clone()>{move || label.get()}</label>
            {children()}
            <span class="sub empty:hidden" id=format!("{id}-hint")>{move || hint.get()}</span>
            <FieldError id=format!("{id}-error") error=error />
        </div>
    }
}

/// A field of one line of text.
#[component]
pub fn TextField(
    /// Of the input; unique on the page.
    #[prop(into)]
    id: String,
    /// In the form that is sent.
    #[prop(into)]
    name: String,
    /// Above.
    #[prop(into)]
    label: TextProp,
    /// What is typed.
    value: RwSignal<String>,
    /// Below: range, unit, what it is for.
    #[prop(optional, into)]
    hint: TextProp,
    /// Below that, while something is wrong.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Cannot be changed now; the hint says why.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// `text`, `number`, `search`, `password` …
    #[prop(default = "text")]
    kind: &'static str,
    /// What a browser may fill in: `username`, `current-password`, `new-password` …
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// More classes of the input.
    #[prop(default = "w-full")]
    class: &'static str,
    /// For tests.
    #[prop(optional)]
    testid: Option<&'static str>,
) -> impl IntoView {
    let described = format!("{id}-hint {id}-error");
    view! {
        <Field id=id.clone() label=label hint=hint error=error>
            <input
                id=id
                name=name
                type=kind
                class=format!("input {class}")
                autocomplete=autocomplete
                spellcheck="false"
                value=value.get_untracked()
                prop:value=move || value.get()
                on:input:target=move |event| value.set(event.target().value())
                disabled=move || disabled.get()
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=described
                data-testid=testid
            />
        </Field>
    }
}
