//! Scopes: where a label is counted once. The same label in two parts is two nodes.

use super::labels::LabelSet;
use super::state::MOST_LISTED;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Runs of labels kept in all scopes together, some 25 MB where they are all but empty. Labels end at 10^9 in Abaqus, so
/// that the most scattered ones of one scope have 15,259.
const MOST_RUNS: u32 = 1 << 18;

/// Which scope.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Global,
    /// Upper-case name.
    Part(String),
    Assembly,
    /// Upper-case names of the instance and of its part.
    Instance(String, String),
    /// All parts and instances past the most that are told apart.
    Others,
}

/// Labels of one scope.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    pub nodes: LabelSet,
    pub elements: LabelSet,
}

/// All scopes of a deck and the one that is open.
#[derive(Debug)]
pub(super) struct Scopes {
    all: Vec<(Place, Scope)>,
    by_place: HashMap<Place, usize>,
    /// Open scopes, outermost first: at most deck, assembly, instance.
    open: Vec<usize>,
    runs_left: u32,
    /// Not all parts and instances are told apart.
    pub cut: bool,
    /// Hashes of scope, kind and name: there may be a million sets, and only their number is told.
    sets: HashSet<u64>,
    node_sets: u64,
    element_sets: u64,
}

impl Default for Scopes {
    fn default() -> Self {
        Scopes {
            all: vec![(Place::Global, Scope::default())],
            by_place: HashMap::from([(Place::Global, 0)]),
            open: vec![0],
            runs_left: MOST_RUNS,
            cut: false,
            sets: HashSet::new(),
            node_sets: 0,
            element_sets: 0,
        }
    }
}

impl Scopes {
    fn open_index(&self) -> usize {
        self.open.last().copied().unwrap_or(0)
    }

    /// A number for the open scope.
    pub(super) fn number(&self) -> usize {
        self.open_index()
    }

    /// Adds a node to the open scope: whether it is new; `None` where labels are too scattered to be kept.
    pub(super) fn insert_node(&mut self, label: u64) -> Option<bool> {
        let at = self.open_index();
        self.all[at].1.nodes.insert(label, &mut self.runs_left)
    }

    /// Adds an element, likewise.
    pub(super) fn insert_element(&mut self, label: u64) -> Option<bool> {
        let at = self.open_index();
        self.all[at].1.elements.insert(label, &mut self.runs_left)
    }

    /// Opens a part or the assembly: both stand directly in the deck.
    pub(super) fn enter_outer(&mut self, place: Place) {
        self.open.truncate(1);
        self.push(place);
    }

    /// Opens an instance inside the assembly.
    pub(super) fn enter_instance(&mut self, name: &str, part: &str) {
        self.open.truncate(2);
        self.push(Place::Instance(name.to_ascii_uppercase(), part.to_ascii_uppercase()));
    }

    fn push(&mut self, place: Place) {
        let next = self.all.len();
        let full = next >= MOST_LISTED && !self.by_place.contains_key(&place);
        self.cut |= full;
        let place = if full { Place::Others } else { place };
        let at = *self.by_place.entry(place.clone()).or_insert(next);
        if at == next {
            self.all.push((place, Scope::default()));
        }
        self.open.push(at);
    }

    /// Closes the innermost scope; the deck itself never closes.
    pub(super) fn leave(&mut self) {
        if self.open.len() > 1 {
            self.open.pop();
        }
    }

    /// Back to the deck itself, where steps are.
    pub(super) fn leave_all(&mut self) {
        self.open.truncate(1);
    }

    /// Notes a set's name in the open scope.
    pub(super) fn name_set(&mut self, of_nodes: bool, name: &str) {
        let mut hasher = DefaultHasher::new();
        (self.open_index(), of_nodes).hash(&mut hasher);
        name.bytes().for_each(|byte| hasher.write_u8(byte.to_ascii_uppercase()));
        if self.sets.insert(hasher.finish()) {
            *(if of_nodes { &mut self.node_sets } else { &mut self.element_sets }) += 1;
        }
    }

    /// Different node and element sets.
    pub(super) fn sets(&self) -> (u64, u64) {
        (self.node_sets, self.element_sets)
    }

    /// Definitions: labels of all scopes.
    pub(super) fn defined(&self) -> (u64, u64) {
        self.all.iter().fold((0, 0), |(n, e), (_, scope)| (n + scope.nodes.len(), e + scope.elements.len()))
    }

    /// The largest labels.
    pub(super) fn highest(&self) -> (Option<u64>, Option<u64>) {
        self.all
            .iter()
            .fold((None, None), |(n, e), (_, scope)| (n.max(scope.nodes.highest()), e.max(scope.elements.highest())))
    }

    /// The assembled model: what stands outside parts, and each instance's part once more.
    pub(super) fn assembled(&self) -> (u64, u64) {
        let any_instance = self.by_place.keys().any(|place| matches!(place, Place::Instance(..)));
        let mut sum = (0, 0);
        let mut add = |scope: &Scope| sum = (sum.0 + scope.nodes.len(), sum.1 + scope.elements.len());
        for (place, scope) in &self.all {
            match place {
                Place::Part(_) | Place::Others if any_instance => {}
                Place::Instance(_, part) => {
                    add(scope);
                    if let Some(at) = self.by_place.get(&Place::Part(part.clone())) {
                        add(&self.all[*at].1);
                    }
                }
                _ => add(scope),
            }
        }
        sum
    }
}
