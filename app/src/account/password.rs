//! Another password.

use super::calls::change_password;
use super::words;
use crate::AppError;
use crate::i18n::t;
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
    let signal = || RwSignal::new(String::new());
    let (current, new, repeat) = (signal(), signal(), signal());
    let (busy, problem, differs) = (RwSignal::new(false), RwSignal::new(None::<AppError>), RwSignal::new(false));
    let about = move |field: &'static str| {
        Signal::derive(move || {
            let told = problem.get().filter(|error| error.field.as_deref() == Some(field));
            told.map(|error| error.message)
        })
    };
    let (not_the_same, changed, failed) = (t(words::NOT_THE_SAME), t(words::CHANGED), t(words::NOT_DONE));
    let repeat_error = Signal::derive(move || differs.get().then(|| not_the_same().to_owned()));
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        differs.set(new.get_untracked() != repeat.get_untracked());
        if differs.get_untracked() {
            return;
        }
        busy.set(true);
        problem.set(None);
        leptos::task::spawn_local(async move {
            let answer = change_password(current.get_untracked(), new.get_untracked()).await;
            // the page may be gone
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(()) => {
                    for field in [current, new, repeat] {
                        field.set(String::new());
                    }
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
                <TextField
                    id="password-new"
                    name="new"
                    kind="password"
                    label=t(words::NEW)
                    hint=t(words::NEW_HINT)
                    value=new
                    error=about("password")
                    autocomplete="new-password"
                    testid="password-new"
                />
                <TextField
                    id="password-repeat"
                    name="repeat"
                    kind="password"
                    label=t(words::REPEAT)
                    value=repeat
                    error=repeat_error
                    autocomplete="new-password"
                    testid="password-repeat"
                />
                <div class="flex justify-end">
                    <Button submit=true busy=busy attr:data-testid="password-change">
                        {t(words::CHANGE)}
                    </Button>
                </div>
            </form>
        </section>
    }
}
