//! Strings that azure-storage-blob 12.31.1 signed.

use super::*;

const DATE: (&str, &[u8]) = ("x-ms-date", b"Tue, 01 Jan 2030 00:00:00 GMT");
const VERSION: (&str, &[u8]) = ("x-ms-version", b"2026-10-06");

fn pairs(query: &[(&str, &str)]) -> Vec<(String, String)> {
    query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn text(
    (account, method, path): (&str, &str, &str),
    query: &[(&str, &str)],
    headers: &[(&str, &[u8])],
) -> String {
    let request = SignedRequest { method, path, query: &pairs(query), headers };
    let (order, whitespace) = (HeaderOrder::Culture, Whitespace::Kept);
    let text = request.string_to_sign(account, Scheme::SharedKey, order, whitespace);
    String::from_utf8(text).unwrap()
}

const METADATA: [(&str, &[u8]); 8] = [
    DATE,
    VERSION,
    ("content-length", b"0"),
    ("x-ms-meta-foo-bar", b"1"),
    ("x-ms-meta-foo_bar", b"2"),
    ("x-ms-meta-foobar", b"3"),
    ("x-ms-meta-foo1", b"4"),
    ("x-ms-meta-f-oobar", b"two  blanks"),
];

#[test]
fn strings_are_those_of_the_newest_sdk() {
    let create = text(
        ("lake", "PUT", "/fs/a%2Fb%20c"),
        &[("resource", "file"), ("mode", "legacy")],
        &[
            DATE,
            VERSION,
            ("content-length", b"0"),
            ("x-ms-source-lease-id", b""),
            ("content-type", b"application/json"),
            ("x-ms-properties", b"a=YQ=="),
            ("user-agent", b"nobody signs this"),
        ],
    );
    assert_eq!(
        create,
        "PUT\n\n\n\n\napplication/json\n\n\n\n\n\n\nx-ms-date:Tue, 01 Jan 2030 00:00:00 GMT\n\
         x-ms-properties:a=YQ==\nx-ms-source-lease-id:\nx-ms-version:2026-10-06\n\
         /lake/fs/a%2Fb%20c\nmode:legacy\nresource:file"
    );
    assert_eq!(
        text(("lake", "PUT", "/fs/a"), &[("comp", "metadata")], &METADATA),
        "PUT\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Tue, 01 Jan 2030 00:00:00 GMT\n\
         x-ms-meta-foo_bar:2\nx-ms-meta-foo1:4\nx-ms-meta-foobar:3\nx-ms-meta-foo-bar:1\n\
         x-ms-meta-f-oobar:two  blanks\nx-ms-version:2026-10-06\n/lake/fs/a\ncomp:metadata"
    );
    let path_style = text(
        ("devstoreaccount1", "GET", "/devstoreaccount1/fs"),
        &[("restype", "container"), ("comp", "list"), ("prefix", "a/b ü"), ("include", "metadata")],
        &[DATE, VERSION, ("if-match", b"\"0x1\""), ("content-language", b"de")],
    );
    assert_eq!(
        path_style,
        "GET\n\nde\n\n\n\n\n\n\"0x1\"\n\n\n\nx-ms-date:Tue, 01 Jan 2030 00:00:00 GMT\n\
         x-ms-version:2026-10-06\n/devstoreaccount1/devstoreaccount1/fs\n\
         comp:list\ninclude:metadata\nprefix:a/b ü\nrestype:container"
    );
    let append = text(
        ("lake", "PATCH", "/fs/%E6%96%87%E4%BB%B6/a%2Bb%25"),
        &[("action", "append"), ("position", "0")],
        &[
            ("content-md5", b"XrY7u+Ae7tCTyyK7j1rNww=="),
            DATE,
            VERSION,
            ("content-length", b"11"),
            ("date", b"Thu, 01 Jan 1970 00:00:00 GMT"),
        ],
    );
    assert_eq!(
        append,
        "PATCH\n\n\n11\nXrY7u+Ae7tCTyyK7j1rNww==\n\n\n\n\n\n\n\n\
         x-ms-date:Tue, 01 Jan 2030 00:00:00 GMT\nx-ms-version:2026-10-06\n\
         /lake/fs/%E6%96%87%E4%BB%B6/a%2Bb%25\naction:append\nposition:0"
    );
}

#[test]
fn names_and_values_that_come_twice_are_joined() {
    let query = [("include", "b"), ("Include", "a"), ("comp", "x")];
    let headers: [(&str, &[u8]); 3] =
        [("x-ms-meta-a", b" 2 "), ("x-ms-date", b""), ("x-ms-meta-a", b"1")];
    assert_eq!(
        text(("lake", "GET", "/fs"), &query, &headers),
        "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:\nx-ms-meta-a:2,1\n/lake/fs\ncomp:x\ninclude:a,b"
    );
}

#[test]
fn headers_can_be_sorted_by_bytes_and_folded() {
    let query = pairs(&[("comp", "metadata")]);
    let request = SignedRequest { method: "PUT", path: "/fs/a", query: &query, headers: &METADATA };
    let (order, whitespace) = (HeaderOrder::Bytes, Whitespace::Folded);
    let text = request.string_to_sign("lake", Scheme::SharedKey, order, whitespace);
    let text = String::from_utf8(text).unwrap();
    assert!(
        text.contains(
            "x-ms-meta-f-oobar:two blanks\nx-ms-meta-foo-bar:1\nx-ms-meta-foo1:4\n\
             x-ms-meta-foo_bar:2\nx-ms-meta-foobar:3\n"
        ),
        "{text}"
    );
}

#[test]
fn the_short_scheme_signs_less() {
    let query = pairs(&[("timeout", "3"), ("comp", "metadata")]);
    let headers = [("date", b"now".as_slice()), ("content-length", b"3"), ("x-ms-a", b"b")];
    let request = SignedRequest { method: "PUT", path: "/fs", query: &query, headers: &headers };
    let (order, whitespace) = (HeaderOrder::Culture, Whitespace::Kept);
    let text = request.string_to_sign("lake", Scheme::SharedKeyLite, order, whitespace);
    assert_eq!(text, b"PUT\n\n\nnow\nx-ms-a:b\n/lake/fs?comp=metadata");
}

#[test]
fn schemes_have_names() {
    for scheme in [Scheme::SharedKey, Scheme::SharedKeyLite] {
        assert_eq!(Scheme::from_name(scheme.name()), Some(scheme));
    }
    assert_eq!(Scheme::from_name("Bearer"), None);
    assert_eq!(Scheme::SharedKey.authorization("lake", "AA=="), "SharedKey lake:AA==");
}
