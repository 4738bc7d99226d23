//! Making files and directories over DFS, appending to them, committing.

use super::*;
use crate::storage::text::structured_body::{self, Encoder};

/// An emulator in which somebody writes with the key of the account.
struct Lake(Emulator);

const MD5_OF_ABC: &str = "kAFQmDzST7DWlj99KOF/cg==";
const LEASE: &str = "ca761232-ed42-11ce-bacd-00aa0057b223";

impl Lake {
    fn new() -> Self {
        Self(Emulator::new())
    }

    async fn dfs(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.0.signed(Protocol::Dfs, method, &format!("/mockfs/{path}"), headers).await
    }

    async fn head(&self, path: &str) -> Answer {
        self.0.signed(Protocol::Blob, "HEAD", &format!("/mockfs/{path}"), &[]).await
    }

    async fn create(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.dfs("PUT", &format!("{path}?resource=file"), headers).await
    }

    async fn append(&self, query: &str, body: &[u8], headers: &[(&str, &str)]) -> Answer {
        let uri = format!("/mockfs/{query}");
        let unsigned = Unsigned { method: "PATCH", uri: &uri, headers, body };
        self.0.signed_with("mockgen2", Protocol::Dfs, unsigned).await
    }

    async fn read(&self, path: &str) -> Bytes {
        let answer = self.dfs("GET", path, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.body
    }

    /// Makes a file with a content.
    async fn write(&self, path: &str, content: &[u8]) {
        assert_eq!(self.create(path, &[]).await.status, 201);
        let query = format!("{path}?action=append&position=0&flush=true");
        assert_eq!(self.append(&query, content, &[]).await.status, 202);
    }
}

/// Status and code.
fn outcome(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.code())
}

/// The names of the headers, without those that every answer has.
fn own_headers(answer: &Answer) -> Vec<&str> {
    const OF_ALL: [&str; 4] = ["server", "x-ms-request-id", "x-ms-version", "date"];
    let names = answer.headers.keys().map(|name| name.as_str());
    let mut names: Vec<&str> = names.filter(|name| !OF_ALL.contains(name)).collect();
    names.sort_unstable();
    names
}

fn structured(content: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    let mut encoder = Encoder::new(content.len() as u64, &mut body);
    encoder.push(Bytes::copy_from_slice(content), &mut body);
    body.concat()
}

#[tokio::test]
async fn answers_have_the_headers_that_are_recorded() {
    let lake = Lake::new();
    let state = ["content-length", "etag", "last-modified", "x-ms-request-server-encrypted"];
    let created = lake.create("d/f", &[]).await;
    assert_eq!((created.status.as_u16(), &own_headers(&created)[..]), (201, &state[..]));
    let appended = lake.append("d/f?action=append&position=0", b"abc", &[]).await;
    assert_eq!(appended.status, 202);
    assert_eq!(own_headers(&appended), ["content-length", "x-ms-request-server-encrypted"]);
    let flushed = lake.dfs("PATCH", "d/f?action=flush&position=3", &[]).await;
    assert_eq!((flushed.status.as_u16(), &own_headers(&flushed)[..]), (200, &state[..]));
    assert_eq!(flushed.header("x-ms-request-server-encrypted"), Some("false"));
    assert_ne!(flushed.header("etag"), created.header("etag"));
    let both = lake.append("d/f?action=append&position=3&flush=true", b"def", &[]).await;
    assert_eq!((both.status.as_u16(), &own_headers(&both)[..]), (202, &state[..]));
    assert_eq!(lake.read("d/f").await, "abcdef");
    let directory = lake.dfs("PUT", "e?resource=directory", &[]).await;
    assert_eq!((directory.status.as_u16(), &own_headers(&directory)[..]), (201, &state[..]));
    let set = lake.dfs("PATCH", "e?action=setProperties", &[("x-ms-properties", "a=YQ==")]).await;
    assert_eq!(set.status, 200);
    assert!(set.header("etag").is_some() && set.header("last-modified").is_some());
}

