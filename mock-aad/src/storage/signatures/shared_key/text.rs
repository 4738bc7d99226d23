//! The string that a key of the account signs.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName};

use super::SignedRequest;
use super::collation::culture_key;
use crate::storage::signatures::redaction;

/// Standard headers in the full form, between the method and the `x-ms-` headers.
const FULL: [&str; 11] = [
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
];

/// Standard headers in the short form.
const LITE: [&str; 3] = ["content-md5", "content-type", "date"];

/// Which of the two schemes it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `SharedKey`.
    Full,
    /// `SharedKeyLite`: fewer headers, and of the query only `comp`.
    Lite,
}

/// How the `x-ms-` headers are sorted. Both are in use, see the module `collation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Culture,
    Bytes,
}

/// What becomes of blanks within the value of an `x-ms-` header: the service's description folds
/// them to one, most SDKs sign them as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spaces {
    Folded,
    Kept,
}

/// The string to sign of one request.
#[derive(Clone, Copy)]
pub(super) struct StringToSign<'a> {
    pub(super) request: SignedRequest<'a>,
    pub(super) account: &'a str,
    pub(super) form: Form,
}

impl StringToSign<'_> {
    /// The bytes that are signed.
    pub(super) fn bytes(self, order: Order, spaces: Spaces) -> Vec<u8> {
        let mut text = self.standard_headers();
        for name in own_headers(self.request.headers, order) {
            push_line(&mut text, name, &value(self.request.headers, name, spaces));
        }
        self.push_resource(&mut text, |_, value| value.to_owned());
        text
    }

    /// The text as it may be told: the secrets in it are replaced.
    pub(super) fn shown(self) -> String {
        let mut text = self.standard_headers();
        for name in own_headers(self.request.headers, Order::Culture) {
            let value = value(self.request.headers, name, Spaces::Folded);
            let value = redaction::header(name.as_str(), &String::from_utf8_lossy(&value));
            push_line(&mut text, name, value.as_bytes());
        }
        self.push_resource(&mut text, redaction::parameter);
        String::from_utf8_lossy(&text).into_owned()
    }

    fn standard_headers(self) -> Vec<u8> {
        let headers = self.request.headers;
        let mut text = format!("{}\n", self.request.method).into_bytes();
        let names = match self.form {
            Form::Full => FULL.as_slice(),
            Form::Lite => LITE.as_slice(),
        };
        for name in names {
            let value = headers.get(*name).map_or(&b""[..], |value| value.as_bytes());
            let counts = match *name {
                "content-length" => value != b"0",
                "date" => !headers.contains_key("x-ms-date"),
                _ => true,
            };
            if counts {
                text.extend_from_slice(value);
            }
            text.push(b'\n');
        }
        text
    }

    /// The path as it was sent behind the name of the account, which in path style is thus there
    /// twice, and the query, by name.
    fn push_resource(self, text: &mut Vec<u8>, show: impl Fn(&str, &str) -> String) {
        let SignedRequest { path, query, .. } = self.request;
        text.extend_from_slice(format!("/{}{path}", self.account).as_bytes());
        if self.form == Form::Lite {
            if let Some((_, comp)) = query.iter().find(|(name, _)| name == "comp") {
                text.extend_from_slice(format!("?comp={comp}").as_bytes());
            }
            return;
        }
        let mut values = BTreeMap::<String, Vec<String>>::new();
        for (name, value) in query {
            values.entry(name.to_lowercase()).or_default().push(show(name, value));
        }
        for (name, mut values) in values {
            values.sort_unstable();
            text.extend_from_slice(format!("\n{name}:{}", values.join(",")).as_bytes());
        }
    }
}

/// The names of the `x-ms-` headers, sorted.
fn own_headers(headers: &HeaderMap, order: Order) -> Vec<&HeaderName> {
    let mut names: Vec<_> =
        headers.keys().filter(|name| name.as_str().starts_with("x-ms-")).collect();
    match order {
        Order::Culture => names.sort_by_cached_key(|name| culture_key(name.as_str())),
        Order::Bytes => names.sort_unstable_by_key(|name| name.as_str()),
    }
    names
}

/// The value of a header; values of a header that was sent several times are one list.
fn value(headers: &HeaderMap, name: &HeaderName, spaces: Spaces) -> Vec<u8> {
    let values: Vec<Vec<u8>> = headers
        .get_all(name)
        .iter()
        .map(|value| {
            let value = value.as_bytes().trim_ascii();
            match spaces {
                Spaces::Kept => value.to_vec(),
                Spaces::Folded => folded(value),
            }
        })
        .collect();
    values.join(&b","[..])
}

fn folded(value: &[u8]) -> Vec<u8> {
    let words: Vec<&[u8]> =
        value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
    words.join(&b" "[..])
}

fn push_line(text: &mut Vec<u8>, name: &HeaderName, value: &[u8]) {
    text.extend_from_slice(name.as_str().as_bytes());
    text.push(b':');
    text.extend_from_slice(value);
    text.push(b'\n');
}
