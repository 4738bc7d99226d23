//! Requests as holders of a key sign them, written from the service's description and not from the code
//! that verifies them.

use aws_lc_rs::hmac;
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use url::form_urlencoded;

/// The key of an account, in base64.
#[derive(Clone, Debug)]
pub(super) struct Signer {
    pub(super) account: String,
    pub(super) key: String,
}

/// What is signed of a request.
pub(super) struct Unsigned<'a> {
    pub(super) method: &'a str,
    pub(super) uri: &'a str,
    pub(super) headers: &'a [(&'a str, &'a str)],
    pub(super) body: &'a [u8],
}

impl Signer {
    /// The request with a date and a signature.
    pub(super) fn sign(&self, now: Timestamp, unsigned: &Unsigned<'_>) -> http::Request<Body> {
        let Unsigned { method, uri, headers, body } = unsigned;
        let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let length = body.len().to_string();
        let mut all: Vec<(String, &str)> =
            headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), *value)).collect();
        all.push(("x-ms-date".to_owned(), &date));
        if !all.iter().any(|(name, _)| name == "x-ms-version") {
            all.push(("x-ms-version".to_owned(), "2023-11-03"));
        }
        all.push(("content-length".to_owned(), &length));
        let text = self.text(method, uri, &all);
        let authorization = format!("SharedKey {}:{}", self.account, self.mac(&text));
        let start = http::Request::builder().method(*method).uri(*uri);
        let start =
            all.iter().fold(start, |start, (name, value)| start.header(name, value.as_bytes()));
        start.header("authorization", authorization).body(Body::from(body.to_vec())).unwrap()
    }

    /// The signature of a text, in base64.
    pub(super) fn mac(&self, text: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(&self.key).unwrap());
        STANDARD.encode(hmac::sign(&key, text.as_bytes()))
    }

    fn text(&self, method: &str, uri: &str, headers: &[(String, &str)]) -> String {
        const STANDARD_HEADERS: [&str; 11] = [
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
        let value = |name: &str| {
            let found = headers.iter().find(|(known, _)| known == name);
            found.map_or("", |(_, value)| *value)
        };
        let mut lines = vec![method.to_string()];
        for name in STANDARD_HEADERS {
            let value = value(name);
            let is_zero = name == "content-length" && value == "0";
            lines.push(if is_zero { String::new() } else { value.to_owned() });
        }
        let mut own: Vec<_> =
            headers.iter().filter(|(name, _)| name.starts_with("x-ms-")).collect();
        // By name alone: with the colon behind it, a name would come after those that go on.
        own.sort_unstable();
        lines.extend(own.into_iter().map(|(name, value)| format!("{name}:{value}")));
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        lines.push(format!("/{}{path}", self.account));
        let mut query: Vec<String> = form_urlencoded::parse(query.as_bytes())
            .map(|(name, value)| format!("{}:{value}", name.to_lowercase()))
            .collect();
        query.sort_unstable();
        lines.extend(query);
        lines.join("\n")
    }
}