#[tokio::test]
async fn what_is_there_is_replaced_kept_or_refused() {
    let lake = Lake::new();
    lake.write("d/f", b"old").await;
    let etag = lake.head("d/f").await.header("etag").unwrap().to_owned();
    let absent = [("if-none-match", "*")];
    let refused = lake.create("d/f", &absent).await;
    assert_eq!(outcome(&refused), (409, "PathAlreadyExists"));
    assert_eq!(refused.header("x-ms-existing-resource-type"), None);
    let refused = lake.dfs("PUT", "d?resource=directory", &absent).await;
    assert_eq!(outcome(&refused), (409, "PathAlreadyExists"));
    assert_eq!(refused.header("x-ms-existing-resource-type"), Some("directory"));
    assert_eq!(lake.create("new", &absent).await.status, 201);

    assert_eq!(outcome(&lake.create("d", &[]).await), (409, "PathConflict"));
    assert_eq!(
        outcome(&lake.dfs("PUT", "d/f?resource=directory", &[]).await),
        (409, "PathConflict")
    );
    assert_eq!(outcome(&lake.create("d/f/g", &[]).await), (409, "PathConflict"));
    assert_eq!(
        outcome(&lake.create("d/f", &[("if-match", "\"0x8D000000000000F\"")]).await),
        (412, "ConditionNotMet")
    );
    assert_eq!(lake.read("d/f").await, "old");
    assert_eq!(lake.dfs("PUT", "d?resource=directory", &[]).await.status, 201);
    assert_eq!(lake.read("d/f").await, "old");
    assert_eq!(lake.create("d/f", &[("if-match", &etag)]).await.status, 201);
    assert_eq!(lake.read("d/f").await, "");
}

#[tokio::test]
async fn a_new_item_is_what_the_request_says() {
    let lake = Lake::new();
    let user = lake.0.state.storage.seed.users[0].clone();
    let headers = [
        ("x-ms-content-type", "text/plain"),
        ("x-ms-content-encoding", "gzip"),
        ("x-ms-content-language", "de"),
        ("x-ms-content-disposition", "inline"),
        ("x-ms-cache-control", "no-cache"),
        ("x-ms-content-md5", MD5_OF_ABC),
        ("x-ms-properties", "a=YmM=,hdi_isfolder=dHJ1ZQ=="),
        ("x-ms-permissions", "0777"),
        ("x-ms-umask", "0057"),
        ("x-ms-owner", &*user.username),
        ("x-ms-group", "$superuser"),
        ("x-ms-expiry-option", "RelativeToNow"),
        ("x-ms-expiry-time", "60000"),
        ("x-ms-proposed-lease-id", LEASE),
        ("x-ms-lease-duration", "-1"),
        ("x-ms-encryption-context", "context"),
        ("x-ms-client-transaction-id", "transaction"),
    ];
    assert_eq!(lake.create("parent/f", &headers).await.status, 201);
    let head = lake.dfs("HEAD", "parent/f", &[]).await;
    for (name, value) in [
        ("content-type", "text/plain"),
        ("content-encoding", "gzip"),
        ("content-language", "de"),
        ("content-disposition", "inline"),
        ("cache-control", "no-cache"),
        ("content-md5", MD5_OF_ABC),
        ("x-ms-properties", "a=YmM="),
        ("x-ms-permissions", "rwx-w----"),
        ("x-ms-owner", &user.object_id.to_string()),
        ("x-ms-group", "$superuser"),
        ("x-ms-lease-state", "leased"),
        ("x-ms-lease-duration", "infinite"),
        ("x-ms-encryption-context", "context"),
        ("x-ms-client-transaction-id", "transaction"),
    ] {
        assert_eq!(head.header(name), Some(value), "{name}");
    }
    assert!(head.header("x-ms-expiry-time").is_some());
    let parent = lake.dfs("HEAD", "parent", &[]).await;
    assert_eq!(parent.header("content-type"), None);
    assert_eq!(parent.header("x-ms-permissions"), Some("rwxr-x---"));
    assert_eq!(lake.create("plain", &[]).await.status, 201);
    let plain = lake.dfs("HEAD", "plain", &[]).await;
    assert_eq!(plain.header("content-type"), Some("application/octet-stream"));
    assert_eq!(plain.header("x-ms-permissions"), Some("rw-r-----"));
    let acl = [("x-ms-acl", "user::rwx,group::rwx,other::rwx"), ("x-ms-umask", "0777")];
    assert_eq!(lake.create("open", &acl).await.status, 201);
    let open = lake.dfs("HEAD", "open", &[]).await;
    assert_eq!(open.header("x-ms-permissions"), Some("rwxrwxrwx"));
}

