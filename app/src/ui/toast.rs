//! Short messages at the edge of the page. Never the only place of a fact; errors stay until closed.

use super::Tone;
use super::icon::{Glyph, Icon};
use crate::i18n::{t, text};
use leptos::prelude::*;
use std::time::Duration;

/// How long a message that is no error stays.
const LIFE: Duration = Duration::from_secs(5);
/// More than these would cover the page: the oldest that is no error goes.
const MOST: usize = 4;

/// One message.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    id: u64,
    tone: Tone,
    title: String,
    detail: Option<String>,
    link: Option<(String, String)>,
}

/// Where messages are put, by context.
#[derive(Clone, Copy)]
pub struct Toasts {
    list: RwSignal<Vec<Toast>>,
    next: StoredValue<u64>,
    held: RwSignal<bool>,
}

/// Puts the message stack into the context.
pub fn provide_toasts() {
    provide_context(Toasts { list: RwSignal::new(Vec::new()), next: StoredValue::new(0), held: RwSignal::new(false) });
}

/// The message stack of this page.
pub fn use_toasts() -> Toasts {
    expect_context()
}

impl Toasts {
    /// Something worked.
    pub fn good(self, title: impl Into<String>, detail: Option<String>) {
        self.push(Tone::Good, title.into(), detail, None);
    }

    /// Something worked; with a link to it: (address, word).
    pub fn good_with_link(self, title: impl Into<String>, detail: Option<String>, href: String, word: String) {
        self.push(Tone::Good, title.into(), detail, Some((href, word)));
    }

    /// Something did not work. Stays until closed.
    pub fn error(self, title: impl Into<String>, detail: Option<String>) {
        self.push(Tone::Bad, title.into(), detail, None);
    }

    fn push(self, tone: Tone, title: String, detail: Option<String>, link: Option<(String, String)>) {
        let id = self.next.with_value(|next| *next);
        self.next.set_value(id + 1);
        self.list.update(|list| {
            // the same words twice are one message
            list.retain(|old| old.title != title || old.detail != detail);
            if list.len() >= MOST
                && let Some(oldest) = list.iter().position(|toast| toast.tone != Tone::Bad)
            {
                list.remove(oldest);
            }
            list.push(Toast { id, tone, title, detail, link });
        });
        if tone != Tone::Bad {
            self.close_later(id);
        }
    }

    fn close_later(self, id: u64) {
        set_timeout(
            move || {
                // somebody is reading
                if self.held.try_get_untracked() == Some(true) { self.close_later(id) } else { self.close(id) }
            },
            LIFE,
        );
    }

    fn close(self, id: u64) {
        let _ = self.list.try_update(|list| list.retain(|toast| toast.id != id));
    }
}

/// The stack itself; the frame has it once.
#[component]
pub fn ToastStack() -> impl IntoView {
    let toasts = use_toasts();
    let group = move |errors: bool| {
        view! {
            <For
                each=move || toasts.list.get().into_iter().filter(move |toast| (toast.tone == Tone::Bad) == errors)
                key=|toast| toast.id
                let:toast
            >
                <OneToast toast=toast />
            </For>
        }
    };
    view! {
        <div
            class="toasts"
            on:pointerenter=move |_| toasts.held.set(true)
            on:pointerleave=move |_| toasts.held.set(false)
        >
            <div class="grid gap-3" role="alert">{group(true)}</div>
            <div class="grid gap-3" role="status">{group(false)}</div>
        </div>
    }
}

#[component]
fn OneToast(toast: Toast) -> impl IntoView {
    let toasts = use_toasts();
    let id = toast.id;
    let (glyph, tone) = match toast.tone {
        Tone::Bad => (Glyph::CircleCross, "mt-0.5 text-bad"),
        _ => (Glyph::CircleCheck, "mt-0.5 text-good"),
    };
    let close = t(text("閉じる", "Close"));
    view! {
        <div class="toast-x" data-testid="toast">
            <Icon glyph=glyph class=tone />
            <div class="min-w-0">
                <b class="font-semibold">{toast.title}</b>
                {toast.detail.map(|detail| view! { <div class="sub">{detail}</div> })}
            </div>
            <div class="flex items-start gap-2">
                {toast
                    .link
                    .map(|(href, word)| {
                        view! { <a class="link" href=href on:click=move |_| toasts.close(id)>{word}</a> }
                    })}
                <button
                    type="button"
                    class="btn btn-ghost btn-xs btn-square"
                    aria-label=close
                    on:click=move |_| toasts.close(id)
                >
                    <Icon glyph=Glyph::Cross />
                </button>
            </div>
        </div>
    }
}
