//! Sets of node and element labels, small enough for millions of them.
//!
//! Labels are cut into runs of 65,536. A run with few labels is a sorted list of 2 bytes each; from 4,096 on it is a
//! bitmap of 8 kB. Three million labels without gaps cost 46 bitmaps = 376 kB; the worst case, every label in a run of
//! its own, costs some 100 bytes a label, so all sets of a deck share a budget of runs.

use std::collections::BTreeMap;

const RUN: u64 = 1 << 16;
const WORDS: usize = 1024;
/// 4,096 labels of 2 bytes are as large as the bitmap.
const LIST_MOST: usize = 4096;

#[derive(Clone, Debug)]
enum Labels {
    List(Vec<u16>),
    Bitmap(Box<[u64; WORDS]>),
}

/// A set that only grows.
#[derive(Clone, Debug, Default)]
pub(super) struct LabelSet {
    runs: BTreeMap<u64, Labels>,
    /// The run used last, taken out of the map: labels come in order.
    last: Option<(u64, Labels)>,
    len: u64,
    highest: Option<u64>,
}

impl LabelSet {
    /// How many labels.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// The largest label.
    pub(super) fn highest(&self) -> Option<u64> {
        self.highest
    }

    /// Adds one; `Some(false)` when it was there, `None` when it is not kept because `runs_left` is used up.
    pub(super) fn insert(&mut self, label: u64, runs_left: &mut u32) -> Option<bool> {
        let (run, low) = (label / RUN, (label % RUN) as u16);
        if self.last.as_ref().is_none_or(|(at, _)| *at != run) {
            let next = match self.runs.remove(&run) {
                Some(labels) => labels,
                None => {
                    *runs_left = runs_left.checked_sub(1)?;
                    Labels::List(Vec::new())
                }
            };
            if let Some((at, labels)) = self.last.replace((run, next)) {
                self.runs.insert(at, labels);
            }
        }
        let (_, labels) = self.last.as_mut()?;
        let new = labels.insert(low);
        self.len += u64::from(new);
        self.highest = self.highest.max(Some(label));
        Some(new)
    }
}

impl Labels {
    fn insert(&mut self, low: u16) -> bool {
        match self {
            Labels::List(list) => {
                let at = match list.last() {
                    Some(last) if *last >= low => match list.binary_search(&low) {
                        Ok(_) => return false,
                        Err(at) => at,
                    },
                    _ => list.len(),
                };
                list.insert(at, low);
                if list.len() >= LIST_MOST {
                    let mut words = Box::new([0_u64; WORDS]);
                    for low in list.iter() {
                        words[usize::from(*low) / 64] |= 1 << (low % 64);
                    }
                    *self = Labels::Bitmap(words);
                }
                true
            }
            Labels::Bitmap(words) => {
                let word = &mut words[usize::from(low) / 64];
                let bit = 1 << (low % 64);
                let new = *word & bit == 0;
                *word |= bit;
                new
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn counts_like_a_plain_set(labels in proptest::collection::vec(prop_oneof![0_u64..20_000, any::<u64>()], 0..7000)) {
            let mut set = LabelSet::default();
            let mut plain = BTreeSet::new();
            for label in labels {
                prop_assert_eq!(set.insert(label, &mut 1), Some(plain.insert(label)));
            }
            prop_assert_eq!(set.len(), plain.len() as u64);
            prop_assert_eq!(set.highest(), plain.last().copied());
        }
    }

    #[test]
    fn a_list_becomes_a_bitmap() {
        let mut set = LabelSet::default();
        for label in (1..=200_000_u64).rev().chain(1..=200_000) {
            set.insert(label, &mut 1);
        }
        assert_eq!(set.len(), 200_000);
    }

    #[test]
    fn a_budget_of_runs_is_kept() {
        let (mut set, mut left) = (LabelSet::default(), 2);
        let added = [0, RUN, 2 * RUN, 1, 1, RUN + 1].map(|label| set.insert(label, &mut left));
        assert_eq!(added, [Some(true), Some(true), None, Some(true), Some(false), Some(true)]);
        assert_eq!((set.len(), set.highest(), left), (4, Some(RUN + 1), 0));
    }
}
