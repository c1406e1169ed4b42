//! Pages and the server functions beside them; compiled twice: `ssr` for the server, `hydrate` for the browser.

pub mod account;
pub mod admin;
#[cfg(feature = "ssr")]
pub mod backend;
pub mod cleanup;
pub mod clock;
pub mod error;
pub mod frame;
pub mod help;
pub mod i18n;
pub mod jobs;
pub mod lab;
pub mod licenses;
pub mod live;
pub mod loaded;
pub mod nodes;
pub mod plot;
pub mod preferences;
pub mod preflight;
pub mod routes;
pub mod sheet;
pub mod sign_in;
pub mod ui;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{Lazy, ParamSegment, SsrMode, StaticSegment};

pub use error::{AppError, ErrorCode};

/// The document around every page. Language and theme come from cookies, so that nothing flashes.
#[cfg(feature = "ssr")]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    use leptos_meta::{HashedStylesheet, MetaTags};
    let wishes = preferences::of_request();
    let now = clock::server_now();
    view! {
        <!DOCTYPE html>
        <html
            lang=wishes.locale.as_str()
            data-theme=wishes.theme.map(preferences::Theme::as_str)
            data-keys=(!wishes.single_keys).then(|| preferences::switch_word(false))
            data-now=now.0.to_string()
            data-offset=clock::server_offset_minutes().to_string()
        >
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <link rel="icon" href="/icon.svg" type="image/svg+xml" />
                <HashedStylesheet options=options.clone() id="leptos" />
                <AutoReload options=options.clone() />
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The whole application.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    preferences::provide();
    clock::provide();

    view! {
        <Title formatter=|text: String| {
            if text.is_empty() { "Abaqus Job Manager".to_owned() } else { format!("{text} · Abaqus Job Manager") }
        } />
        <Router>
            <Places />
        </Router>
    }
}

/// The pages in their layout. Whoever goes from one layout to the other loads the whole document anew.
#[component]
fn Places() -> impl IntoView {
    if sign_in::is_outside(&leptos_router::hooks::use_location().pathname.get_untracked()) {
        return view! {
            <sign_in::Outside>
                <Pages />
            </sign_in::Outside>
        }
        .into_any();
    }
    live::provide();
    // on whatever page: links of an import are shown once
    ui::ask_before_leaving(admin::people::has_untaken_links);
    view! {
        <frame::Frame>
            <Pages />
        </frame::Frame>
    }
    .into_any()
}

#[component]
fn Pages() -> impl IntoView {
    view! {
        <Routes fallback=frame::NotFound>
            <Route path=StaticSegment("licenses") view={Lazy::<routes::Licenses>::new()} ssr=SsrMode::Async />
            <Route path=StaticSegment("nodes") view={Lazy::<routes::Nodes>::new()} ssr=SsrMode::Async />
            <Route path=(StaticSegment("nodes"), ParamSegment("id")) view={Lazy::<routes::Node>::new()} ssr=SsrMode::Async />
            <Route path=StaticSegment("cleanup") view={Lazy::<routes::Cleanup>::new()} ssr=SsrMode::Async />
            <Route path=StaticSegment("help") view={Lazy::<routes::Help>::new()} ssr=SsrMode::Async />
            <Route path=StaticSegment("") view=jobs::list::JobsPage ssr=SsrMode::Async />
            <Route
                path=(StaticSegment("jobs"), StaticSegment("new"))
                view={Lazy::<routes::NewJob>::new()}
                ssr=SsrMode::Async
            />
            <Route path=(StaticSegment("jobs"), ParamSegment("id")) view={Lazy::<routes::Job>::new()} ssr=SsrMode::Async />
            <Route
                path=(StaticSegment("admin"), StaticSegment("users"))
                view={Lazy::<routes::People>::new()}
                ssr=SsrMode::Async
            />
            <Route
                path=(StaticSegment("admin"), StaticSegment("start"))
                view={Lazy::<routes::Start>::new()}
                ssr=SsrMode::Async
            />
            <Route
                path=(StaticSegment("admin"), StaticSegment("settings"))
                view={Lazy::<routes::Settings>::new()}
                ssr=SsrMode::Async
            />
            <Route
                path=(StaticSegment("admin"), StaticSegment("audit"))
                view={Lazy::<routes::Audit>::new()}
                ssr=SsrMode::Async
            />
            <Route
                path=(StaticSegment("admin"), StaticSegment("operations"))
                view={Lazy::<routes::Operations>::new()}
                ssr=SsrMode::Async
            />
            <Route
                path=(StaticSegment("admin"), StaticSegment("logs"))
                view={Lazy::<routes::Logs>::new()}
                ssr=SsrMode::Async
            />
            <Route path=StaticSegment("account") view={Lazy::<routes::Account>::new()} ssr=SsrMode::Async />
            <Route path=StaticSegment("sign-in") view={Lazy::<routes::SignIn>::new()} ssr=SsrMode::Async />
            <Route
                path=(StaticSegment("welcome"), ParamSegment("link"))
                view={Lazy::<routes::Welcome>::new()}
                ssr=SsrMode::Async
            />
        </Routes>
    }
}
