//! What the commands over Resource Manager share.

mod arguments;
mod confirm;
mod flatten;
mod operation;

pub(crate) use arguments::{DeleteArgs, TagArgs, WaitArgs, WaitFor, state, tier};
pub(crate) use confirm::confirm;
pub(crate) use flatten::flatten;
pub(crate) use operation::{finish, wait_until};
