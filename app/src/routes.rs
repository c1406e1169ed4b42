//! Pages whose code is no part of the first download: each is a file of its own, loaded when it is opened, and named
//! in the server's HTML when that page is the first. The list is in the main file, because most visits begin there.
#![allow(unsafe_code, reason = "the macro exports each page's entry by a name of its own for the splitter to find")]

use crate::{help, jobs, licenses};
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

/// `/licenses`
pub struct Licenses;

#[lazy_route]
impl LazyRoute for Licenses {
    fn data() -> Self {
        Licenses
    }

    fn view(_page: Self) -> AnyView {
        view! { <licenses::LicensesPage /> }.into_any()
    }
}

/// `/help`
pub struct Help;

#[lazy_route]
impl LazyRoute for Help {
    fn data() -> Self {
        Help
    }

    fn view(_page: Self) -> AnyView {
        view! { <help::HelpPage /> }.into_any()
    }
}

/// `/jobs/new`
pub struct NewJob;

#[lazy_route]
impl LazyRoute for NewJob {
    fn data() -> Self {
        NewJob
    }

    fn view(_page: Self) -> AnyView {
        view! { <jobs::submit::NewJobPage /> }.into_any()
    }
}

/// `/jobs/ID`
pub struct Job;

#[lazy_route]
impl LazyRoute for Job {
    fn data() -> Self {
        Job
    }

    fn view(_page: Self) -> AnyView {
        view! { <jobs::detail::JobPage /> }.into_any()
    }
}
