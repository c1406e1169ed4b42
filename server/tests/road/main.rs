//! The road of a job through real parts: the real binary, a real sshd, a real solver, a real database.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod abaqus;
mod alarms;
mod cleanup;
mod clocks;
mod cuts;
mod decks;
mod doctor;
mod doors;
mod endings;
mod entrance;
mod files;
mod floods;
mod full;
mod hindrances;
mod hostile;
mod inputs;
mod licenses;
mod logs;
mod never_twice;
mod node;
mod nodes;
mod operations;
mod people;
mod queue;
mod settings;
mod stack;
mod strangers;
mod windows;
