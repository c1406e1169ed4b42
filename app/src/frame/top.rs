//! Top bar: where am I, search, language, theme.

use super::side::{Mark, Place, SmallLiveState, place_of};
use super::{use_here, words};
use crate::i18n::{Locale, Text, t};
use crate::preferences::{Theme, use_preferences};
use crate::ui::{Glyph, Icon, Kbd};
use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::hooks::{use_location, use_query_map};

/// Id of the search field, for the key `/`.
pub const SEARCH_ID: &str = "search";

#[component]
pub fn TopBar() -> impl IntoView {
    let (query, path) = (use_query_map(), use_location().pathname);
    let preferences = use_preferences();
    // other pages search for other things by the same name
    let listed = move || path.with(|path| path == "/");
    let text = move || query.with(|query| query.get("q")).filter(|_| listed()).unwrap_or_default();
    view! {
        <header class="topbar">
            <div class="flex min-w-0 flex-1 items-center gap-2">
                <span class="md:hidden">
                    <Mark />
                </span>
                <Breadcrumb />
                <SmallLiveState />
            </div>
            <div class="max-lg:hidden" role="search">
                <Form action="/" method="get">
                    <label class="input input-sm w-68">
                        <Icon glyph=Glyph::Search class="text-faint" />
                        <input
                            id=SEARCH_ID
                            type="search"
                            name="q"
                            placeholder=t(words::SEARCH_HINT)
                            aria-label=t(words::SEARCH)
                            value=text()
                            prop:value=text
                            autocomplete="off"
                        />
                        <span hidden=move || !preferences.single_keys()>
                            <Kbd keys="/" />
                        </span>
                    </label>
                </Form>
            </div>
            <LookSwitches />
            // elsewhere the side bar has it
            <a
                class="btn btn-ghost btn-sm btn-square md:hidden"
                href="/account"
                aria-label=t(words::ACCOUNT)
                title=t(words::ACCOUNT)
                data-testid="to-account-small"
            >
                <Icon glyph=Glyph::User />
            </a>
        </header>
    }
}

/// Language and theme.
#[component]
pub fn LookSwitches() -> impl IntoView {
    let preferences = use_preferences();
    let toggle = move |_| {
        preferences.set_theme(other_theme(untrack(|| preferences.theme())));
    };
    view! {
        <div class="seg" role="group" aria-label=t(words::LANGUAGE)>
                <LanguageLink locale=Locale::Ja word="日本語" testid="lang-ja" />
                <LanguageLink locale=Locale::En word="EN" testid="lang-en" />
            </div>
            <button
                type="button"
                class="btn btn-ghost btn-sm btn-square"
                aria-label=t(words::THEME)
                title=t(words::THEME)
                on:click=toggle
                data-testid="theme-toggle"
            >
                <Icon glyph=Glyph::Moon />
            </button>
    }
}

/// The theme that is not shown now; the system's counts where nobody has chosen. In the browser only.
fn other_theme(chosen: Option<Theme>) -> Theme {
    let system = || {
        let dark = window().match_media("(prefers-color-scheme: dark)").ok().flatten().is_some_and(|m| m.matches());
        if dark { Theme::Dark } else { Theme::Light }
    };
    match chosen.unwrap_or_else(system) {
        Theme::Light => Theme::Dark,
        Theme::Dark => Theme::Light,
    }
}

/// A real link, so that it works without JavaScript; with it, the words change without a reload.
#[component]
fn LanguageLink(locale: Locale, word: &'static str, testid: &'static str) -> impl IntoView {
    let preferences = use_preferences();
    view! {
        <a
            href=format!("?lang={}", locale.as_str())
            rel="external"
            lang=locale.as_str()
            aria-current=move || (preferences.locale() == locale).then_some("true")
            on:click=move |event| {
                event.prevent_default();
                preferences.set_locale(locale);
            }
            data-testid=testid
        >
            {word}
        </a>
    }
}

#[component]
fn Breadcrumb() -> impl IntoView {
    let path = use_location().pathname;
    let here = use_here();
    let job = move || {
        let path = path.get();
        let rest = path.strip_prefix("/jobs/")?;
        (place_of(&path) == Place::Jobs).then(|| rest.trim_end_matches('/').to_owned())
    };
    let node = move || {
        let path = path.get();
        path.strip_prefix("/nodes/").map(|rest| rest.trim_end_matches('/').to_owned())
    };
    view! {
        <nav class="cut min-w-0 text-sm text-muted" aria-label=t(words::HERE)>
            {move || match (place_of(&path.get()), job().or_else(node)) {
                (Place::Nodes, Some(id)) => {
                    view! {
                        <a class="hover:underline" href="/nodes">
                            {t(words::NODES)}
                        </a>
                        <span class="px-1 text-faint" aria-hidden="true">"/"</span>
                        <span class="font-semibold text-ink" aria-current="page">{id}</span>
                    }
                        .into_any()
                }
                (Place::Nodes, None) => {
                    view! { <span class="font-semibold text-ink" aria-current="page">{t(words::NODES)}</span> }.into_any()
                }
                (Place::Jobs, Some(id)) => {
                    view! {
                        <a class="hover:underline" href="/">
                            {t(words::JOBS)}
                        </a>
                        <span class="px-1 text-faint" aria-hidden="true">"/"</span>
                        <span class="font-semibold text-ink" aria-current="page">
                            {move || here.0.get().unwrap_or_else(|| format!("#{id}"))}
                        </span>
                    }
                        .into_any()
                }
                (Place::Jobs, None) => {
                    view! { <span class="font-semibold text-ink" aria-current="page">{t(words::JOBS)}</span> }.into_any()
                }
                (Place::NewJob, _) => {
                    view! { <span class="font-semibold text-ink" aria-current="page">{t(words::NEW_JOB)}</span> }.into_any()
                }
                (Place::Licenses, _) => {
                    view! { <span class="font-semibold text-ink" aria-current="page">{t(words::LICENSES)}</span> }.into_any()
                }
                (Place::Help, _) => {
                    view! { <span class="font-semibold text-ink" aria-current="page">{t(words::HELP)}</span> }.into_any()
                }
                (Place::Cleanup, _) => {
                    view! { <span class="font-semibold text-ink" aria-current="page">{t(words::CLEANUP)}</span> }.into_any()
                }
                (Place::Account, _) => {
                    view! { <span class="font-semibold text-ink" aria-current="page">{t(words::ACCOUNT)}</span> }.into_any()
                }
                (Place::Settings, _) => view! { <AdminPlace word=words::SETTINGS /> }.into_any(),
                (Place::Audit, _) => view! { <AdminPlace word=words::AUDIT /> }.into_any(),
                (Place::Operations, _) => view! { <AdminPlace word=words::OPERATIONS /> }.into_any(),
                (Place::Logs, _) => view! { <AdminPlace word=words::LOGS /> }.into_any(),
                (Place::People, _) => view! { <AdminPlace word=words::USERS /> }.into_any(),
                (Place::Start, _) => view! { <AdminPlace word=words::START /> }.into_any(),
                (Place::Elsewhere, _) => {
                    view! {
                        <a class="hover:underline" href="/">
                            {t(words::JOBS)}
                        </a>
                    }
                        .into_any()
                }
            }}
        </nav>
    }
}

#[component]
fn AdminPlace(word: Text) -> impl IntoView {
    view! {
        <span class="max-md:hidden">
            {t(words::ADMINISTER)}
            <span class="px-1 text-faint" aria-hidden="true">"/"</span>
        </span>
        <span class="font-semibold text-ink" aria-current="page">{t(word)}</span>
    }
}
