//! Whole flows over the emulator.
#![allow(clippy::unwrap_used, reason = "tests")]

mod fs;
mod management;
