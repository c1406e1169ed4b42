//! The small program put on a node, and the language it speaks.
//!
//! The library half is the language: requests, answers and where things lie. The binary half does the work; it is
//! called as `WORK/runner-HASH VERB SECONDS` with one JSON request on stdin and answers with one JSON line on stdout,
//! so that no shell, code page or quoting rule is ever in between. No path is ever part of a request: the program
//! works in the folder it lies in.

pub mod protocol;
