//! The answer that an error becomes: JSON over DFS, XML over Blob.

use adls_wire::xml::XmlWriter;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use hyper::ext::ReasonPhrase;
use jiff::Timestamp;
use serde_json::json;

use super::StorageError;
use crate::storage::protocol::Protocol;
use crate::storage::text::dates;

const ERROR_CODE: HeaderName = HeaderName::from_static("x-ms-error-code");

/// What the body of an error is written in. It is the protocol's own, unless both have one address: there
/// it is what the caller accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyForm {
    Json,
    Xml,
}

impl From<Protocol> for BodyForm {
    fn from(protocol: Protocol) -> Self {
        match protocol {
            Protocol::Dfs => Self::Json,
            Protocol::Blob => Self::Xml,
        }
    }
}

/// The request that is refused, as far as its answer depends on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Occasion<'a> {
    pub(crate) protocol: Protocol,
    pub(crate) form: BodyForm,
    /// Whether it is a HEAD request, whose answer has no body.
    pub(crate) is_head: bool,
    pub(crate) request_id: &'a str,
    pub(crate) now: Timestamp,
}

impl StorageError {
    /// The answer, but for the headers that every answer has.
    pub(crate) fn response(&self, occasion: &Occasion<'_>) -> Response<Bytes> {
        let face = self.code.face(occasion.protocol);
        let without_body = occasion.is_head || face.status == StatusCode::NOT_MODIFIED;
        let body = if without_body { Bytes::new() } else { self.body(occasion).into() };
        let mut response = Response::new(body);
        *response.status_mut() = face.status;
        // As recorded, the status line says it too, which is all that answers to HEAD say to people.
        if let Ok(reason) = ReasonPhrase::try_from(self.message(occasion.protocol).as_bytes()) {
            response.extensions_mut().insert(reason);
        }
        let headers = response.headers_mut();
        headers.insert(ERROR_CODE, HeaderValue::from_static(face.code));
        if !without_body {
            let content_type = match occasion.form {
                BodyForm::Json => "application/json;charset=utf-8",
                BodyForm::Xml => "application/xml",
            };
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        headers.extend(self.headers.iter().cloned());
        response
    }

    fn body(&self, occasion: &Occasion<'_>) -> String {
        let code = self.code.face(occasion.protocol).code;
        let message = self.message(occasion.protocol);
        let (id, now) = (occasion.request_id, dates::iso8601(occasion.now));
        let stamped = |message: &str| format!("{message}\nRequestId:{id}\nTime:{now}");
        match occasion.form {
            BodyForm::Json => {
                let message = stamped(&format!("{message}{}", self.named()));
                json!({ "error": { "code": code, "message": message } }).to_string()
            }
            BodyForm::Xml => self.xml(code, &stamped(message)),
        }
    }

    /// What was wrong, for a form that has no elements of its own for it.
    fn named(&self) -> String {
        let pairs = self.details.iter().map(|(name, value)| format!("{name}: {value}"));
        match pairs.collect::<Vec<_>>().join("; ") {
            pairs if pairs.is_empty() => pairs,
            pairs => format!(" ({pairs})"),
        }
    }

    fn xml(&self, code: &str, message: &str) -> String {
        let mut xml = XmlWriter::with_byte_order_mark();
        xml.open("Error").element("Code", code).element("Message", message);
        for (name, value) in &self.details {
            xml.element(name, value);
        }
        xml.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::ErrorCode;
    use super::*;

    fn occasion(protocol: Protocol) -> Occasion<'static> {
        Occasion {
            protocol,
            form: protocol.into(),
            is_head: false,
            request_id: "00000000-0000-4000-8000-0000000000f0",
            now: "2019-12-23T21:02:58.6767973Z".parse().unwrap(),
        }
    }

    fn text(response: &Response<Bytes>) -> &str {
        std::str::from_utf8(response.body()).unwrap()
    }

    fn header<'a>(response: &'a Response<Bytes>, name: &str) -> Option<&'a str> {
        response.headers().get(name).map(|value| value.to_str().unwrap())
    }

    fn reason(response: &Response<Bytes>) -> Option<&str> {
        let reason = response.extensions().get::<ReasonPhrase>()?;
        std::str::from_utf8(reason.as_bytes()).ok()
    }

    #[test]
    fn the_reason_phrase_is_the_message_unless_no_reason_phrase_can_be() {
        let error = StorageError::from(ErrorCode::FilesystemNotFound);
        for (protocol, phrase) in [
            (Protocol::Dfs, "The specified filesystem does not exist."),
            (Protocol::Blob, "The specified container does not exist."),
        ] {
            assert_eq!(reason(&error.response(&occasion(protocol))), Some(phrase));
        }
        let lines = error.saying("One.\nTwo.").response(&occasion(Protocol::Dfs));
        assert_eq!(reason(&lines), None);
    }

    #[test]
    fn xml_is_the_recorded_one() {
        let error = StorageError::invalid_header("x-ms-lease-id", "\"garbage\"");
        let response = error.response(&occasion(Protocol::Blob));
        assert_eq!(
            text(&response),
            "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>InvalidHeaderValue</Code><Message>The \
             value for one of the HTTP headers is not in the correct format.\n\
             RequestId:00000000-0000-4000-8000-0000000000f0\nTime:2019-12-23T21:02:58.6767973Z</Message>\
             <HeaderName>x-ms-lease-id</HeaderName><HeaderValue>\"garbage\"</HeaderValue></Error>"
        );
        assert_eq!(response.status(), 400);
        assert_eq!(header(&response, "content-type"), Some("application/xml"));
        assert_eq!(header(&response, "x-ms-error-code"), Some("InvalidHeaderValue"));
    }

    /// Recorded with `Content-Length: 246`.
    #[test]
    fn xml_has_the_recorded_length() {
        let response =
            StorageError::from(ErrorCode::AuthorizationFailure).response(&occasion(Protocol::Blob));
        assert_eq!(response.body().len(), 246);
    }

    #[test]
    fn json_is_the_recorded_one() {
        let error = StorageError::from(ErrorCode::SourceConditionNotMet);
        let response = error.response(&occasion(Protocol::Dfs));
        assert_eq!(
            text(&response),
            "{\"error\":{\"code\":\"SourceConditionNotMet\",\"message\":\"The source condition specified using HTTP \
             conditional header(s) is not met.\\nRequestId:00000000-0000-4000-8000-0000000000f0\\n\
             Time:2019-12-23T21:02:58.6767973Z\"}}"
        );
        assert_eq!(header(&response, "content-type"), Some("application/json;charset=utf-8"));
    }

    #[test]
    fn details_name_what_was_wrong() {
        let error = StorageError::out_of_range("maxResults", "0", 1, 5000);
        let response = error.response(&occasion(Protocol::Dfs));
        let body: serde_json::Value = serde_json::from_str(text(&response)).unwrap();
        let message = body["error"]["message"].as_str().unwrap();
        let first = message.lines().next().unwrap();
        assert!(
            first.ends_with(
                "(QueryParameterName: maxResults; QueryParameterValue: 0; MinimumAllowed: 1; \
                 MaximumAllowed: 5000)"
            ),
            "{first}"
        );
    }

    #[test]
    fn head_and_not_modified_have_the_code_only() {
        let head = Occasion { is_head: true, ..occasion(Protocol::Blob) };
        let refused = [
            (StorageError::from(ErrorCode::PathNotFound).response(&head), "BlobNotFound"),
            (
                StorageError::from(ErrorCode::NotModified).response(&occasion(Protocol::Blob)),
                "ConditionNotMet",
            ),
        ];
        for (response, code) in refused {
            assert!(response.body().is_empty());
            assert_eq!(header(&response, "content-type"), None);
            assert!(reason(&response).is_some_and(|reason| reason.starts_with("The ")));
            assert_eq!(header(&response, "x-ms-error-code"), Some(code));
        }
    }

    #[test]
    fn the_form_may_differ_from_the_protocol() {
        let occasion = Occasion { form: BodyForm::Json, ..occasion(Protocol::Blob) };
        let challenge = HeaderValue::from_static("Bearer");
        let error = StorageError::from(ErrorCode::FilesystemNotFound)
            .saying("Gone.")
            .header(http::header::WWW_AUTHENTICATE, challenge);
        let response = error.response(&occasion);
        assert!(
            text(&response)
                .starts_with("{\"error\":{\"code\":\"ContainerNotFound\",\"message\":\"Gone.\\n")
        );
        assert_eq!(header(&response, "www-authenticate"), Some("Bearer"));
    }
}
