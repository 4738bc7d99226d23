//! Everything before a service sees a request: listeners, TLS, proxy, routing, recording, faults.
//!
//! A request comes in through a [`connection`] (or, without a socket, as a function call), becomes an
//! [`Inbound`](exchange::Inbound), and [`Front::answer`] does the rest.

pub(crate) mod connection;
pub(crate) mod exchange;
pub(crate) mod faults;
pub(crate) mod files;
mod glob;
pub(crate) mod hosts;
mod inject;
pub(crate) mod listen;
mod own_error;
mod patience;
pub(crate) mod proxy;
pub(crate) mod ready;
pub(crate) mod recorder;
mod rest;
pub(crate) mod route;
pub(crate) mod socket;
pub(crate) mod tls;
pub(crate) mod tokens;

use std::sync::Arc;

use tokio::sync::Notify;

use crate::error::Error;
use crate::world::World;
use faults::Faults;
use ready::Ready;
use recorder::Recorder;
use tokens::TokenLog;

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Front {
    /// The services' state.
    pub(crate) world: Arc<World>,
    /// Where the emulator listens and whom it knows.
    pub(crate) ready: Ready,
    /// The recent requests.
    pub(crate) recorder: Recorder,
    /// The recent tokens.
    pub(crate) tokens: TokenLog,
    /// The rules that make requests fail.
    pub(crate) faults: Faults,
    /// The certificate that clients are to trust, PEM.
    pub(crate) ca_pem: String,
    /// Wakes whoever waits for the end that `/_mock/shutdown` asks for.
    pub(crate) stop: Notify,
}

impl Front {
    pub(crate) fn new(world: Arc<World>, ready: Ready, ca_pem: String) -> Self {
        Self {
            world,
            ready,
            ca_pem,
            recorder: Recorder::default(),
            tokens: TokenLog::default(),
            faults: Faults::default(),
            stop: Notify::new(),
        }
    }

    /// Back to the seed state, without faults, recorded requests and tokens.
    ///
    /// # Errors
    /// When the seed state cannot be stored; then nothing has changed.
    pub(crate) fn reset(&self) -> Result<(), Error> {
        self.world.reset()?;
        self.faults.clear();
        self.recorder.clear();
        self.tokens.clear();
        Ok(())
    }
}
