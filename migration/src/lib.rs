//! The database's tables, one file per change, reversible.
