//! The file system client over the emulator.

mod lake;
mod namespace;
mod resume;
mod streams;
mod sync;
mod transfers;
mod trees;
