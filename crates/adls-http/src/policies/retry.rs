//! Whether to send again, and how long to wait before.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::StatusCode;
use uuid::Uuid;

use crate::connect::ConnectFailure;
use crate::error::{Error, ErrorKind};
use crate::options::RetryOptions;
use crate::request::Idempotency;

/// What one success gives back to the quota, in parts of one retry.
const REFUND: u32 = 1;
/// What one retry costs.
const COST: u32 = 10;

/// The retries of one client, over all its operations: see [`RetryOptions::quota`].
#[derive(Debug)]
pub(crate) struct Retry {
    options: RetryOptions,
    /// What is left, in tenths of a retry.
    quota: Mutex<u32>,
    /// Whether anything has ever answered.
    answered: AtomicBool,
}

/// How often a name that no name server knows is asked for again, as long as nothing has answered: it is mostly
/// misspelt. Later the network may have been lost, and comes back.
const UNKNOWN_HOST_RETRIES: u32 = 1;

impl Retry {
    pub(crate) fn new(options: RetryOptions) -> Self {
        let quota = Mutex::new(options.quota.saturating_mul(COST));
        Self { options, quota, answered: AtomicBool::new(false) }
    }

    /// The pause before the next try, or `None` when there is to be none. `retries` counts the
    /// retries made so far.
    pub(crate) fn pause(
        &self,
        error: &Error,
        idempotency: Idempotency,
        retries: u32,
    ) -> Option<Duration> {
        if retries >= self.most(error) || !may_repeat(error, idempotency) {
            return None;
        }
        let asked = error.retry_after().unwrap_or_default();
        if asked > self.options.max_retry_after || !self.spend() {
            return None;
        }
        Some(asked.max(self.backoff(retries)))
    }

    /// How often a request that failed so is sent again at most.
    fn most(&self, error: &Error) -> u32 {
        let unknown = error.connect_failure() == Some(ConnectFailure::UnknownHost);
        match unknown && !self.answered.load(Ordering::Relaxed) {
            true => self.options.max_retries.min(UNKNOWN_HOST_RETRIES),
            false => self.options.max_retries,
        }
    }

    /// How often a request is sent at most.
    pub(crate) fn max_attempts(&self) -> u32 {
        self.options.max_retries.saturating_add(1)
    }

    /// A success earns a part of a retry back.
    pub(crate) fn succeeded(&self) {
        self.answered.store(true, Ordering::Relaxed);
        let mut quota = self.quota.lock().unwrap_or_else(PoisonError::into_inner);
        *quota = quota.saturating_add(REFUND).min(self.options.quota.saturating_mul(COST));
    }

    fn spend(&self) -> bool {
        let mut quota = self.quota.lock().unwrap_or_else(PoisonError::into_inner);
        match quota.checked_sub(COST) {
            Some(left) => {
                *quota = left;
                true
            }
            None => false,
        }
    }

    /// A random part, at least half, of a delay that doubles: many clients that failed together do
    /// not come back together.
    fn backoff(&self, retries: u32) -> Duration {
        let ceiling = self.options.longest_pause(retries);
        // The low bits of a version 4 UUID are random, and uuid is needed for request ids anyway.
        let random = f64::from(Uuid::new_v4().as_u128() as u32) / f64::from(u32::MAX);
        // Rounding may lead beyond the longest duration there is.
        let pause = ceiling.as_secs_f64() * (0.5 + random / 2.0);
        Duration::try_from_secs_f64(pause).unwrap_or(ceiling)
    }
}

