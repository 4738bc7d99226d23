//! The file system client over the emulator.

mod access;
mod cancellation;
mod conformance;
mod gen2;
mod gen2_faults;
mod lake;
mod meddling;
mod model;
mod promises;
mod resume;
mod streams;
mod sync;
mod transfers;
mod trees;
