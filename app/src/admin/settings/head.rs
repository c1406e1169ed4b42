//! Title, the ways out and in as a file, and the groups with their marks.

use super::item::Standing;
use super::store::Store;
use super::words;
use super::{calls::export_settings, transfer::Import};
use crate::i18n::{sentence, t};
use crate::preferences::{use_locale, use_preferences};
use crate::ui::{Button, Glyph, Icon, Size, download, use_toasts};
use domain::settings::Group;
use leptos::prelude::*;

/// Address of a group on the page.
pub fn group_id(group: Group) -> String {
    format!("group-{group:?}").to_lowercase()
}

/// Export, import, and the audit log.
#[component]
pub fn Tools(store: Store) -> impl IntoView {
    let toasts = use_toasts();
    let preferences = use_preferences();
    let (open, busy) = (RwSignal::new(false), RwSignal::new(false));
    let export = move |_| {
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = export_settings().await;
            // the page may be gone
            if busy.try_set(false).is_some() {
                return;
            }
            let failed = words::FAILED.in_locale(preferences.locale_untracked());
            match answer {
                Ok(text) if download::offer("settings.toml", "application/toml", &text) => {}
                Ok(_) => toasts.error(failed, None),
                Err(error) => toasts.error(failed, Some(error.message)),
            }
        });
    };
    view! {
        <div class="flex flex-wrap gap-2">
            <a class="btn btn-line btn-sm" href="/admin/audit">
                {t(words::AUDIT)}
            </a>
            <Button
                size=Size::Small
                glyph=Glyph::Download
                class="needs-script"
                busy=busy
                on_click=export
                attr:data-testid="settings-export"
            >
                {t(words::EXPORT)}
            </Button>
            <Button
                size=Size::Small
                glyph=Glyph::Upload
                class="needs-script"
                on_click=move |_| open.update(|open| *open = !*open)
                attr:aria-expanded=move || if open.get() { "true" } else { "false" }
                attr:data-testid="settings-import"
            >
                {t(words::IMPORT)}
            </Button>
        </div>
        {move || open.get().then(|| view! { <Import store=store open=open /> })}
    }
}

/// The groups, with what is changed or to be corrected in each; above them the search.
#[component]
pub fn Groups(store: Store) -> impl IntoView {
    let locale = use_locale();
    view! {
        <div class="min-w-0 lg:sticky lg:top-16">
            <label class="input input-sm needs-script mb-2 w-full">
                <Icon glyph=Glyph::Search class="text-faint" />
                <input
                    type="search"
                    placeholder=t(words::SEARCH)
                    aria-label=t(words::SEARCH)
                    autocomplete="off"
                    prop:value=move || store.search.get()
                    on:input:target=move |event| store.search.set(event.target().value())
                    data-testid="settings-search"
                />
            </label>
            <nav class="grid gap-0.5 max-lg:flex max-lg:overflow-x-auto" aria-label=t(words::GROUPS)>
                {Group::ALL
                    .into_iter()
                    .map(|group| {
                        let mark = move || {
                            let of = |standing| store.count(Some(group), standing);
                            let (wrong, changed) =
                                (of(Standing::Invalid) + of(Standing::Undecided), of(Standing::Changed));
                            let locale = locale.get();
                            match (wrong, changed) {
                                (0, 0) => String::new(),
                                (0, n) => locale.pick(format!("変更 {n}"), format!("{n} changed")),
                                (n, _) => locale.pick(format!("要修正 {n}"), format!("{n} to correct")),
                            }
                        };
                        view! {
                            <a
                                href=format!("#{}", group_id(group))
                                rel="external"
                                class="nav-a flex-none"
                                data-testid=format!("to-{}", group_id(group))
                            >
                                {t(sentence::setting::group(group))}
                                <span class="n">{mark}</span>
                            </a>
                        }
                    })
                    .collect_view()}
            </nav>
        </div>
    }
}
