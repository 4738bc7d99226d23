//! What tests share: the emulator as a target, the rules that every file system keeps, and the reference
//! model of one; the tests themselves are in `it/`.

#![allow(clippy::unwrap_used, reason = "tests may end with a panic")]

pub mod conformance;
mod emulated;
mod files;
pub mod model;

pub use emulated::{Emulated, Identity, LinkedClock};
pub use files::{LocalDirectory, pattern, remote_tree};

/// The code of the guide, as tests.
#[cfg(doctest)]
#[doc = include_str!("../../docs/src/auth.md")]
pub struct SigningInGuide;

/// The code of the guide, as tests.
#[cfg(doctest)]
#[doc = include_str!("../../docs/src/management.md")]
pub struct ManagementGuide;

/// The code of the guide, as tests.
#[cfg(doctest)]
#[doc = include_str!("../../docs/src/files.md")]
pub struct FilesGuide;

/// The code of the guide, as tests.
#[cfg(doctest)]
#[doc = include_str!("../../docs/src/gen2.md")]
pub struct Gen2Guide;

/// The code of the guide, as tests.
#[cfg(doctest)]
#[doc = include_str!("../../docs/src/object-store.md")]
pub struct ObjectStoreGuide;

/// The code of the guide, as tests.
#[cfg(doctest)]
#[doc = include_str!("../../docs/src/from-python.md")]
pub struct ComingFromPython;

/// The code of the README, as a test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
