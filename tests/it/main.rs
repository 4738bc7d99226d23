//! Whole flows over the emulator.
#![allow(clippy::unwrap_used, reason = "tests")]

mod auth;
mod facade;
mod fs;
mod management;
mod signatures;
