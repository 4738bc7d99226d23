//! The one place where an answer becomes an error.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use crate::Request;
use crate::error::{Error, ErrorKind, Trace};

/// How much of a text that is not JSON is worth showing, in characters.
const SHOWN_TEXT: usize = 200;

/// What a service says about its failure.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ServiceError {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
}

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
    let mut service_error = ServiceError::parse(body);
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
    let at = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    let wait = SystemTime::from(at).duration_since(now).unwrap_or_default();
    Some(wait)
}

impl ServiceError {
    /// Reads every error body of the services that this project talks to:
    /// `{"RemoteException":{"exception","message"}}` (Gen1), `{"error":{"code","message"}}` (Resource
    /// Manager, Gen2), `{"error":"..","error_description":".."}` (Azure AD). Anything else becomes
    /// the message as it is, cut short.
    pub(crate) fn parse(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let Ok(json) = serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}')) else {
            return Self { code: None, message: excerpt(&text) };
        };
        let string = |value: &Value, key: &str| value[key].as_str().map(str::to_owned);
        if json["RemoteException"].is_object() {
            let exception = &json["RemoteException"];
            return Self {
                code: string(exception, "exception"),
                message: string(exception, "message"),
            };
        }
        match &json["error"] {
            Value::Object(_) => Self {
                code: string(&json["error"], "code"),
                message: string(&json["error"], "message"),
            },
            Value::String(code) => {
                Self { code: Some(code.clone()), message: string(&json, "error_description") }
            }
            _ => Self {
                code: string(&json, "code"),
                message: string(&json, "message").or_else(|| excerpt(&text)),
            },
        }
    }
}

fn excerpt(text: &str) -> Option<String> {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = one_line.chars().take(SHOWN_TEXT).collect();
    let dots = if cut.len() < one_line.len() { "..." } else { "" };
    (!cut.is_empty()).then(|| format!("{cut}{dots}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(body: &str) -> (Option<String>, Option<String>) {
        let error = ServiceError::parse(body.as_bytes());
        (error.code, error.message)
    }

    fn some(code: &str, message: &str) -> (Option<String>, Option<String>) {
        (Some(code.to_owned()), Some(message.to_owned()))
    }

    #[test]
    fn every_known_form() {
        assert_eq!(
            parsed(
                r#"{"RemoteException":{"exception":"FileNotFoundException","message":"m","javaClassName":"j"}}"#
            ),
            some("FileNotFoundException", "m")
        );
        assert_eq!(parsed(r#"{"error":{"code":"C","message":"m"}}"#), some("C", "m"));
        assert_eq!(
            parsed(r#"{"error":"invalid_grant","error_description":"AADSTS50126: m"}"#),
            some("invalid_grant", "AADSTS50126: m")
        );
        assert_eq!(parsed(r#"{"code":"C","message":"m"}"#), some("C", "m"));
    }

    #[test]
    fn what_is_not_json_is_shown_cut() {
        assert_eq!(parsed(""), (None, None));
        assert_eq!(parsed("<html>\n  <b>no</b>"), (None, Some("<html> <b>no</b>".to_owned())));
        let (_, message) = parsed(&"x".repeat(1000));
        assert_eq!(message.unwrap().len(), SHOWN_TEXT + 3);
    }

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
    }
}
