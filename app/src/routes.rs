//! Pages whose code is no part of the first download: it is loaded when one is opened, and named in the server's HTML when
//! that page is the first. The list is in the main file, because most visits begin there. Pages that the same people open
//! one after the other share a file: what any two files have in common is a file as well, and with one for each page
//! there were 131 to load for a job.
//! `#[lazy_route]` would stop the whole program when a file does not come; here the page says so.
#![allow(unsafe_code, reason = "the macro exports each page's entry by a name of its own for the splitter to find")]

use crate::{account, admin, cleanup, help, jobs, licenses, nodes, sign_in};
use leptos::prelude::*;
use leptos_router::LazyRoute;

/// A route whose page is `$page`, in a file called by `$part`. `$name` is of this page alone: the splitter knows it by that.
macro_rules! lazy_page {
    ($(#[$doc:meta])* $route:ident, $name:ident in $part:ident, $page:expr) => {
        $(#[$doc])*
        pub struct $route;

        #[cfg(feature = "hydrate")]
        mod $name {
            use super::*;

            #[leptos::wasm_split::wasm_split(
                $part,
                wasm_split_path = ::leptos::wasm_split,
                fallible,
                preload(#[allow(missing_docs)] fetch),
            )]
            pub fn $name() -> Result<AnyView, leptos::wasm_split::SplitLoaderError> {
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
                drop($name::fetch().await);
            }

            async fn view(_: Self) -> AnyView {
                #[cfg(feature = "hydrate")]
                {
                    $name::$name().await.unwrap_or_else(|_| view! { <crate::frame::NotLoaded /> }.into_any())
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
    Licenses, licenses_page in lab_pages, view! { <licenses::LicensesPage /> }.into_any()
}
lazy_page! {
    /// `/nodes`
    Nodes, nodes_page in lab_pages, view! { <nodes::NodesPage /> }.into_any()
}
lazy_page! {
    /// `/nodes/ID`
    Node, node_page in lab_pages, view! { <nodes::NodePage /> }.into_any()
}
lazy_page! {
    /// `/cleanup`
    Cleanup, cleanup_page in lab_pages, view! { <cleanup::CleanupPage /> }.into_any()
}
lazy_page! {
    /// `/help`
    Help, help_page in help_page, view! { <help::HelpPage /> }.into_any()
}
lazy_page! {
    /// `/jobs/new`
    NewJob, new_job_page in new_job_page, view! { <jobs::submit::NewJobPage /> }.into_any()
}
lazy_page! {
    /// `/jobs/ID`
    Job, job_page in job_page, view! { <jobs::detail::JobPage /> }.into_any()
}
lazy_page! {
    /// `/admin/users`
    People, people_page in admin_pages, view! { <admin::people::PeoplePage /> }.into_any()
}
lazy_page! {
    /// `/admin/start`
    Start, start_page in admin_pages, view! { <admin::start::StartPage /> }.into_any()
}
lazy_page! {
    /// `/account`
    Account, account_page in guest_pages, view! { <account::AccountPage /> }.into_any()
}
lazy_page! {
    /// `/sign-in`
    SignIn, sign_in_page in guest_pages, view! { <sign_in::SignInPage /> }.into_any()
}
lazy_page! {
    /// `/welcome/LINK`
    Welcome, welcome_page in guest_pages, view! { <sign_in::WelcomePage /> }.into_any()
}
lazy_page! {
    /// `/admin/settings`
    Settings, settings_page in admin_pages, view! { <admin::settings::SettingsPage /> }.into_any()
}
lazy_page! {
    /// `/admin/audit`
    Audit, audit_page in admin_pages, view! { <admin::audit::AuditPage /> }.into_any()
}
lazy_page! {
    /// `/admin/logs`
    Logs, logs_page in admin_pages, view! { <admin::logs::LogsPage /> }.into_any()
}
lazy_page! {
    /// `/admin/operations`
    Operations, operations_page in admin_pages, view! { <admin::operations::OperationsPage /> }.into_any()
}
