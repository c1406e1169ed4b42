//! Pages that are for admins: others are told so, and what stands on them is not even asked for.

use crate::frame::{AdminStrip, use_lab};
use crate::i18n::{Text, t, text};
use crate::ui::{EmptyState, Skeleton};
use domain::Act;
use leptos::prelude::*;

const FOR_ADMINS: Text = text("この画面は管理者用です", "This page is for admins");
const ASK: Text = text("必要なときは、研究室の管理者に頼んでください。", "Ask an admin of your lab where you need it.");
const TO_JOBS: Text = text("ジョブの一覧へ", "To the jobs");

/// Whether whoever asks for this page may; known while the page is made.
#[cfg(feature = "ssr")]
fn known() -> Option<bool> {
    Some(crate::backend::signed_in().is_ok_and(|asking| asking.actor.may(Act::Administer)))
}

#[cfg(not(feature = "ssr"))]
fn known() -> Option<bool> {
    None
}

/// Its children, for admins; a closed door for everybody else.
#[component]
pub fn AdminOnly(
    /// Made only for those who may see it, so that nobody else's page asks for it.
    children: ChildrenFn,
) -> impl IntoView {
    // the server's answer comes with its HTML: both draw the same, and what stands on the page is made once
    match SharedValue::<Option<bool>>::new(known).into_inner() {
        Some(true) => view! { <Open children=children /> }.into_any(),
        Some(false) => view! { <ClosedDoor /> }.into_any(),
        None => view! { <OnceKnown children=children /> }.into_any(),
    }
}

/// The same for whoever comes from another page: the frame knows who that is, or will in a moment.
#[component]
fn OnceKnown(children: ChildrenFn) -> impl IntoView {
    let lab = use_lab();
    let may = Memo::new(move |_| lab.newer().map(|status| status.actor.may(Act::Administer)));
    Effect::new(move |_| {
        if may.get().is_none() {
            lab.read_soon();
        }
    });
    move || match may.get() {
        Some(true) => view! { <Open children=children.clone() /> }.into_any(),
        Some(false) => view! { <ClosedDoor /> }.into_any(),
        None => view! {
            <section class="panel p-4">
                <Skeleton />
            </section>
        }
        .into_any(),
    }
}

#[component]
fn Open(children: ChildrenFn) -> impl IntoView {
    view! {
        <AdminStrip />
        {children()}
    }
}

#[component]
fn ClosedDoor() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::FORBIDDEN);
    }
    view! {
        <section class="panel" data-testid="for-admins">
            <h1 class="sr-only">{t(FOR_ADMINS)}</h1>
            <EmptyState title=t(FOR_ADMINS) text=t(ASK)>
                <a class="btn btn-primary btn-sm" href="/">
                    {t(TO_JOBS)}
                </a>
            </EmptyState>
        </section>
    }
}
