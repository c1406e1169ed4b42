//! The day on which a licence ends, as licence servers write it.

use domain::Timestamp;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAY: i64 = 86_400;

/// The end, in UTC, of the day in `31-dec-2026`, `2026-12-31` or `2026-12-31 23:59:59`. `None` for what has no end:
/// `permanent`, and FlexNet's year 0.
pub(super) fn end_of_day(text: &str) -> Option<Timestamp> {
    let mut parts = text.split_whitespace().next()?.split(['-', '/']);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    let number = |text: &str| text.parse::<i64>().ok();
    let (year, month, day) = match MONTHS.iter().position(|month| month.eq_ignore_ascii_case(second)) {
        Some(at) => (number(third)?, i64::try_from(at).ok()? + 1, number(first)?),
        None => (number(first)?, number(second)?, number(third)?),
    };
    let is_a_day = (1970..10_000).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    is_a_day.then(|| Timestamp((days_before(year, month) + day) * DAY))
}

/// Days from 1970 to the first of a month, by the calendar's rule of leap years.
fn days_before(year: i64, month: i64) -> i64 {
    // a year that begins in March has its leap day at its end
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leaps = year / 4 - year / 100 + year / 400;
    year * 365 + leaps + (153 * month + 2) / 5 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_as_servers_write_them() {
        // `date -ud '2027-01-01' +%s`
        for text in ["31-dec-2026", "31-DEC-2026", "2026-12-31", "2026/12/31 10:15:00"] {
            assert_eq!(end_of_day(text), Some(Timestamp(1_798_761_600)), "{text}");
        }
        assert_eq!(end_of_day("28-feb-2028"), Some(Timestamp(1_835_395_200)), "a leap year's day before the last");
        assert_eq!(end_of_day("1-jan-1970"), Some(Timestamp(86_400)));
        for text in ["permanent", "1-jan-0", "1-jan-0000", "", "31-dez-2026", "2026-13-01", "9-9"] {
            assert_eq!(end_of_day(text), None, "{text}");
        }
    }
}
