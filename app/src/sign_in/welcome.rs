//! `/welcome/LINK`: a one-time link sets a password, or makes the first admin.

use super::api::{LinkFor, NewAdmin};
use super::calls::{read_link, use_link};
use super::new_password::{NewPassword, NewPasswordFields};
use super::outside::FormError;
use super::words;
use crate::AppError;
use crate::i18n::t;
use crate::loaded::load;
use crate::ui::button::{Button, Kind, Size};
use crate::ui::{EmptyState, Skeleton, TextField};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The page.
#[component]
pub fn WelcomePage() -> impl IntoView {
    let link = use_params_map().with_untracked(|params| params.get("link")).unwrap_or_default();
    let asked = link.clone();
    let known = load(|| (), move |()| read_link(asked.clone()));
    let link = StoredValue::new(link);
    view! {
        <Suspense fallback=|| view! { <Skeleton lines=&["w-1/2", "w-full", "w-full"] /> }>
            {move || Suspend::new(async move {
                match known.await {
                    Ok(known) => view! { <Set link=link known=known /> }.into_any(),
                    Err(error) => view! { <Over error=error /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Over(error: AppError) -> impl IntoView {
    view! {
        <Title text=t(words::LINK_OVER) />
        <section class="panel" data-testid="link-over">
            <h1 class="sr-only">{t(words::LINK_OVER)}</h1>
            <EmptyState title=t(words::LINK_OVER) text=error.message>
                <a class="btn btn-primary btn-sm" href="/sign-in" rel="external">
                    {t(words::TO_SIGN_IN)}
                </a>
            </EmptyState>
        </section>
    }
}

#[component]
fn Set(link: StoredValue<String>, known: LinkFor) -> impl IntoView {
    let first = known == LinkFor::FirstAdmin;
    let signal = || RwSignal::new(String::new());
    let (id, name, password) = (signal(), signal(), NewPassword::default());
    let (busy, problem) = (RwSignal::new(false), RwSignal::new(None::<AppError>));
    let about = move |field: &'static str| {
        Signal::derive(move || {
            let told = problem.get().filter(|error| error.field.as_deref() == Some(field));
            told.map(|error| error.message)
        })
    };
    let whole = Signal::derive(move || problem.get().filter(|error| error.field.is_none()).map(|error| error.message));
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let Some(password) = password.read() else { return };
        busy.set(true);
        problem.set(None);
        let admin = first.then(|| NewAdmin { id: id.get_untracked(), name: name.get_untracked() });
        leptos::task::spawn_local(async move {
            match use_link(link.get_value(), admin, password).await {
                Ok(()) => drop(window().location().assign(if first { "/admin/start" } else { "/" })),
                Err(error) => {
                    problem.set(Some(error));
                    busy.set(false);
                }
            }
        });
    };
    let title = if first { words::FIRST_ADMIN } else { words::WELCOME };
    let person = match known {
        LinkFor::Person { id, name } => Some((id.to_string(), name)),
        LinkFor::FirstAdmin => None,
    };
    view! {
        <Title text=t(title) />
        <h1 class="text-xl">{t(title)}</h1>
        <p class="mb-5 text-sm text-muted">
            {match &person {
                Some((id, name)) => format!("{name} ({id})").into_any(),
                None => t(words::FIRST_ADMIN_WHAT).into_any(),
            }}
        </p>
        <noscript>
            <p class="mb-4 text-sm">{t(words::NEEDS_SCRIPT)}</p>
        </noscript>
        <form class="needs-script panel grid gap-4 p-5" on:submit=send data-testid="welcome-form">
            <FormError error=whole />
            {first
                .then(|| {
                    view! {
                        <TextField
                            id="welcome-id"
                            name="id"
                            label=t(words::USER_ID)
                            hint=t(words::USER_ID_HINT)
                            value=id
                            error=about("id")
                            autocomplete="username"
                            testid="welcome-id"
                        />
                        <TextField
                            id="welcome-name"
                            name="name"
                            label=t(words::NAME)
                            hint=t(words::NAME_HINT)
                            value=name
                            error=about("name")
                            autocomplete="name"
                            testid="welcome-name"
                        />
                    }
                })}
            // tells a password manager whose it is
            {person.map(|(id, _)| view! { <input type="hidden" name="username" autocomplete="username" value=id /> })}
            <NewPasswordFields new=password error=about("password") />
            <Button kind=Kind::Primary size=Size::Decisive submit=true busy=busy class="w-full" attr:data-testid="welcome-set">
                {t(words::SET)}
            </Button>
        </form>
    }
}
