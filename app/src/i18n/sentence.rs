//! Sentences with numbers that pages and `/api/v1` share: です・ます, short, numbers with units, unknown is said.
//!
//! Every function is one whole message per language, never pieces put together; every match is exhaustive, so that a
//! new fact of the domain does not compile without its words.

pub mod job;

pub use job::{priority, status};