#[tokio::test]
async fn what_a_new_item_cannot_be_is_named() {
    let lake = Lake::new();
    let acl = ("x-ms-acl", "user::rwx,group::rwx,other::rwx");
    let option = |text| ("x-ms-expiry-option", text);
    let time = |text| ("x-ms-expiry-time", text);
    let absolute = |text| [option("Absolute"), time(text)];
    let long_ago = absolute("Tue, 24 Dec 2019 20:37:22 GMT");
    let no_date = absolute("tomorrow");
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);
    let table: [Case<'_>; 16] = [
        (&[("x-ms-permissions", "999")], "InvalidPermission", "999"),
        (&[acl, ("x-ms-permissions", "777")], "UnsupportedHeader", "x-ms-permissions"),
        (&[("x-ms-umask", "x")], "InvalidHeaderValue", "x-ms-umask"),
        (&[("x-ms-acl", "user::r")], "InvaldAccessControlList", "x-ms-acl"),
        (&[("x-ms-owner", "nobody")], "InvalidHeaderValue", "x-ms-owner"),
        (&[("x-ms-group", "user@x")], "InvalidHeaderValue", "x-ms-group"),
        (&[("x-ms-properties", "a=*")], "InvalidHeaderValue", "x-ms-properties"),
        (&[("x-ms-content-md5", "abc")], "InvalidMd5", "x-ms-content-md5"),
        (&[("x-ms-lease-duration", "15")], "MissingRequiredHeader", "x-ms-proposed-lease-id"),
        (&[("x-ms-proposed-lease-id", LEASE)], "MissingRequiredHeader", "x-ms-lease-duration"),
        (&[time("1")], "MissingRequiredHeader", "x-ms-expiry-option"),
        (&[option("RelativeToNow")], "MissingRequiredHeader", "x-ms-expiry-time"),
        (&[option("Soon"), time("1")], "InvalidHeaderValue", "Soon"),
        (&long_ago, "InvalidHeaderValue", "2019"),
        (&no_date, "InvalidHeaderValue", "tomorrow"),
        (&[("x-mock-zeros", "999999999999999999")], "InvalidHeaderValue", "x-mock-zeros"),
    ];
    for (headers, code, named) in table {
        let refused = lake.create("f", headers).await;
        assert_eq!(outcome(&refused), (400, code), "{headers:?}");
        assert!(refused.text().contains(named), "{headers:?}: {}", refused.text());
        assert_eq!(lake.head("f").await.status, 404, "{headers:?}");
    }
    let expiring = [option("RelativeToNow"), time("1000")];
    let refused = lake.dfs("PUT", "d?resource=directory", &expiring).await;
    assert_eq!(outcome(&refused), (400, "ExpiryNotSupportedForDirectory"));
    let refused = lake.append("f?resource=file", b"content", &[]).await;
    assert_eq!(refused.status, 400);
    let refused = lake.dfs("PUT", "f?resource=file&blobtype=pageblob", &[]).await;
    assert_eq!(outcome(&refused), (400, "InvalidQueryParameterValue"));
    let uri = "/mockfs/f?resource=file";
    let with_body = Unsigned { method: "PUT", uri, headers: &[], body: b"content" };
    let refused = lake.0.signed_with("mockgen2", Protocol::Dfs, with_body).await;
    assert_eq!(outcome(&refused), (400, "ContentLengthMustBeZero"));
    let refused = lake.0.signed(Protocol::Dfs, "PUT", "/nofs/f?resource=file", &[]).await;
    assert_eq!(outcome(&refused), (404, "FilesystemNotFound"));
}

#[tokio::test]
async fn pieces_may_come_in_any_order_and_the_later_one_wins() {
    let lake = Lake::new();
    lake.create("f", &[]).await;
    for (position, piece) in [(4, &b"efgh"[..]), (0, b"abcd"), (2, b"XXX")] {
        let query = format!("f?action=append&position={position}");
        assert_eq!(lake.append(&query, piece, &[]).await.status, 202);
    }
    assert_eq!(lake.read("f").await, "");
    let beyond = lake.dfs("PATCH", "f?action=flush&position=9", &[]).await;
    assert_eq!(outcome(&beyond), (400, "InvalidFlushPosition"));
    let kept = lake.dfs("PATCH", "f?action=flush&position=6&retainUncommittedData=true", &[]).await;
    assert_eq!(kept.status, 200);
    assert_eq!(lake.read("f").await, "abXXXf");
    assert_eq!(lake.dfs("PATCH", "f?action=flush&position=8&close=true", &[]).await.status, 200);
    assert_eq!(lake.read("f").await, "abXXXfgh");
    // Below what is committed an append is taken and a flush is not.
    assert_eq!(lake.append("f?action=append&position=1", b"Y", &[]).await.status, 202);
    let below = lake.dfs("PATCH", "f?action=flush&position=2", &[]).await;
    assert_eq!(outcome(&below), (400, "InvalidFlushPosition"));
    assert_eq!(lake.dfs("PATCH", "f?action=flush&position=8", &[]).await.status, 200);
    assert_eq!(lake.read("f").await, "abXXXfgh");
}

