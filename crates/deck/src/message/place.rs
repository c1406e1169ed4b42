//! What a message's text says of places, and the text without them.

use crate::number::real;
use serde::{Deserialize, Serialize};

/// A node or element of the model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Label of a node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<u64>,
    /// Label of an element.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub element: Option<u64>,
    /// The part instance the labels belong to; none in flat decks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Degree of freedom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dof: Option<u32>,
    /// The set that the solver made of all places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
}

/// A line of the deck, as the solver counts: each file by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeckLine {
    /// The file's name.
    pub file: String,
    /// From 1.
    pub line: u64,
}

/// `NODE 17 INSTANCE WING-1 DOF 2`, `NODE PLATE-1.25 D.O.F. 1`, `ELEMENT 77,`, `element number 92 of instance BLOCK-1`,
/// `element set ErrElem.`; the first of each.
pub(super) fn place(text: &str) -> Option<Place> {
    let mut place = Place::default();
    let mut words = text.split(' ').peekable();
    let mut before = "";
    while let Some(word) = words.next() {
        let is = |name: &str| word.eq_ignore_ascii_case(name);
        let next = words.peek().copied().unwrap_or_default();
        if (is("NODE") || is("ELEMENT")) && place.node.is_none() && place.element.is_none() {
            if next.eq_ignore_ascii_case("SET") {
                words.next();
                let name = words.peek().copied().map(bare).filter(|name| !name.is_empty());
                place.set = place.set.or(name.map(str::to_owned));
            } else {
                if next.eq_ignore_ascii_case("NUMBER") {
                    words.next();
                }
                let (instance, label) = labelled(words.peek().copied().unwrap_or_default());
                if let Some(instance) = instance.filter(|_| label.is_some()) {
                    place.instance = Some(instance.to_owned());
                }
                if is("NODE") {
                    place.node = label;
                } else {
                    place.element = label;
                }
            }
        } else if is("INSTANCE") && place.instance.is_none() {
            place.instance = Some(bare(next)).filter(|name| !name.is_empty()).map(str::to_owned);
        } else if (is("DOF") || is("D.O.F.") || (is("FREEDOM") && before.eq_ignore_ascii_case("OF")))
            && place.dof.is_none()
        {
            place.dof = bare(next).parse().ok();
        }
        before = word;
    }
    // an instance or a degree of freedom alone is no place
    (place.node.is_some() || place.element.is_some() || place.set.is_some()).then_some(place)
}

/// `file "tissue.inp", line 1062`.
pub(super) fn deck_line(text: &str) -> Option<DeckLine> {
    let (_, rest) = text.split_once("file \"")?;
    let (file, rest) = rest.split_once('"')?;
    let digits = rest.trim_start_matches([',', ' ']).strip_prefix("line ")?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    Some(DeckLine { file: file.to_owned(), line: digits[..end].parse().ok()? })
}

/// `25` or `PLATE-1.25`.
pub(crate) fn labelled(word: &str) -> (Option<&str>, Option<u64>) {
    let word = bare(word);
    match word.rsplit_once('.') {
        Some((instance, label)) if !instance.is_empty() => (Some(instance), label.parse().ok()),
        _ => (None, word.parse().ok()),
    }
}

fn bare(word: &str) -> &str {
    word.trim_matches([',', '.', ';', ':', '(', ')'])
}

/// The text without its numbers and places: what makes two messages the same.
pub(super) fn wording(text: &str) -> String {
    let mut wording = String::with_capacity(text.len());
    let mut before = "";
    for word in text.split(' ') {
        let after = |name: &str| before.eq_ignore_ascii_case(name);
        let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
        let place = after("INSTANCE") || (has_digit && (after("NODE") || after("ELEMENT")));
        if place || (has_digit && real(bare(word).as_bytes()).is_some()) {
            wording.push('#');
        } else {
            let mut digits = false;
            for c in word.chars() {
                if !c.is_ascii_digit() {
                    wording.push(c);
                } else if !digits {
                    wording.push('#');
                }
                digits = c.is_ascii_digit();
            }
        }
        wording.push(' ');
        before = word;
    }
    wording
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(node: Option<u64>, element: Option<u64>, instance: Option<&str>, dof: Option<u32>) -> Option<Place> {
        Some(Place { node, element, instance: instance.map(str::to_owned), dof, set: None })
    }

    #[test]
    fn places() {
        for (text, want) in [
            ("FOR NODE 17 INSTANCE WING_1-1 DOF 2. THIS", at(Some(17), None, Some("WING_1-1"), Some(2))),
            ("PROCESSING NODE PLATE-1.1 D.O.F. 1 RATIO = 5.7E+12 .", at(Some(1), None, Some("PLATE-1"), Some(1))),
            ("DEGREE OF FREEDOM 4 IS NOT ACTIVE ON NODE 1 INSTANCE A-1 -", at(Some(1), None, Some("A-1"), Some(4))),
            ("f=4.2929 AT ELEMENT 77, THE DAMAGE", at(None, Some(77), None, None)),
            ("distortion of element number 92 of instance B-2-LIN-1", at(None, Some(92), Some("B-2-LIN-1"), None)),
            ("NOT AVAILABLE FOR ELEMENT TYPE C3D8R", None),
            ("Zero pivot when processing D.O.F. 11 of 8 nodes.", None),
        ] {
            assert_eq!(place(text), want, "{text}");
        }
        let set = place("90 elements have been identified in element set ErrElemMissingSection.");
        assert_eq!(set.and_then(|place| place.set).as_deref(), Some("ErrElemMissingSection"));
    }

    #[test]
    fn lines_of_the_deck() {
        let text = "in keyword *NODEPRINT, file \"tissue.inp\", line 1062: Unknown assembly set";
        assert_eq!(deck_line(text), Some(DeckLine { file: "tissue.inp".to_owned(), line: 1062 }));
        assert_eq!(deck_line("file \"x.inp\" is empty"), None);
    }

    #[test]
    fn the_same_but_for_numbers_and_places() {
        let same = |a: &str, b: &str| wording(a) == wording(b);
        assert!(same("MATRIX HAS 1 NEGATIVE EIGENVALUES.", "MATRIX HAS 112 NEGATIVE EIGENVALUES."));
        assert!(same("NODE PLATE-1.1 D.O.F. 1 RATIO = 5.7E+12.", "NODE CUBE-2.25 D.O.F. 3 RATIO = 817."));
        assert!(same("ELEMENT 7 INSTANCE A", "ELEMENT 9 INSTANCE LONGER-NAME"));
        assert!(!same("OUTPUT REQUEST PE IS NOT", "OUTPUT REQUEST PEEQ IS NOT"));
        assert!(!same("NODE SET A", "NODE SET B"));
    }
}
