//! The one place where an answer becomes an error.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};

use crate::Request;
use crate::error::{Error, ErrorKind, Trace};
use crate::service_error::ServiceError;

/// Turns every answer that `request` does not expect into an error.
pub(crate) fn check_success(
    request: &Request,
    status: StatusCode,
    headers: &HeaderMap,
    body: &Bytes,
    trace: &Trace,
    now: SystemTime,
) -> Result<(), Error> {
    if request.accepts(status) {
        return Ok(());
    }
    let mut service_error = ServiceError::parse(body).or_code_of(headers);
    if status.is_redirection() && service_error.message.is_none() {
        service_error.message = Some("redirects are not followed".to_owned());
    }
    Err(Error::new(ErrorKind::Service, trace)
        .with_status(status)
        .with_headers(headers)
        .with_service_error(service_error)
        .with_retry_after(retry_after(headers, now))
        .with_body(body))
}

/// The pause that the service asks for: seconds, milliseconds in Azure's own headers, or a date.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    for name in ["retry-after-ms", "x-ms-retry-after-ms"] {
        if let Some(millis) = text(name).and_then(|value| value.trim().parse().ok()) {
            return Some(Duration::from_millis(millis));
        }
    }
    let value = text(header::RETRY_AFTER.as_str())?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = |text: &str| {
        jiff::fmt::rfc2822::parse(text).ok().map(|date| SystemTime::from(date.timestamp()))
    };
    // The service's own clock, if it tells: this machine's may be wrong.
    let now = text(header::DATE.as_str()).and_then(date).unwrap_or(now);
    Some(date(value)?.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_in_each_unit() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let wait = |name: &'static str, value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            retry_after(&headers, now)
        };
        assert_eq!(wait("retry-after", "7"), Some(Duration::from_secs(7)));
        assert_eq!(wait("x-ms-retry-after-ms", "250"), Some(Duration::from_millis(250)));
        let date = "Sun, 06 Nov 1994 08:50:07 GMT";
        assert_eq!(wait("retry-after", date), Some(Duration::from_secs(30)));
        let past = "Sun, 06 Nov 1994 08:00:00 GMT";
        assert_eq!(wait("retry-after", past), Some(Duration::ZERO));
        assert_eq!(wait("retry-after", "soon"), None);
        assert_eq!(wait("retry-after", "99999999999999999999"), None);
        // By the service's clock when it tells.
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", date.parse().unwrap());
        headers.insert("date", "Sun, 06 Nov 1994 08:50:00 GMT".parse().unwrap());
        assert_eq!(retry_after(&headers, now), Some(Duration::from_secs(7)));
    }
}
