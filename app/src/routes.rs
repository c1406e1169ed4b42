//! Pages whose code is no part of the first download: each is a file of its own, loaded when it is opened, and named
//! in the server's HTML when that page is the first. The list is in the main file, because most visits begin there.
//! `#[lazy_route]` would stop the whole program when a file does not come; here the page says so.
#![allow(unsafe_code, reason = "the macro exports each page's entry by a name of its own for the splitter to find")]

use crate::{account, admin, cleanup, help, jobs, licenses, nodes, sign_in};
use leptos::prelude::*;
use leptos_router::LazyRoute;

/// A route whose page is `$page`, in a file called by `$part`.
macro_rules! lazy_page {
    ($(#[$doc:meta])* $route:ident, $part:ident, $page:expr) => {
        $(#[$doc])*
        pub struct $route;

        #[cfg(feature = "hydrate")]
        mod $part {
            use super::*;

            #[leptos::wasm_split::wasm_split(
                $part,
                wasm_split_path = ::leptos::wasm_split,
                fallible,
                preload(#[allow(missing_docs)] fetch),
            )]
            pub fn page() -> Result<AnyView, leptos::wasm_split::SplitLoaderError> {
                Ok($page)
            }
        }

        impl LazyRoute for $route {
            fn data() -> Self {
                $route
            }

            async fn preload() {
                // what does not come now is asked for again when the page is shown
                #[cfg(feature = "hydrate")]
                drop($part::fetch().await);
            }

            async fn view(_: Self) -> AnyView {
                #[cfg(feature = "hydrate")]
                {
                    $part::page().await.unwrap_or_else(|_| view! { <crate::frame::NotLoaded /> }.into_any())
                }
                #[cfg(not(feature = "hydrate"))]
                {
                    leptos::prefetch_lazy_fn_on_server(stringify!($part));
                    $page
                }
            }
        }
    };
}

lazy_page! {
    /// `/licenses`
    Licenses, licenses_page, view! { <licenses::LicensesPage /> }.into_any()
}
lazy_page! {
    /// `/nodes`
    Nodes, nodes_page, view! { <nodes::NodesPage /> }.into_any()
}
lazy_page! {
    /// `/nodes/ID`
    Node, node_page, view! { <nodes::NodePage /> }.into_any()
}
lazy_page! {
    /// `/cleanup`
    Cleanup, cleanup_page, view! { <cleanup::CleanupPage /> }.into_any()
}
lazy_page! {
    /// `/help`
    Help, help_page, view! { <help::HelpPage /> }.into_any()
}
lazy_page! {
    /// `/jobs/new`
    NewJob, new_job_page, view! { <jobs::submit::NewJobPage /> }.into_any()
}
lazy_page! {
    /// `/jobs/ID`
    Job, job_page, view! { <jobs::detail::JobPage /> }.into_any()
}
lazy_page! {
    /// `/admin/users`
    People, people_page, view! { <admin::people::PeoplePage /> }.into_any()
}
lazy_page! {
    /// `/admin/start`
    Start, start_page, view! { <admin::start::StartPage /> }.into_any()
}
lazy_page! {
    /// `/account`
    Account, account_page, view! { <account::AccountPage /> }.into_any()
}
lazy_page! {
    /// `/sign-in`
    SignIn, sign_in_page, view! { <sign_in::SignInPage /> }.into_any()
}
lazy_page! {
    /// `/welcome/LINK`
    Welcome, welcome_page, view! { <sign_in::WelcomePage /> }.into_any()
}
lazy_page! {
    /// `/admin/settings`
    Settings, settings_page, view! { <admin::settings::SettingsPage /> }.into_any()
}
lazy_page! {
    /// `/admin/audit`
    Audit, audit_page, view! { <admin::audit::AuditPage /> }.into_any()
}
lazy_page! {
    /// `/admin/logs`
    Logs, logs_page, view! { <admin::logs::LogsPage /> }.into_any()
}
lazy_page! {
    /// `/admin/operations`
    Operations, operations_page, view! { <admin::operations::OperationsPage /> }.into_any()
}
