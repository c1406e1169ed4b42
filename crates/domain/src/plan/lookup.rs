//! A fast map for short keys: names and small numbers from our own database, a few hundred thousand look-ups a
//! decision. The standard hasher guards against keys that a stranger chose, and would be a third of the time.

use std::hash::{BuildHasherDefault, Hasher};

pub(super) type Map<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<Fnv>>;
pub(super) type Set<K> = std::collections::HashSet<K, BuildHasherDefault<Fnv>>;

/// FNV-1a with 64 bits, numbers taken whole.
pub(super) struct Fnv(u64);

const PRIME: u64 = 0x0100_0000_01b3;

impl Default for Fnv {
    fn default() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0 ^ number).wrapping_mul(PRIME);
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn finish(&self) -> u64 {
        // the map takes its bucket from the low bits and its tag from the high ones: mix both
        self.0 ^ (self.0 >> 29)
    }
}
