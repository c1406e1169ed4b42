//! The program put on a node.
fn main() {}
