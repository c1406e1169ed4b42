//! Sentences with numbers that pages and `/api/v1` share.
