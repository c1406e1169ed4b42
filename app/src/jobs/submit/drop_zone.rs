//! Where files come in: a drop anywhere on the window, or the file button.

#[cfg(feature = "hydrate")]
use super::form::Dropped;
use super::form::Form;
#[cfg(feature = "hydrate")]
use super::sorting;
use super::{use_voice, words};
use crate::frame::use_arrivals;
use crate::i18n::t;
use crate::ui::{Glyph, Icon};
use leptos::prelude::*;

/// The drop zone. The whole of it is the label of the file field, which the keyboard reaches.
#[component]
pub fn DropZone(form: Form) -> impl IntoView {
    let (voice, arrivals) = (use_voice(), use_arrivals());
    let input = NodeRef::<leptos::html::Input>::new();
    #[cfg(feature = "hydrate")]
    {
        take_arrived(form);
        // files that were chosen before this script was there
        Effect::new(move || {
            if let Some(input) = input.get() {
                take_chosen(form, &input, None);
            }
        });
    }
    view! {
        <label
            class="drop cursor-pointer has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-offset-2 has-[:focus-visible]:outline-primary"
            class:over=move || arrivals.over.get().is_some()
            data-testid="drop-zone"
        >
            <span class="grid size-9 flex-none place-items-center rounded-full bg-base-300 text-ink">
                <Icon glyph=Glyph::Upload />
            </span>
            <span class="min-w-0 flex-1">
                {move || match arrivals.over.get() {
                    Some(files) => {
                        view! {
                            <b class="font-semibold">{words::let_go(voice(), files)}</b>
                            <br />
                            {words::drop_hint(voice(), form.limit_tracked())}
                        }
                            .into_any()
                    }
                    None => {
                        view! {
                            <b class="font-semibold text-ink">{t(words::DROP_TITLE)}</b>
                            <br />
                            {words::drop_hint(voice(), form.limit_tracked())}
                        }
                            .into_any()
                    }
                }}
            </span>
            <span class="btn btn-line btn-sm max-md:!hidden">{t(words::CHOOSE_FILES)}</span>
            <input
                type="file"
                class="sr-only"
                multiple
                node_ref=input
                data-testid="file-input"
                on:change=move |_| {
                    if let Some(input) = input.get_untracked() {
                        take_chosen(form, &input, None);
                    }
                }
            />
        </label>
    }
}

/// The place of one missing file: what is dropped here stands for it, whatever its own name.
#[component]
pub fn DropPlace(form: Form, wanted: String) -> impl IntoView {
    let (voice, arrivals) = (use_voice(), use_arrivals());
    let over = RwSignal::new(false);
    let input = NodeRef::<leptos::html::Input>::new();
    let label = wanted.clone();
    let (for_drop, for_choice) = (wanted.clone(), wanted);
    view! {
        <label
            class="drop mt-3 cursor-pointer !border-dashed !py-2.5 over has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-offset-2 has-[:focus-visible]:outline-primary"
            class=("!border-solid", move || over.get())
            data-testid="missing-drop"
            on:dragover=move |event| {
                event.prevent_default();
                over.set(true);
            }
            on:dragleave=move |_| over.set(false)
            on:drop=move |event| {
                over.set(false);
                arrivals.over.set(None);
                take_dropped(form, &event, &for_drop);
            }
        >
            <Icon glyph=Glyph::Upload />
            <span class="min-w-0 flex-1 text-sm">{move || words::drop_here(voice(), &label)}</span>
            <span class="btn btn-line btn-sm">{t(words::CHOOSE)}</span>
            <input
                type="file"
                class="sr-only"
                node_ref=input
                on:change=move |_| {
                    if let Some(input) = input.get_untracked() {
                        take_chosen(form, &input, Some(&for_choice));
                    }
                }
            />
        </label>
    }
}

#[cfg(feature = "hydrate")]
fn all(list: Option<web_sys::FileList>) -> Vec<web_sys::File> {
    let Some(list) = list else { return Vec::new() };
    (0..list.length()).filter_map(|at| list.get(at)).collect()
}

/// The files under their names; one alone under the name it stands for.
#[cfg(feature = "hydrate")]
fn named(files: Vec<web_sys::File>, wanted: Option<&str>) -> Vec<Dropped> {
    // several files cannot all be the one that is missing, and an archive has it perhaps
    let wanted = wanted.filter(|_| matches!(&files[..], [one] if !sorting::is_zip_name(&one.name())));
    files.into_iter().map(|file| Dropped { name: wanted.map_or_else(|| name_of(&file), str::to_owned), file }).collect()
}

/// A file's name as decks and people type it: macOS takes が apart into か and ゛.
#[cfg(feature = "hydrate")]
fn name_of(file: &web_sys::File) -> String {
    js_sys::JsString::from(file.name()).normalize("NFC").into()
}

#[cfg(feature = "hydrate")]
fn take_chosen(form: Form, input: &web_sys::HtmlInputElement, wanted: Option<&str>) {
    let files = all(input.files());
    if files.is_empty() {
        return;
    }
    form.add(named(files, wanted));
    // so that choosing the same file again, corrected, is a change
    input.set_value("");
}

/// What was dropped on the window, here or on the page before.
#[cfg(feature = "hydrate")]
fn take_arrived(form: Form) {
    let arrivals = use_arrivals();
    Effect::new(move || {
        // only the server knows how large a file may be
        if form.options.with(Option::is_none) {
            return;
        }
        let files = arrivals.take();
        if !files.is_empty() {
            untrack(|| form.add(named(files, None)));
        }
    });
}

#[cfg(feature = "hydrate")]
fn take_dropped(form: Form, event: &web_sys::DragEvent, wanted: &str) {
    event.prevent_default();
    event.stop_propagation();
    form.add(named(all(event.data_transfer().and_then(|data| data.files())), Some(wanted)));
}

#[cfg(not(feature = "hydrate"))]
fn take_chosen(_form: Form, _input: &web_sys::HtmlInputElement, _wanted: Option<&str>) {}

#[cfg(not(feature = "hydrate"))]
fn take_dropped(_form: Form, _event: &web_sys::DragEvent, _wanted: &str) {}
