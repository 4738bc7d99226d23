//! Making blobs in one call, and changing what is said of them.

use super::*;

const MD5_OF_ABC: &str = "kAFQmDzST7DWlj99KOF/cg==";
const LEASE: &str = "ca761232-ed42-11ce-bacd-00aa0057b223";
const BLOCK: (&str, &str) = ("x-ms-blob-type", "BlockBlob");

/// An emulator in which somebody writes with the key of the account.
struct Blobs(Emulator);

impl Blobs {
    fn new() -> Self {
        Self(Emulator::new())
    }

    async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.0.signed(Protocol::Blob, method, &format!("/mockfs/{path}"), headers).await
    }

    async fn dfs(&self, method: &str, path: &str) -> Answer {
        self.0.signed(Protocol::Dfs, method, &format!("/mockfs/{path}"), &[]).await
    }

    async fn put(&self, path: &str, body: &[u8], headers: &[(&str, &str)]) -> Answer {
        let uri = format!("/mockfs/{path}");
        let unsigned = Unsigned { method: "PUT", uri: &uri, headers, body };
        self.0.signed_with("mockgen2", Protocol::Blob, unsigned).await
    }
}

/// Status and code.
fn outcome(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.code())
}

#[tokio::test]
async fn a_blob_comes_with_its_content_and_all_that_is_said_of_it() {
    let blobs = Blobs::new();
    let headers = [
        BLOCK,
        ("content-type", "ignored/type"),
        ("x-ms-blob-content-type", "text/plain"),
        ("x-ms-blob-content-encoding", "gzip"),
        ("x-ms-blob-content-language", "de"),
        ("x-ms-blob-content-disposition", "inline"),
        ("x-ms-blob-cache-control", "no-cache"),
        ("x-ms-meta-name", "value"),
    ];
    let made = blobs.put("d/e/f", b"abc", &headers).await;
    assert_eq!(made.status, 201);
    assert_eq!(made.header("content-md5"), Some(MD5_OF_ABC));
    assert_eq!(made.header("x-ms-request-server-encrypted"), Some("true"));
    for name in ["etag", "last-modified", "x-ms-content-crc64"] {
        assert!(made.header(name).is_some(), "{name}");
    }
    let read = blobs.call("GET", "d/e/f", &[]).await;
    assert_eq!(read.text(), "abc");
    for (name, value) in [
        ("content-type", "text/plain"),
        ("content-encoding", "gzip"),
        ("content-language", "de"),
        ("content-disposition", "inline"),
        ("cache-control", "no-cache"),
        ("content-md5", MD5_OF_ABC),
        ("x-ms-meta-name", "value"),
    ] {
        assert_eq!(read.header(name), Some(value), "{name}");
    }
    let parent = blobs.call("HEAD", "d/e", &[]).await;
    assert_eq!(parent.header("x-ms-resource-type"), Some("directory"));
    let older = blobs.put("f", b"", &[BLOCK, ("x-ms-version", "2018-11-09")]).await;
    assert_eq!(older.header("content-md5"), Some("1B2M2Y8AsgTpgAmY7PhCfg=="));
    assert_eq!(older.header("x-ms-content-crc64"), None);
    let own = blobs.put("f", b"", &[BLOCK, ("content-type", "own/type")]).await;
    assert_eq!(own.status, 201);
    let head = blobs.call("HEAD", "f", &[]).await;
    assert_eq!(head.header("content-type"), Some("own/type"));
}

#[tokio::test]
async fn a_large_blob_has_the_md5_of_all_of_it() {
    use md5::{Digest as _, Md5};
    let blobs = Blobs::new();
    let content: Vec<u8> = (0..5_000_000_u32).map(|at| (at % 253) as u8).collect();
    let made = blobs.put("f", &content, &[BLOCK]).await;
    let md5 = STANDARD.encode(Md5::digest(&content));
    assert_eq!(made.header("content-md5"), Some(&*md5));
    assert_eq!(blobs.call("GET", "f", &[]).await.body, content);
}

