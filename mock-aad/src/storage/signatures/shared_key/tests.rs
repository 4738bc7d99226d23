//! Requests that SDKs signed, and what becomes of them on the way.

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{SharedKey, SharedKeyRefused, SignedRequest};
use crate::storage::signatures::SigningKey;

const DATE: (&str, &str) = ("x-ms-date", "Tue, 01 Jan 2030 00:00:00 GMT");
const VERSION: (&str, &str) = ("x-ms-version", "2026-10-06");

fn key() -> SigningKey {
    SigningKey::new(&(0..64).collect::<Vec<u8>>())
}

fn now() -> Timestamp {
    "2030-01-01T00:00:00Z".parse().unwrap()
}

/// A request that azure-storage-blob 12.31.1 signed with the key above.
#[derive(Clone)]
struct Signed {
    account: &'static str,
    method: &'static str,
    path: &'static str,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    authorization: String,
}

impl Signed {
    fn new(
        (account, method, path): (&'static str, &'static str, &'static str),
        query: &str,
        headers: &[(&'static str, &'static str)],
        signature: &str,
    ) -> Self {
        let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let authorization = format!("SharedKey {account}:{signature}");
        Self { account, method, path, query, headers: headers.collect(), authorization }
    }

    fn set(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.insert(name, HeaderValue::from_static(value));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.remove(name).unwrap();
        self
    }

    fn verify_with(&self, keys: &[SigningKey], now: Timestamp) -> Result<(), SharedKeyRefused> {
        let Self { method, path, query, headers, .. } = self;
        let request = SignedRequest { method, path, query, headers };
        let parsed = SharedKey::parse(&self.authorization).unwrap()?;
        parsed.verify(request, self.account, keys, now)
    }

    fn verify(&self) -> Result<(), SharedKeyRefused> {
        self.verify_with(&[key()], now())
    }
}

fn create() -> Signed {
    Signed::new(
        ("lake", "PUT", "/fs/a%2Fb%20c"),
        "resource=file&mode=legacy",
        &[
            DATE,
            VERSION,
            ("content-length", "0"),
            ("x-ms-source-lease-id", ""),
            ("content-type", "application/json"),
            ("x-ms-properties", "a=YQ=="),
        ],
        "MXZ49E1Bz3dTh42/q2BA/hW4O58gYgGwTf41Mw22AfM=",
    )
}

fn exotic_metadata() -> Signed {
    Signed::new(
        ("lake", "PUT", "/fs/a"),
        "comp=metadata",
        &[
            DATE,
            VERSION,
            ("content-length", "0"),
            ("x-ms-meta-foo-bar", "1"),
            ("x-ms-meta-foo_bar", "2"),
            ("x-ms-meta-foobar", "3"),
            ("x-ms-meta-foo1", "4"),
            ("x-ms-meta-f-oobar", "two  blanks"),
        ],
        "bBOsPJZMViTg8W17v2+kUS1zIH8E9kdxbjew0Cz0nzc=",
    )
}

fn path_style_list() -> Signed {
    Signed::new(
        ("devstoreaccount1", "GET", "/devstoreaccount1/fs"),
        "restype=container&comp=list&prefix=a%2Fb%20%C3%BC&include=metadata",
        &[DATE, VERSION, ("if-match", "\"0x1\""), ("content-language", "de")],
        "R5NHhC/U9vN7S+vikKnnW7ytn+G4piBGdRCLf/rlYRM=",
    )
}

fn append_with_date() -> Signed {
    Signed::new(
        ("lake", "PATCH", "/fs/a"),
        "action=append&position=0",
        &[
            ("date", DATE.1),
            VERSION,
            ("content-length", "11"),
            ("content-md5", "XrY7u+Ae7tCTyyK7j1rNww=="),
        ],
        "uPLYt2OBnsNqM1HeZC1DLZIYqcntrI8MMRP/VXcHS/U=",
    )
}

fn is_mismatch(outcome: &Result<(), SharedKeyRefused>) -> bool {
    matches!(outcome, Err(SharedKeyRefused::Mismatch { .. }))
}

/// The same request, signed over `text`.
fn signed_over(mut request: Signed, scheme: &str, text: &str) -> Signed {
    use base64::Engine as _;
    let key =
        aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &(0..64).collect::<Vec<u8>>());
    let signature = aws_lc_rs::hmac::sign(&key, text.as_bytes());
    let signature = base64::engine::general_purpose::STANDARD.encode(signature);
    request.authorization = format!("{scheme} {}:{signature}", request.account);
    request
}

#[test]
fn requests_that_the_newest_sdk_signed_are_accepted() {
    for request in [create(), exotic_metadata(), path_style_list(), append_with_date()] {
        assert_eq!(request.verify(), Ok(()), "{}", request.path);
    }
}

