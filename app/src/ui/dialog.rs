//! A dialog asks about one named thing, lists the consequences, and has the verb on its button.

use super::button::{Button, Kind};
use leptos::html;
use leptos::prelude::*;
use leptos::text_prop::TextProp;

/// A modal `<dialog>`. Esc and the safe button close it; closing changes nothing else.
#[component]
pub fn Dialog(
    /// Open while true; closing sets it to false.
    open: RwSignal<bool>,
    /// Unique on the page.
    id: &'static str,
    /// `gear_contact_07 を中止しますか`.
    #[prop(into)]
    title: TextProp,
    /// The safe answer, left: `続ける`.
    #[prop(into)]
    safe: TextProp,
    /// The verb, right: `中止する`.
    #[prop(into)]
    verb: TextProp,
    /// The verb destroys something.
    #[prop(optional)]
    danger: bool,
    /// The verb is under way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// The verb cannot be used with what is chosen.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// What the verb does. It closes the dialog itself, by `open`, once it has worked.
    #[prop(into)]
    on_confirm: Callback<()>,
    /// For tests, on the verb; `ID-confirm` unless told.
    #[prop(optional)]
    confirm_testid: Option<&'static str>,
    /// Consequences as `<li>`, one each, with numbers.
    #[prop(optional)]
    consequences: Option<ChildrenFn>,
    /// More: a choice, a reason.
    #[prop(optional)]
    children: Option<ChildrenFn>,
) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = element.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) => {
                // refused only where the element has left the document
                let _ = dialog.show_modal();
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let title_id = format!("{id}-title");
    let confirm_testid = confirm_testid.map_or_else(|| format!("{id}-confirm"), str::to_owned);
    // `safe` is first in the order of focus: Enter on a dialog that just opened destroys nothing
    view! {
        <dialog node_ref=element id=id class="dialog" aria-labelledby=title_id.clone() on:close=move |_| open.set(false)>
            <div class="p-5">
                <h3 id=title_id.clone() class="text-lg">{move || title.get()}</h3>
                {consequences.map(|list| view! { <ul class="phrase mt-2 grid list-disc gap-1 pl-5 text-sm">{list()}</ul> })}
                {children.map(|more| view! { <div class="mt-3 text-sm">{more()}</div> })}
            </div>
            <div class="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">
                <Button on_click=move |_| open.set(false)>{move || safe.get()}</Button>
                <Button
                    kind=if danger { Kind::Danger } else { Kind::Primary }
                    busy=busy
                    disabled=disabled
                    on_click=move |_| on_confirm.run(())
                    attr:data-testid=confirm_testid
                >
                    {move || verb.get()}
                </Button>
            </div>
        </dialog>
    }
}
