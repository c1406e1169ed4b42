//! Another password.

use super::calls::change_password;
use super::words;
use crate::AppError;
use crate::i18n::t;
use crate::sign_in::{NewPassword, NewPasswordFields};
use crate::ui::button::Button;
use crate::ui::{TextField, use_toasts};
use leptos::prelude::*;

/// The panel.
#[component]
pub fn PasswordPanel(
    /// Whose: a password manager wants to know.
    id: String,
) -> impl IntoView {
    let toasts = use_toasts();
    let (current, new) = (RwSignal::new(String::new()), NewPassword::default());
    let (busy, problem) = (RwSignal::new(false), RwSignal::new(None::<AppError>));
    let about = move |field: &'static str| {
        Signal::derive(move || {
            let told = problem.get().filter(|error| error.field.as_deref() == Some(field));
            told.map(|error| error.message)
        })
    };
    let (changed, failed) = (t(words::CHANGED), t(words::NOT_DONE));
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let Some(password) = new.read() else { return };
        busy.set(true);
        problem.set(None);
        leptos::task::spawn_local(async move {
            let answer = change_password(current.get_untracked(), password).await;
            // the page may be gone
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(()) => {
                    current.set(String::new());
                    new.clear();
                    toasts.good(untrack(changed), None);
                }
                Err(error) if error.field.is_some() => problem.set(Some(error)),
                Err(error) => toasts.error(untrack(failed), Some(error.message)),
            }
        });
    };
    view! {
        <section class="panel" aria-labelledby="password">
            <div class="panel-h">
                <h2 id="password">{t(words::PASSWORD)}</h2>
            </div>
            <form class="needs-script grid gap-3 p-4" on:submit=send data-testid="password-form">
                <p class="sub">{t(words::PASSWORD_WHAT)}</p>
                <input type="hidden" name="username" autocomplete="username" value=id />
                <TextField
                    id="password-current"
                    name="current"
                    kind="password"
                    label=t(words::CURRENT)
                    value=current
                    error=about("current")
                    autocomplete="current-password"
                    testid="password-current"
                />
                <NewPasswordFields new=new error=about("password") />
                <div class="flex justify-end">
                    <Button submit=true busy=busy attr:data-testid="password-change">
                        {t(words::CHANGE)}
                    </Button>
                </div>
            </form>
        </section>
    }
}
