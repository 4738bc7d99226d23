//! Whole flows over the emulator.

mod fs;
mod management;
