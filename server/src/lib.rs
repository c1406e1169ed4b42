//! Turns it on: the one binary that serves, and the tool beside it.
