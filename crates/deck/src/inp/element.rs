//! How many nodes an element of a type has, so that a record over several lines is counted once.

/// What is known about a type's records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Nodes {
    /// Nodes of one element.
    pub count: usize,
    /// The record cannot fit one line (at most 15 nodes and the label), so it goes on even without a trailing comma.
    pub long: bool,
}

/// `None` where the name does not tell (user elements, types with a free number of nodes): then a trailing comma tells.
pub(super) fn nodes_of(kind: &str) -> Option<Nodes> {
    let fixed = match kind {
        "MASS" | "ROTARYI" | "HEATCAP" | "SPRING1" | "DASHPOT1" | "DCOUP2D" | "DCOUP3D" => Some(1),
        "SPRINGA" | "SPRING2" | "DASHPOTA" | "DASHPOT2" | "GAPUNI" | "GAPCYL" | "GAPSPHER" | "CONN2D2" | "CONN3D2"
        | "FRAME2D" | "FRAME3D" | "SAX1" | "DSAX1" | "MAX1" => Some(2),
        "SAX2" | "DSAX2" | "MAX2" | "STRI3" | "D" => Some(3),
        "STRI65" => Some(6),
        _ => None,
    };
    if let Some(count) = fixed {
        return Some(Nodes { count, long: false });
    }
    for family in ["B2", "B3", "PIPE2", "PIPE3", "ELBOW3"] {
        if let Some(rest) = kind.strip_prefix(family) {
            return match rest.as_bytes().first() {
                Some(b'1' | b'3') => Some(Nodes { count: 2, long: false }),
                Some(b'2') => Some(Nodes { count: 3, long: false }),
                _ => None,
            };
        }
    }
    // `C3D20R`, `S8R5`, `COH3D8`: the family, then the nodes
    const FAMILIES: [&str; 28] = [
        "C3D", "DC3D", "AC3D", "COH3D", "COH2D", "COHAX", "CPEG", "CPE", "CPS", "CGAX", "CAX", "DC2D", "DCAX", "AC2D",
        "ACAX", "SFM3D", "M3D", "R3D", "R2D", "RAX", "T2D", "T3D", "DS", "SC", "S", "Q3D", "F3D", "CSS",
    ];
    let (family, rest) = FAMILIES.iter().find_map(|family| {
        let rest = kind.strip_prefix(family)?;
        rest.starts_with(|c: char| c.is_ascii_digit()).then_some((*family, rest))
    })?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let count: usize = digits.parse().ok().filter(|count| (1..=27).contains(count))?;
    // C3D27 has 21 to 27 nodes, C3D15V 15 to 18
    let free = count == 27 || rest.contains('V');
    if free {
        return None;
    }
    Some(Nodes { count, long: count > 15 && family.ends_with("3D") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell() {
        for (kind, count) in [
            ("C3D8R", 8),
            ("C3D20RH", 20),
            ("C3D10MHT", 10),
            ("S4R", 4),
            ("S8R5", 8),
            ("SC8R", 8),
            ("CPS4R", 4),
            ("CAX8RT", 8),
            ("B31", 2),
            ("B32R", 3),
            ("T3D3", 3),
            ("COH3D8", 8),
            ("DC3D20", 20),
            ("SPRINGA", 2),
            ("STRI65", 6),
            ("R3D4", 4),
            ("D", 3),
        ] {
            assert_eq!(nodes_of(kind).map(|n| n.count), Some(count), "{kind}");
        }
        for kind in ["U1", "C3D27", "C3D15V", "", "XYZ", "S", "C3D99"] {
            assert_eq!(nodes_of(kind), None, "{kind}");
        }
        assert_eq!(nodes_of("C3D20"), Some(Nodes { count: 20, long: true }));
    }
}
