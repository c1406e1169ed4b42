//! The table of backups.

use super::api::{BackupView, BackupsView};
use super::store::Store;
use super::words;
use crate::clock::use_clock;
use crate::i18n::sentence::{alert, amount};
use crate::i18n::t;
use crate::preferences::use_locale;
use crate::ui::{Button, CopyButton, EmptyState, Glyph, Icon, Kind, Size};
use leptos::prelude::*;

/// Backups shown at once; the others are unfolded.
const SHOWN: usize = 7;

/// All of them, and what is being done.
#[component]
pub(super) fn Backups(backups: Signal<BackupsView>, store: Store) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let voice = move || clock.voice(locale.get());
    let all_shown = RwSignal::new(false);
    let rows = Memo::new(move |_| backups.with(|backups| backups.all.clone()));
    let count = move || rows.with(Vec::len);
    let shown = move || {
        let most = if all_shown.get() { usize::MAX } else { SHOWN };
        rows.with(|rows| rows.iter().take(most).cloned().collect::<Vec<_>>())
    };
    let restore = Memo::new(move |_| backups.with(|backups| backups.restore.clone()));
    let doing = Memo::new(move |_| backups.with(|backups| backups.under_way.clone()));
    view! {
        <section class="panel mt-4" aria-label=t(words::BACKUPS) data-testid="backups">
            <div class="panel-h">
                <h2>{t(words::BACKUPS)}</h2>
                <a class="link ml-auto text-xs" href="/admin/settings#setting-backup_schedule" data-testid="backup-schedule">
                    {move || backups.with(|backups| words::schedule(voice(), backups))}
                </a>
            </div>
            <p
                class="flex items-center gap-2 border-b border-line px-4 py-2.5 text-sm"
                role="status"
                data-testid="backup-doing"
                hidden=move || doing.with(Option::is_none)
            >
                <span class="loading loading-spinner loading-xs" aria-hidden="true"></span>
                {move || doing.with(|doing| doing.as_ref().map(|doing| words::under_way(voice(), doing)))}
            </p>
            <Show when=move || count() == 0>
                <EmptyState title=t(words::NO_BACKUP) text=t(words::NO_BACKUP_TEXT) />
            </Show>
            <div
                class="relative overflow-x-auto"
                tabindex="0"
                role="group"
                aria-label=t(words::BACKUPS)
                hidden=move || count() == 0
            >
                <table class="grid-t rows-2">
                    <thead>
                        <tr>
                            <th scope="col">{t(words::WHEN)}</th>
                            <th scope="col" class="r">
                                {t(words::SIZE)}
                            </th>
                            <th scope="col" class="r">
                                {t(words::JOBS)}
                            </th>
                            <th scope="col">{t(words::CHECK)}</th>
                            <th scope="col">
                                <span class="sr-only">{t(words::ACTS)}</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=shown key=key let:row>
                            <Row row=row store=store />
                        </For>
                    </tbody>
                </table>
            </div>
            <div class="flex flex-wrap items-center gap-2 border-t border-line px-4 py-2.5">
                {move || {
                    restore
                        .get()
                        .map(|command| {
                            view! {
                                <p class="sub flex flex-wrap items-center gap-1">
                                    {t(words::RESTORE)} <code class="text-ink">{command.clone()}</code>
                                    <CopyButton text=Signal::stored(command) label=t(words::COPY) />
                                </p>
                            }
                        })
                }}
                <p class="sub ml-auto break-all">{move || backups.with(|backups| backups.folder.clone())}</p>
                <Show when=move || { count() > SHOWN && !all_shown.get() }>
                    <Button kind=Kind::Ghost size=Size::Small on_click=move |_| all_shown.set(true)>
                        {t(words::ALL_CHANGES)}
                    </Button>
                </Show>
            </div>
        </section>
    }
}

/// A row is made anew when it says something else.
fn key(row: &BackupView) -> String {
    format!("{} {:?} {:?}", row.name, row.checked_at, row.problem)
}

#[component]
fn Row(row: BackupView, store: Store) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let voice = move || clock.voice(locale.get());
    let row = StoredValue::new(row);
    let facts = row.with_value(|row| row.facts.clone());
    let made_at = facts.as_ref().map(|facts| facts.made_at);
    let name = row.with_value(|row| row.name.clone());
    let (bytes, new_bytes) = facts.as_ref().map_or((None, None), |facts| (Some(facts.bytes), Some(facts.new_bytes)));
    let jobs = facts.as_ref().map(|facts| facts.jobs);
    let busy = move || store.is_busy() || store.asking.get();
    let verify = {
        let name = name.clone();
        move |_| store.verify(name.clone())
    };
    let check = move || {
        let (problem, at) = row.with_value(|row| (row.problem.clone(), row.checked_at));
        match problem {
            Some(problem) => view! {
                <span class="st bad">
                    <Icon glyph=Glyph::CircleCross />
                    {t(words::DAMAGED)}
                </span>
                <span class="sub block break-all">
                    {move || alert::backup_problem(voice(), &problem)}
                </span>
            }
            .into_any(),
            None => view! {
                <span class="st good">
                    <Icon glyph=Glyph::CircleCheck />
                    {t(words::GOOD)}
                </span>
                <span class="sub block">{move || at.map(|at| words::checked(voice(), at))}</span>
            }
            .into_any(),
        }
    };
    view! {
        <tr data-testid=format!("backup-{name}")>
            <td class="m1 whitespace-nowrap max-md:whitespace-normal">
                {move || made_at.map(|at| voice().moment(at))} <span class="sub mono block">{name.clone()}</span>
                <span class="sub block md:hidden">
                    {move || bytes.zip(jobs).map(|(bytes, jobs)| words::bytes_and_jobs(voice(), bytes, jobs))}
                </span>
            </td>
            <td class="r whitespace-nowrap">
                {bytes.map(amount::bytes)}
                <span class="sub block">{move || new_bytes.map(|bytes| words::new_bytes(voice(), bytes))}</span>
            </td>
            <td class="r">{jobs.map(amount::count)}</td>
            <td class="m2 max-md:max-w-44">{check}</td>
            <td class="m3 r whitespace-nowrap">
                <span class="needs-script">
                    <Button
                        kind=Kind::Ghost
                        size=Size::Small
                        disabled=Signal::derive(busy)
                        on_click=verify
                        attr:data-testid="verify-backup"
                    >
                        {t(words::VERIFY)}
                    </Button>
                </span>
                <a
                    class="btn btn-ghost btn-sm"
                    href=format!("/backups/{name}")
                    rel="external"
                    download=""
                    data-testid="download-backup"
                >
                    <Icon glyph=Glyph::Download />
                    {t(words::DOWNLOAD)}
                </a>
            </td>
        </tr>
    }
}
