//! The small program put on a node, and the language it speaks.
//!
//! The library half is the language: requests, answers and where things lie. The binary half does the work; it is
//! started once per connection as `WORK/runner-HASH serve` and answers JSON requests, a line each, on stdin and stdout,
//! so that no shell, code page or quoting rule is ever in between. No path is ever part of a request: the program
//! works in the folder it lies in.

pub mod protocol;
