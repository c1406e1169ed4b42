//! Numbers as plots and tables of measured values write them.

/// The superscript-free power notation of solvers: `1E-6`, `2.5E-3`; at most three significant digits.
/// Numbers from 0.001 up to below 10,000 are written plainly.
pub fn short(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".to_owned() } else { "–".to_owned() };
    }
    if (1e-3..1e4).contains(&value.abs()) { plain(value, 3) } else { power(value) }
}

/// `1E-6`, `2.5E-3`, `-1.25E4`.
pub fn power(value: f64) -> String {
    // two digits after the point: three significant ones
    let text = format!("{value:.2e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) => format!("{}E{exponent}", without_tail(mantissa)),
        None => text,
    }
}

/// With so many significant digits, without zeros at the end.
pub fn plain(value: f64, significant: i32) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    #[allow(clippy::cast_possible_truncation)]
    let whole_digits = value.abs().log10().floor() as i32 + 1;
    let decimals = usize::try_from((significant - whole_digits).clamp(0, 12)).unwrap_or(0);
    without_tail(&format!("{value:.decimals$}")).to_owned()
}

/// `0.250` → `0.25`, `3.00` → `3`, `30` stays.
pub fn without_tail(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_have_three_digits_and_no_empty_tail() {
        assert_eq!(power(1e-6), "1E-6");
        assert_eq!(power(2.5e-3), "2.5E-3");
        assert_eq!(power(-12_345.0), "-1.23E4");
        assert_eq!(power(9.999e-4), "1E-3");
    }

    #[test]
    fn short_numbers_are_plain_where_people_read_them_so() {
        assert_eq!(short(0.0), "0");
        assert_eq!(short(0.005), "0.005");
        assert_eq!(short(1.0), "1");
        assert_eq!(short(1234.0), "1234");
        assert_eq!(short(0.000_999), "9.99E-4");
        assert_eq!(short(10_000.0), "1E4");
        assert_eq!(plain(0.229_31, 4), "0.2293");
        assert_eq!(plain(1.0, 4), "1");
    }
}
