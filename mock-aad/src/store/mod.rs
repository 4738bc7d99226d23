//! Where the bytes of files are kept.

mod file_bytes;

pub(crate) use file_bytes::{FileBytes, Slices};
