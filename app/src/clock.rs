//! The time as pages show it: one clock for server and browser, so that hydration finds the text it expects.
//!
//! The server writes its `now` and its offset from UTC into `<html data-now data-offset>`; the browser starts from
//! there and then ticks by itself.

use crate::i18n::Locale;
use crate::i18n::sentence::{Voice, day_of};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime};
use domain::Timestamp;
use leptos::prelude::*;

/// The present second and the lab's offset from UTC, by context.
#[derive(Clone, Copy)]
pub struct Clock {
    now: RwSignal<Timestamp>,
    /// Changes once a day, so that a page's sentences are not made anew every second.
    today: Memo<NaiveDate>,
    offset: FixedOffset,
}

/// The server's present second.
#[cfg(feature = "ssr")]
pub fn server_now() -> Timestamp {
    Timestamp(chrono::Utc::now().timestamp())
}

/// The server's offset from UTC in minutes: the lab's time, whatever zone the browser is in.
#[cfg(feature = "ssr")]
pub fn server_offset_minutes() -> i32 {
    chrono::Local::now().offset().local_minus_utc() / 60
}

/// How the API speaks: in this language, in the lab's time.
#[cfg(feature = "ssr")]
pub fn server_voice(locale: crate::i18n::Locale) -> crate::i18n::sentence::Voice {
    crate::i18n::sentence::Voice::at(locale, server_now(), server_offset_minutes())
}

#[cfg(not(feature = "ssr"))]
fn attribute(name: &str) -> Option<i64> {
    let root = web_sys::window()?.document()?.document_element()?;
    root.get_attribute(name)?.parse().ok()
}

fn start() -> (Timestamp, i32) {
    #[cfg(feature = "ssr")]
    return (server_now(), server_offset_minutes());
    #[cfg(not(feature = "ssr"))]
    return (
        Timestamp(attribute("data-now").unwrap_or(0)),
        attribute("data-offset").and_then(|minutes| i32::try_from(minutes).ok()).unwrap_or(540),
    );
}

/// Puts the clock into the context; in the browser it then ticks once a second.
pub fn provide() {
    let (now, minutes) = start();
    let offset = FixedOffset::east_opt(minutes * 60).unwrap_or(FixedOffset::east_opt(0).unwrap_or_else(|| {
        // 0 seconds is always inside the range
        unreachable!()
    }));
    let start = now;
    let now = RwSignal::new(start);
    let clock = Clock { now, today: Memo::new(move |_| day_of(now.get(), offset)), offset };
    provide_context(clock);
    #[cfg(feature = "hydrate")]
    {
        // the browser's own clock may be wrong: only its differences are used
        let begun = js_sys::Date::now();
        #[allow(clippy::cast_possible_truncation)]
        let _ = leptos_use::use_interval_fn(
            move || clock.now.set(Timestamp(start.0 + ((js_sys::Date::now() - begun) / 1000.0) as i64)),
            1000u64,
        );
    }
}

/// The clock of this page.
pub fn use_clock() -> Clock {
    expect_context()
}

impl Clock {
    /// The present second; reactive.
    pub fn now(self) -> Timestamp {
        self.now.get()
    }

    fn local(self, at: Timestamp) -> Option<DateTime<FixedOffset>> {
        DateTime::from_timestamp(at.0, 0).map(|utc| utc.with_timezone(&self.offset))
    }

    /// The lab's offset from UTC.
    pub fn offset(self) -> FixedOffset {
        self.offset
    }

    /// What sentences of this page need beside their facts; reactive at midnight only.
    pub fn voice(self, locale: Locale) -> Voice {
        Voice::new(locale, self.today.get(), self.offset)
    }

    /// `14:20` today, `11月25日 8:00` / `25 Nov 8:00` on other days.
    pub fn moment(self, at: Timestamp, locale: Locale) -> String {
        self.voice(locale).moment(at)
    }

    /// What a field for a date and a time holds, in the lab's time.
    pub fn typed(self, text: &str) -> Option<Timestamp> {
        let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M")
            .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S"));
        Some(Timestamp(local.ok()?.and_local_timezone(self.offset).single()?.timestamp()))
    }

    /// The same, as such a field is filled in.
    pub fn written(self, at: Timestamp) -> Option<String> {
        self.local(at).map(|then| then.format("%Y-%m-%dT%H:%M").to_string())
    }

    /// `13:42:08`.
    pub fn second(self, at: Timestamp) -> String {
        self.local(at).map(|then| then.format("%H:%M:%S").to_string()).unwrap_or_default()
    }
}