#[tokio::test]
async fn a_position_that_is_not_said_is_not_the_beginning() {
    let lake = Lake::new();
    lake.write("f", b"abc").await;
    for action in ["append", "flush"] {
        let body: &[u8] = if action == "append" { b"x" } else { b"" };
        for (position, code) in [
            ("", "MissingRequiredQueryParameter"),
            ("&position=-1", "InvalidQueryParameterValue"),
            ("&position=x", "InvalidQueryParameterValue"),
            ("&position=9223372036854775808", "InvalidQueryParameterValue"),
        ] {
            let refused = lake.append(&format!("f?action={action}{position}"), body, &[]).await;
            assert_eq!(outcome(&refused), (400, code), "{action}{position}");
            assert!(refused.text().contains("position"), "{}", refused.text());
        }
    }
    assert_eq!(lake.read("f").await, "abc");
}

#[tokio::test]
async fn appends_that_cannot_be_are_refused() {
    let lake = Lake::new();
    lake.write("f", b"abc").await;
    lake.dfs("PUT", "d?resource=directory", &[]).await;
    let at = "action=append&position=3";
    for (path, query, body, headers, expected) in [
        ("none", at, &b"x"[..], &[][..], (404, "PathNotFound")),
        ("d", at, b"x", &[], (409, "PathConflict")),
        ("f", at, b"", &[], (400, "InvalidHeaderValue")),
        ("f", at, b"x", &[("if-match", "*")], (400, "ConditionHeadersNotSupported")),
        ("f", at, b"x", &[("x-ms-lease-id", LEASE)], (412, "LeaseNotPresent")),
        ("f", at, b"x", &[("x-ms-lease-action", "break")], (400, "InvalidHeaderValue")),
        ("f", at, b"x", &[("x-ms-lease-action", "release")], (400, "MissingRequiredHeader")),
        ("f", at, b"x", &[("x-ms-lease-action", "acquire")], (400, "MissingRequiredHeader")),
        ("f", "action=append&position=3&flush=x", b"x", &[], (400, "InvalidQueryParameterValue")),
        ("f", "action=append&position=4&flush=true", b"x", &[], (400, "InvalidFlushPosition")),
        ("f", "action=flush&position=3", b"x", &[], (400, "ContentLengthMustBeZero")),
    ] {
        let refused = lake.append(&format!("{path}?{query}"), body, headers).await;
        assert_eq!(outcome(&refused), expected, "{path} {query} {headers:?}");
    }
    assert_eq!(lake.dfs("PATCH", "f?action=flush&position=3", &[]).await.status, 200);
    assert_eq!(lake.read("f").await, "abc");
}

/// A body that is too long, or for something that is not there, or guarded, is not received at all.
#[tokio::test]
async fn a_refusal_that_needs_no_content_waits_for_none() {
    let lake = Lake::new();
    let leased = [("x-ms-proposed-lease-id", LEASE), ("x-ms-lease-duration", "15")];
    lake.create("leased", &leased).await;
    lake.create("f", &[]).await;
    let never = || Body::from_stream(futures_util::stream::pending::<Result<Bytes, axum::Error>>());
    for (method, protocol, uri, code) in [
        ("PATCH", Protocol::Dfs, "/mockfs/none?action=append&position=0", "PathNotFound"),
        ("PATCH", Protocol::Dfs, "/mockfs/leased?action=append&position=0", "LeaseIdMissing"),
        ("PATCH", Protocol::Dfs, "/mockfs/none?action=concurrentAppend", "PathNotFound"),
        ("PUT", Protocol::Blob, "/nofs/f", "ContainerNotFound"),
        ("PUT", Protocol::Blob, "/mockfs/leased", "LeaseIdMissing"),
        ("PUT", Protocol::Blob, "/mockfs/f/g", "PathConflict"),
    ] {
        let headers = [("x-ms-blob-type", "BlockBlob")];
        let unsigned = Unsigned { method, uri, headers: &headers, body: b"x" };
        let signed = lake.0.signer("mockgen2", 0).sign(lake.0.now(), &unsigned);
        let answer = lake.0.at(protocol, signed.map(|_| never())).await;
        assert_eq!(answer.code(), code, "{method} {uri}");
    }
}