#[tokio::test]
async fn what_is_there_makes_way_unless_the_request_says_otherwise() {
    let blobs = Blobs::new();
    assert_eq!(blobs.put("d/f", b"one", &[BLOCK]).await.status, 201);
    let absent = ("if-none-match", "*");
    let refused = blobs.put("d/f", b"two", &[BLOCK, absent]).await;
    assert_eq!(outcome(&refused), (409, "BlobAlreadyExists"));
    let other = ("if-match", "\"0x8D000000000000F\"");
    assert_eq!(outcome(&blobs.put("d/f", b"two", &[BLOCK, other]).await), (412, "ConditionNotMet"));
    assert_eq!(outcome(&blobs.put("new", b"two", &[BLOCK, other]).await), (412, "ConditionNotMet"));
    assert_eq!(blobs.call("GET", "d/f", &[]).await.text(), "one");
    assert_eq!(blobs.put("d", b"two", &[BLOCK]).await.status, 409);
    assert_eq!(blobs.put("d/f/g", b"two", &[BLOCK]).await.status, 409);
    assert_eq!(blobs.put("d/f", b"two", &[BLOCK]).await.status, 201);
    assert_eq!(blobs.call("GET", "d/f", &[]).await.text(), "two");
}

#[tokio::test]
async fn a_directory_is_marked_by_its_metadata_or_a_slash() {
    let blobs = Blobs::new();
    let marked = [BLOCK, ("x-ms-meta-hdi_isfolder", "true"), ("x-ms-meta-a", "b")];
    assert_eq!(blobs.put("marked", b"", &marked).await.status, 201);
    assert_eq!(blobs.put("slash/", b"", &[BLOCK]).await.status, 201);
    for path in ["marked", "slash"] {
        let head = blobs.call("HEAD", path, &[]).await;
        assert_eq!(head.header("x-ms-resource-type"), Some("directory"), "{path}");
        assert_eq!(head.headers.get_all("x-ms-meta-hdi_isfolder").iter().count(), 1, "{path}");
    }
    assert_eq!(blobs.dfs("HEAD", "marked").await.header("x-ms-properties"), Some("a=Yg=="));
    let filled = blobs.put("other/", b"content", &[BLOCK]).await;
    assert_eq!(outcome(&filled), (400, "ContentLengthMustBeZero"));
    assert_eq!(blobs.put("marked/f", b"", &[BLOCK]).await.status, 201);
    assert_eq!(blobs.put("marked/", b"", &[BLOCK]).await.status, 201);
    assert_eq!(blobs.call("HEAD", "marked/f", &[]).await.status, 200);

    // Metadata that is set says the same again, and nothing else about it.
    let set = [("x-ms-meta-hdi_isfolder", "true"), ("x-ms-meta-c", "d")];
    assert_eq!(blobs.call("PUT", "marked?comp=metadata", &set).await.status, 200);
    assert_eq!(blobs.dfs("HEAD", "marked").await.header("x-ms-properties"), Some("c=ZA=="));
}

#[tokio::test]
async fn what_is_no_blob_here_is_refused() {
    let blobs = Blobs::new();
    for (headers, expected) in [
        (&[("x-ms-meta-a", "b")][..], (400, "MissingRequiredHeader")),
        (&[("x-ms-blob-type", "Blob")], (400, "InvalidHeaderValue")),
        (
            &[("x-ms-blob-type", "PageBlob")],
            (409, "FeatureNotYetSupportedForHierarchicalNamespaceAccounts"),
        ),
        (&[BLOCK, ("x-ms-tags", "a=b&=c")], (400, "EmptyTagName")),
        (&[("x-ms-blob-type", "AppendBlob")], (400, "ContentLengthMustBeZero")),
        (&[BLOCK, ("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==")], (400, "Md5Mismatch")),
        (&[BLOCK, ("x-ms-blob-content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==")], (400, "Md5Mismatch")),
        (&[BLOCK, ("x-ms-blob-content-md5", "x")], (400, "InvalidMd5")),
        (&[BLOCK, ("x-ms-content-crc64", "AAAAAAAAAAA=")], (400, "Crc64Mismatch")),
        (&[BLOCK, ("x-ms-meta-1", "b")], (400, "InvalidMetadata")),
        (&[BLOCK, ("x-ms-lease-id", "x")], (400, "InvalidHeaderValue")),
    ] {
        let refused = blobs.put("f", b"abc", headers).await;
        assert_eq!(outcome(&refused), expected, "{headers:?}");
        assert_eq!(blobs.call("HEAD", "f", &[]).await.status, 404, "{headers:?}");
    }
    let append = blobs.put("f", b"", &[("x-ms-blob-type", "AppendBlob")]).await;
    assert_eq!(append.status, 201);
    let head = blobs.call("HEAD", "f", &[]).await;
    assert_eq!(head.header("x-ms-blob-type"), Some("AppendBlob"));
}

