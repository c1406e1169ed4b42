//! Above every page of an admin: what does not work, and the way to what helps.

use super::lab_feed::use_lab;
use super::side::{Place, place_of};
use super::words;
use crate::clock::use_clock;
use crate::i18n::sentence::alert;
use crate::i18n::t;
use crate::preferences::use_locale;
use crate::ui::{Notice, Tone};
use domain::health::{Alert, Level};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// What lasts and is an admin's business. It begins empty and is filled after the page has been taken over: what the
/// server's HTML has must be what the browser finds.
pub fn lasting() -> RwSignal<Vec<Alert>> {
    let (lab, lasting) = (use_lab(), RwSignal::new(Vec::new()));
    Effect::new(move |_| {
        if let Some(status) = lab.newer() {
            lasting.set(status.alerts);
        }
    });
    lasting
}

/// The worst of what does not work. What only may go wrong waits on the page of operations, which has all of it.
#[component]
pub fn Alarm() -> impl IntoView {
    let (lasting, path) = (lasting(), use_location().pathname);
    let worst = Memo::new(move |_| {
        let is_there = place_of(&path.get()) == Place::Operations;
        lasting.with(|alerts| alerts.iter().find(|alert| !is_there && alert.level() == Level::Bad).cloned())
    });
    move || worst.get().map(|alert| view! { <Worst alert=alert /> })
}

#[component]
fn Worst(alert: Alert) -> impl IntoView {
    let (clock, locale) = (use_clock(), use_locale());
    let alert = StoredValue::new(alert);
    let said = move || alert.with_value(|alert| alert::words(clock.voice(locale.get()), alert));
    view! {
        <div class="mb-4" data-testid="alarm">
            <Notice
                tone=Tone::Bad
                title=move || said().title
                actions=move || {
                    view! {
                        <a class="btn btn-line btn-sm" href="/admin/operations">
                            {t(words::OPEN_OPERATIONS)}
                        </a>
                    }
                }
            >
                {move || said().remedy}
            </Notice>
        </div>
    }
}
