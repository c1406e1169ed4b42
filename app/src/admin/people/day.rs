//! Days on which accounts end. What is stored is the moment after the day: then the account is closed.

use crate::i18n::sentence::day_of;
use chrono::{Datelike, FixedOffset, NaiveDate, NaiveTime};
use domain::Timestamp;
use domain::name::narrow;

/// Years that somebody can mean: Excel may make 27 of 2027, and a slip of the finger 20270.
const YEARS: std::ops::Range<i32> = 2000..3000;

/// `2027-03-31`, `2027/3/31`, `2027.3.31` or `2027年3月31日`, wide digits too.
pub fn read(text: &str) -> Option<NaiveDate> {
    let plain: String = narrow(text.trim()).replace(['年', '月', '/', '.'], "-");
    let mut parts = plain.trim_end_matches('日').split('-').map(|part| part.trim().parse::<u32>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let year = i32::try_from(year).ok().filter(|year| YEARS.contains(year))?;
    if parts.next().is_some() { None } else { NaiveDate::from_ymd_opt(year, month, day) }
}

/// The moment after this day, in the lab's time.
pub fn end_of(day: NaiveDate, offset: FixedOffset) -> Option<Timestamp> {
    let midnight = day.succ_opt()?.and_time(NaiveTime::MIN);
    Some(Timestamp(midnight.and_utc().timestamp() - i64::from(offset.local_minus_utc())))
}

/// The last day before this moment, in the lab's time.
pub fn last_before(end: Timestamp, offset: FixedOffset) -> NaiveDate {
    day_of(Timestamp(end.0.saturating_sub(1)), offset)
}

/// As a date field has it: `2027-03-31`.
pub fn written(day: NaiveDate) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), day.month(), day.day())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn japan() -> FixedOffset {
        FixedOffset::east_opt(9 * 3600).unwrap()
    }

    #[test]
    fn days_are_read_as_people_and_excel_write_them() {
        let day = NaiveDate::from_ymd_opt(2027, 3, 31);
        for text in ["2027-03-31", "2027/3/31", " 2027.3.31 ", "2027年3月31日", "２０２７／０３／３１"] {
            assert_eq!(read(text), day, "{text}");
        }
        for text in ["", "27/3/31", "20270/3/31", "2027-02-29", "3/31", "2027-3-31-1", "-2027-3-31", "tomorrow"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn an_account_ends_when_its_last_day_is_over_in_the_lab() {
        let day = NaiveDate::from_ymd_opt(2027, 3, 31).unwrap();
        // midnight in Japan is three in the afternoon of the day before in UTC
        assert_eq!(end_of(day, japan()), Some(Timestamp(1_806_505_200)));
    }

    proptest! {
        #[test]
        fn a_day_comes_back_from_what_is_stored(days in 0i64..365_000, hours in -12i32..=14) {
            let offset = FixedOffset::east_opt(hours * 3600).unwrap();
            let day = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap() + chrono::Days::new(days.unsigned_abs());
            let end = end_of(day, offset).unwrap();
            prop_assert_eq!(last_before(end, offset), day);
            prop_assert_eq!(read(&written(day)), Some(day));
        }
    }
}
