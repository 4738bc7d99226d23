//! What is shown while a command lasts: spinners, and how far a transfer has got.

mod bar;
mod counts;
mod line;
mod rate;
mod reason;
mod transfer;

pub(crate) use bar::{Bar, countdown, spinner};
pub(crate) use counts::{TransferCounts, TransferTotals};
pub(crate) use line::{Verb, position_of};
pub(crate) use reason::short_reason;
pub(crate) use transfer::TransferProgress;
