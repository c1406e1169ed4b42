//! When something is done by itself: the five fields of cron (minute, hour, day of the month, month, day of the week).
//!
//! Here it is only said what such a text may be: numbers, `*`, ranges, steps and lists. When that is next is the server's
//! to work out.

/// Least and most of each field; Sunday is 0 and 7.
const FIELDS: [(u32, u32); 5] = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)];

/// The text with single blanks between its fields; `None` where it is no schedule.
pub fn normal(text: &str) -> Option<String> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let fits = fields.len() == FIELDS.len()
        && std::iter::zip(&fields, FIELDS).all(|(field, range)| field.split(',').all(|part| is_part(part, range)));
    fits.then(|| fields.join(" "))
}

/// `*`, `3`, `1-5`, and `*/10` or `1-5/2`.
fn is_part(part: &str, (min, max): (u32, u32)) -> bool {
    let (span, every) = part.split_once('/').map_or((part, None), |(span, every)| (span, Some(every)));
    let number = |text: &str| {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|number: &u32| digits && (min..=max).contains(number))
    };
    let spans = match span.split_once('-') {
        Some((from, to)) => number(from).zip(number(to)).is_some_and(|(from, to)| from <= to),
        None if span == "*" => true,
        // a step needs something to go through
        None => every.is_none() && number(span).is_some(),
    };
    let steps = every.is_none_or(|every| {
        let digits = (1..=2).contains(&every.len()) && every.bytes().all(|byte| byte.is_ascii_digit());
        digits && every.parse().is_ok_and(|every: u32| every > 0 && every <= max)
    });
    spans && steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cron_takes_is_a_schedule() {
        for text in ["0 2 * * *", "*/10 * * * *", "0 0,12 1-15 * 1-5", "59 23 31 12 7", "0 8-18/2 * * *"] {
            assert_eq!(normal(text).as_deref(), Some(text));
        }
        assert_eq!(normal("  0   2 * *\t* ").as_deref(), Some("0 2 * * *"));
    }

    #[test]
    fn what_never_is_or_is_no_field_is_none() {
        for text in [
            "",
            "0 2 * *",
            "0 2 * * * *",
            "60 2 * * *",
            "0 24 * * *",
            "0 2 0 * *",
            "0 2 * 13 *",
            "0 2 * * 8",
            "a 2 * * *",
            "5-1 * * * *",
            "*/0 * * * *",
            "3/5 * * * *",
            "1- * * * *",
            "-1 * * * *",
            ", * * * *",
            "0 2 * * MON",
            "+1 2 * * *",
        ] {
            assert_eq!(normal(text), None, "{text}");
        }
    }
}