#[test]
fn names_of_metadata_may_be_sorted_by_bytes() {
    let text = "PUT\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Tue, 01 Jan 2030 00:00:00 GMT\n\
        x-ms-meta-f-oobar:two  blanks\nx-ms-meta-foo-bar:1\nx-ms-meta-foo1:4\nx-ms-meta-foo_bar:2\n\
        x-ms-meta-foobar:3\nx-ms-version:2026-10-06\n/lake/fs/a\ncomp:metadata";
    assert_eq!(signed_over(exotic_metadata(), "SharedKey", text).verify(), Ok(()));
    let folded = text.replace("  ", " ");
    assert_eq!(signed_over(exotic_metadata(), "SharedKey", &folded).verify(), Ok(()));
    let unsorted = text
        .replace("x-ms-meta-foo-bar:1\nx-ms-meta-foo1:4", "x-ms-meta-foo1:4\nx-ms-meta-foo-bar:1");
    let other_order = signed_over(exotic_metadata(), "SharedKey", &unsorted).verify();
    assert!(is_mismatch(&other_order));
}

#[test]
fn the_short_form_signs_less() {
    let text = "PUT\n\n\n\nx-ms-date:Tue, 01 Jan 2030 00:00:00 GMT\nx-ms-meta-foo_bar:2\n\
        x-ms-meta-foo1:4\nx-ms-meta-foobar:3\nx-ms-meta-foo-bar:1\nx-ms-meta-f-oobar:two blanks\n\
        x-ms-version:2026-10-06\n/lake/fs/a?comp=metadata";
    let request = signed_over(exotic_metadata(), "SharedKeyLite", text);
    assert_eq!(request.verify(), Ok(()));
    assert!(is_mismatch(&signed_over(request.clone(), "SharedKey", text).verify()));
    assert!(is_mismatch(&request.set("x-ms-meta-foobar", "4").verify()));
}

