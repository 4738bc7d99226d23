//! What a service says about its failure.

use http::HeaderMap;
use serde_json::Value;

use crate::text;

/// How much of a text that is not JSON is worth showing, in characters.
const SHOWN_TEXT: usize = 200;
/// How much of a code and of a message is kept, in characters.
const KEPT_CODE: usize = 200;
const KEPT_MESSAGE: usize = 2048;
/// The longest XML that is looked into, in bytes, and how many parts it may have, which bounds the
/// depth too. Errors of storage have some ten parts.
const LONGEST_XML: usize = 16 * 1024;
const MOST_NODES: u32 = 100;
/// Where storage repeats the code, for answers without a body.
const ERROR_CODE: &str = "x-ms-error-code";

/// What a service says about its failure.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ServiceError {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
}

impl ServiceError {
    /// Reads every error body of the services that this project talks to:
    /// `{"RemoteException":{"exception","message"}}` (Gen1), `{"error":{"code","message"}}` (Resource
    /// Manager, Gen2), `{"error":"..","error_description":".."}` (Azure AD), and
    /// `<Error><Code/><Message/></Error>` (storage). Anything else becomes the message as it is, cut
    /// short. What would steer a terminal is escaped.
    pub(crate) fn parse(body: &[u8]) -> Self {
        let Self { code, message } = Self::parse_raw(body);
        Self {
            code: code.map(|code| text::one_line(&code, KEPT_CODE)),
            message: message.map(|message| {
                text::escape_lines(&text::shorten(&message, KEPT_MESSAGE)).into_owned()
            }),
        }
    }

    /// The same with the code that a header tells where the body does not.
    pub(crate) fn or_code_of(self, headers: &HeaderMap) -> Self {
        let told = headers.get(ERROR_CODE).and_then(|code| code.to_str().ok());
        let code = self.code.or_else(|| told.map(|code| text::one_line(code, KEPT_CODE)));
        Self { code, ..self }
    }

    fn parse_raw(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let Ok(json) = serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}')) else {
            return Self::parse_xml(&text)
                .unwrap_or_else(|| Self { code: None, message: excerpt(&text) });
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

    fn parse_xml(text: &str) -> Option<Self> {
        let text = text.trim_start_matches('\u{feff}');
        let options = roxmltree::ParsingOptions {
            nodes_limit: MOST_NODES,
            ..roxmltree::ParsingOptions::default()
        };
        let short = (text.len() <= LONGEST_XML).then_some(text)?;
        let document = roxmltree::Document::parse_with_options(short, options).ok()?;
        let error = Some(document.root_element()).filter(|root| root.has_tag_name("Error"))?;
        let child = |name: &str| {
            error.children().find(|child| child.has_tag_name(name))?.text().map(str::to_owned)
        };
        Some(Self { code: child("Code"), message: child("Message") })
    }
}

fn excerpt(text: &str) -> Option<String> {
    let beginning = text::shorten(text.trim_start(), SHOWN_TEXT * 10);
    let one_line = beginning.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut = text::shorten(&one_line, SHOWN_TEXT);
    (!cut.is_empty()).then(|| cut.into_owned())
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
        let xml = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>BlobNotFound</Code>\
                   <Message>not &lt;there&gt;\nTime:2026</Message></Error>";
        assert_eq!(parsed(xml), some("BlobNotFound", "not <there>\nTime:2026"));
    }

    #[test]
    fn a_header_tells_the_code_where_no_body_does() {
        let mut headers = HeaderMap::new();
        headers.insert(ERROR_CODE, "PathNotFound".parse().unwrap());
        let code =
            |body: &str| ServiceError::parse(body.as_bytes()).or_code_of(&headers).code.unwrap();
        assert_eq!(code(""), "PathNotFound");
        assert_eq!(code("<html/>"), "PathNotFound");
        assert_eq!(code(r#"{"error":{"code":"C"}}"#), "C");
    }

    #[test]
    fn what_is_not_json_is_shown_cut() {
        assert_eq!(parsed(""), (None, None));
        assert_eq!(parsed("<html>\n  <b>no</b>"), (None, Some("<html> <b>no</b>".to_owned())));
        let (_, message) = parsed(&"x".repeat(1000));
        assert_eq!(message.unwrap().chars().count(), SHOWN_TEXT + 1);
    }

    #[test]
    fn memory_is_bounded_by_design() {
        let long = "x".repeat(60_000);
        let body = format!(r#"{{"error":{{"code":"{long}","message":"{long}"}}}}"#);
        let (code, message) = parsed(&body);
        assert_eq!(code.unwrap().chars().count(), KEPT_CODE + 1);
        assert_eq!(message.unwrap().chars().count(), KEPT_MESSAGE + 1);
        let deep = "[".repeat(60_000);
        assert_eq!(parsed(&deep).1.unwrap().chars().count(), SHOWN_TEXT + 1);
        assert_eq!(parsed(&" ".repeat(60_000)), (None, None));
        let nested = format!("<Error>{}", "<a>".repeat(4_000));
        assert_eq!(parsed(&nested).1.unwrap().chars().count(), SHOWN_TEXT + 1);
    }

    #[test]
    fn nothing_from_a_peer_reaches_a_terminal_unescaped() {
        let body =
            r#"{"error":{"code":"C\u001b[31m","message":"m\u001b]0;x\u0007\r\nsecond\u202e"}}"#;
        assert_eq!(parsed(body), some("C\\u{1b}[31m", "m\\u{1b}]0;x\\u{7}\nsecond\\u{202e}"));
        assert_eq!(parsed("<b>\u{1b}[2J</b>").1.unwrap(), "<b>\\u{1b}[2J</b>");
    }
}
