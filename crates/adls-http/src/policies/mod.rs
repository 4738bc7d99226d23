//! The stages of the pipeline, one file each. Their order is in `pipeline/mod.rs`.

pub(crate) mod authorization;
pub(crate) mod identify;
pub(crate) mod log;
pub(crate) mod retry;
pub(crate) mod stall;
