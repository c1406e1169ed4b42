//! Tokens: the pool, who holds and who waits, what the licence server says, and reservations.

pub mod api;
