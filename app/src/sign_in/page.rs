//! `/sign-in`. Without a script it is a plain form, and what went wrong comes back in the address.

use super::calls::sign_in;
use super::outside::FormError;
use super::{way_on, words};
use crate::i18n::t;
use crate::ui::TextField;
use crate::ui::button::{Button, Kind, Size};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// What a form without a script left in the address.
fn told_by_address() -> Option<String> {
    let query = use_query_map();
    let told = query.with_untracked(|query| query.get("__err"))?;
    Some(server_fn::error::ServerFnUrlError::<crate::AppError>::decode_err(&told).message)
}

/// The page.
#[component]
pub fn SignInPage() -> impl IntoView {
    let to = use_query_map().with_untracked(|query| query.get("to"));
    #[cfg(feature = "ssr")]
    if crate::backend::signed_in().is_ok() {
        leptos_axum::redirect(&way_on(to.as_deref()));
    }
    let (id, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (busy, error) = (RwSignal::new(false), RwSignal::new(told_by_address()));
    let way = StoredValue::new(to.clone());
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        error.set(None);
        leptos::task::spawn_local(async move {
            match sign_in(id.get_untracked(), password.get_untracked(), None).await {
                // the whole document anew: everything on it is another person's
                Ok(_) => drop(window().location().assign(&way_on(way.get_value().as_deref()))),
                Err(problem) => {
                    error.set(Some(problem.message));
                    password.set(String::new());
                    busy.set(false);
                }
            }
        });
    };
    view! {
        <Title text=t(words::SIGN_IN) />
        <h1 class="text-xl">{t(words::SIGN_IN)}</h1>
        <p class="mb-5 text-sm text-muted">{t(words::SIGN_IN_HOW)}</p>
        <form
            class="panel grid gap-4 p-5"
            method="post"
            action="/rpc/sign_in"
            on:submit=send
            data-testid="sign-in-form"
        >
            <FormError error=error />
            <TextField
                id="sign-in-id"
                name="id"
                label=t(words::USER_ID)
                value=id
                autocomplete="username"
                testid="sign-in-id"
            />
            <TextField
                id="sign-in-password"
                name="password"
                kind="password"
                label=t(words::PASSWORD)
                value=password
                autocomplete="current-password"
                testid="sign-in-password"
            />
            {to.map(|to| view! { <input type="hidden" name="to" value=to /> })}
            <Button kind=Kind::Primary size=Size::Decisive submit=true busy=busy class="w-full" attr:data-testid="sign-in">
                {t(words::SIGN_IN)}
            </Button>
        </form>
        <p class="phrase mt-4 text-sm text-muted">{t(words::FORGOTTEN)}</p>
    }
}
