//! Choices: rows that carry their price, and short switches of two to four.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

/// One row of a choice; the whole row is the target. Rows stand together in a `<div role="radiogroup">`.
/// Its children fill two columns: the words, then what it costs.
#[component]
pub fn ChoiceRow(
    /// The same for all rows of the choice.
    #[prop(into)]
    name: String,
    /// Sent with the form.
    #[prop(into)]
    value: String,
    /// This one is chosen.
    #[prop(into)]
    checked: Signal<bool>,
    /// Cannot be chosen; the row says why.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// It was chosen.
    #[prop(into)]
    on_choose: Callback<()>,
    /// For tests.
    #[prop(optional, into)]
    testid: Option<String>,
    /// Words and price.
    children: Children,
) -> impl IntoView {
    view! {
        <label class="choice">
            <input
                type="radio"
                name=name
                value=value
                checked=checked.get_untracked()
                prop:checked=move || checked.get()
                disabled=move || disabled.get()
                on:change=move |_| on_choose.run(())
                data-testid=testid
            />
            {children()}
        </label>
    }
}

/// A switch of two to four short words.
#[component]
pub fn Segmented<T>(
    /// Names it for screen readers.
    #[prop(into)]
    label: TextProp,
    /// Values and words.
    options: Vec<(T, TextProp)>,
    /// The one chosen.
    #[prop(into)]
    value: Signal<T>,
    /// Another was chosen.
    #[prop(into)]
    on_choose: Callback<T>,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    view! {
        <div class="seg" role="group" aria-label=move || label.get()>
            {options
                .into_iter()
                .map(|(option, word)| {
                    let choose = option.clone();
                    view! {
                        <button
                            type="button"
                            aria-pressed=move || if value.with(|v| *v == option) { "true" } else { "false" }
                            on:click=move |_| on_choose.run(choose.clone())
                        >
                            {move || word.get()}
                        </button>
                    }
                })
                .collect_view()}
        </div>
    }
}
