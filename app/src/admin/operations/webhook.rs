//! Where messages of alarms go, and whether they arrive.

use super::store::Store;
use super::words;
use crate::clock::use_clock;
use crate::i18n::t;
use crate::preferences::use_locale;
use crate::ui::{Button, Glyph, Icon, Kind, Size};
use domain::health::WebhookHealth;
use leptos::prelude::*;

/// One line; where there is no webhook it says how to have one.
#[component]
pub(super) fn WebhookPanel(webhook: Signal<Option<WebhookHealth>>, store: Store) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let voice = move || clock.voice(locale.get());
    let is_there = Memo::new(move |_| webhook.with(Option::is_some));
    let failed = Memo::new(move |_| webhook.with(|of| of.as_ref().is_some_and(|of| of.error.is_some())));
    let state = move || webhook.with(|of| of.as_ref().map(|of| words::messages(voice(), of)));
    let error = move || webhook.with(|of| of.as_ref().and_then(|of| of.error.clone()));
    view! {
        <section class="panel mt-4" aria-label=t(words::MESSAGES) data-testid="webhook">
            <div class="panel-h">
                <h2>{t(words::MESSAGES)}</h2>
                <span class="sub ml-auto break-all">
                    {move || webhook.with(|of| of.as_ref().map(|of| of.host.clone()))}
                </span>
            </div>
            <div class="flex flex-wrap items-center gap-2 px-4 py-2.5">
                <p class="flex min-w-0 grow flex-wrap items-center gap-x-2 text-sm" role="status" data-testid="webhook-state">
                    <Show when=move || failed.get()>
                        <span class="st bad">
                            <Icon glyph=Glyph::CircleCross />
                            {t(words::NOT_ARRIVING)}
                        </span>
                    </Show>
                    <span class="phrase">
                        {state} <Show when=move || !is_there.get()>{t(words::NO_WEBHOOK)}</Show>
                    </span>
                    <span class="sub basis-full break-words">{error}</span>
                </p>
                <Show when=move || is_there.get()>
                    <span class="needs-script">
                        <Button
                            kind=Kind::Line
                            size=Size::Small
                            disabled=Signal::derive(move || store.asking.get())
                            on_click=move |_| store.test_webhook()
                            attr:data-testid="test-webhook"
                        >
                            {t(words::TEST_WEBHOOK)}
                        </Button>
                    </span>
                </Show>
            </div>
        </section>
    }
}
