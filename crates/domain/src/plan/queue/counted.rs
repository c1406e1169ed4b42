//! Small numbers for things that many share, given back when the last one goes.

use super::super::lookup::Map;
use std::hash::Hash;

/// Each thing has one number as long as somebody holds it.
pub(super) struct Counted<K> {
    numbers: Map<K, usize>,
    /// By number: the thing and how many hold it; `None` where the number is free.
    held: Vec<Option<(K, usize)>>,
    free: Vec<usize>,
}

impl<K> Default for Counted<K> {
    fn default() -> Counted<K> {
        Counted { numbers: Map::default(), held: Vec::new(), free: Vec::new() }
    }
}

impl<K: Clone + Eq + Hash> Counted<K> {
    /// The thing's number, held once more.
    pub fn take(&mut self, thing: K) -> usize {
        if let Some(&number) = self.numbers.get(&thing) {
            if let Some((_, count)) = &mut self.held[number] {
                *count += 1;
            }
            return number;
        }
        let entry = Some((thing.clone(), 1));
        let number = match self.free.pop() {
            Some(number) => {
                self.held[number] = entry;
                number
            }
            None => {
                self.held.push(entry);
                self.held.len() - 1
            }
        };
        self.numbers.insert(thing, number);
        number
    }

    /// One holder less.
    pub fn give(&mut self, number: usize) {
        let Some((thing, count)) = &mut self.held[number] else { return };
        *count -= 1;
        if *count == 0 {
            self.numbers.remove(thing);
            self.held[number] = None;
            self.free.push(number);
        }
    }

    /// What has this number.
    pub fn get(&self, number: usize) -> Option<&K> {
        self.held.get(number)?.as_ref().map(|(thing, _)| thing)
    }

    /// So many hold what has this number.
    pub fn count(&self, number: usize) -> usize {
        self.held.get(number).and_then(Option::as_ref).map_or(0, |(_, count)| *count)
    }

    /// All numbers there are or were: one more than the highest.
    pub fn end(&self) -> usize {
        self.held.len()
    }

    /// All things with their numbers, in the order of these.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &K)> {
        self.held.iter().enumerate().filter_map(|(number, held)| held.as_ref().map(|(thing, _)| (number, thing)))
    }

    /// By number what `find` says of each thing; `None` where the number is free.
    pub fn map<T>(&self, mut find: impl FnMut(&K) -> Option<T>) -> Vec<Option<T>> {
        self.held.iter().map(|held| held.as_ref().and_then(|(thing, _)| find(thing))).collect()
    }
}
