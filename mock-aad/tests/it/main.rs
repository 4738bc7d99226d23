//! The emulator as programs see it: over sockets, TLS and the proxy, without a client library.

#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, reason = "tests")]

mod abuse;
mod control;
mod faults;
mod listeners;
mod pages;
mod run;
mod serve;
mod state;
mod storage;
#[cfg(feature = "transport")]
mod transport;
mod webhdfs;
mod wire;
