//! What the commands over Resource Manager share.

mod arguments;
mod confirm;
mod flatten;
mod wait;

pub(crate) use arguments::{DeleteArgs, TagArgs, WaitArgs, WaitFor, state, tier};
pub(crate) use confirm::confirm;
pub(crate) use flatten::flatten;
pub(crate) use wait::{complete, poll_until};
