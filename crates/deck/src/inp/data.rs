//! Data lines: what each means depends on the keyword above it.

use super::element::Nodes;
use super::finding::FindingKind;
use super::keyword::LONGEST_NAME;
use super::procedure;
use super::state::State;
use crate::number::{Label, label, real};

/// `*NGEN` and `*ELGEN` lines may ask for a billion labels; beyond this the count is said to be unknown.
const MOST_MADE: u64 = 20_000_000;
/// Elements whose type is remembered for `*ELGEN`.
const MOST_MASTERS: usize = 50_000;
/// Parameters kept.
const MOST_CONSTANTS: usize = 10_000;

/// What the data lines under way are.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Section {
    /// Of no interest.
    Skip,
    /// Of `*NODE`.
    Nodes,
    /// Of `*ELEMENT`.
    Elements(ElementBlock),
    /// Of `*NGEN`.
    NodesBetween,
    /// Of `*ELGEN`.
    ElementsFrom,
    /// Of `*PARAMETER`.
    Parameters,
    /// The first line of a procedure.
    Times,
}

/// An `*ELEMENT` block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ElementBlock {
    /// Index into `elements_by_type`.
    pub kind: usize,
    /// What is known about the type.
    pub nodes: Option<Nodes>,
    /// Nodes of the record under way, where its last line promised more.
    pub seen: Option<usize>,
}

