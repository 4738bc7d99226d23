//! What the commands over Resource Manager share.

mod accounts;
mod arguments;
mod confirm;
mod flatten;
mod wait;

pub(crate) use accounts::{
    AccountArgs, AccountKind, AccountRef, NAME_AVAILABILITY, NewAccount, NewAccountArgs, exists,
    list, note_no_wait, refuse_existing, wait,
};
pub(crate) use arguments::{DeleteArgs, TagArgs, WaitArgs, WaitFor, state, tier, words};
pub(crate) use confirm::confirm;
pub(crate) use flatten::flatten;
pub(crate) use wait::{complete, poll_until};
