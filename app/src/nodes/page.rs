//! The page `/nodes/ID`: what the node is doing, and for admins everything that can be done about it.

use super::acts::Acts;
use super::api::NodeView;
use super::calls::view_node;
use super::doctor::Doctor;
use super::form::EditForm;
use super::host_key::HostKey;
use super::parts::{CoresCell, DiskCell, JobLinks, StateCell, answered};
use super::store::Store;
use super::words;
use crate::clock::use_clock;
use crate::i18n::t;
use crate::loaded::load;
use crate::preferences::use_locale;
use crate::ui::{EmptyState, PageError, Skeleton};
use crate::{AppError, ErrorCode};
use domain::NodeId;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// Reads it; where there is none the page leaves with the status that says so.
async fn read(id: Option<NodeId>) -> Result<NodeView, AppError> {
    let answer = match id {
        Some(id) => view_node(id).await,
        None => Err(AppError::new(ErrorCode::NotFound, "")),
    };
    #[cfg(feature = "ssr")]
    let answer = crate::backend::answer(answer);
    answer
}

/// The page.
#[component]
pub fn NodePage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| NodeId::parse(&params.get("id")?).ok()));
    let loaded = load(move || id.get(), read);
    let retry = Callback::new(move |()| loaded.refetch());
    view! {
        <Transition fallback=|| {
            view! {
                <section class="panel p-4">
                    <Skeleton lines=&["w-1/3", "w-2/3", "w-1/2"] />
                </section>
            }
        }>
            {move || Suspend::new(async move {
                match loaded.await {
                    Ok(view) => view! { <Node first=view /> }.into_any(),
                    Err(error) => view! { <NotShown error=error retry=retry /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn NotShown(error: AppError, retry: Callback<()>) -> impl IntoView {
    let body = if error.code == ErrorCode::NotFound {
        view! {
            <EmptyState title=t(words::NO_SUCH) text=t(words::NO_SUCH_TEXT)>
                <a class="btn btn-primary btn-sm" href="/nodes">{t(words::TO_NODES)}</a>
            </EmptyState>
        }
        .into_any()
    } else {
        view! { <PageError title=t(words::COULD_NOT_LOAD) detail=error.message retry=retry /> }.into_any()
    };
    view! {
        <Title text=t(words::NODES) />
        <h1 class="sr-only">{t(words::NODES)}</h1>
        <section class="panel">{body}</section>
    }
}

#[component]
fn Node(first: NodeView) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let id = first.summary.id.clone();
    let is_admin = first.admin.is_some();
    let store = Store::new(first);
    let node = Memo::new(move |_| store.view.with(|view| view.summary.clone()));
    let failed = Memo::new(move |_| store.error.get());
    let gone = Memo::new(move |_| failed.with(|error| error.as_ref().is_some_and(|e| e.code == ErrorCode::NotFound)));
    let tokens = move || node.with(|node| format!("{} / {}", node.tokens_used, node.max_tokens));
    let solvers =
        move || node.with(|node| node.solvers.iter().map(|solver| solver.title()).collect::<Vec<_>>().join(", "));
    let contact = move || node.with(|node| answered(clock, locale.get(), node.last_contact));
    view! {
        <Title text=id.to_string() />
        <div class="mb-4">
            <h1 class="text-xl">{id.to_string()}</h1>
            <p class="text-sm text-muted">{move || node.with(|node| node.hostname.clone())}</p>
        </div>
        {move || {
            failed
                .get()
                .map(|error| {
                    let retry = Callback::new(move |()| store.read());
                    let body = if gone.get() {
                        view! {
                            <EmptyState title=t(words::NO_SUCH) text=t(words::NO_SUCH_TEXT)>
                                <a class="btn btn-primary btn-sm" href="/nodes">{t(words::TO_NODES)}</a>
                            </EmptyState>
                        }
                            .into_any()
                    } else {
                        view! { <PageError title=t(words::COULD_NOT_LOAD) detail=error.message retry=retry /> }.into_any()
                    };
                    view! { <section class="panel mb-4">{body}</section> }
                })
        }}
        <div class=if is_admin {
            "grid grid-cols-[minmax(0,1fr)] items-start gap-4 xl:grid-cols-[minmax(0,1fr)_23.5rem]"
        } else {
            "grid grid-cols-[minmax(0,1fr)] items-start gap-4"
        }>
            <div class="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4">
                <section class="panel" aria-labelledby="node-facts" data-testid="node-facts">
                    <div class="panel-h">
                        <h2 id="node-facts">{t(words::FACTS)}</h2>
                    </div>
                    <dl class="kv p-4">
                        <dt>{t(words::STATE)}</dt>
                        <dd><StateCell node=node /></dd>
                        <dt>{t(words::CONTACT)}</dt>
                        <dd data-testid="node-contact">{contact}</dd>
                        <dt>{t(words::CORES)}</dt>
                        <dd><CoresCell node=node /></dd>
                        <dt>{t(words::TOKENS)}</dt>
                        <dd>{tokens}</dd>
                        <dt>{t(words::SOLVERS)}</dt>
                        <dd>{solvers}</dd>
                        <dt>{t(words::DISK)}</dt>
                        <dd><DiskCell node=node /></dd>
                        <dt>{t(words::JOBS)}</dt>
                        <dd><JobLinks node=node /></dd>
                    </dl>
                </section>
                {is_admin
                    .then(|| {
                        view! {
                            <HostKey store=store />
                            <Acts store=store />
                            <EditForm store=store />
                        }
                    })}
            </div>
            {is_admin.then(|| view! { <Doctor store=store /> })}
        </div>
    }
}
