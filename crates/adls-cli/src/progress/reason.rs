//! Why a request is sent again, in a few words.

use adls_http::{ConnectFailure, Error, ErrorKind};

/// A few words for a line in which there is no room for more.
pub(crate) fn short_reason(error: &Error) -> String {
    match (error.kind(), error.status()) {
        (ErrorKind::Service, Some(status)) => match status.canonical_reason() {
            Some(reason) => format!("{} {reason}", status.as_u16()),
            None => status.as_u16().to_string(),
        },
        (ErrorKind::Connection, _) => match error.connect_failure() {
            Some(ConnectFailure::UnknownHost) => "the host is unknown".to_owned(),
            Some(ConnectFailure::Refused) => "the connection was refused".to_owned(),
            _ => "no connection".to_owned(),
        },
        (ErrorKind::Interrupted, _) => "the connection was lost".to_owned(),
        _ => "the answer was of no use".to_owned(),
    }
}
