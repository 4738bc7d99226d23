//! Errors that a fault rule asks for by their status alone, as each service words its own.

use adls_wire::webhdfs::{Exception, Op, query};
use http::StatusCode;
use serde_json::{Value, json};

use crate::call::{self, Response};
use crate::parameters::Parameters;

/// The service that a fault rule speaks for. Storage accounts have a table of their own for it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Speaker<'a> {
    AzureAd,
    ResourceManager,
    /// A Gen1 account; the query says which operation was asked for.
    Gen1(&'a str),
}

/// An error of this status.
pub(super) fn of(speaker: Speaker<'_>, status: StatusCode) -> Response {
    let message = format!("a fault rule of the emulator answers {}", status.as_u16());
    let body = match speaker {
        Speaker::AzureAd => of_azure_ad(status, &message),
        Speaker::ResourceManager => of_azure(&of_resource_manager(status), &message),
        Speaker::Gen1(query) => of_gen1(op(query), status, &message),
    };
    call::json(status, &body)
}

fn of_azure_ad(status: StatusCode, message: &str) -> Value {
    let error = match status.as_u16() {
        401 => "invalid_client",
        403 => "access_denied",
        400..=499 if status != StatusCode::TOO_MANY_REQUESTS => "invalid_request",
        _ => "temporarily_unavailable",
    };
    json!({"error": error, "error_description": message})
}

fn of_azure(code: &str, message: &str) -> Value {
    json!({"error": {"code": code, "message": message}})
}

fn of_resource_manager(status: StatusCode) -> String {
    match status.as_u16() {
        401 => "AuthenticationFailed".to_owned(),
        403 => "AuthorizationFailed".to_owned(),
        404 => "ResourceNotFound".to_owned(),
        _ => reason(status),
    }
}

fn reason(status: StatusCode) -> String {
    status.canonical_reason().unwrap_or("Fault").replace(' ', "")
}

fn of_gen1(op: Option<Op>, status: StatusCode, message: &str) -> Value {
    let exception = exception(op, status);
    json!({"RemoteException": {
        "exception": exception.name(),
        "message": message,
        "javaClassName": exception.java_class_name(),
    }})
}

/// What the service says with this status, of what can happen to every operation: a rule that is to
/// say something more special brings the body along.
fn exception(op: Option<Op>, status: StatusCode) -> Exception {
    match (status.as_u16(), op) {
        (401, _) => Exception::Security,
        (403, _) => Exception::AccessControl,
        (404, _) => Exception::FileNotFound,
        (409, Some(Op::RestoreDeletedItems | Op::Create)) => Exception::FileAlreadyExists,
        (429, _) => Exception::Throttled,
        (405 | 501, _) => Exception::UnsupportedOperation,
        (400..=499, _) => Exception::IllegalArgument,
        _ => Exception::Runtime,
    }
}

fn op(text: &str) -> Option<Op> {
    Parameters::parse(text.as_bytes()).get(query::OP).and_then(Op::from_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(speaker: Speaker<'_>, code: u16) -> String {
        let status = StatusCode::from_u16(code).unwrap();
        let response = of(speaker, status);
        assert_eq!(response.status(), status);
        let body = axum::body::to_bytes(response.into_body(), 4096);
        let body = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(body);
        String::from_utf8(body.unwrap().to_vec()).unwrap()
    }

    #[test]
    fn a_status_has_the_exception_of_what_was_asked_for() {
        for (code, exception) in [
            (400, "IllegalArgumentException"),
            (401, "SecurityException"),
            (403, "AccessControlException"),
            (404, "FileNotFoundException"),
            (429, "ThrottledException"),
            (500, "RuntimeException"),
            (503, "RuntimeException"),
        ] {
            for op in Op::ALL {
                let text = text(Speaker::Gen1(&format!("x=1&OP={op}")), code);
                assert!(text.contains(exception), "{op} {code}: {text}");
            }
        }
        let conflict = |op| text(Speaker::Gen1(op), 409);
        assert!(conflict("op=RESTOREDELETEDITEMS").contains("FileAlreadyExistsException"));
        assert!(conflict("op=LISTSTATUS").contains("IllegalArgumentException"));
        assert!(text(Speaker::Gen1(""), 403).contains("AccessControlException"));
    }

    #[test]
    fn every_service_words_its_own_errors() {
        for (speaker, code, word) in [
            (Speaker::ResourceManager, 403, r#""code":"AuthorizationFailed""#),
            (Speaker::ResourceManager, 404, r#""code":"ResourceNotFound""#),
            (Speaker::ResourceManager, 429, r#""code":"TooManyRequests""#),
            (Speaker::ResourceManager, 503, r#""code":"ServiceUnavailable""#),
            (Speaker::AzureAd, 400, r#""error":"invalid_request""#),
            (Speaker::AzureAd, 401, r#""error":"invalid_client""#),
            (Speaker::AzureAd, 403, r#""error":"access_denied""#),
            (Speaker::AzureAd, 429, r#""error":"temporarily_unavailable""#),
            (Speaker::AzureAd, 503, r#""error":"temporarily_unavailable""#),
        ] {
            let text = text(speaker, code);
            assert!(text.contains(word), "{speaker:?} {code}: {text}");
        }
    }
}
