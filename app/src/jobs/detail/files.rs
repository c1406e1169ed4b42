//! The job's files: sizes, downloads, what could not be brought back.

use super::log::address;
use super::page::{Page, use_page, use_voice};
use super::words;
use crate::i18n::sentence::amount;
use crate::i18n::t;
use crate::jobs::api::{FileView, JobAction, Keeping};
use crate::jobs::files::of_job;
use crate::ui::{Button, Glyph, Icon, Kind, Size};
use leptos::prelude::*;

/// The panel.
#[component]
pub fn Files() -> impl IntoView {
    let page = use_page();
    let files = Memo::new(move |_| {
        page.view.with(|view| {
            of_job(&view.inputs, &view.results).map(|(sent, file)| (sent, file.clone())).collect::<Vec<_>>()
        })
    });
    let all_here = Memo::new(move |_| {
        page.view.with(|view| {
            let ended = view.summary.status.is_ended() && !view.results.is_empty();
            ended.then(|| view.results.iter().all(|file| file.error.is_none()))
        })
    });
    let active_results =
        Memo::new(move |_| page.view.with(|view| !view.summary.status.is_ended() && !view.results.is_empty()));
    let (fine, not_fine) = (t(words::ALL_FETCHED), t(words::SOME_NOT_FETCHED));
    view! {
        <section class="panel">
            <div class="panel-h">
                <h2>{t(words::FILES)}</h2>
                {move || match all_here.get() {
                    Some(true) => {
                        view! {
                            <span class="st good ml-auto text-xs"><Icon glyph=Glyph::Check />{fine}</span>
                        }
                            .into_any()
                    }
                    Some(false) => {
                        view! {
                            <span class="st caution ml-auto text-xs"><Icon glyph=Glyph::Warning />{not_fine}</span>
                        }
                            .into_any()
                    }
                    None => ().into_any(),
                }}
                // of an ended job it stands in the head
                {move || {
                    active_results
                        .get()
                        .then(|| {
                            view! {
                                <a
                                    class="btn btn-ghost btn-xs -mr-2 ml-auto"
                                    href=format!("/api/v1/jobs/{}/files.zip", page.id)
                                    download=""
                                    rel="external"
                                    data-testid="files-zip"
                                >
                                    <Icon glyph=Glyph::Download />
                                    ".zip"
                                </a>
                            }
                        })
                }}
            </div>
            <KeptFor page=page />
            <table class="w-full text-sm" data-testid="files-list">
                <tbody>
                    <For
                        each=move || files.get()
                        key=|(input, file)| (*input, file.name.clone(), file.size, file.complete, file.error.clone())
                        children=move |(input, file)| view! { <Row page=page input=input file=file /> }
                    />
                </tbody>
            </table>
        </section>
    }
}

/// Until when the job and its results are here, and the way to keep them longer.
#[component]
fn KeptFor(page: Page) -> impl IntoView {
    let voice = use_voice();
    let keeping = Memo::new(move |_| page.view.with(|view| view.keeping));
    let said = move || words::keeping(voice.get(), keeping.get());
    let may = Memo::new(move |_| page.view.with(|view| view.may_change));
    let is_kept = Memo::new(move |_| keeping.get() == Keeping::Kept);
    let goes = Memo::new(move |_| matches!(keeping.get(), Keeping::ResultsGo { .. } | Keeping::JobGoes { .. }));
    view! {
        <div
            class="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2 text-xs text-muted"
            hidden=move || keeping.get() == Keeping::Open
            data-testid="keeping"
        >
            <p class="phrase min-w-0 flex-1">
                {said} <a class="link ml-1" href="/cleanup" hidden=move || !goes.get()>
                    {t(words::CLEANUP)}
                </a>
            </p>
            <Show when=move || may.get() && (goes.get() || is_kept.get())>
                <span class="needs-script -mr-2">
                    <Button
                        kind=Kind::Ghost
                        size=Size::Small
                        busy=page.acting
                        on_click=move |_| page.act(if is_kept.get_untracked() { JobAction::Unkeep } else { JobAction::Keep })
                        attr:data-testid="keep"
                    >
                        {move || if is_kept.get() { t(words::UNKEEP)() } else { t(words::KEEP)() }}
                    </Button>
                </span>
            </Show>
        </div>
    }
}

#[component]
fn Row(page: Page, input: bool, file: FileView) -> impl IntoView {
    let voice = use_voice();
    let here = file.is_here();
    let FileView { name, size, complete, error, .. } = file;
    let href = format!("/api/v1/jobs/{}/files/{}", page.id, address(&name));
    let label = name.clone();
    let label = move || words::download(voice.get(), &label);
    let (growing, sent) = (t(words::GROWING), t(words::INPUT));
    let failed = error.is_some();
    // a file that is not whole is still growing while the run lives, else it is all there is
    let mark = move || {
        if input { Some(sent()) } else { (!complete && !failed && page.status.get().is_active()).then(growing) }
    };
    let not_fetched = t(words::NOT_FETCHED);
    let fault = error.map(|error| {
        view! {
            <div class="phrase whitespace-normal font-sans text-xs text-caution">
                {move || format!("{}: {error}", not_fetched())}
            </div>
        }
    });
    let testid = format!("file-{name}");
    let shown = name.clone();
    view! {
        <tr class="border-b border-line last:border-0" data-testid=testid>
            <td class="max-w-0 py-1.5 pl-4 text-xs">
                <div class="mono cut" title=shown.clone()>{shown.clone()}</div>
                {fault}
            </td>
            <td class="w-24 whitespace-nowrap py-1.5 text-right text-xs text-muted">
                <span class="pr-1.5 text-faint">{mark}</span>
                {amount::bytes(size)}
            </td>
            <td class="w-11 py-1 pr-2 text-right">
                {here
                    .then(|| {
                        view! {
                            <a
                                class="btn btn-ghost btn-xs btn-square"
                                href=href
                                download=name
                                rel="external"
                                aria-label=label
                            >
                                <Icon glyph=Glyph::Download />
                            </a>
                        }
                    })}
            </td>
        </tr>
    }
}
