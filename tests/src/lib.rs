//! What tests share: the emulator as a target, and the reference model of a file system; the tests themselves are in `it/`.

mod emulated;
pub mod model;

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
