//! Reads what solvers read and write: decks, status files, console texts. Pure, compiles to WASM.
//!
//! Every reader is fed bytes in slices of any size and keeps what it needs of a half line, so a growing file and a
//! large upload are read with the same code and in bounded memory. Nothing here opens a file: who has the bytes feeds them.

pub mod abaqus;
pub mod adapter;
pub mod attempt;
pub mod calculix;
pub mod inp;
pub mod inspect;
pub mod iteration;
pub mod message;
pub mod progress;

mod lines;
mod number;
mod text;
