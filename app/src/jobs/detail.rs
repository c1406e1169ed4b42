//! The job's own page: state, progress, why it stopped, convergence, log, files, history.
//!
//! All of it is in the server's HTML. In the browser one `page::Page` holds what is shown; events and, while a run is
//! alive and the tab is visible, a clock of two seconds bring it up to date.

mod advice;
mod convergence;
mod ended;
mod failure;
mod files;
mod head;
mod history;
mod keys;
mod lineage;
mod load;
mod log;
mod messages;
mod notices;
mod page;
mod progress;
mod waiting;
mod words;

use crate::i18n::{Text, t};
use crate::loaded::load;
use crate::ui::button::Kind;
use crate::ui::{EmptyState, PageError, Skeleton};
use crate::{AppError, ErrorCode};
use domain::{JobId, JobStatus};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};
use load::{Loaded, Wanted};
use page::Page;

/// The page.
#[component]
pub fn JobPage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")?.parse().ok().map(JobId)));
    let loaded = load(
        move || id.get(),
        move |id| {
            // the log's file and line are in the address only for links from outside: the page itself does not read anew
            let wanted = query.with_untracked(|query| Wanted {
                file: query.get("log"),
                line: query.get("line").and_then(|line| line.parse().ok()),
            });
            async move { load::load(id, &wanted).await.map(|loaded| (loaded, wanted)) }
        },
    );
    let retry = Callback::new(move |()| loaded.refetch());
    view! {
        <Transition fallback=|| view! { <div class="panel p-4"><Skeleton lines=&["w-1/3", "w-2/3", "w-1/2"] /></div> }>
            {move || Suspend::new(async move {
                match loaded.await {
                    Ok((loaded, wanted)) => view! { <Job loaded=loaded wanted=wanted /> }.into_any(),
                    Err(error) => view! { <NotShown error=error retry=retry /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn NotShown(error: AppError, retry: Callback<()>) -> impl IntoView {
    let title = t(words::JOB);
    let body = if error.code == ErrorCode::NotFound {
        view! {
            <EmptyState title=t(words::NOT_FOUND) text=t(words::NOT_FOUND_WHAT)>
                <a class=format!("btn {}", Kind::Primary.class()) href="/">{t(words::TO_LIST)}</a>
            </EmptyState>
        }
        .into_any()
    } else {
        view! { <PageError title=t(words::NOT_READ) detail=error.message retry=retry /> }.into_any()
    };
    view! {
        <Title text=title />
        <section class="panel">{body}</section>
    }
}

#[component]
fn Job(loaded: Loaded, wanted: Wanted) -> impl IntoView {
    let page = Page::new(loaded, &wanted);
    provide_context(page);
    page.keep_up_to_date();
    keys::listen(page);
    let here = crate::frame::use_here();
    Effect::new(move |_| here.name(page.view.with_untracked(|view| view.summary.name.to_string())));
    let status = page.status;
    let name = page.view.with_untracked(|view| view.summary.name.to_string());
    let failed = Memo::new(move |_| matches!(status.get(), JobStatus::Failed | JobStatus::Missing));
    let short_end = Memo::new(move |_| matches!(status.get(), JobStatus::Completed | JobStatus::Cancelled));
    let queued = Memo::new(move |_| matches!(status.get(), JobStatus::Waiting | JobStatus::Held));
    let active = Memo::new(move |_| status.get().is_active());
    // what has not begun has neither increments nor a log
    let begun =
        Memo::new(move |_| page.view.with(|view| view.summary.started_at.is_some() || !view.results.is_empty()));
    view! {
        <Title text=name />
        <head::Head />
        <div class="grid gap-4">
            <notices::Notices />
            {move || failed.get().then(|| view! { <failure::Failure /> })}
            {move || short_end.get().then(|| view! { <ended::Ended /> })}
            {move || queued.get().then(|| view! { <waiting::WaitingPanel /> })}
            {move || active.get().then(|| view! { <progress::ProgressPanel /> })}
            <div class="grid grid-cols-[minmax(0,1fr)] items-start gap-4 xl:grid-cols-[minmax(0,1fr)_20.5rem]">
                <div class="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4">
                    {move || begun.get().then(|| view! { <convergence::ConvergencePanel /> <log::LogPanel /> })}
                    {move || (!begun.get()).then(|| view! { <NotBegun /> })}
                </div>
                <div class="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4">
                    {move || begun.get().then(|| view! { <messages::Messages /> })}
                    <lineage::Lineage />
                    <files::Files />
                    <history::History />
                </div>
            </div>
        </div>
    }
}

/// Where plot and log will be.
#[component]
fn NotBegun() -> impl IntoView {
    const TITLE: Text = crate::i18n::text("計算はまだ始まっていません", "It has not begun to compute");
    const WHAT: Text = crate::i18n::text(
        "始まると、収束の図とログがここに出ます。",
        "The convergence plot and the log appear here once it does.",
    );
    view! {
        <section class="panel">
            <EmptyState title=t(TITLE) text=t(WHAT) />
        </section>
    }
}
