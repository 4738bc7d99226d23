//! Everything before a service sees a request: listeners, TLS, proxy, routing, recording, faults.
//!
//! A request comes in through a [`connection`] (or, without a socket, as a function call), becomes an
//! [`Inbound`](exchange::Inbound), and [`Front::answer`] does the rest.

pub(crate) mod connection;
pub(crate) mod exchange;
pub(crate) mod files;
pub(crate) mod hosts;
pub(crate) mod listen;
pub(crate) mod proxy;
pub(crate) mod ready;
pub(crate) mod route;
pub(crate) mod socket;
pub(crate) mod tls;

use std::sync::Arc;

use crate::world::World;
use ready::Ready;

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Front {
    /// The services' state.
    pub(crate) world: Arc<World>,
    /// Where the emulator listens and whom it knows.
    pub(crate) ready: Ready,
}

impl Front {
    pub(crate) fn new(world: Arc<World>, ready: Ready) -> Self {
        Self { world, ready }
    }

    /// Back to the seed state.
    pub(crate) fn reset(&self) {
        self.world.reset();
    }
}
