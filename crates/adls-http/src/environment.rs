//! The environment: the one place of this crate that reads it, and only for what says how the network
//! is reached.

use std::ffi::OsString;

/// Where variables come from.
pub(crate) type Variables<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// A variable of this process; an empty one is there.
pub(crate) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}
