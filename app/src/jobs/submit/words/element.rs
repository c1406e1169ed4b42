//! Element types in plain words, by the pattern of Abaqus' names, and how many unknowns a node of them has.

use crate::i18n::Locale;

/// What an element type is, as far as its name tells: (日本語, English). Empty where it does not.
pub fn words(kind: &str, locale: Locale) -> String {
    let kind = kind.to_ascii_uppercase();
    let Some((ja, en)) = shape(&kind) else { return String::new() };
    let reduced = reduced(&kind);
    let hybrid = is_continuum(&kind) && ending(&kind).contains('H');
    match locale {
        Locale::Ja => {
            let mut text = ja.to_owned();
            if reduced {
                text.push_str("・低減");
            }
            if hybrid {
                text.push_str("・ハイブリッド");
            }
            text
        }
        Locale::En => {
            let mut text = en.to_owned();
            if reduced {
                text.push_str(", reduced");
            }
            if hybrid {
                text.push_str(", hybrid");
            }
            text
        }
    }
}

/// Unknowns of one node: 3 in solids, 2 in plane and axisymmetric ones, 6 in shells and beams, 1 in heat and acoustics.
pub fn unknowns(kind: &str) -> u64 {
    let kind = kind.to_ascii_uppercase();
    let starts = |list: &[&str]| list.iter().any(|start| kind.starts_with(start));
    if starts(&["DC", "AC", "DS"]) {
        1
    } else if starts(&["CPS", "CPE", "CAX", "T2D"]) {
        2
    } else if starts(&["STRI", "SAX", "SC"]) || (starts(&["S", "B", "PIPE", "FRAME"]) && !starts(&["SPRING"])) {
        6
    } else {
        3
    }
}

fn is_continuum(kind: &str) -> bool {
    ["C3D", "CPS", "CPE", "CAX"].iter().any(|start| kind.starts_with(start))
}

/// The letters after the number of nodes.
fn ending(kind: &str) -> &str {
    kind.trim_start_matches(|c: char| c.is_ascii_alphabetic())
        .trim_start_matches(|c: char| c == 'D' || c.is_ascii_digit())
}

/// The number of nodes after a prefix: `C3D10M` → 10.
fn nodes(kind: &str, prefix: &str) -> Option<u32> {
    let digits: String = kind.strip_prefix(prefix)?.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn reduced(kind: &str) -> bool {
    (is_continuum(kind) || kind.starts_with('S')) && ending(kind).contains('R') && !kind.starts_with("SPRING")
}

fn shape(kind: &str) -> Option<(&'static str, &'static str)> {
    let solid = |n: u32| match n {
        4 => Some(("四面体1次", "tetrahedron, linear")),
        10 => Some(("四面体2次", "tetrahedron, quadratic")),
        5 => Some(("ピラミッド1次", "pyramid, linear")),
        6 => Some(("くさび1次", "wedge, linear")),
        15 => Some(("くさび2次", "wedge, quadratic")),
        8 => Some(("六面体1次", "brick, linear")),
        20 | 27 => Some(("六面体2次", "brick, quadratic")),
        _ => None,
    };
    for prefix in ["C3D", "DC3D", "AC3D"] {
        if let Some(n) = nodes(kind, prefix) {
            return solid(n);
        }
    }
    let starts: [(&str, (&str, &str)); 20] = [
        ("CPS", ("平面応力", "plane stress")),
        ("CPE", ("平面ひずみ", "plane strain")),
        ("CAX", ("軸対称", "axisymmetric")),
        ("SPRING", ("ばね", "spring")),
        ("SC", ("連続体シェル", "continuum shell")),
        ("SAX", ("軸対称シェル", "axisymmetric shell")),
        ("S", ("シェル", "shell")),
        ("B", ("はり", "beam")),
        ("T2D", ("トラス", "truss")),
        ("T3D", ("トラス", "truss")),
        ("M3D", ("膜", "membrane")),
        ("R3D", ("剛体", "rigid")),
        ("R2D", ("剛体", "rigid")),
        ("MASS", ("質量", "mass")),
        ("ROTARYI", ("回転慣性", "rotary inertia")),
        ("CONN", ("コネクター", "connector")),
        ("DASHPOT", ("ダッシュポット", "dashpot")),
        ("COH", ("結合", "cohesive")),
        ("PIPE", ("パイプ", "pipe")),
        ("U", ("ユーザー要素", "user element")),
    ];
    starts.into_iter().find(|(start, _)| kind.starts_with(start)).map(|(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_in_words() {
        let ja = |kind| words(kind, Locale::Ja);
        assert_eq!(ja("C3D10"), "四面体2次");
        assert_eq!(ja("C3D8R"), "六面体1次・低減");
        assert_eq!(ja("C3D8RH"), "六面体1次・低減・ハイブリッド");
        assert_eq!(ja("S4R"), "シェル・低減");
        assert_eq!(ja("SPRINGA"), "ばね");
        assert_eq!(words("C3D20R", Locale::En), "brick, quadratic, reduced");
        assert_eq!(words("XYZ", Locale::En), "");
    }

    #[test]
    fn unknowns_of_a_node() {
        let of = ["C3D8", "S4R", "B31", "CPE4", "DC3D8", "T3D2", "SPRING1", "R3D4"].map(unknowns);
        assert_eq!(of, [3, 6, 6, 2, 1, 3, 3, 3]);
    }
}
