//! Everything before a service sees a request: listeners, TLS, proxy, routing, recording, faults.
//!
//! A request comes in through a [`connection`] (or, without a socket, as a function call), becomes an
//! [`Inbound`](exchange::Inbound), and [`Front::answer`] does the rest.

pub(crate) mod access_log;
mod body_timeout;
pub(crate) mod connection;
pub(crate) mod exchange;
pub(crate) mod fault_json;
pub(crate) mod faults;
pub(crate) mod files;
mod glob;
pub(crate) mod hosts;
mod inject;
pub(crate) mod listen;
mod own_error;
pub(crate) mod proxy;
pub(crate) mod ready;
pub(crate) mod recorder;
mod rest;
pub(crate) mod route;
pub(crate) mod shared;
pub(crate) mod socket;
pub(crate) mod tls;
pub(crate) mod tokens;

use std::sync::Arc;

use crate::control::Control;

/// Leads requests to the services and to the control interface.
#[derive(Clone, Debug)]
pub(crate) struct Front {
    pub(crate) control: Arc<Control>,
}
