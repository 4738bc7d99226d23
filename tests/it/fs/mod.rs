//! The file system client over the emulator.

mod access;
mod acl_trees;
mod cancellation;
mod conformance;
mod copies;
mod gen2;
mod gen2_faults;
mod lake;
mod leases;
mod meddling;
mod model;
mod object_store;
mod promises;
mod replacements;
mod resume;
mod streams;
mod sync;
mod transfers;
mod trees;
