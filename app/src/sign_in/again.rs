//! A session ended while a page was open: the page stays as it is, with all that was typed, and asks for the password over
//! it.

use super::calls::sign_in;
use super::outside::FormError;
use super::words;
use crate::frame::use_lab;
use crate::i18n::t;
use crate::ui::TextField;
use crate::ui::button::{Button, Kind};
use leptos::html;
use leptos::prelude::*;
use std::cell::Cell;

thread_local! {
    /// The dialog of this tab. Errors come from wherever the server was asked, so that there is no context to find it in.
    static DIALOG: Cell<Option<RwSignal<bool>>> = const { Cell::new(None) };
}

/// The server says that nobody is signed in. Outside the frame there is nothing to keep, and no dialog.
pub fn say_signed_out() {
    if let Some(open) = DIALOG.get() {
        // where the page is going there is nobody to ask
        let _ = open.try_set(true);
    }
}

/// The dialog. Once on a page, inside the frame.
#[component]
pub fn SignInAgain() -> impl IntoView {
    let open = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    DIALOG.set(Some(open));
    let element = NodeRef::<html::Dialog>::new();
    let lab = use_lab();
    let (id, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (busy, error) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let before = move || untrack(|| lab.status()).map(|status| status.actor.id.to_string());
    Effect::new(move |_| {
        let Some(dialog) = element.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) => {
                id.set(before().unwrap_or_default());
                // refused only where the element has left the document
                let _ = dialog.show_modal();
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        error.set(None);
        leptos::task::spawn_local(async move {
            let answer = sign_in(id.get_untracked(), password.get_untracked(), None).await;
            password.set(String::new());
            busy.set(false);
            match answer {
                Ok(who) if before().is_none_or(|before| before == who.as_str()) => {
                    open.set(false);
                    lab.read_soon();
                }
                // what is on this page is not for somebody else
                Ok(_) => drop(window().location().assign("/")),
                Err(problem) => error.set(Some(problem.message)),
            }
        });
    };
    view! {
        <dialog
            node_ref=element
            class="dialog"
            aria-labelledby="sign-in-again-title"
            on:close=move |_| open.set(false)
            data-testid="sign-in-again"
        >
            <form class="grid gap-3 p-5" on:submit=send>
                <h2 id="sign-in-again-title" class="text-lg">{t(words::NO_SESSION)}</h2>
                <p class="phrase text-sm">{t(words::NO_SESSION_WHAT)}</p>
                <FormError error=error />
                <TextField
                    id="again-id"
                    name="id"
                    label=t(words::USER_ID)
                    value=id
                    autocomplete="username"
                    testid="again-id"
                />
                <TextField
                    id="again-password"
                    name="password"
                    kind="password"
                    label=t(words::PASSWORD)
                    value=password
                    autocomplete="current-password"
                    testid="again-password"
                />
                <div class="flex flex-wrap justify-end gap-2">
                    <Button kind=Kind::Primary submit=true busy=busy attr:data-testid="again-send">
                        {t(words::SIGN_IN)}
                    </Button>
                </div>
            </form>
        </dialog>
    }
}
