//! Sentences with numbers that pages and `/api/v1` share: です・ます, short, numbers with units, unknown is said.
//!
//! Every function is one whole message per language, never pieces put together; every match is exhaustive, so that a
//! new fact of the domain does not compile without its words.

pub mod act;
pub mod alert;
pub mod amount;
pub mod audit;
pub mod doctor;
pub mod fault;
pub mod history;
pub mod job;
pub mod license;
pub mod node;
pub mod progress;
pub mod setting;
pub mod verdict;
pub mod waiting;

pub use amount::{bytes, bytes_of, count, duration, percent};
pub use job::{priority, status};

use super::Locale;
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Timelike};
use domain::Timestamp;

/// A language and a day: all that a sentence needs beside its facts. Pages take it from their clock
/// ([`crate::clock::Clock::voice`]), the API from the server's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Voice {
    /// The language.
    pub locale: Locale,
    today: NaiveDate,
    offset: FixedOffset,
}

fn local(at: Timestamp, offset: FixedOffset) -> Option<DateTime<FixedOffset>> {
    DateTime::from_timestamp(at.0, 0).map(|utc| utc.with_timezone(&offset))
}

/// The day of a moment in the lab's time.
pub fn day_of(at: Timestamp, offset: FixedOffset) -> NaiveDate {
    local(at, offset).map(|then| then.date_naive()).unwrap_or_default()
}

impl Voice {
    /// Speaks on this day.
    pub fn new(locale: Locale, today: NaiveDate, offset: FixedOffset) -> Voice {
        Voice { locale, today, offset }
    }

    /// Speaks at this moment; minutes east of UTC.
    pub fn at(locale: Locale, now: Timestamp, offset_minutes: i32) -> Voice {
        let offset =
            FixedOffset::east_opt(offset_minutes.saturating_mul(60)).unwrap_or(chrono::Offset::fix(&chrono::Utc));
        Voice { locale, today: day_of(now, offset), offset }
    }

    /// Of two texts, the one in this language.
    pub fn pick<T>(self, ja: T, en: T) -> T {
        self.locale.pick(ja, en)
    }

    /// `14:20` today, `11月25日 8:00` / `25 Nov 8:00` on other days.
    pub fn moment(self, at: Timestamp) -> String {
        let Some(then) = local(at, self.offset) else { return String::new() };
        let time = format!("{}:{:02}", then.hour(), then.minute());
        if then.date_naive() == self.today {
            return time;
        }
        self.pick(format!("{}月{}日 {time}", then.month(), then.day()), format!("{} {time}", then.format("%-d %b")))
    }

    /// Whether this moment is on the day that is today.
    pub fn is_today(self, at: Timestamp) -> bool {
        day_of(at, self.offset) == self.today
    }

    /// `2026年11月24日 13:38:12` / `24 Nov 2026 13:38:12`: for records that are kept for years.
    pub fn stamp(self, at: Timestamp) -> String {
        let Some(then) = local(at, self.offset) else { return String::new() };
        let time = then.format("%-H:%M:%S");
        self.pick(
            format!("{}年{}月{}日 {time}", then.year(), then.month(), then.day()),
            format!("{} {time}", then.format("%-d %b %Y")),
        )
    }

    /// `2026年12月31日` / `31 Dec 2026`: a day that somebody else has named, in the calendar of UTC.
    pub fn named_day(self, at: Timestamp) -> String {
        let Some(then) = DateTime::from_timestamp(at.0, 0) else { return String::new() };
        self.pick(format!("{}年{}月{}日", then.year(), then.month(), then.day()), then.format("%-d %b %Y").to_string())
    }

    /// The last whole day before this moment: `2027年3月31日` / `31 Mar 2027`.
    pub fn last_day(self, end: Timestamp) -> String {
        let day = day_of(Timestamp(end.0.saturating_sub(1)), self.offset);
        self.named_day(Timestamp(day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp()))
    }
}

/// Singular or plural of an English word.
pub(crate) fn plural(n: u64, one: &'static str, many: &'static str) -> &'static str {
    if n == 1 { one } else { many }
}

/// For tests: 24 November 2026, 13:42 in Japan.
#[cfg(test)]
pub(crate) fn voice(locale: Locale) -> Voice {
    Voice::at(locale, Timestamp(1_795_495_320), 540)
}

/// For tests: that day at a time in Japan.
#[cfg(test)]
pub(crate) fn today_at(hour: i64, minute: i64) -> Timestamp {
    Timestamp(1_795_446_000 + hour * 3600 + minute * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn today_is_a_time_and_other_days_have_their_date() {
        let (ja, en) = (voice(Locale::Ja), voice(Locale::En));
        assert_eq!(ja.moment(today_at(14, 20)), "14:20");
        assert_eq!(ja.moment(today_at(8 + 24, 0)), "11月25日 8:00");
        assert_eq!(en.moment(today_at(8 + 24, 0)), "25 Nov 8:00");
        assert_eq!(ja.moment(Timestamp(i64::MAX)), "");
        assert_eq!(ja.stamp(today_at(9, 5)), "2026年11月24日 9:05:00");
        assert_eq!(en.stamp(today_at(9, 5)), "24 Nov 2026 9:05:00");
        assert_eq!(
            // a quarter to nine in Japan is still the day before
            (ja.named_day(today_at(8, 45)).as_str(), en.named_day(today_at(9, 0)).as_str()),
            ("2026年11月23日", "24 Nov 2026")
        );
    }
}
