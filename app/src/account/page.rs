//! The page `/account`.

use super::api::AccountView;
use super::calls::view_account;
use super::keyboard::KeyboardPanel;
use super::password::PasswordPanel;
use super::sessions::SessionsPanel;
use super::tokens::TokensPanel;
use super::words;
use crate::clock::use_clock;
use crate::frame::role;
use crate::i18n::sentence::plural;
use crate::i18n::t;
use crate::loaded::load;
use crate::preferences::use_locale;
use crate::sign_in::calls::sign_out;
use crate::ui::button::Button;
use crate::ui::{PageError, Skeleton, use_toasts};
use domain::Account;
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub fn AccountPage() -> impl IntoView {
    let loaded = load(|| (), |()| view_account());
    view! {
        <Title text=t(words::ACCOUNT) />
        <Transition fallback=|| view! { <div class="panel p-4"><Skeleton lines=&["w-1/3", "w-2/3"] /></div> }>
            {move || Suspend::new(async move {
                match loaded.await {
                    Ok(view) => view! { <Loaded view=view /> }.into_any(),
                    Err(error) => {
                        view! {
                            <h1 class="mb-3 text-xl">{t(words::ACCOUNT)}</h1>
                            <section class="panel">
                                <PageError
                                    title=t(words::COULD_NOT_LOAD)
                                    detail=error.message
                                    retry=move |()| loaded.refetch()
                                />
                            </section>
                        }
                            .into_any()
                    }
                }
            })}
        </Transition>
    }
}

#[component]
fn Loaded(view: AccountView) -> impl IntoView {
    let AccountView { account, sessions, tokens } = view;
    view! {
        <Head account=account.clone() />
        <div class="grid grid-cols-[minmax(0,1fr)] items-start gap-4 xl:grid-cols-[minmax(0,1fr)_23.5rem]">
            <div class="grid gap-4">
                <TokensPanel first=tokens />
                <SessionsPanel first=sessions />
            </div>
            <div class="grid gap-4">
                <PasswordPanel id=account.user.id.to_string() />
                <KeyboardPanel />
            </div>
        </div>
    }
}

/// Who, and the way out. It is a form, so that it works without a script too.
#[component]
fn Head(account: Account) -> impl IntoView {
    let (clock, locale, toasts) = (use_clock(), use_locale(), use_toasts());
    let busy = RwSignal::new(false);
    let failed = t(words::NOT_DONE);
    let leave = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        busy.set(true);
        leptos::task::spawn_local(async move {
            match sign_out().await {
                Ok(()) => drop(window().location().assign("/sign-in")),
                Err(error) => {
                    let _ = busy.try_set(false);
                    toasts.error(untrack(failed), Some(error.message));
                }
            }
        });
    };
    let user = account.user;
    let limits = {
        let (jobs, tokens) = (user.max_running_jobs, user.max_tokens);
        move || {
            let locale = locale.get();
            let jobs = jobs.map(|n| {
                locale.pick(
                    format!("同時に{n}ジョブ"),
                    format!("{n} {}", plural(u64::from(n), "running job", "running jobs")),
                )
            });
            let tokens = tokens.map(|n| {
                locale.pick(format!("{n}トークン"), format!("{n} {}", plural(u64::from(n.0), "token", "tokens")))
            });
            jobs.into_iter().chain(tokens).collect::<Vec<_>>().join(locale.pick("・", ", "))
        }
    };
    let limited = user.max_running_jobs.is_some() || user.max_tokens.is_some();
    view! {
        <div class="mb-4 flex flex-wrap items-start justify-between gap-3">
            <div>
                <h1 class="text-xl">{t(words::ACCOUNT)}</h1>
                <ul class="mt-1 flex flex-wrap gap-x-4 gap-y-0.5 text-sm text-muted">
                    <li>
                        <span class="text-ink">{user.name.clone()}</span>
                    </li>
                    <li data-testid="account-id">{user.id.to_string()}</li>
                    <li>{t(role(user.role))}</li>
                    {limited.then(|| view! { <li>{t(words::LIMITS)} " " <span class="text-ink">{limits}</span></li> })}
                    {account
                        .expires_at
                        .map(|at| {
                            view! {
                                <li>{t(words::ENDS)} " " <span class="text-ink">{move || clock.voice(locale.get()).last_day(at)}</span></li>
                            }
                        })}
                </ul>
            </div>
            <form method="post" action="/rpc/sign_out" on:submit=leave>
                <Button submit=true busy=busy attr:data-testid="sign-out">
                    {t(words::SIGN_OUT)}
                </Button>
            </form>
        </div>
    }
}
