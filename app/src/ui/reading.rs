//! What a page shows before and after it has read what it is about.

use super::{PageError, Skeleton};
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use std::future::Future;

/// What `body` makes of what it awaits. It is made once: afterwards the page reads by itself, so that what has the focus
/// stays the same element.
#[component]
pub fn ReadFirst<B, F, V>(
    /// Of the page, where nothing says it before.
    #[prop(optional, into)]
    heading: Option<TextProp>,
    /// Reads, and shows what was read or why there is nothing.
    body: B,
) -> impl IntoView
where
    B: Fn() -> F + Send + Sync + 'static,
    F: Future<Output = V> + Send + 'static,
    V: IntoView + 'static,
{
    view! {
        <Suspense fallback=move || {
            view! {
                {heading
                    .clone()
                    .map(|heading| view! { <h1 class="mb-3 text-xl">{move || heading.get()}</h1> })}
                <section class="panel p-4">
                    <Skeleton lines=&["w-1/3", "w-2/3", "w-1/2", "w-2/3"] />
                </section>
            }
        }>{move || Suspend::new(body())}</Suspense>
    }
}

/// Where it cannot be read, above what was read before.
#[component]
pub fn NotRead(
    /// The server's own sentence, where there is one.
    #[prop(into)]
    why: Signal<Option<String>>,
    /// `一覧を読み込めませんでした`.
    #[prop(into)]
    title: TextProp,
    /// Reads it again.
    #[prop(into)]
    retry: Callback<()>,
) -> impl IntoView {
    let why = Memo::new(move |_| why.get());
    move || {
        let (detail, title) = (why.get()?, title.clone());
        Some(view! {
            <section class="panel mb-4">
                <PageError title=title detail=detail retry=retry />
            </section>
        })
    }
}
