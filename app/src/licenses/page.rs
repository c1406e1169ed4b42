//! The page `/licenses`.

use super::api::LicensesView;
use super::calls::view_licenses;
use super::store::Store;
use super::{holders, pool, report, reservations, words};
use crate::AppError;
use crate::i18n::t;
use crate::loaded::load;
use crate::ui::{NotRead, ReadFirst};
use leptos::prelude::*;
use leptos_meta::Title;

/// The pool, who holds and who waits, the licence server beside our count, and reservations.
#[component]
pub fn LicensesPage() -> impl IntoView {
    let first = load(|| (), |()| view_licenses());
    view! {
        <Title text=t(words::LICENSES) />
        <h1 class="mb-3 text-xl">{t(words::LICENSES)}</h1>
        <ReadFirst body=move || async move {
            let view = first.await;
            view! { <Body first=view /> }
        } />
    }
}

#[component]
fn Body(first: Result<LicensesView, AppError>) -> impl IntoView {
    let store = Store::new(first);
    let failed = Signal::derive(move || store.error.get().map(|error| error.message));
    let is_there = Memo::new(move |_| store.view.with(Option::is_some));
    view! {
        <NotRead why=failed title=t(words::COULD_NOT_LOAD) retry=move |()| store.read() />
        {move || {
            is_there
                .get()
                .then(|| {
                    view! {
                        <pool::Pool store=store />
                        <div class="mt-4 grid grid-cols-[minmax(0,1fr)] items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
                            <div class="grid grid-cols-[minmax(0,1fr)] gap-4">
                                <holders::Holders store=store />
                                <holders::Waiters store=store />
                                <reservations::Reservations store=store />
                            </div>
                            <div class="grid grid-cols-[minmax(0,1fr)] gap-4">
                                <report::Report store=store />
                                <pool::Rule store=store />
                            </div>
                        </div>
                    }
                })
        }}
    }
}