#[test]
fn several_values_of_one_parameter_are_sorted_and_joined() {
    let mut request = create();
    request.query = [("include", "b"), ("Include", "a"), ("comp", "x")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
    let Err(SharedKeyRefused::Mismatch { string_to_sign }) = request.verify() else { panic!() };
    assert!(
        string_to_sign.ends_with("/lake/fs/a%2Fb%20c\ncomp:x\ninclude:a,b"),
        "{string_to_sign}"
    );
    assert_eq!(signed_over(request, "SharedKey", &string_to_sign).verify(), Ok(()));
}

#[test]
fn the_string_to_sign_is_told_as_the_service_tells_it() {
    let refused = create().set("x-ms-properties", "a=Yg==").verify().unwrap_err();
    assert_eq!(
        refused.to_string(),
        "The MAC signature found in the HTTP request is not the same as any computed signature. \
         Server used following string to sign: 'PUT\n\n\n\n\napplication/json\n\n\n\n\n\n\n\
         x-ms-date:Tue, 01 Jan 2030 00:00:00 GMT\nx-ms-properties:a=Yg==\n\
         x-ms-source-lease-id:\nx-ms-version:2026-10-06\n\
         /lake/fs/a%2Fb%20c\nmode:legacy\nresource:file'."
    );
}

#[test]
fn no_error_shows_a_secret() {
    let mut request = create()
        .set("x-ms-encryption-key", "c2VjcmV0")
        .set("x-ms-rename-source", "/fs/x?sv=2021-12-02&sig=c2VjcmV0");
    request.query.push(("sig".to_owned(), "c2VjcmV0".to_owned()));
    let signature = request.authorization.rsplit(':').next().unwrap().to_owned();
    let refused = request.verify().unwrap_err();
    for shown in [refused.to_string(), format!("{refused:?}")] {
        assert!(shown.contains("REDACTED"));
        assert!(!shown.contains("c2VjcmV0") && !shown.contains(&signature), "{shown}");
    }
    let parsed = SharedKey::parse(&request.authorization).unwrap().unwrap();
    assert!(!format!("{parsed:?} {:?}", key()).contains(&signature));
}

#[test]
fn whatever_is_signed_may_not_change() {
    let appended = append_with_date();
    let listed = path_style_list();
    let mut renamed = create();
    renamed.path = "/fs/a/b%20c";
    let mut other_method = create();
    other_method.method = "PATCH";
    let mut other_query = create();
    other_query.query[0].1 = "directory".to_owned();
    let mut more_query = create();
    more_query.query.push(("umask".to_owned(), "0000".to_owned()));
    let mut less_query = create();
    less_query.query.pop();
    let mut once_the_account = path_style_list();
    once_the_account.path = "/fs";
    for (what, request) in [
        ("path", renamed),
        ("method", other_method),
        ("value of the query", other_query),
        ("one more parameter", more_query),
        ("one parameter less", less_query),
        ("the account once in path style", once_the_account),
        ("own header", create().set("x-ms-properties", "")),
        ("own header gone", create().without("x-ms-properties")),
        ("empty header gone", create().without("x-ms-source-lease-id")),
        ("own header more", create().set("x-ms-owner", "me")),
        ("date", create().set("x-ms-date", "Tue, 01 Jan 2030 00:00:01 GMT")),
        ("version", create().set("x-ms-version", "2026-06-06")),
        ("content type", create().set("content-type", "text/plain")),
        ("length", create().set("content-length", "1")),
        ("length of a body", appended.clone().set("content-length", "12")),
        ("no length of a body", appended.clone().without("content-length")),
        ("digest", appended.clone().set("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==")),
        ("Date", appended.clone().set("date", "Tue, 01 Jan 2030 00:00:01 GMT")),
        ("x-ms-date beside Date", appended.set("x-ms-date", DATE.1)),
        ("language", listed.clone().set("content-language", "en")),
        ("encoding", listed.clone().set("content-encoding", "gzip")),
        ("If-Match", listed.clone().set("if-match", "*")),
        ("If-None-Match", listed.clone().set("if-none-match", "*")),
        ("If-Modified-Since", listed.clone().set("if-modified-since", DATE.1)),
        ("If-Unmodified-Since", listed.clone().set("if-unmodified-since", DATE.1)),
        ("Range", listed.set("range", "bytes=0-1")),
    ] {
        assert!(is_mismatch(&request.verify()), "{what}");
    }
}

#[test]
fn headers_that_nobody_signs_may_change() {
    assert_eq!(create().set("user-agent", "x").set("accept", "*/*").verify(), Ok(()));
    assert_eq!(create().without("content-length").verify(), Ok(()));
    let with_date = create().set("date", "Thu, 01 Jan 1970 00:00:00 GMT");
    assert_eq!(with_date.verify(), Ok(()));
}

#[test]
fn each_key_of_the_account_counts_and_no_other() {
    let other = SigningKey::new(b"another");
    assert_eq!(create().verify_with(&[other.clone(), key()], now()), Ok(()));
    assert_eq!(create().verify_with(&[key(), other.clone()], now()), Ok(()));
    assert!(is_mismatch(&create().verify_with(&[other], now())));
    assert!(is_mismatch(&create().verify_with(&[], now())));
}

#[test]
fn the_header_must_name_the_account_of_the_address() {
    let mut request = create();
    request.account = "pond";
    assert_eq!(
        request.verify(),
        Err(SharedKeyRefused::OtherAccount { signed: "lake".into(), asked: "pond".into() })
    );
}

#[test]
fn clocks_may_differ_by_fifteen_minutes() {
    let limit = SignedDuration::from_mins(15);
    let second = SignedDuration::from_secs(1);
    for at in [now() + limit, now() - limit] {
        assert_eq!(create().verify_with(&[key()], at), Ok(()));
    }
    let late = create().verify_with(&[key()], now() + limit + second).unwrap_err();
    assert_eq!(late, SharedKeyRefused::TooOld(DATE.1.to_owned()));
    let early = create().verify_with(&[key()], now() - limit - second);
    assert_eq!(early, Err(SharedKeyRefused::InFuture(DATE.1.to_owned())));
}

#[test]
fn a_date_must_be_there_and_be_one() {
    assert_eq!(create().without("x-ms-date").verify(), Err(SharedKeyRefused::NoDate));
    assert_eq!(create().set("x-ms-date", "").verify(), Err(SharedKeyRefused::NoDate));
    assert_eq!(
        create().set("x-ms-date", "yesterday").verify(),
        Err(SharedKeyRefused::NoSuchDate("yesterday".to_owned()))
    );
}

#[test]
fn malformed_headers_are_told_from_other_schemes() {
    for malformed in [
        "SharedKey",
        "SharedKey ",
        "SharedKey lake",
        "SharedKey lake:",
        "SharedKey :AAAA",
        "SharedKey lake:not base64",
        "SharedKey lake:AAA",
        "SharedKeyLite lake",
    ] {
        let refused = SharedKey::parse(malformed).unwrap().unwrap_err();
        assert_eq!(refused, SharedKeyRefused::Malformed, "{malformed}");
        assert_eq!(refused, SharedKeyRefused::Malformed);
    }
    for other in ["", "Bearer abc", "Basic lake:AAAA", "SharedKeys lake:AAAA"] {
        assert!(SharedKey::parse(other).is_none(), "{other}");
    }
    assert_eq!(SharedKey::parse("SharedKey lake:AAAA").unwrap().unwrap().account(), "lake");
}

proptest! {
    #[test]
    fn no_header_makes_it_panic(header in "(SharedKey(Lite)? )?[ -~]{0,40}", value in "\\PC{0,20}") {
        let mut request = create();
        request.authorization = header;
        request.query.push((value.clone(), value.clone()));
        if let Ok(value) = HeaderValue::from_str(&value) {
            request.headers.insert("x-ms-date", value.clone());
            request.headers.insert("x-ms-meta-a", value);
        }
        if SharedKey::parse(&request.authorization).is_some() {
            prop_assert!(request.verify().is_err());
        }
    }
}
