//! One reading at a time; what is asked for meanwhile is one more reading after it. An answer that is slower than
//! the questions come is shown all the same.

/// Whose turn it is to read one thing again and again.
#[derive(Debug, Default)]
pub struct Turns {
    number: u32,
    under_way: bool,
    again: bool,
}

impl Turns {
    /// The turn to begin now; `None` while a reading is under way, which with `again` is followed by another.
    pub fn begin(&mut self, again: bool) -> Option<u32> {
        if self.under_way {
            self.again |= again;
            return None;
        }
        Some(self.begin_anew())
    }

    /// The same for something else: what the reading under way brings is not wanted any more.
    pub fn begin_anew(&mut self) -> u32 {
        *self = Turns { number: self.number.wrapping_add(1), under_way: true, again: false };
        self.number
    }

    /// Whether the answer of this turn is wanted.
    pub fn is_wanted(&self, turn: u32) -> bool {
        self.under_way && self.number == turn
    }

    /// The turn is over. Whether another is to follow.
    pub fn end(&mut self, turn: u32) -> bool {
        if !self.is_wanted(turn) {
            return false;
        }
        self.under_way = false;
        std::mem::take(&mut self.again)
    }
}

#[cfg(test)]
mod tests {
    use super::Turns;

    #[test]
    fn a_slow_answer_is_shown_however_often_it_is_asked_for() {
        let mut turns = Turns::default();
        let first = turns.begin(true);
        assert_eq!(first, Some(1));
        for _ in 0..5 {
            assert_eq!(turns.begin(true), None, "one at a time");
        }
        assert!(turns.is_wanted(1));
        assert!(turns.end(1), "and one more afterwards");
        assert_eq!(turns.begin(true), Some(2));
        assert!(!turns.end(2), "not for ever");
    }

    #[test]
    fn what_need_not_be_read_again_is_not() {
        let mut turns = Turns::default();
        assert_eq!(turns.begin(false), Some(1));
        assert_eq!(turns.begin(false), None);
        assert!(!turns.end(1));
    }

    #[test]
    fn something_else_does_not_wait() {
        let mut turns = Turns::default();
        assert_eq!(turns.begin(true), Some(1));
        assert_eq!(turns.begin_anew(), 2);
        assert!(!turns.is_wanted(1));
        assert!(!turns.end(1), "and does not end the turn of another");
        assert!(turns.is_wanted(2));
        assert_eq!(turns.begin(true), None);
        assert!(turns.end(2));
    }
}
