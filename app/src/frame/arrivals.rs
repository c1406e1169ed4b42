//! Files dropped on the window: on every page they lead to the form.

use super::words;
use crate::i18n::t;
use crate::ui::{Glyph, Icon};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Where the form is.
const FORM: &str = "/jobs/new";

#[cfg(feature = "hydrate")]
thread_local! {
    /// Dropped, and not yet taken: a browser's handles cannot leave its thread.
    static FILES: std::cell::RefCell<Vec<web_sys::File>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// What is dragged over the window and dropped on it.
#[derive(Clone, Copy)]
pub struct Arrivals {
    /// Files being dragged over the window.
    pub over: RwSignal<Option<u32>>,
    #[cfg_attr(not(feature = "hydrate"), allow(dead_code))]
    drops: RwSignal<u32>,
}

/// For the frame, once.
pub fn provide() {
    provide_context(Arrivals { over: RwSignal::new(None), drops: RwSignal::new(0) });
}

/// What is dropped.
pub fn use_arrivals() -> Arrivals {
    expect_context()
}

#[cfg(feature = "hydrate")]
impl Arrivals {
    /// The files dropped since somebody asked last; reactive.
    pub fn take(self) -> Vec<web_sys::File> {
        self.drops.track();
        FILES.take()
    }

    fn bring(self, list: &web_sys::FileList) {
        FILES.with_borrow_mut(|files| files.extend((0..list.length()).filter_map(|at| list.get(at))));
        self.drops.update(|drops| *drops += 1);
    }
}

/// Hears drops on the window, and shows what would happen while files are over a page that is not the form.
#[component]
pub fn DropAnywhere() -> impl IntoView {
    let arrivals = use_arrivals();
    let path = use_location().pathname;
    #[cfg(feature = "hydrate")]
    listen(arrivals, path);
    view! {
        <Show when=move || arrivals.over.get().is_some() && path.get() != FORM>
            <div class="pointer-events-none fixed inset-0 z-50 p-3" data-testid="drop-anywhere">
                <div class="drop over h-full justify-center opacity-95">
                    <Icon glyph=Glyph::Upload />
                    <b class="font-semibold">{t(words::LET_GO)}</b>
                </div>
            </div>
        </Show>
    }
}

#[cfg(feature = "hydrate")]
fn listen(arrivals: Arrivals, path: Memo<String>) {
    use leptos::ev;
    use leptos_router::hooks::use_navigate;
    use leptos_use::{use_event_listener, use_window};

    /// How many files are dragged; nothing where it is text or a link.
    fn files(event: &web_sys::DragEvent) -> Option<u32> {
        let data = event.data_transfer()?;
        let is_files = data.types().iter().any(|kind| kind.as_string().as_deref() == Some("Files"));
        let items = js_sys::Reflect::get(&data, &"items".into()).ok()?;
        let count = js_sys::Reflect::get(&items, &"length".into()).ok()?.as_f64()?;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        is_files.then_some(count as u32)
    }
    let _ = use_event_listener(use_window(), ev::dragover, move |event| {
        if let Some(files) = files(&event) {
            // without this the browser would open the file
            event.prevent_default();
            if arrivals.over.get_untracked() != Some(files) {
                arrivals.over.set(Some(files));
            }
        }
    });
    let _ = use_event_listener(use_window(), ev::dragleave, move |event| {
        if event.related_target().is_none() {
            arrivals.over.set(None);
        }
    });
    let navigate = use_navigate();
    let _ = use_event_listener(use_window(), ev::drop, move |event| {
        let Some(list) = files(&event).and_then(|_| event.data_transfer()?.files()) else { return };
        event.prevent_default();
        arrivals.over.set(None);
        arrivals.bring(&list);
        if path.get_untracked() != FORM {
            navigate(FORM, leptos_router::NavigateOptions::default());
        }
    });
}
