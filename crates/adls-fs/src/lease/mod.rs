//! Leases: what is told of them, and holding one.

mod guard;
mod request;
mod state;

pub(crate) use guard::{Ask, LeaseTarget};
pub use guard::{Lease, LeaseOptions};
pub(crate) use request::{LeaseAnswer, LeaseRequest, break_seconds, parse_id};
pub use state::{LeaseDuration, LeaseState, LeaseStatus};
