//! What kinds of steps there are, and which of them advance time.

use super::keyword::Keyword;
use crate::number::real;

/// A procedure as its keyword line states it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Procedure {
    /// `STATIC`, `DYNAMIC, EXPLICIT`, `STATIC, RIKS`.
    pub title: String,
    /// The first data line holds increment sizes.
    pub has_times: bool,
    /// The second number of that line is analysis time.
    pub advances_time: bool,
}

/// Initial increment, period, smallest increment: numbers on a procedure's data line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Times {
    pub initial: Option<f64>,
    pub period: Option<f64>,
    pub min: Option<f64>,
}

/// `None` where the keyword is no procedure.
pub(super) fn procedure(keyword: &Keyword) -> Option<Procedure> {
    let (has_times, advances_time) = match keyword.compact.as_str() {
        "STATIC" => (true, !keyword.has("RIKS")),
        "DYNAMIC"
        | "HEATTRANSFER"
        | "COUPLEDTEMPERATURE-DISPLACEMENT"
        | "UNCOUPLEDTEMPERATURE-DISPLACEMENT"
        | "DYNAMICTEMPERATURE-DISPLACEMENT"
        | "COUPLEDTHERMAL-ELECTRICAL"
        | "COUPLEDTHERMAL-ELECTRICAL-STRUCTURAL"
        | "VISCO"
        | "SOILS"
        | "GEOSTATIC"
        | "MODALDYNAMIC"
        | "MASSDIFFUSION"
        | "STEADYSTATETRANSPORT"
        | "DIRECTCYCLIC"
        | "ELECTROMAGNETICS"
        | "CFD" => (true, true),
        "ELECTROMAGNETIC" => (keyword.has("TIMEDOMAIN"), keyword.has("TIMEDOMAIN")),
        // ANNEAL names a temperature, the others frequencies, modes or nothing
        "ANNEAL"
        | "BUCKLE"
        | "COMPLEXFREQUENCY"
        | "CRACKPROPAGATION"
        | "FEASIBLEDIRECTION"
        | "FREQUENCY"
        | "GREEN"
        | "MATRIXGENERATE"
        | "NOANALYSIS"
        | "PIEZOELECTRIC"
        | "RANDOMRESPONSE"
        | "RESPONSESPECTRUM"
        | "ROBUSTDESIGN"
        | "SENSITIVITY"
        | "STEADYSTATEDYNAMICS"
        | "SUBSTRUCTUREGENERATE" => (false, false),
        _ => return None,
    };
    const TOLD: [(&str, &str); 7] = [
        ("EXPLICIT", "EXPLICIT"),
        ("RIKS", "RIKS"),
        ("STABILIZE", "STABILIZE"),
        ("STEADYSTATE", "STEADY STATE"),
        ("CONSOLIDATION", "CONSOLIDATION"),
        ("DIRECT", "DIRECT"),
        ("SUBSPACE", "SUBSPACE"),
    ];
    let mut title = keyword.name.clone();
    for (key, word) in TOLD {
        if keyword.has(key) {
            title.push_str(", ");
            title.push_str(word);
        }
    }
    Some(Procedure { title, has_times, advances_time })
}

/// Reads the procedure's first data line; `constant` knows the values of parameters.
pub(super) fn times(line: &[u8], constant: impl Fn(&str) -> Option<f64>) -> Times {
    let mut fields = line.split(|byte| *byte == b',').map(|field| {
        let field = field.trim_ascii();
        match field.strip_prefix(b"<").and_then(|f| f.strip_suffix(b">")) {
            Some(name) => std::str::from_utf8(name).ok().and_then(|name| constant(name.trim())),
            None => real(field),
        }
    });
    let mut next = || fields.next().flatten();
    Times { initial: next(), period: next(), min: next() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Option<Procedure> {
        procedure(&Keyword::parse(line.as_bytes()))
    }

    #[test]
    fn which_advance_time() {
        assert!(of("*Static").is_some_and(|p| p.advances_time && p.title == "STATIC"));
        assert!(of("*STATIC, RIKS").is_some_and(|p| p.has_times && !p.advances_time && p.title == "STATIC, RIKS"));
        assert!(of("*Dynamic, Explicit").is_some_and(|p| p.advances_time && p.title == "DYNAMIC, EXPLICIT"));
        assert!(of("*Frequency, eigensolver=Lanczos").is_some_and(|p| !p.advances_time));
        assert_eq!(of("*STATIC ERROR"), None);
    }

    #[test]
    fn data_lines() {
        let none = |_: &str| None;
        assert_eq!(
            times(b"0.05, 1., 1e-05, 0.1", none),
            Times { initial: Some(0.05), period: Some(1.0), min: Some(1e-5) }
        );
        assert_eq!(times(b" , 12.", none), Times { initial: None, period: Some(12.0), min: None });
        assert_eq!(times(b",<t>", |name| (name == "t").then_some(3.0)).period, Some(3.0));
        assert_eq!(times(b"", none), Times::default());
    }
}
