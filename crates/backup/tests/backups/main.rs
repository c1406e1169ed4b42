//! Backups of real databases and files, and the way back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod lab;
mod load;
mod postgres;
mod proof;
mod room;
mod way_back;
