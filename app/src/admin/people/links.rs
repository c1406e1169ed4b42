//! One-time links, shown once: one, or those of a whole file. In the browser only, after an own act.

use super::api::PersonalLink;
use super::store::Store;
use super::words;
use crate::i18n::t;
use crate::preferences::use_locale;
use crate::sheet::{self, Sheet};
use crate::ui::{CopyButton, Glyph, Icon, Notice, Tone};
use leptos::prelude::*;

/// As people open it: by the address at which this page was opened.
fn address(path: &str) -> String {
    let origin = window().location().origin().unwrap_or_default();
    format!("{origin}{path}")
}

/// One link with what to do with it.
#[component]
pub fn OneLink(link: PersonalLink, days: u64) -> impl IntoView {
    let locale = use_locale();
    let url = address(&link.path);
    let (name, id, shown) = (link.name, link.id.to_string(), url.clone());
    view! {
        <div class="grid gap-2" data-testid="personal-link">
            <p class="text-sm font-semibold">{move || words::link_of(locale.get(), &name, &id)}</p>
            <div class="code">
                <span data-testid="link-address">{shown}</span>
                <CopyButton text=Signal::stored(url) label=t(words::COPY) testid="copy-link" />
            </div>
            <Notice tone=Tone::Caution title=t(words::LINK_ONCE)>
                {move || words::hand_link_over(locale.get(), days)}
            </Notice>
        </div>
    }
}

/// Those of a whole file: a table, all at once into the clipboard, or as a file.
#[component]
pub fn ManyLinks(links: Vec<PersonalLink>, days: u64, store: Store) -> impl IntoView {
    let locale = use_locale();
    let taken = move |()| store.links_taken();
    let rows: Vec<(String, String, String)> =
        links.into_iter().map(|link| (link.id.to_string(), link.name, address(&link.path))).collect();
    let lines: Vec<String> = rows.iter().map(|(id, name, url)| format!("{id}\t{name}\t{url}")).collect();
    let mut file = Sheet::default();
    file.row(&["user_id", "name", "link"]);
    for (id, name, url) in &rows {
        file.row(&[id, name, url]);
    }
    let file = sheet::address(&file.text());
    view! {
        <Notice
            tone=Tone::Caution
            flush=true
            title=t(words::LINKS_ONCE)
            actions=ViewFnOnce::from(move || {
                view! {
                    <CopyButton
                        text=Signal::stored(lines.join("\n"))
                        label=t(words::COPY_ALL)
                        words=true
                        testid="copy-links"
                        on_copied=taken
                    />
                    <a
                        class="btn btn-line btn-sm"
                        href=file
                        download="links.csv"
                        rel="external"
                        on:click=move |_| taken(())
                        data-testid="download-links"
                    >
                        <Icon glyph=Glyph::Download />
                        {t(words::DOWNLOAD)}
                    </a>
                }
            })
        >
            {move || words::hand_links_over(locale.get(), days)}
        </Notice>
        <div class="relative overflow-x-auto" tabindex="0" role="group" aria-label=t(words::LINK)>
            <table class="grid-t" data-testid="personal-links">
                <thead>
                    <tr>
                        <th scope="col">{t(words::USER_ID)}</th>
                        <th scope="col">{t(words::NAME)}</th>
                        <th scope="col">{t(words::LINK)}</th>
                    </tr>
                </thead>
                <tbody>
                    {rows
                        .into_iter()
                        .map(|(id, name, url)| {
                            view! {
                                <tr>
                                    <td class="mono whitespace-nowrap">{id}</td>
                                    <td class="whitespace-nowrap">{name}</td>
                                    <td class="mono whitespace-nowrap">{url}</td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </div>
    }
}
