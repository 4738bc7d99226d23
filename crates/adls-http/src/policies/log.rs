//! What is logged of a try: nothing that could be a secret.

use http::HeaderMap;
use tracing::debug;

use crate::error::{Error, Trace};
use crate::transport::TransportResponse;

/// Response headers whose values are harmless; no other header is ever logged, and no body.
const LOGGED: &[&str] = &[
    "azure-asyncoperation",
    "content-length",
    "content-type",
    "location",
    "retry-after",
    "status",
    "x-ms-request-id",
];

pub(crate) fn sending(trace: &Trace, body_length: usize) {
    debug!(
        operation = trace.operation,
        method = %trace.method,
        url = %trace.url,
        client_request_id = %trace.client_request_id,
        attempt = trace.tries,
        body_length,
        "sending"
    );
}

pub(crate) fn answered(trace: &Trace, response: &TransportResponse) {
    debug!(
        operation = trace.operation,
        client_request_id = %trace.client_request_id,
        attempt = trace.tries,
        status = response.status.as_u16(),
        headers = ?LoggedHeaders(&response.headers),
        "answered"
    );
}

pub(crate) fn retrying(trace: &Trace, error: &Error, pause: std::time::Duration) {
    debug!(
        operation = trace.operation,
        client_request_id = %trace.client_request_id,
        attempt = trace.tries,
        %error,
        ?pause,
        "trying again"
    );
}

struct LoggedHeaders<'a>(&'a HeaderMap);

impl std::fmt::Debug for LoggedHeaders<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = self.0.iter().filter_map(|(name, value)| {
            let name = name.as_str();
            LOGGED.binary_search(&name).is_ok().then(|| {
                // Links may hold opaque tokens in their query.
                let text = value.to_str().unwrap_or("(not text)");
                (name, text.split('?').next().unwrap_or_default())
            })
        });
        f.debug_map().entries(shown).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_list_and_no_query() {
        assert!(LOGGED.is_sorted());
        let mut headers = HeaderMap::new();
        headers.insert("set-cookie", "s3cret".parse().unwrap());
        headers.insert("location", "https://host/a?token=s3cret".parse().unwrap());
        let text = format!("{:?}", LoggedHeaders(&headers));
        assert_eq!(text, r#"{"location": "https://host/a"}"#);
    }
}
