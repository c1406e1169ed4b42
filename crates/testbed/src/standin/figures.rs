//! Numbers as Abaqus writes them.

/// C's `%#.Ng`: `0.100`, `1.00`, `141.`, `3.60e+08`.
pub fn general(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return format!("{:.*}", digits - 1, 0.0);
    }
    let written = format!("{value:.*e}", digits - 1);
    let (number, exponent) = written.split_once('e').unwrap_or((&written, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits = i32::try_from(digits).unwrap_or(3);
    if (-4..digits).contains(&exponent) {
        let decimals = usize::try_from(digits - 1 - exponent).unwrap_or(0);
        let text = format!("{value:.decimals$}");
        if decimals == 0 { format!("{text}.") } else { text }
    } else {
        format!("{number}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
    }
}

/// Fortran's `1PG11.3`-like field of a `.msg`: 11 wide, four blanks after a number without exponent.
pub fn field(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 || (0.1..1000.0).contains(&size) {
        return format!("{:>7}    ", general(value, 3));
    }
    let written = format!("{value:.3E}");
    let (number, exponent) = written.split_once('E').unwrap_or((&written, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    format!("{:>11}", format!("{number}E{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_real_files_have_them() {
        for (value, digits, text) in [
            (0.1, 3, "0.100"),
            (1.0, 3, "1.00"),
            (141.0, 3, "141."),
            (3.6e8, 3, "3.60e+08"),
            (1e-36, 4, "1.000e-36"),
            (0.000_495_3, 4, "0.0004953"),
        ] {
            assert_eq!(general(value, digits), text);
        }
        assert_eq!(field(0.1), "  0.100    ");
        assert_eq!(field(4.788e-2), "  4.788E-02");
    }
}
