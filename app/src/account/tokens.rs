//! Tokens for programs: made, shown once, taken back.

use super::api::MadeToken;
use super::calls::{add_token, revoke_token};
use super::words;
use crate::AppError;
use crate::clock::use_clock;
use crate::i18n::t;
use crate::preferences::use_locale;
use crate::ui::button::{Button, Size};
use crate::ui::{CopyButton, Dialog, Field, Notice, TextField, Tone, use_toasts};
use domain::{ApiToken, Scope};
use leptos::prelude::*;

/// The panel's state.
#[derive(Clone, Copy)]
struct State {
    tokens: RwSignal<Vec<ApiToken>>,
    made: RwSignal<Option<MadeToken>>,
    asked: RwSignal<Option<ApiToken>>,
    dialog: RwSignal<bool>,
}

/// The panel.
#[component]
pub fn TokensPanel(first: Vec<ApiToken>) -> impl IntoView {
    let state = State {
        tokens: RwSignal::new(first),
        made: RwSignal::new(None),
        asked: RwSignal::new(None),
        dialog: RwSignal::new(false),
    };
    view! {
        <section class="panel" aria-labelledby="tokens" data-testid="tokens">
            <div class="panel-h">
                <h2 id="tokens">{t(words::TOKENS)}</h2>
            </div>
            <p class="sub px-4 pt-3">
                {t(words::TOKENS_WHAT)} " "
                <a class="link" href="/api/v1/openapi.json" rel="external">
                    {t(words::API)}
                </a>
            </p>
            {move || state.made.get().map(|made| view! { <Made made=made /> })}
            <List state=state />
            <NewToken state=state />
        </section>
        <RevokeDialog state=state />
    }
}

/// The secret, once.
#[component]
fn Made(made: MadeToken) -> impl IntoView {
    let secret = made.secret;
    let shown = secret.clone();
    view! {
        <div class="px-4 pt-3">
            <Notice
                tone=Tone::Good
                title=t(words::SHOWN_ONCE)
                actions=move || {
                    view! { <CopyButton text=Signal::stored(secret) label=t(words::COPY) words=true testid="copy-token" /> }
                }
            >
                <p>{t(words::SHOWN_ONCE_WHAT)}</p>
                <code class="mt-1 block text-sm break-all" data-testid="token-secret">{shown}</code>
            </Notice>
        </div>
    }
}

#[component]
fn List(state: State) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    view! {
        <ul class="divide-y divide-line">
            {move || {
                let locale = locale.get();
                let all = state.tokens.get();
                if all.is_empty() {
                    return view! { <li class="px-4 py-3 text-sm text-muted">{words::NO_TOKENS.in_locale(locale)}</li> }
                        .into_any();
                }
                all.into_iter()
                    .map(|token| {
                        let used = match token.used_at {
                            Some(at) => clock.moment(at, locale),
                            None => words::NEVER.in_locale(locale).to_owned(),
                        };
                        let (name, made_at, scope) = (token.name.clone(), token.created_at, token.scope);
                        view! {
                            <li class="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 text-sm" data-testid="token">
                                <div class="min-w-0 flex-1">
                                    <p class="font-semibold">{name}</p>
                                    <p class="sub">
                                        {words::scope(scope).in_locale(locale)} " · " {words::MADE_AT.in_locale(locale)} " "
                                        {clock.moment(made_at, locale)} " · " {words::USED.in_locale(locale)} " " {used}
                                    </p>
                                </div>
                                <Button
                                    size=Size::Small
                                    on_click=move |_| {
                                        state.asked.set(Some(token.clone()));
                                        state.dialog.set(true);
                                    }
                                    attr:data-testid="revoke-token"
                                >
                                    {words::REVOKE.in_locale(locale)}
                                </Button>
                            </li>
                        }
                    })
                    .collect_view()
                    .into_any()
            }}
        </ul>
    }
}

#[component]
fn NewToken(state: State) -> impl IntoView {
    let toasts = use_toasts();
    let (name, scope) = (RwSignal::new(String::new()), RwSignal::new(Scope::Read));
    let (busy, problem) = (RwSignal::new(false), RwSignal::new(None::<AppError>));
    let name_error = Signal::derive(move || {
        let told = problem.get().filter(|error| error.field.as_deref() == Some("name"));
        told.map(|error| error.message)
    });
    let failed = t(words::NOT_DONE);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        problem.set(None);
        leptos::task::spawn_local(async move {
            let answer = add_token(name.get_untracked(), scope.get_untracked()).await;
            // the page may be gone
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(made) => {
                    name.set(String::new());
                    state.tokens.update(|all| all.insert(0, made.token.clone()));
                    state.made.set(Some(made));
                }
                Err(error) if error.field.is_some() => problem.set(Some(error)),
                Err(error) => toasts.error(untrack(failed), Some(error.message)),
            }
        });
    };
    view! {
        <form
            class="needs-script flex flex-wrap items-start gap-3 border-t border-line p-4"
            on:submit=send
            data-testid="token-form"
        >
            <div class="min-w-48 flex-1">
                <TextField
                    id="token-name"
                    name="name"
                    label=t(words::TOKEN_NAME)
                    hint=t(words::TOKEN_NAME_HINT)
                    value=name
                    error=name_error
                    testid="token-name"
                />
            </div>
            <Field id="token-scope" label=t(words::SCOPE)>
                <select
                    id="token-scope"
                    name="scope"
                    class="select w-full"
                    aria-describedby="token-scope-hint token-scope-error"
                    on:change:target=move |event| {
                        scope.set(Scope::from_word(&event.target().value()).unwrap_or_default());
                    }
                    data-testid="token-scope"
                >
                    {Scope::ALL
                        .map(|one| view! { <option value=one.as_str()>{t(words::scope(one))}</option> })
                        .collect_view()}
                </select>
            </Field>
            <Button submit=true busy=busy class="mt-6" attr:data-testid="make-token">
                {t(words::MAKE)}
            </Button>
        </form>
    }
}

#[component]
fn RevokeDialog(state: State) -> impl IntoView {
    let (locale, toasts) = (use_locale(), use_toasts());
    let busy = RwSignal::new(false);
    let (revoked, failed) = (t(words::REVOKED), t(words::NOT_DONE));
    let title = move || {
        let name = state.asked.get().map(|token| token.name).unwrap_or_default();
        locale.get().pick(format!("トークン「{name}」を取り消しますか"), format!("Revoke the token “{name}”?"))
    };
    let revoke = move |()| {
        let Some(token) = state.asked.get_untracked() else { return };
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = revoke_token(token.id).await;
            // the page may be gone
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(()) => {
                    state.dialog.set(false);
                    state.tokens.update(|all| all.retain(|one| one.id != token.id));
                    state.made.update(|made| {
                        if made.as_ref().is_some_and(|made| made.token.id == token.id) {
                            *made = None;
                        }
                    });
                    toasts.good(untrack(revoked), None);
                }
                Err(error) => toasts.error(untrack(failed), Some(error.message)),
            }
        });
    };
    view! {
        <Dialog
            open=state.dialog
            id="revoke"
            title=title
            safe=t(words::KEEP)
            verb=t(words::REVOKE_VERB)
            danger=true
            busy=busy
            on_confirm=revoke
            consequences=ToChildren::to_children(move || view! { <li>{t(words::REVOKE_WHAT)}</li> })
        />
    }
}
