//! The page.

use super::api::OperationsView;
use super::backups::Backups;
use super::calls::view_operations;
use super::cards::Cards;
use super::store::Store;
use super::webhook::WebhookPanel;
use super::words;
use crate::AppError;
use crate::admin::AdminOnly;
use crate::clock::use_clock;
use crate::i18n::sentence::{alert, audit};
use crate::i18n::t;
use crate::loaded::load;
use crate::preferences::use_locale;
use crate::ui::{Button, Glyph, NotRead, Notice, ReadFirst, Tone};
use domain::AuditEntry;
use domain::health::{Alert, Level, Raised};
use leptos::prelude::*;
use leptos_meta::Title;

/// How everything stands, what to do about it, and backups.
#[component]
pub fn OperationsPage() -> impl IntoView {
    view! {
        <Title text=t(words::OPERATIONS) />
        <AdminOnly>
            <Operations />
        </AdminOnly>
    }
}

#[component]
fn Operations() -> impl IntoView {
    let first = load(|| (), |()| view_operations());
    view! {
        <ReadFirst heading=t(words::OPERATIONS) body=move || async move {
            let view = first.await;
            view! { <Body first=view /> }
        } />
    }
}

#[component]
fn Body(first: Result<OperationsView, AppError>) -> impl IntoView {
    let store = Store::new(first);
    let (clock, locale) = (use_clock(), use_locale());
    let failed = Signal::derive(move || store.error.get().map(|error| error.message));
    let is_there = Memo::new(move |_| store.view.with(Option::is_some));
    let lead = move || store.view.with(|view| view.as_ref().map(|view| words::lead(clock.voice(locale.get()), view)));
    let busy = Signal::derive(move || store.is_busy());
    view! {
        <div class="mb-4 flex flex-wrap items-end justify-between gap-3">
            <div class="min-w-0">
                <h1 class="text-xl">{t(words::OPERATIONS)}</h1>
                <p class="phrase text-sm text-muted" data-testid="operations-lead">
                    {lead}
                </p>
            </div>
            <div class="flex flex-wrap gap-2">
                <a class="btn btn-line" href="/admin/logs" data-testid="to-logs">
                    {t(words::LOGS)}
                </a>
                <a class="btn btn-line" href="/cleanup" data-testid="to-cleanup">
                    {t(words::CLEANUP)}
                </a>
                <span class="needs-script">
                <Button
                    glyph=Glyph::Database
                    disabled=busy
                    busy=Signal::derive(move || store.asking.get())
                    on_click=move |_| store.back_up()
                    attr:data-testid="back-up"
                >
                    {t(words::BACK_UP)}
                </Button>
                </span>
            </div>
        </div>
        <NotRead why=failed title=t(words::COULD_NOT_LOAD) retry=move |()| store.read() />
        {move || is_there.get().then(|| view! { <Shown store=store /> })}
    }
}

#[component]
fn Shown(store: Store) -> impl IntoView {
    // it was there, and what was read stays
    let Some(first) = store.view.get_untracked() else { return ().into_any() };
    let view = Memo::new(move |before: Option<&OperationsView>| {
        store.view.get().unwrap_or_else(|| before.cloned().unwrap_or_else(|| first.clone()))
    });
    let raised = Memo::new(move |_| view.with(|view| view.alerts.clone()));
    let backups = Memo::new(move |_| view.with(|view| view.backups.clone()));
    let webhook = Memo::new(move |_| view.with(|view| view.health.webhook.clone()));
    view! {
        <div class="grid gap-2" data-testid="alerts">
            <For each=move || raised.get() key=|raised| format!("{raised:?}") let:raised>
                <Alarm raised=raised store=store />
            </For>
        </div>
        <Cards view=view.into() />
        <Backups backups=backups.into() store=store />
        <WebhookPanel webhook=webhook.into() store=store />
        <Changes view=view.into() />
    }
    .into_any()
}

#[component]
fn Alarm(raised: Raised, store: Store) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let voice = move || clock.voice(locale.get());
    let Raised { alert, since } = raised;
    let tone = match alert.level() {
        Level::Bad => Tone::Bad,
        Level::Caution => Tone::Caution,
    };
    let key = alert.key();
    let is_backup =
        matches!(alert, Alert::BackupFailed { .. } | Alert::BackupLate { .. } | Alert::BackupDamaged { .. });
    let alert = StoredValue::new(alert);
    let words_of = move || alert.with_value(|alert| alert::words(voice(), alert));
    let door = move || alert.with_value(|alert| alert::door(voice(), alert));
    let actions = move || {
        let back_up = is_backup.then(|| {
            view! {
                <span class="needs-script">
                    <Button
                        size=crate::ui::Size::Small
                        disabled=Signal::derive(move || store.is_busy() || store.asking.get())
                        on_click=move |_| store.back_up()
                    >
                        {t(words::BACK_UP)}
                    </Button>
                </span>
            }
        });
        let door = move || door().map(|(href, word)| view! { <a class="btn btn-line btn-sm" href=href>{word}</a> });
        view! {
            {back_up}
            {door}
        }
    };
    view! {
        <div data-testid="alert" data-alert=key>
            <Notice tone=tone title=move || words_of().title urgent=tone == Tone::Bad actions=actions>
                {move || voice().pick(
                    format!("{}{}", words::since(voice(), since), words_of().remedy),
                    format!("{} {}", words::since(voice(), since), words_of().remedy),
                )}
            </Notice>
        </div>
    }
}

/// The last changes by people; the log has them all.
#[component]
fn Changes(view: Signal<OperationsView>) -> impl IntoView {
    let entries = Memo::new(move |_| view.with(|view| view.changes.clone()));
    view! {
        <section class="panel mt-4" aria-label=t(words::CHANGES) hidden=move || entries.with(Vec::is_empty)>
            <div class="panel-h">
                <h2>{t(words::CHANGES)}</h2>
                <a class="link ml-auto text-xs" href="/admin/audit">
                    {t(words::ALL_CHANGES)}
                </a>
            </div>
            <div class="relative overflow-x-auto" tabindex="0" role="group" aria-label=t(words::CHANGES)>
                <table class="grid-t rows-2">
                    <thead>
                        <tr>
                            <th scope="col">{t(words::WHEN)}</th>
                            <th scope="col">{t(words::WHO)}</th>
                            <th scope="col">{t(words::WHAT)}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || entries.get() key=|entry| entry.id let:entry>
                            <Change entry=entry />
                        </For>
                    </tbody>
                </table>
            </div>
        </section>
    }
}

#[component]
fn Change(entry: AuditEntry) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let entry = StoredValue::new(entry);
    let at = move || clock.voice(locale.get()).moment(entry.with_value(|entry| entry.at));
    let what = move || {
        entry.with_value(|entry| {
            let action = audit::action_or_word(locale.get(), &entry.action);
            format!("{action} · {}", audit::subject(locale.get(), entry))
        })
    };
    view! {
        <tr>
            <td class="whitespace-nowrap text-muted">{at}</td>
            <td>{entry.with_value(|entry| entry.name.clone())}</td>
            <td class="m1">
                {what}
                <span class="sub block md:hidden">{at} " · " {entry.with_value(|entry| entry.name.clone())}</span>
            </td>
        </tr>
    }
}