#[tokio::test]
async fn headers_and_metadata_are_replaced_as_a_whole() {
    let blobs = Blobs::new();
    let said = [BLOCK, ("x-ms-blob-content-language", "de"), ("x-ms-meta-a", "b")];
    let made = blobs.put("f", b"abc", &said).await;
    let set = blobs.call("PUT", "f?comp=properties", &[("x-ms-blob-content-type", "a/b")]).await;
    assert_eq!(set.status, 200);
    assert_eq!(set.header("x-ms-request-server-encrypted"), None);
    assert_ne!(set.header("etag"), made.header("etag"));
    let head = blobs.call("HEAD", "f", &[]).await;
    assert_eq!(head.header("content-type"), Some("a/b"));
    assert_eq!(head.header("content-language"), None);
    assert_eq!(head.header("content-md5"), None);
    assert_eq!(head.header("x-ms-meta-a"), Some("b"));
    let set = blobs.call("PUT", "f?comp=metadata", &[("x-ms-meta-c", "d")]).await;
    assert_eq!(set.status, 200);
    assert_eq!(set.header("x-ms-request-server-encrypted"), Some("true"));
    let head = blobs.call("HEAD", "f", &[]).await;
    assert_eq!((head.header("x-ms-meta-a"), head.header("x-ms-meta-c")), (None, Some("d")));
    assert_eq!(head.header("content-type"), Some("a/b"));
    let other = [("if-match", "\"0x8D000000000000F\"")];
    for comp in ["metadata", "properties"] {
        let refused = blobs.call("PUT", &format!("f?comp={comp}"), &other).await;
        assert_eq!(outcome(&refused), (412, "ConditionNotMet"), "{comp}");
        let missing = blobs.call("PUT", &format!("none?comp={comp}"), &[]).await;
        assert_eq!(outcome(&missing), (404, "BlobNotFound"), "{comp}");
    }
}

#[tokio::test]
async fn a_lease_guards_what_is_said_of_a_blob() {
    let blobs = Blobs::new();
    blobs.put("f", b"abc", &[BLOCK]).await;
    let acquire = [
        ("x-ms-lease-action", "acquire"),
        ("x-ms-lease-duration", "-1"),
        ("x-ms-proposed-lease-id", LEASE),
    ];
    assert_eq!(blobs.call("PUT", "f?comp=lease", &acquire).await.status, 201);
    let expiry = ("x-ms-expiry-option", "NeverExpire");
    for comp in ["metadata", "properties", "expiry"] {
        let uri = format!("f?comp={comp}");
        let refused = blobs.call("PUT", &uri, &[expiry]).await;
        assert_eq!(outcome(&refused), (412, "LeaseIdMissing"), "{comp}");
        let other = [expiry, ("x-ms-lease-id", "11111111-ed42-11ce-bacd-00aa0057b223")];
        let refused = blobs.call("PUT", &uri, &other).await;
        assert_eq!(outcome(&refused), (412, "LeaseIdMismatchWithBlobOperation"), "{comp}");
        let held = [expiry, ("x-ms-lease-id", LEASE)];
        assert_eq!(blobs.call("PUT", &uri, &held).await.status, 200, "{comp}");
    }
    let refused = blobs.put("f", b"x", &[BLOCK]).await;
    assert_eq!(outcome(&refused), (412, "LeaseIdMissing"));
    assert_eq!(blobs.put("f", b"x", &[BLOCK, ("x-ms-lease-id", LEASE)]).await.status, 201);
    assert_eq!(
        blobs.call("HEAD", "f", &[]).await.header("x-ms-lease-state"),
        Some("leased"),
        "what replaces a blob has its lease"
    );
}

