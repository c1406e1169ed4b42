//! The frame around every page: side bar, top bar, tab bar, messages, keys.

mod alarm;
mod arrivals;
#[cfg(feature = "hydrate")]
mod filled_early;
mod keys;
pub mod lab_feed;
mod side;
mod stopped;
mod top;
mod words;

pub use arrivals::use_arrivals;
#[cfg(feature = "hydrate")]
pub use filled_early::FilledEarly;
#[cfg(feature = "hydrate")]
pub use keys::is_free;
pub use lab_feed::{LabFeed, use_lab};
pub use side::{AdminStrip, Mark, role};
pub use stopped::NotLoaded;
#[cfg(feature = "hydrate")]
pub use stopped::{say_ready, say_stopped};
pub use top::LookSwitches;

use crate::i18n::t;
use crate::ui::{EmptyState, ToastStack, provide_toasts};
use leptos::prelude::*;
use leptos_meta::Title;

/// The last word of the breadcrumb, for pages that know more than their address says. Set it in an `Effect`: the
/// server's HTML has what the address says, and the browser must find the same.
#[derive(Clone, Copy)]
pub struct Here(RwSignal<Option<String>>);

impl Here {
    /// Names the page; forgotten when the effect runs again or the page is gone.
    pub fn name(self, name: String) {
        self.0.set(Some(name));
        on_cleanup(move || {
            let _ = self.0.try_set(None);
        });
    }
}

/// The breadcrumb's last word.
pub fn use_here() -> Here {
    expect_context()
}

/// Side bar, top bar and the page.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    provide_toasts();
    provide_context(Here(RwSignal::new(None)));
    lab_feed::provide();
    arrivals::provide();
    view! {
        <a class="skip" href="#main" rel="external">
            {t(words::SKIP)}
        </a>
        <div class="app">
            <side::SideBar />
            <div class="min-w-0">
                <top::TopBar />
                <main id="main" class="page" tabindex="-1">
                    <alarm::Alarm />
                    {children()}
                </main>
            </div>
        </div>
        <side::TabBar />
        <ToastStack />
        <keys::Keys />
        <arrivals::DropAnywhere />
        <crate::sign_in::SignInAgain />
    }
}

/// No such page.
#[component]
pub fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    view! {
        <Title text=t(words::NOT_FOUND) />
        <section class="panel">
            <h1 class="sr-only">{t(words::NOT_FOUND)}</h1>
            <EmptyState title=t(words::NOT_FOUND) text=t(words::NOT_FOUND_TEXT)>
                <a class="btn btn-primary btn-sm" href="/">
                    {t(words::TO_JOBS)}
                </a>
            </EmptyState>
        </section>
    }
}
