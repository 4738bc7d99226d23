//! Errors that a fault rule asks for by their status alone, as each service words its own.

use adls_wire::webhdfs::{Exception, Op, query};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::hosts::Service;
use crate::call::{self, Response};
use crate::parameters::Parameters;

/// An error of this status; `query` says which operation of a file system was asked for.
pub(super) fn of(service: Service, query: &str, status: StatusCode) -> Response {
    let message = format!("a fault rule of the emulator answers {}", status.as_u16());
    match service {
        Service::AzureAd => call::json(status, &of_azure_ad(status, &message)),
        Service::ResourceManager => {
            call::json(status, &of_azure(&of_resource_manager(status), &message))
        }
        Service::Gen2(_) => {
            let code = of_gen2(status);
            let mut response = call::json(status, &of_azure(&code, &message));
            if let Ok(code) = HeaderValue::try_from(code) {
                response.headers_mut().insert("x-ms-error-code", code);
            }
            response
        }
        Service::Gen1 => call::json(status, &of_gen1(op(query), status, &message)),
    }
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

fn of_gen2(status: StatusCode) -> String {
    let code = match status.as_u16() {
        400 => "InvalidInput",
        401 => "InvalidAuthenticationInfo",
        403 => "AuthorizationPermissionMismatch",
        404 => "PathNotFound",
        409 => "PathAlreadyExists",
        412 => "ConditionNotMet",
        416 => "InvalidRange",
        500 => "InternalError",
        503 => "ServerBusy",
        _ => return reason(status),
    };
    code.to_owned()
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
    use crate::storage::{Endpoint, Protocol};

    fn text(service: Service, query: &str, code: u16) -> String {
        let status = StatusCode::from_u16(code).unwrap();
        let response = of(service, query, status);
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
                let text = text(Service::Gen1, &format!("x=1&OP={op}"), code);
                assert!(text.contains(exception), "{op} {code}: {text}");
            }
        }
        let conflict = |op| text(Service::Gen1, op, 409);
        assert!(conflict("op=RESTOREDELETEDITEMS").contains("FileAlreadyExistsException"));
        assert!(conflict("op=LISTSTATUS").contains("IllegalArgumentException"));
        assert!(text(Service::Gen1, "", 403).contains("AccessControlException"));
    }

    #[test]
    fn every_service_words_its_own_errors() {
        let dfs = Service::Gen2(Endpoint::of_host(Protocol::Dfs, false));
        for (service, code, word) in [
            (Service::ResourceManager, 403, r#""code":"AuthorizationFailed""#),
            (Service::ResourceManager, 404, r#""code":"ResourceNotFound""#),
            (Service::ResourceManager, 429, r#""code":"TooManyRequests""#),
            (Service::ResourceManager, 503, r#""code":"ServiceUnavailable""#),
            (Service::AzureAd, 400, r#""error":"invalid_request""#),
            (Service::AzureAd, 401, r#""error":"invalid_client""#),
            (Service::AzureAd, 403, r#""error":"access_denied""#),
            (Service::AzureAd, 429, r#""error":"temporarily_unavailable""#),
            (Service::AzureAd, 503, r#""error":"temporarily_unavailable""#),
            (dfs, 403, r#""code":"AuthorizationPermissionMismatch""#),
            (dfs, 412, r#""code":"ConditionNotMet""#),
        ] {
            let text = text(service, "", code);
            assert!(text.contains(word), "{service:?} {code}: {text}");
        }
    }
}
