//! Numbers as decks and solvers write them.

/// A number such as `1.`, `.5`, `15.E-3`, `-1e5.`, `1.D-3`, `0.1E+01`; `None` for anything else, infinities and NaN too.
pub(crate) fn real(bytes: &[u8]) -> Option<f64> {
    let bytes = bytes.trim_ascii();
    if bytes.is_empty() || bytes.len() > 64 {
        return None;
    }
    let mut text = String::with_capacity(bytes.len());
    let mut in_exponent = false;
    for &byte in bytes {
        match byte {
            b'0'..=b'9' | b'+' | b'-' => text.push(byte as char),
            // `1e+9.` has a point behind its exponent
            b'.' if in_exponent => {}
            b'.' => text.push('.'),
            b'e' | b'E' | b'd' | b'D' if !in_exponent => {
                in_exponent = true;
                text.push('e');
            }
            _ => return None,
        }
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// The label at the head of a data line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Label {
    /// A positive integer.
    Number(u64),
    /// `<name>` of a `*PARAMETER`.
    Parameter,
    /// Anything else, also an empty field.
    None,
}

/// Reads one field (up to the first comma) as a label; also gives what follows the comma.
pub(crate) fn label(bytes: &[u8]) -> (Label, &[u8]) {
    let end = memchr::memchr(b',', bytes);
    let (field, rest) = match end {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &bytes[bytes.len()..]),
    };
    (label_of(field), rest)
}

fn label_of(field: &[u8]) -> Label {
    let field = field.trim_ascii();
    if field.first() == Some(&b'<') {
        return Label::Parameter;
    }
    // 18 digits fit a u64
    if field.is_empty() || field.len() > 18 {
        return Label::None;
    }
    let mut value = 0_u64;
    for &byte in field {
        if !byte.is_ascii_digit() {
            return Label::None;
        }
        value = value * 10 + u64::from(byte - b'0');
    }
    Label::Number(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reals() {
        for (text, value) in [
            ("1.", Some(1.0)),
            (" .5 ", Some(0.5)),
            ("15.E-3", Some(0.015)),
            ("-1e5.", Some(-1e5)),
            ("1e+9.", Some(1e9)),
            ("1.D-3", Some(1e-3)),
            ("0.100000E+01", Some(1.0)),
            ("", None),
            ("x", None),
            ("<time>", None),
            ("1e999", None),
            ("nan", None),
            ("-", None),
        ] {
            assert_eq!(real(text.as_bytes()), value, "{text}");
        }
    }

    #[test]
    fn labels() {
        assert_eq!(label(b"  12 , 1., 2."), (Label::Number(12), b" 1., 2.".as_slice()));
        assert_eq!(label(b"7"), (Label::Number(7), b"".as_slice()));
        assert_eq!(label(b"<A>, 1.").0, Label::Parameter);
        assert_eq!(label(b"1.5, 2").0, Label::None);
        assert_eq!(label(b"99999999999999999999, 2").0, Label::None);
    }
}