#[tokio::test]
async fn content_has_the_checksum_that_comes_with_it() {
    let lake = Lake::new();
    lake.create("f", &[]).await;
    let append = |position: usize| format!("f?action=append&position={position}");
    let good_body = structured(b"789");
    let mut bad_body = good_body.clone();
    bad_body[25] ^= 1;
    let structured_headers =
        [(structured_body::HEADER, structured_body::FORM), (structured_body::LENGTH_HEADER, "3")];
    let crc64_of_456 = crate::storage::text::crc64::to_base64({
        let mut crc64 = crate::storage::text::crc64::Crc64::new();
        crc64.update(b"456");
        crc64.value()
    });
    let crc64 = [("x-ms-content-crc64", &*crc64_of_456)];
    let md5 = [("content-md5", MD5_OF_ABC)];

    let answer = lake.append(&append(0), b"abc", &md5).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-md5")), (202, Some(MD5_OF_ABC)));
    let answer = lake.append(&append(3), b"456", &crc64).await;
    assert_eq!(answer.status, 202);
    assert_eq!(answer.header("x-ms-content-crc64"), Some(&*crc64_of_456));
    let answer = lake.append(&append(6), &good_body, &structured_headers).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    assert_eq!(answer.header("x-ms-structured-body"), Some(structured_body::FORM));

    for (body, headers, code) in [
        (&b"abd"[..], &md5[..], "Md5Mismatch"),
        (b"457", &crc64, "Crc64Mismatch"),
        (&bad_body, &structured_headers, "Crc64Mismatch"),
        (b"no structure", &structured_headers, "InvalidInput"),
        (&good_body[..20], &structured_headers, "InvalidInput"),
        (b"abc", &[("content-md5", "AAAA")], "InvalidMd5"),
        (b"abc", &[("x-ms-content-crc64", "AAAA")], "InvalidHeaderValue"),
        (b"abc", &[("x-ms-structured-body", "XSM/9.0")], "InvalidHeaderValue"),
        (&good_body, &structured_headers[..1], "MissingRequiredHeader"),
        (b"abc", &[md5[0], crc64[0]], "UnsupportedHeader"),
    ] {
        let refused = lake.append(&append(9), body, headers).await;
        assert_eq!(outcome(&refused), (400, code), "{headers:?}");
    }
    let beyond = lake.dfs("PATCH", "f?action=flush&position=10", &[]).await;
    assert_eq!(outcome(&beyond), (400, "InvalidFlushPosition"), "refused content stays out");
    assert_eq!(lake.dfs("PATCH", "f?action=flush&position=9", &[]).await.status, 200);
    assert_eq!(lake.read("f").await, "abc456789");
}

#[tokio::test]
async fn the_call_that_commits_says_what_the_content_is() {
    let lake = Lake::new();
    let language = ("x-ms-content-language", "es");
    let said = [("x-ms-content-type", "a/b"), ("x-ms-content-md5", MD5_OF_ABC), language];
    lake.create("f", &said).await;
    for (step, headers, content_type, md5) in [
        (0, &[][..], "application/octet-stream", None),
        (1, &[("content-type", "application/json")][..], "application/json", None),
        (
            2,
            &[
                ("content-type", "application/json"),
                ("x-ms-content-type", "x/y"),
                ("x-ms-content-md5", MD5_OF_ABC),
            ],
            "x/y",
            Some(MD5_OF_ABC),
        ),
    ] {
        let query = format!("f?action=append&position={step}&flush=true");
        assert_eq!(lake.append(&query, b"x", headers).await.status, 202);
        let head = lake.head("f").await;
        assert_eq!(head.header("content-type"), Some(content_type));
        assert_eq!(head.header("content-md5"), md5);
    }
    assert_eq!(lake.dfs("PATCH", "f?action=flush&position=3", &[]).await.status, 200);
    let head = lake.head("f").await;
    assert_eq!(head.header("content-type"), Some("application/octet-stream"));
    assert_eq!(head.header("content-md5"), None);
    assert_eq!(head.header("content-language"), Some("es"));
    let other = [("x-ms-content-language", "it")];
    assert_eq!(lake.dfs("PATCH", "f?action=flush&position=3", &other).await.status, 200);
    assert_eq!(lake.head("f").await.header("content-language"), Some("it"));
}

