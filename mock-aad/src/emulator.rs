//! The emulator as a value: start it, talk to it, stop it.

use crate::error::Error;
use crate::front::ready::Ready;

/// A running emulator.
#[derive(Debug)]
pub struct Emulator {}

/// How an emulator is to be started.
#[derive(Debug, Default)]
pub struct Builder {}

impl Emulator {
    /// An emulator with the seed state, listening on free loopback ports.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Where it listens and whom it knows.
    #[must_use]
    pub fn ready(&self) -> &Ready {
        unreachable!()
    }

    /// Closes the listeners and waits for open requests to end.
    pub async fn shutdown(self) {}
}

impl Builder {
    /// Starts listening.
    ///
    /// # Errors
    /// When an address, a file or a certificate cannot be had.
    pub async fn start(self) -> Result<Emulator, Error> {
        Ok(Emulator {})
    }
}
