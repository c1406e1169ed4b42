//! The repository against real SQLite files, each test its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod alerts;
mod audit;
mod damage;
mod durability;
mod events;
mod intents;
mod lab;
mod list;
mod lives;
mod nodes;
mod optimize;
mod people;
mod queue;
mod records;
mod reservations;
mod schema;
mod settings;
