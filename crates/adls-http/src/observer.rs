//! Who is told of what becomes of requests.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use crate::{Error, SafeUrl};

/// Somebody who wants to know what becomes of requests, such as a program with a progress bar. See
/// [`ClientOptions::observer`](crate::ClientOptions::observer).
///
/// Called from the tasks that send: return quickly.
pub trait Observer: fmt::Debug + Send + Sync {
    /// Takes note of an event.
    fn event(&self, event: &RequestEvent<'_>);
}

/// What became of a try to send a request. Nothing in it is a secret.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum RequestEvent<'a> {
    /// Status and headers of an answer came, whatever they say.
    Answered {
        /// The name of the operation.
        operation: &'static str,
        /// Where the request went.
        url: &'a SafeUrl,
        /// What the service answered.
        status: StatusCode,
        /// Which try it was; the first is 1.
        attempt: u32,
        /// How many bytes the request carried.
        sent: usize,
        /// The time from sending it to the answer.
        duration: Duration,
    },
    /// The request is sent again after a pause.
    Retrying {
        /// Why: what the last try ended with.
        error: &'a Error,
        /// Which try comes next; the first retry is 2.
        attempt: u32,
        /// How many tries there are at most.
        max_attempts: u32,
        /// How long the pause is.
        pause: Duration,
    },
}