#[tokio::test]
async fn only_the_first_flush_finds_nothing_there() {
    let lake = Lake::new();
    lake.create("f", &[]).await;
    lake.append("f?action=append&position=0", b"abc", &[]).await;
    let flush = "f?action=flush&position=3";
    let absent = ("if-none-match", "*");
    assert_eq!(lake.dfs("PATCH", flush, &[absent]).await.status, 200);
    assert_eq!(outcome(&lake.dfs("PATCH", flush, &[absent]).await), (412, "ConditionNotMet"));
    let older = [absent, ("x-ms-version", "2020-02-10")];
    assert_eq!(outcome(&lake.dfs("PATCH", flush, &older).await), (304, "ConditionNotMet"));
    let other = [("if-match", "\"0x8D000000000000F\"")];
    assert_eq!(outcome(&lake.dfs("PATCH", flush, &other).await), (412, "ConditionNotMet"));
}

#[tokio::test]
async fn writes_take_renew_and_give_up_leases() {
    let lake = Lake::new();
    lake.create("f", &[]).await;
    let id = ("x-ms-lease-id", LEASE);
    let action = |text| ("x-ms-lease-action", text);
    let proposed = [("x-ms-proposed-lease-id", LEASE), ("x-ms-lease-duration", "30")];
    let acquire = [&[action("acquire")][..], &proposed].concat();
    let append = "f?action=append&position=0";
    let acquired = lake.append(append, b"a", &acquire).await;
    assert_eq!((acquired.status.as_u16(), acquired.header("x-ms-lease-renewed")), (202, None));
    assert_eq!(outcome(&lake.append(append, b"a", &[]).await), (412, "LeaseIdMissing"));
    let renew = [id, action("auto-renew")];
    let renewed = lake.append(append, b"a", &renew).await;
    assert_eq!(renewed.header("x-ms-lease-renewed"), Some("false"));
    lake.0.state.storage.clock.advance(std::time::Duration::from_secs(20));
    let flush = "f?action=flush&position=1";
    let renewed = lake.dfs("PATCH", flush, &renew).await;
    assert_eq!(renewed.header("x-ms-lease-renewed"), Some("true"));
    assert_eq!(lake.dfs("PATCH", flush, &[id, action("release")]).await.status, 200);
    assert_eq!(lake.head("f").await.header("x-ms-lease-state"), Some("available"));
    let both = [&[action("acquire-release")][..], &proposed].concat();
    assert_eq!(lake.dfs("PATCH", flush, &both).await.status, 200);
    assert_eq!(lake.head("f").await.header("x-ms-lease-state"), Some("available"));
}

#[tokio::test]
async fn a_file_of_many_writers_grows_at_its_end() {
    let lake = Lake::new();
    let append = "f?action=concurrentAppend";
    assert_eq!(outcome(&lake.append(append, b"x", &[]).await), (404, "PathNotFound"));
    let created = lake.append(&format!("{append}&appendmode=autoCreate"), b"abc", &[]).await;
    assert_eq!(created.status, 202);
    assert_eq!(created.header("x-ms-blob-created"), Some("true"));
    assert_eq!(created.header("x-ms-append-offset"), Some("0"));
    let next = lake.append(append, b"def", &[("x-ms-conditional-appendpos", "3")]).await;
    assert_eq!(
        own_headers(&next),
        [
            "content-length",
            "x-ms-append-offset",
            "x-ms-committed-block-count",
            "x-ms-request-server-encrypted"
        ]
    );
    assert_eq!(next.header("x-ms-append-offset"), Some("3"));
    assert_eq!(next.header("x-ms-committed-block-count"), Some("2"));
    let elsewhere = lake.append(append, b"x", &[("x-ms-conditional-appendpos", "3")]).await;
    assert_eq!(outcome(&elsewhere), (412, "AppendPositionConditionNotMet"));
    let elsewhere = lake.append("f?action=append&position=3", b"x", &[]).await;
    assert_eq!(outcome(&elsewhere), (400, "InvalidQueryParameterValue"));
    assert_eq!(lake.append("f?action=append&position=6", b"g", &[]).await.status, 202);
    assert_eq!(lake.read("f").await, "abcdefg");
    assert_eq!(lake.dfs("PATCH", "f?action=flush&position=7", &[]).await.status, 200);
    let mode = lake.append(&format!("{append}&appendmode=x"), b"x", &[]).await;
    assert_eq!(outcome(&mode), (400, "InvalidQueryParameterValue"));
    lake.create("block", &[]).await;
    let other = lake.append("block?action=concurrentAppend", b"x", &[]).await;
    assert_eq!(outcome(&other), (409, "InvalidAppendOperation"));
    let made = lake.dfs("PUT", "g?resource=file&blobtype=appendblob", &[]).await;
    assert_eq!(made.status, 201);
    assert_eq!(lake.append("g?action=concurrentAppend", b"x", &[]).await.status, 202);
}

