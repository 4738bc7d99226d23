//! Leases: what is told of them, and holding one.

mod state;

pub use state::{LeaseDuration, LeaseState, LeaseStatus};
