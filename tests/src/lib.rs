//! Conformance functions over a target, and the emulator as one; the tests themselves are in `it/`.

mod emulated;

pub use emulated::{Emulated, Identity, LinkedClock};

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

/// The code of the README, as a test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
