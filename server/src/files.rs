//! Files on their way in and out: streamed, counted, hashed; never a whole file in memory.

pub mod archive;
pub mod body;
pub mod download;
pub mod forgotten;
pub mod naming;
pub mod receive;
pub mod rest;
pub mod unpack;
