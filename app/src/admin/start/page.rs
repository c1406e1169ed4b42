//! The page `/admin/start`. It works without scripts: what it shows is the lab's state.

use super::api::StartView;
use super::calls::view_start;
use super::step::{Step, current, to_test};
use super::words;
use crate::AppError;
use crate::admin::AdminOnly;
use crate::i18n::{Text, t};
use crate::live::use_live;
use crate::loaded::load;
use crate::preferences::use_locale;
use crate::ui::{CopyButton, Glyph, Icon, PageError, ReadFirst};
use domain::Event;
use leptos::prelude::*;
use leptos_meta::Title;

/// What is done, and the step that is next.
#[component]
pub fn StartPage() -> impl IntoView {
    view! {
        <Title text=t(words::START) />
        <h1 class="mb-4 text-xl">{t(words::START)}</h1>
        <AdminOnly>
            <Start />
        </AdminOnly>
    }
}

#[component]
fn Start() -> impl IntoView {
    let first = load(|| (), |()| view_start());
    view! {
        <ReadFirst body=move || async move {
            let view = first.await;
            view! { <Body first=view /> }
        } />
    }
}

#[component]
fn Body(first: Result<StartView, AppError>) -> impl IntoView {
    let view = RwSignal::new(first);
    let read = move || {
        leptos::task::spawn_local(async move {
            let newer = view_start().await;
            let known = view.try_with_untracked(Result::is_ok);
            // what was read stays where it cannot be read again
            if newer.is_ok() || known == Some(false) {
                let _ = view.try_set(newer);
            }
        });
    };
    use_live().on_event(move |event| {
        if matches!(event, Event::NodeChanged(_) | Event::SettingsChanged | Event::Resync) {
            read();
        }
    });
    let shown = Memo::new(move |_| view.get());
    move || match shown.get() {
        Ok(view) => view! { <Steps view=view /> }.into_any(),
        Err(error) => view! {
            <section class="panel">
                <PageError title=t(words::COULD_NOT_LOAD) detail=error.message retry=move |()| read() />
            </section>
        }
        .into_any(),
    }
}

/// Where a step is done.
fn place(step: Step, view: &StartView) -> String {
    match step {
        Step::Admin => "/account".to_owned(),
        Step::Node => "/nodes?add=1".to_owned(),
        Step::Test => to_test(view).map_or_else(|| "/nodes".to_owned(), |node| format!("/nodes/{node}")),
        Step::People => "/admin/users".to_owned(),
        Step::Tokens => "/admin/settings".to_owned(),
    }
}

#[component]
fn Steps(view: StartView) -> impl IntoView {
    let locale = use_locale();
    let now = current(&view);
    let done = Step::ALL.into_iter().filter(|step| step.is_done(&view)).count();
    let items = std::iter::zip(1.., Step::ALL)
        .map(|(number, step)| {
            let view = view.clone();
            let is_done = step.is_done(&view);
            let href = place(step, &view);
            view! {
                <li
                    class="flex gap-3"
                    aria-current=(step == now).then_some("step")
                    data-testid=format!("step-{number}")
                    data-done=is_done.then_some("")
                >
                    {if is_done {
                        view! {
                            <span class="step-dot !border-0 text-good">
                                <Icon glyph=Glyph::CircleCheck class="!size-5" />
                            </span>
                        }
                            .into_any()
                    } else {
                        let class = if step == now {
                            "step-dot !border-primary !bg-primary !text-primary-content"
                        } else {
                            "step-dot"
                        };
                        view! { <span class=class aria-hidden="true">{number}</span> }.into_any()
                    }}
                    <div class="min-w-0">
                        <a class="text-sm hover:underline" class=("font-semibold", step == now) href=href>
                            {t(words::name(step))}
                        </a>
                        {is_done.then(|| view! { <span class="sr-only">{t(words::DONE)}</span> })}
                        <div class="sub">{move || words::facts(locale.get(), step, &view)}</div>
                    </div>
                </li>
            }
        })
        .collect_view();
    let href = place(now, &view);
    view! {
        <div class="grid max-w-[64rem] grid-cols-[minmax(0,1fr)] items-start gap-x-10 gap-y-6 md:grid-cols-[14rem_minmax(0,1fr)]">
            <section aria-label=t(words::STEPS) data-testid="steps">
                <p class="lbl mb-3">{move || words::progress(locale.get(), done)}</p>
                <ol class="grid gap-5">{items}</ol>
            </section>
            <section class="min-w-0" aria-labelledby="step-title" data-testid="current-step">
                <h2 id="step-title" class="text-lg">{t(words::name(now))}</h2>
                <p class="phrase mb-4 text-sm text-muted">{t(words::about(now))}</p>
                {(now == Step::Node).then(|| view! { <ByHand key=view.key.clone() /> })}
                <div class="flex flex-wrap items-center gap-2">
                    <a class="btn btn-primary" href=href data-testid="do-step">
                        {t(words::door(now))}
                    </a>
                    <a class="btn btn-ghost" href="/">
                        {t(words::LATER)}
                    </a>
                </div>
                <details class="panel mt-4 px-4 py-2.5 text-sm" data-testid="not-sure">
                    <summary class="cursor-pointer font-medium">{t(words::NOT_SURE)}</summary>
                    <p class="phrase mt-2">{t(words::help(now))}</p>
                </details>
            </section>
        </div>
    }
}

/// What is done by hand before a node can be added.
#[component]
fn ByHand(key: String) -> impl IntoView {
    let parts: [(Text, Text, Option<String>); 2] =
        [(words::PASTE_TITLE, words::PASTE_TEXT, Some(words::paste(&key))), (words::ADD_TITLE, words::ADD_TEXT, None)];
    let items = std::iter::zip(1.., parts)
        .map(|(number, (title, text, command))| {
            view! {
                <li class="sec grid grid-cols-[1.5rem_minmax(0,1fr)] gap-x-2">
                    <span class="step-dot mt-0.5" aria-hidden="true">{number}</span>
                    <div class="min-w-0">
                        <h3 class="text-base">{t(title)}</h3>
                        <p class="phrase text-sm text-muted">{t(text)}</p>
                        {command
                            .map(|command| {
                                view! {
                                    <div class="code mt-2">
                                        <span>{command.clone()}</span>
                                        <CopyButton text=Signal::stored(command) label=t(words::COPY) />
                                    </div>
                                }
                            })}
                    </div>
                </li>
            }
        })
        .collect_view();
    view! { <ol class="panel mb-4">{items}</ol> }
}
