//! The repository against real databases, each test its own: SQLite files, or a PostgreSQL server's (`TEST_DATABASE`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod alerts;
mod audit;
mod copy;
mod damage;
mod durability;
mod events;
mod fresh;
mod intents;
mod lab;
mod link;
mod list;
mod lives;
mod nodes;
mod optimize;
mod people;
mod queue;
mod records;
mod reservations;
mod schema;
mod server;
mod settings;
