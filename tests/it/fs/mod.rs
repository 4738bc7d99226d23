//! The file system client over the emulator.

mod cancellation;
mod conformance;
mod lake;
mod meddling;
mod model;
mod namespace;
mod promises;
mod resume;
mod streams;
mod sync;
mod transfers;
mod trees;