#[tokio::test]
async fn files_vanish_when_they_expire() {
    let blobs = Blobs::new();
    let clock = &blobs.0.state.storage.clock;
    let after = |seconds| std::time::Duration::from_secs(seconds);
    let date =
        |seconds: i64| crate::storage::text::dates::rfc1123(clock.unix_millis() + seconds * 1000);
    let set = |path: &'static str, option: &'static str, time: Option<String>| {
        let blobs = &blobs;
        async move {
            let mut headers = vec![("x-ms-expiry-option", option)];
            if let Some(time) = &time {
                headers.push(("x-ms-expiry-time", time));
            }
            blobs.call("PUT", &format!("{path}?comp=expiry"), &headers).await
        }
    };
    for path in ["created", "now", "absolute", "never"] {
        assert_eq!(blobs.put(path, b"abc", &[BLOCK]).await.status, 201);
    }
    clock.advance(after(5));
    let before = blobs.call("HEAD", "now", &[]).await;
    for (path, option, time) in [
        ("created", "RelativeToCreation", Some("10000".to_owned())),
        ("now", "relativetonow", Some("10000".to_owned())),
        ("absolute", "Absolute", Some(date(20))),
        ("never", "RelativeToNow", Some("1000".to_owned())),
        ("never", "NeverExpire", None),
    ] {
        let answer = set(path, option, time).await;
        assert_eq!(answer.status, 200, "{path} {}", answer.text());
        assert_eq!(answer.header("x-ms-request-server-encrypted"), None);
    }
    let head = blobs.call("HEAD", "now", &[]).await;
    assert_eq!(head.header("etag"), before.header("etag"));
    assert_eq!(head.header("x-ms-expiry-time"), Some(&*date(10)));
    for (seconds, gone) in [(6, "created"), (5, "now"), (10, "absolute")] {
        assert_eq!(blobs.call("HEAD", gone, &[]).await.status, 200, "{gone}");
        clock.advance(after(seconds));
        assert_eq!(outcome(&blobs.call("HEAD", gone, &[]).await), (404, "BlobNotFound"), "{gone}");
    }
    assert_eq!(blobs.call("HEAD", "never", &[]).await.status, 200);

    blobs.put("d/", b"", &[BLOCK]).await;
    for (path, option, time, code) in [
        ("never", "Absolute", Some(date(-10)), "InvalidHeaderValue"),
        ("never", "RelativeToNow", Some("-1".to_owned()), "InvalidHeaderValue"),
        ("never", "RelativeToCreation", Some("1000".to_owned()), "InvalidInput"),
        ("never", "RelativeToNow", None, "MissingRequiredHeader"),
        ("never", "Never", None, "InvalidHeaderValue"),
        ("d", "RelativeToNow", Some("1000".to_owned()), "ExpiryNotSupportedForDirectory"),
    ] {
        let refused = set(path, option, time).await;
        assert_eq!(outcome(&refused), (400, code), "{path} {option}");
    }
    let unsaid = blobs.call("PUT", "never?comp=expiry", &[]).await;
    assert_eq!(outcome(&unsaid), (400, "MissingRequiredHeader"));
}

#[tokio::test]
async fn a_blob_of_zeros_is_there_at_once() {
    let blobs = Blobs::new();
    let made = blobs.put("f", b"abc", &[BLOCK, ("x-mock-zeros", "10737418240")]).await;
    assert_eq!((made.status.as_u16(), made.header("content-md5")), (201, None));
    let head = blobs.call("HEAD", "f", &[]).await;
    assert_eq!(head.header("content-length"), Some("10737418243"));
    let start = blobs.call("GET", "f", &[("x-ms-range", "bytes=0-4")]).await;
    assert_eq!(start.body, &b"abc\0\0"[..]);
}