impl State<'_> {
    /// One data line, without blanks at its head, not empty.
    pub(super) fn data_line(&mut self, line: &[u8]) {
        match &self.section {
            Section::Skip => {}
            Section::Nodes => match label(line).0 {
                Label::Number(number) => {
                    self.node("NODE", number);
                }
                Label::Parameter => self.nodes_from_parameter(),
                Label::None => {}
            },
            Section::Elements(block) => {
                let block = self.element_line(*block, line);
                self.section = Section::Elements(block);
            }
            Section::NodesBetween => self.nodes_between(line),
            Section::ElementsFrom => self.elements_from(line),
            Section::Parameters => self.parameter(line),
            Section::Times => {
                self.section = Section::Skip;
                self.times(line);
            }
        }
    }

    fn nodes_from_parameter(&mut self) {
        self.nodes_generated = true;
        self.generated_by("PARAMETER");
    }

    fn elements_from_parameter(&mut self) {
        self.elements_generated = true;
        self.generated_by("PARAMETER");
    }

    fn element_line(&mut self, mut block: ElementBlock, line: &[u8]) -> ElementBlock {
        let connectivity = match block.seen {
            Some(_) => line,
            None => {
                let (head, rest) = label(line);
                match head {
                    Label::Number(number) => {
                        self.element("ELEMENT", block.kind, number);
                    }
                    Label::Parameter => self.elements_from_parameter(),
                    // the end of a record that was thought complete, or nonsense: neither begins an element
                    Label::None => return block,
                }
                rest
            }
        };
        let trimmed = connectivity.trim_ascii_end();
        let more = trimmed.last() == Some(&b',');
        let commas = memchr::memchr_iter(b',', trimmed).count();
        let here = if trimmed.is_empty() { 0 } else { commas + usize::from(!more) };
        let seen = block.seen.unwrap_or(0) + here;
        block.seen = match block.nodes {
            // many decks end complete records with a comma
            Some(nodes) if seen >= nodes.count => None,
            Some(nodes) => (more || nodes.long).then_some(seen),
            None => more.then_some(seen),
        };
        block
    }

    /// A node that the keyword `by` makes; `false` where there are too many to keep it.
    fn node(&mut self, by: &str, number: u64) -> bool {
        let kept = self.scopes.insert_node(number).is_some();
        if !kept {
            self.nodes_generated = true;
            self.generated_by(by);
        }
        kept
    }

    /// An element that the keyword `by` makes, likewise.
    fn element(&mut self, by: &str, kind: usize, number: u64) -> bool {
        let Some(new) = self.scopes.insert_element(number) else {
            self.elements_generated = true;
            self.generated_by(by);
            return false;
        };
        if new {
            self.deck.elements_by_type[kind].1 += 1;
            if self.masters.len() < MOST_MASTERS {
                self.masters.insert((self.scopes.number(), number), kind);
            }
        }
        true
    }

    /// `first, last, increment`.
    fn nodes_between(&mut self, line: &[u8]) {
        let (first, rest) = label(line);
        let (last, rest) = label(rest);
        let (step, _) = label(rest);
        match (first, last, step) {
            (Label::Number(first), Label::Number(last), Label::Number(_) | Label::None) if first <= last => {
                let step = if let Label::Number(step) = step { step.max(1) } else { 1 };
                let many = (last - first) / step + 1;
                self.made = self.made.saturating_add(many);
                if self.made > MOST_MADE {
                    self.nodes_generated = true;
                    self.generated_by("NGEN");
                    return;
                }
                for number in (first..=last).step_by(usize::try_from(step).unwrap_or(usize::MAX)) {
                    if !self.node("NGEN", number) {
                        return;
                    }
                }
            }
            _ => {
                self.nodes_generated = true;
                self.generated_by("NGEN");
            }
        }
    }

    /// `master, many, node increment, element increment`, and the last three again for rows and layers.
    fn elements_from(&mut self, line: &[u8]) {
        let (master, mut rest) = label(line);
        let mut ways = [(1, 0); 3];
        let mut plain = true;
        for way in &mut ways {
            if rest.trim_ascii().is_empty() {
                break;
            }
            let (many, after) = label(rest);
            let (_, after) = label(after);
            let (step, after) = label(after);
            rest = after;
            let number = |field| match field {
                Label::Number(number) => Some(number),
                Label::None => Some(1),
                Label::Parameter => None,
            };
            match (number(many), number(step)) {
                (Some(many), Some(step)) => *way = (many.max(1), step),
                _ => plain = false,
            }
        }
        let many = ways.iter().fold(1_u64, |product, (many, _)| product.saturating_mul(*many));
        self.made = self.made.saturating_add(many);
        let found = match master {
            Label::Number(master) => self.masters.get(&(self.scopes.number(), master)).map(|kind| (master, *kind)),
            _ => None,
        };
        match found {
            Some((master, kind)) if plain && self.made <= MOST_MADE => {
                for i in 0..ways[0].0 {
                    for j in 0..ways[1].0 {
                        for k in 0..ways[2].0 {
                            let steps = [(i, ways[0].1), (j, ways[1].1), (k, ways[2].1)];
                            let number =
                                steps.iter().fold(master, |sum, (n, step)| sum.saturating_add(n.saturating_mul(*step)));
                            if !self.element("ELGEN", kind, number) {
                                return;
                            }
                        }
                    }
                }
            }
            _ => {
                self.elements_generated = true;
                self.generated_by("ELGEN");
            }
        }
    }

    /// `name = number`; expressions stay unknown.
    fn parameter(&mut self, line: &[u8]) {
        let Some(at) = memchr::memchr(b'=', line) else { return };
        let (Ok(name), value) = (std::str::from_utf8(line[..at].trim_ascii()), &line[at + 1..]) else { return };
        let value = memchr::memchr(b'#', value).map_or(value, |comment| &value[..comment]);
        match real(value) {
            Some(value) if self.constants.len() < MOST_CONSTANTS && name.len() <= LONGEST_NAME => {
                self.constants.insert(name.to_owned(), value);
            }
            // a later expression hides an earlier number
            _ => {
                self.constants.remove(name);
            }
        }
    }

    fn times(&mut self, line: &[u8]) {
        let constants = &self.constants;
        let times = procedure::times(line, |name| constants.get(name).copied());
        let hidden = period_is_hidden(line);
        let number = self.deck.steps.len() as u32;
        let Some(step) = self.deck.steps.last_mut() else { return };
        step.initial_increment = times.initial;
        step.min_increment = times.min;
        if times.period.is_some() {
            step.period = times.period;
        } else if hidden {
            step.period = None;
        }
        let fixed = step.procedure.contains("DIRECT");
        if let (Some(initial), Some(min), false) = (times.initial, times.min, fixed)
            && initial > 0.0
            && min >= initial
        {
            let context = self.context_of(line);
            self.find(FindingKind::NoRoomForCutbacks { step: number, initial, min }, self.source.line, context);
        }
    }
}

/// The second field holds something that is no number.
fn period_is_hidden(line: &[u8]) -> bool {
    line.split(|byte| *byte == b',').nth(1).is_some_and(|field| !field.trim_ascii().is_empty() && real(field).is_none())
}