#[tokio::test]
async fn a_key_of_the_customers_is_told_and_asked_for() {
    let lake = Lake::new();
    let key = STANDARD.encode([7; 32]);
    let sha256 = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &[7; 32]);
    let sha256 = STANDARD.encode(sha256.as_ref());
    let headers = [
        ("x-ms-encryption-key", &*key),
        ("x-ms-encryption-key-sha256", &*sha256),
        ("x-ms-encryption-algorithm", "AES256"),
    ];
    let told = |answer: &Answer| answer.header("x-ms-encryption-key-sha256") == Some(&*sha256);
    assert!(told(&lake.create("f", &headers).await));
    let append = "f?action=append&position=0";
    let without = lake.append(append, b"abc", &[]).await;
    assert_eq!(outcome(&without), (409, "BlobUsesCustomerSpecifiedEncryption"));
    assert!(told(&lake.append(append, b"abc", &headers).await));
    let flushed = lake.dfs("PATCH", "f?action=flush&position=3", &headers).await;
    assert!(told(&flushed));
    assert_eq!(flushed.header("x-ms-request-server-encrypted"), Some("true"));
    lake.create("plain", &[]).await;
    let with = lake.append("plain?action=append&position=0", b"abc", &headers).await;
    assert_eq!(outcome(&with), (409, "BlobDoesNotUseCustomerSpecifiedEncryption"));
    let scope = [("x-ms-encryption-scope", "scope")];
    let made = lake.create("scoped", &scope).await;
    assert_eq!(made.header("x-ms-encryption-scope"), Some("scope"));
}

#[tokio::test]
async fn properties_are_replaced_as_a_whole() {
    let lake = Lake::new();
    lake.create("f", &[("x-ms-properties", "a=YQ==,b=Yg=="), ("x-ms-content-type", "a/b")]).await;
    let before = lake.dfs("HEAD", "f", &[]).await;
    let set = |headers: &'static [(&str, &str)]| {
        let lake = &lake;
        async move { lake.dfs("PATCH", "f?action=setProperties", headers).await }
    };
    assert_eq!(set(&[("x-ms-properties", "b=YmI=")]).await.status, 200);
    let head = lake.dfs("HEAD", "f", &[]).await;
    assert_eq!(head.header("x-ms-properties"), Some("b=YmI="));
    assert_eq!(head.header("content-type"), Some("a/b"));
    assert_ne!(head.header("etag"), before.header("etag"));
    assert_eq!(set(&[("x-ms-cache-control", "no-store")]).await.status, 200);
    let head = lake.dfs("HEAD", "f", &[]).await;
    assert_eq!(head.header("x-ms-properties"), Some(""));
    assert_eq!(head.header("cache-control"), Some("no-store"));
    assert_eq!(head.header("content-type"), Some("a/b"));
    let missing = lake.dfs("PATCH", "none?action=setProperties", &[]).await;
    assert_eq!(outcome(&missing), (404, "PathNotFound"));
}

#[tokio::test]
async fn a_file_of_zeros_is_there_at_once() {
    let lake = Lake::new();
    for name in ["x-mock-zeros", "x-ms-mock-zeros"] {
        assert_eq!(lake.create("f", &[(name, "10737418240")]).await.status, 201);
        let head = lake.head("f").await;
        assert_eq!(head.header("content-length"), Some("10737418240"), "{name}");
        let range = [("range", "bytes=10737418237-")];
        assert_eq!(lake.dfs("GET", "f", &range).await.body, &[0, 0, 0][..], "{name}");
    }
}
