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

/// The worst of what does not work. What only may go wrong waits on the page of operations, which has all of it.
#[component]
pub fn Alarm() -> impl IntoView {
    let (lab, path) = (use_lab(), use_location().pathname);
    let is_there = Memo::new(move |_| place_of(&path.get()) == Place::Operations);
    view! {
        <Suspense>
            {move || {
                let worst = lab
                    .status()
                    .and_then(|status| status.alerts.into_iter().find(|alert| alert.level() == Level::Bad));
                worst.filter(|_| !is_there.get()).map(|alert| view! { <Worst alert=alert /> })
            }}
        </Suspense>
    }
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
