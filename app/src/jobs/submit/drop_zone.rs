//! Where files come in: a drop anywhere on the window, or the file button.

#[cfg(feature = "hydrate")]
use super::form::Dropped;
use super::form::Form;
use super::{use_voice, words};
use crate::i18n::t;
use crate::ui::{Glyph, Icon};
use leptos::prelude::*;

/// The drop zone. The whole of it is the label of the file field, which the keyboard reaches.
#[component]
pub fn DropZone(form: Form) -> impl IntoView {
    let voice = use_voice();
    let input = NodeRef::<leptos::html::Input>::new();
    #[cfg(feature = "hydrate")]
    {
        listen_to_window(form);
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
            class:over=move || form.over.get().is_some()
            data-testid="drop-zone"
        >
            <span class="grid size-9 flex-none place-items-center rounded-full bg-base-300 text-ink">
                <Icon glyph=Glyph::Upload />
            </span>
            <span class="min-w-0 flex-1">
                {move || match form.over.get() {
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
    let voice = use_voice();
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
                take_dropped(form, &event, Some(&for_drop));
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
fn all(list: Option<web_sys::FileList>, wanted: Option<&str>) -> Vec<Dropped> {
    let Some(list) = list else { return Vec::new() };
    let files: Vec<web_sys::File> = (0..list.length()).filter_map(|at| list.get(at)).collect();
    // several files cannot all be the one that is missing, and an archive has it perhaps
    let wanted = wanted.filter(|_| files.len() == 1 && !super::sorting::is_zip_name(&files[0].name()));
    files.into_iter().map(|file| Dropped { name: wanted.map_or_else(|| name_of(&file), str::to_owned), file }).collect()
}

/// A file's name as decks and people type it: macOS takes が apart into か and ゛.
#[cfg(feature = "hydrate")]
fn name_of(file: &web_sys::File) -> String {
    js_sys::JsString::from(file.name()).normalize("NFC").into()
}

#[cfg(feature = "hydrate")]
fn take_chosen(form: Form, input: &web_sys::HtmlInputElement, wanted: Option<&str>) {
    let files = all(input.files(), wanted);
    if files.is_empty() {
        return;
    }
    form.add(files);
    // so that choosing the same file again, corrected, is a change
    input.set_value("");
}

#[cfg(feature = "hydrate")]
fn take_dropped(form: Form, event: &web_sys::DragEvent, wanted: Option<&str>) {
    event.prevent_default();
    event.stop_propagation();
    form.over.set(None);
    form.add(all(event.data_transfer().and_then(|data| data.files()), wanted));
}

#[cfg(feature = "hydrate")]
fn listen_to_window(form: Form) {
    use leptos::ev;
    use leptos_use::{use_event_listener, use_window};

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
            if form.over.get_untracked() != Some(files) {
                form.over.set(Some(files));
            }
        }
    });
    let _ = use_event_listener(use_window(), ev::dragleave, move |event| {
        if event.related_target().is_none() {
            form.over.set(None);
        }
    });
    let _ = use_event_listener(use_window(), ev::drop, move |event| take_dropped(form, &event, None));
}

#[cfg(not(feature = "hydrate"))]
fn take_chosen(_form: Form, _input: &web_sys::HtmlInputElement, _wanted: Option<&str>) {}

#[cfg(not(feature = "hydrate"))]
fn take_dropped(_form: Form, _event: &web_sys::DragEvent, _wanted: Option<&str>) {}
