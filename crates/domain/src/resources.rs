//! Cores and licence tokens, with arithmetic that cannot wrap.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! amount {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl $name {
            /// Nothing.
            pub const ZERO: $name = $name(0);

            /// The sum, at most the largest number.
            pub fn plus(self, other: $name) -> $name {
                $name(self.0.saturating_add(other.0))
            }

            /// What is left, at least nothing.
            pub fn minus(self, other: $name) -> $name {
                $name(self.0.saturating_sub(other.0))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::iter::Sum for $name {
            fn sum<I: Iterator<Item = $name>>(all: I) -> $name {
                all.fold($name::ZERO, $name::plus)
            }
        }
    };
}

amount!(
    /// CPU cores.
    Cores
);
amount!(
    /// Abaqus licence tokens.
    Tokens
);

impl Cores {
    /// What a job may ask for.
    pub const CHOICES: [Cores; 3] = [Cores(2), Cores(4), Cores(8)];
}

/// How many tokens a job of n cores takes: `floor(factor × n^exponent)`, or a table, because contracts differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TokenRule {
    /// 5 in the usual contract.
    pub factor: f64,
    /// 0.422 in the usual contract.
    pub exponent: f64,
    /// Where given, the tokens for 2, 4 and 8 cores instead of the formula; between and beyond them the formula holds.
    pub table: Option<[Tokens; 3]>,
}

impl Default for TokenRule {
    fn default() -> Self {
        TokenRule { factor: 5.0, exponent: 0.422, table: None }
    }
}

impl TokenRule {
    /// The tokens an Abaqus job of `cores` takes. CalculiX takes none; ask [`crate::Solver::tokens`].
    pub fn tokens(&self, cores: Cores) -> Tokens {
        if let Some(table) = self.table
            && let Some(at) = Cores::CHOICES.iter().position(|c| *c == cores)
        {
            return table[at];
        }
        let amount = (self.factor * f64::from(cores.0).powf(self.exponent)).floor();
        // `as` saturates; a negative or NaN amount becomes 0
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Tokens(amount as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_contract() {
        let rule = TokenRule::default();
        let counted: Vec<u32> =
            [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128].map(|n| rule.tokens(Cores(n)).0).into();
        assert_eq!(counted, [5, 6, 7, 8, 10, 12, 14, 16, 19, 21, 25, 28, 34, 38]);
    }

    #[test]
    fn a_table_wins() {
        let rule = TokenRule { table: Some([Tokens(59), Tokens(76), Tokens(112)]), ..TokenRule::default() };
        assert_eq!(rule.tokens(Cores(8)), Tokens(112));
    }
}
