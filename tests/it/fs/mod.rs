//! The file system client over the emulator.

mod cancellation;
mod lake;
mod model;
mod namespace;
mod resume;
mod streams;
mod sync;
mod transfers;
mod trees;
