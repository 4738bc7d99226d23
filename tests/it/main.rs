//! Whole flows over the emulator.
