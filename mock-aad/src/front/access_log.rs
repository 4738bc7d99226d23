//! The access log: a line for each request, without its secrets.

use super::recorder::RecordedRequest;

/// How the lines of the access log are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
#[non_exhaustive]
pub enum AccessLog {
    /// For people: time, method, URL, status, duration
    Text,
    /// An object a line, as `GET /_mock/requests` shows it
    Json,
}

impl AccessLog {
    /// The line of a request, without its end.
    #[must_use]
    pub fn line(self, request: &RecordedRequest) -> String {
        match self {
            Self::Text => text(request),
            Self::Json => serde_json::to_string(request).unwrap_or_default(),
        }
    }
}

fn text(request: &RecordedRequest) -> String {
    let time = jiff::Timestamp::try_from(request.time).unwrap_or_default();
    let time = time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ");
    let RecordedRequest { method, scheme, host, path, .. } = request;
    let query = if request.query.is_empty() { "" } else { "?" };
    let status = request.status.map_or_else(|| "reset".to_owned(), |status| status.to_string());
    let took = request.duration.unwrap_or_default().as_secs_f64() * 1000.0;
    let query = format!("{query}{}", request.query);
    let fault = request.fault.as_ref().map(|fault| format!(" fault={fault}")).unwrap_or_default();
    format!("{time} {method} {scheme}://{host}{path}{query} {status} {took:.1}ms{fault}")
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    #[test]
    fn a_line_says_what_was_asked_and_answered() {
        let request = RecordedRequest {
            number: 7,
            time: SystemTime::UNIX_EPOCH + Duration::from_millis(1_500),
            method: "PUT".to_owned(),
            scheme: "https".to_owned(),
            host: "lake.azuredatalakestore.net".to_owned(),
            path: "/webhdfs/v1/a%0Ab".to_owned(),
            query: "op=CREATE&sig=***".to_owned(),
            form: std::collections::BTreeMap::new(),
            user_agent: None,
            client_request_id: None,
            status: Some(201),
            duration: Some(Duration::from_micros(1_234)),
            fault: Some("delay".to_owned()),
        };
        assert_eq!(
            AccessLog::Text.line(&request),
            "1970-01-01T00:00:01.500Z PUT https://lake.azuredatalakestore.net/webhdfs/v1/a%0Ab\
             ?op=CREATE&sig=*** 201 1.2ms fault=delay"
        );
        let reset = RecordedRequest { status: None, fault: None, ..request };
        assert!(AccessLog::Text.line(&reset).ends_with(" reset 1.2ms"));
        let json: serde_json::Value = serde_json::from_str(&AccessLog::Json.line(&reset)).unwrap();
        assert_eq!((&json["number"], &json["status"]), (&7.into(), &serde_json::Value::Null));
    }
}