/// Whether sending again can do no harm and may do some good.
fn may_repeat(error: &Error, idempotency: Idempotency) -> bool {
    let repeatable = matches!(idempotency, Idempotency::Safe | Idempotency::Idempotent);
    match error.kind() {
        ErrorKind::Connection => !error.connect_failure().is_some_and(ConnectFailure::is_lasting),
        ErrorKind::Interrupted => repeatable,
        ErrorKind::Service => match error.status() {
            // Throttled: refused before anything was done.
            Some(StatusCode::TOO_MANY_REQUESTS) => true,
            Some(StatusCode::SERVICE_UNAVAILABLE) if error.retry_after().is_some() => true,
            Some(
                StatusCode::REQUEST_TIMEOUT
                | StatusCode::INTERNAL_SERVER_ERROR
                | StatusCode::BAD_GATEWAY
                | StatusCode::SERVICE_UNAVAILABLE
                | StatusCode::GATEWAY_TIMEOUT,
            ) => repeatable,
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Trace;
    use crate::transport::{TransportError, TransportErrorKind};
    use http::Method;

    fn trace() -> Trace {
        Trace {
            operation: "TEST",
            method: Method::GET,
            url: "https://host/".parse().unwrap(),
            client_request_id: String::new(),
            tries: 1,
            may_have_arrived: false,
        }
    }

    fn status(code: u16, retry_after: Option<u64>) -> Error {
        Error::new(ErrorKind::Service, &trace())
            .with_status(StatusCode::from_u16(code).unwrap())
            .with_retry_after(retry_after.map(Duration::from_secs))
    }

    fn unconnected(failure: ConnectFailure) -> Error {
        let error = TransportError::new(TransportErrorKind::Connect, "broken");
        Error::transport(error.with_connect_failure(failure), &trace())
    }

    fn lost(kind: TransportErrorKind) -> Error {
        Error::transport(TransportError::new(kind, "broken"), &trace())
    }

    #[test]
    fn what_is_sent_again() {
        use Idempotency::{AtOffset, Idempotent, Safe, Unsafe};
        let everything = [Safe, Idempotent, AtOffset(4), Unsafe];
        let table: Vec<(Error, [bool; 4])> = vec![
            (lost(TransportErrorKind::Connect), [true, true, true, true]),
            (unconnected(ConnectFailure::Refused), [true, true, true, true]),
            (unconnected(ConnectFailure::UnknownHost), [true, true, true, true]),
            (unconnected(ConnectFailure::ProxyRefused), [true, true, true, true]),
            (unconnected(ConnectFailure::ProxyAuthentication), [false; 4]),
            (unconnected(ConnectFailure::Certificate), [false; 4]),
            (unconnected(ConnectFailure::Tls), [false; 4]),
            (lost(TransportErrorKind::Interrupted), [true, true, false, false]),
            (lost(TransportErrorKind::Timeout), [true, true, false, false]),
            (status(429, None), [true, true, true, true]),
            (status(503, Some(1)), [true, true, true, true]),
            (status(503, None), [true, true, false, false]),
            (status(500, None), [true, true, false, false]),
            (status(408, None), [true, true, false, false]),
            (status(501, None), [false; 4]),
            (status(404, None), [false; 4]),
            (status(400, None), [false; 4]),
        ];
        for (error, expected) in table {
            let got = everything.map(|idempotency| may_repeat(&error, idempotency));
            assert_eq!(got, expected, "{error}");
        }
    }

    #[test]
    fn an_error_tells_in_one_word_what_to_do() {
        let words = |error: &Error| {
            [
                error.is_not_found(),
                error.is_permission_denied(),
                error.is_unauthenticated(),
                error.is_throttled(),
                error.is_transient(),
            ]
            .iter()
            .position(|is| *is)
        };
        for (error, word) in [
            (status(404, None), Some(0)),
            (status(403, None), Some(1)),
            (status(401, None), Some(2)),
            (Error::credential("nobody is signed in"), Some(2)),
            (status(429, None), Some(3)),
            (status(503, Some(1)), Some(3)),
            (status(503, None), Some(4)),
            (lost(TransportErrorKind::Timeout), Some(4)),
            (unconnected(ConnectFailure::Refused), Some(4)),
            (unconnected(ConnectFailure::Certificate), None),
            (unconnected(ConnectFailure::Settings), None),
            (status(501, None), None),
            (status(400, None), None),
        ] {
            assert_eq!(words(&error), word, "{error}");
        }
    }

    #[test]
    fn a_name_that_nobody_knows_is_asked_for_once_more_until_something_has_answered() {
        let retry = Retry::new(RetryOptions::default());
        let unknown = unconnected(ConnectFailure::UnknownHost);
        let again = |retries| retry.pause(&unknown, Idempotency::Unsafe, retries).is_some();
        assert_eq!([again(0), again(1)], [true, false]);
        retry.succeeded();
        assert_eq!([again(1), again(3), again(4)], [true, true, false]);
    }

    #[test]
    fn the_service_sets_the_least_pause_and_an_absurd_one_ends_it() {
        let retry = Retry::new(RetryOptions::default());
        let pause = retry.pause(&status(429, Some(20)), Idempotency::Safe, 0).unwrap();
        assert_eq!(pause, Duration::from_secs(20));
        assert_eq!(retry.pause(&status(429, Some(3600)), Idempotency::Safe, 0), None);
    }

    #[test]
    fn pauses_grow_and_stay_bounded() {
        let retry = Retry::new(RetryOptions { max_retries: 100, ..RetryOptions::default() });
        for (retries, ceiling) in [(0, 0.5), (1, 1.0), (3, 4.0), (40, 30.0)] {
            let pause =
                retry.pause(&status(500, None), Idempotency::Safe, retries).unwrap().as_secs_f64();
            assert!((ceiling / 2.0..=ceiling).contains(&pause), "{retries}: {pause}");
        }
    }

    #[test]
    fn the_longest_delays_are_no_overflow() {
        let retry = Retry::new(RetryOptions {
            initial_delay: Duration::MAX,
            max_delay: Duration::MAX,
            ..RetryOptions::default()
        });
        for retries in 0..3 {
            assert!(retry.backoff(retries) >= Duration::MAX / 3);
        }
    }

    #[test]
    fn an_empty_quota_ends_retries_and_successes_fill_it() {
        let retry = Retry::new(RetryOptions { quota: 2, ..RetryOptions::default() });
        let error = status(500, None);
        let tries = |retry: &Retry| retry.pause(&error, Idempotency::Safe, 0).is_some();
        assert_eq!([tries(&retry), tries(&retry), tries(&retry)], [true, true, false]);
        for _ in 0..10 {
            retry.succeeded();
        }
        assert_eq!([tries(&retry), tries(&retry)], [true, false]);
    }
}
