//! Where a text occurs in a log, and which of these places is looked at.

/// The places of one search.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hits {
    /// What was searched for.
    pub needle: String,
    /// Lines that hold it, in order; the first thousand.
    pub lines: Vec<u64>,
    /// How many lines hold it in all.
    pub count: u64,
    /// The one looked at, as an index.
    pub at: Option<usize>,
}

impl Hits {
    /// The line looked at.
    pub fn line(&self) -> Option<u64> {
        self.at.and_then(|at| self.lines.get(at)).copied()
    }

    /// Looks at the first place from `line` on, else at the last one before it.
    pub fn look_from(&mut self, line: u64) {
        let after = self.lines.partition_point(|hit| *hit < line);
        self.at = if after < self.lines.len() { Some(after) } else { self.lines.len().checked_sub(1) };
    }

    /// Goes to the next place, or back; round at the ends.
    pub fn step(&mut self, back: bool) -> Option<u64> {
        let count = self.lines.len();
        if count == 0 {
            return None;
        }
        self.at = Some(match (self.at, back) {
            (None, false) => 0,
            (None, true) => count - 1,
            (Some(at), false) => (at + 1) % count,
            (Some(at), true) => (at + count - 1) % count,
        });
        self.line()
    }

    /// Takes lines that were added to the file since.
    pub fn add<'a>(&mut self, lines: impl Iterator<Item = (u64, &'a str)>) {
        if self.needle.is_empty() {
            return;
        }
        let needle = self.needle.to_ascii_lowercase();
        for (number, text) in lines {
            if text.to_ascii_lowercase().contains(&needle) {
                // a list that was cut off stays cut off: places in between are missing
                if u64::try_from(self.lines.len()) == Ok(self.count) {
                    self.lines.push(number);
                }
                self.count += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits() -> Hits {
        Hits { needle: "U".into(), lines: vec![5, 9, 30], count: 3, at: None }
    }

    #[test]
    fn it_goes_round() {
        let mut hits = hits();
        assert_eq!(hits.step(true), Some(30));
        assert_eq!(hits.step(false), Some(5));
        hits.look_from(6);
        assert_eq!(hits.line(), Some(9));
        hits.look_from(31);
        assert_eq!(hits.line(), Some(30));
        assert_eq!(Hits::default().step(false), None);
    }

    #[test]
    fn lines_added_later_are_found_too() {
        let mut hits = hits();
        hits.add([(31, "2 117 1u"), (32, "2 117 1")].into_iter());
        assert_eq!((hits.lines.len(), hits.count), (4, 4));
        let mut cut = Hits { count: 2_000, ..hits };
        cut.add([(33, "U")].into_iter());
        assert_eq!((cut.lines.len(), cut.count), (4, 2_001));
    }
}
