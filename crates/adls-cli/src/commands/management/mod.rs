//! What the commands over Resource Manager share.

mod arguments;
mod confirm;
mod operation;
mod shape;

pub(crate) use arguments::{DeleteArgs, TagArgs, WaitArgs, WaitFor, state, tier};
pub(crate) use confirm::confirm;
pub(crate) use operation::{finish, wait_until};
pub(crate) use shape::{flat, shape};
