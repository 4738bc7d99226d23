//! Copies: of whole blobs, and of parts of them as blocks.

use super::*;

const HOST: &str = "https://mockgen2.blob.core.windows.net";

fn told(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.code())
}

struct Copies(Emulator);

impl Copies {
    /// With a blob `s`.
    async fn new() -> Self {
        let copies = Self(Emulator::new());
        let headers = [
            ("x-ms-blob-type", "BlockBlob"),
            ("x-ms-blob-content-type", "text/plain"),
            ("x-ms-meta-colour", "red"),
        ];
        assert_eq!(copies.put("/mockfs/s", &headers, b"0123456789").await.status, 201);
        copies
    }

    async fn put(&self, uri: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let unsigned = Unsigned { method: "PUT", uri, headers, body };
        self.0.signed_with("mockgen2", Protocol::Blob, unsigned).await
    }

    async fn copy(&self, source: &str, headers: &[(&str, &str)]) -> Answer {
        self.put("/mockfs/d/t", &[&[("x-ms-copy-source", source)], headers].concat(), b"").await
    }

    async fn call(&self, method: &str, uri: &str) -> Answer {
        self.0.signed(Protocol::Blob, method, uri, &[]).await
    }

    /// The URL of a blob of the first account that whoever has it may read.
    fn readable(&self, path: &str) -> String {
        format!("{HOST}{path}?{}", self.0.account_sas("o", "r"))
    }
}

#[tokio::test]
async fn a_copy_is_done_at_once_and_remembers_its_source() {
    let copies = Copies::new().await;
    let made = copies.copy(&format!("{HOST}/mockfs/s"), &[]).await;
    assert_eq!(made.status, 202, "{made:?}");
    assert_eq!(made.header("x-ms-copy-status"), Some("success"));
    let head = copies.call("HEAD", "/mockfs/d/t").await;
    for (name, value) in [
        ("etag", made.header("etag").unwrap()),
        ("x-ms-copy-id", made.header("x-ms-copy-id").unwrap()),
        ("x-ms-copy-source", &format!("{HOST}/mockfs/s")),
        ("x-ms-copy-status", "success"),
        ("x-ms-copy-progress", "10/10"),
        ("content-type", "text/plain"),
        ("x-ms-meta-colour", "red"),
    ] {
        assert_eq!(head.header(name), Some(value), "{name}");
    }
    assert!(head.header("x-ms-copy-completion-time").is_some());
    assert_eq!(copies.call("GET", "/mockfs/d/t").await.text(), "0123456789");
    // A neighbour that has all else in common with it.
    copies.put("/mockfs/d/s", &[("x-ms-blob-type", "BlockBlob")], b"0123456789").await;
    let all = "/mockfs?restype=container&comp=list&prefix=d/&include=copy";
    assert_eq!(copies.call("GET", all).await.text().matches("<CopyId>").count(), 1);
    let list = "/mockfs?restype=container&comp=list&prefix=d/t";
    assert!(!copies.call("GET", list).await.text().contains("<CopyId>"));
    let list = copies.call("GET", &format!("{list}&include=copy")).await;
    assert!(list.text().contains("<CopyProgress>10/10</CopyProgress>"));
    let abort = copies.put("/mockfs/d/t?comp=copy&copyid=x", &[], b"").await;
    assert_eq!(told(&abort), (409, "NoPendingCopyOperation"));
    // What the copy is told to be, it is no copy of.
    copies.put("/mockfs/d/t?comp=properties", &[], b"").await;
    assert_eq!(copies.call("HEAD", "/mockfs/d/t").await.header("x-ms-copy-id"), None);
    copies.copy(&format!("{HOST}/mockfs/s"), &[("x-ms-meta-shape", "round")]).await;
    let head = copies.call("HEAD", "/mockfs/d/t").await;
    assert_eq!(head.header("x-ms-meta-shape"), Some("round"));
    assert_eq!(head.header("x-ms-meta-colour"), None);
}

#[tokio::test]
async fn what_is_written_to_a_copy_is_none_of_the_source() {
    let copies = Copies::new().await;
    copies.copy(&format!("{HOST}/mockfs/s"), &[]).await;
    let append = "/mockfs/d/t?action=append&position=10&flush=true";
    let unsigned = Unsigned { method: "PATCH", uri: append, headers: &[], body: b"!" };
    let written = copies.0.signed_with("mockgen2", Protocol::Dfs, unsigned).await;
    assert_eq!(written.status, 202, "{written:?}");
    assert_eq!(copies.call("HEAD", "/mockfs/d/t").await.header("x-ms-copy-id"), None);
    assert_eq!(copies.call("GET", "/mockfs/d/t").await.text(), "0123456789!");
}

#[tokio::test]
async fn a_copy_has_the_tags_that_are_named_or_those_of_its_source() {
    let copies = Copies::new().await;
    let body = "<Tags><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tags>";
    copies.put("/mockfs/s?comp=tags", &[], body.as_bytes()).await;
    let own = format!("{HOST}/mockfs/s");
    let block = ("x-ms-blob-type", "BlockBlob");
    let signed = |letters| format!("{own}?{}", copies.0.account_sas("o", letters));
    let (copy, replace) =
        (("x-ms-copy-source-tag-option", "COPY"), ("x-ms-copy-source-tag-option", "REPLACE"));
    let named = ("x-ms-tags", "b=2");
    let (rt, r) = (signed("rt"), signed("r"));
    for (source, headers, tags) in [
        (&own, &[][..], ""),
        (&own, &[copy], "a"),
        (&own, &[replace], ""),
        (&own, &[replace, named], "b"),
        (&rt, &[block, copy], "a"),
        (&r, &[block, named], "b"),
    ] {
        let made = copies.copy(source, headers).await;
        assert!(made.status.is_success(), "{headers:?}: {made:?}");
        let told = copies.call("GET", "/mockfs/d/t?comp=tags").await;
        let names = told.text().split("<Key>").skip(1).map(|rest| &rest[..1]);
        assert_eq!(names.collect::<String>(), tags, "{headers:?}");
    }
    for (source, headers, expected) in [
        (&own, &[copy, named][..], (400, "UnsupportedHeader")),
        (&own, &[("x-ms-copy-source-tag-option", "KEEP")], (400, "InvalidHeaderValue")),
        (&r, &[block, copy], (403, "CannotVerifyCopySource")),
    ] {
        assert_eq!(told(&copies.copy(source, headers).await), expected, "{headers:?}");
    }
    // Those of a list of blocks are the ones that it names.
    copies.put("/mockfs/b?comp=block&blockid=QQ%3D%3D", &[], b"one").await;
    let list = "<BlockList><Latest>QQ==</Latest></BlockList>";
    copies.put("/mockfs/b?comp=blocklist", &[named], list.as_bytes()).await;
    assert_eq!(copies.call("HEAD", "/mockfs/b").await.header("x-ms-tag-count"), Some("1"));
    copies.put("/mockfs/b?comp=blocklist", &[], list.as_bytes()).await;
    assert_eq!(copies.call("HEAD", "/mockfs/b").await.header("x-ms-tag-count"), None);
}

#[tokio::test]
async fn what_comes_from_a_url_is_told_with_its_checksums() {
    let copies = Copies::new().await;
    let source = copies.readable("/mockfs/s");
    let md5 = ("x-ms-source-content-md5", "eB5eJF1ptWaXm4bijSPyxw==");
    copies.put("/mockfs/log", &[("x-ms-blob-type", "AppendBlob")], b"").await;
    for (uri, kind) in [
        ("/mockfs/t?comp=block&blockid=QQ%3D%3D", None),
        ("/mockfs/log?comp=appendblock", None),
        ("/mockfs/t", Some(("x-ms-blob-type", "BlockBlob"))),
        ("/mockfs/t", Some(("x-ms-requires-sync", "true"))),
    ] {
        let mut headers = vec![("x-ms-copy-source", &*source)];
        headers.extend(kind);
        let told = copies.put(uri, &headers, b"").await;
        assert_eq!(told.header("x-ms-content-crc64"), Some("HZz9TO6x+RU="), "{uri}: {told:?}");
        headers.push(md5);
        let told = copies.put(uri, &headers, b"").await;
        assert_eq!(told.header("content-md5"), Some(md5.1), "{uri}");
        assert!(told.header("x-ms-content-crc64").is_some(), "{uri}");
    }
}

#[tokio::test]
async fn conditions_of_a_source_at_a_url_are_told_as_such() {
    let copies = Copies::new().await;
    let source = copies.readable("/mockfs/s");
    for kind in [("x-ms-blob-type", "BlockBlob"), ("x-ms-requires-sync", "true")] {
        for name in ["x-ms-source-if-match", "x-ms-source-if-unmodified-since"] {
            let value =
                if name.ends_with("match") { "\"0x8D0\"" } else { "Thu, 01 Jan 1970 00:00:00 GMT" };
            let refused = copies.copy(&source, &[kind, (name, value)]).await;
            assert_eq!(told(&refused), (412, "CannotVerifyCopySource"), "{name}");
        }
    }
}

#[tokio::test]
async fn a_missing_source_comes_before_conditions() {
    let copies = Copies::new().await;
    let absent = format!("{HOST}/mockfs/absent");
    let never = ("if-match", "\"0x8D0\"");
    assert_eq!(told(&copies.copy(&absent, &[never]).await), (404, "BlobNotFound"));
    let there = format!("{HOST}/mockfs/s");
    assert_eq!(told(&copies.copy(&there, &[never]).await), (412, "ConditionNotMet"));
    let source = ("x-ms-source-if-match", "\"0x8D0\"");
    assert_eq!(told(&copies.copy(&there, &[source, never]).await), (412, "SourceConditionNotMet"));
    let only_new = ("if-none-match", "*");
    assert_eq!(copies.copy(&there, &[only_new]).await.status, 202);
    assert_eq!(told(&copies.copy(&there, &[only_new]).await), (409, "BlobAlreadyExists"));
}

#[tokio::test]
async fn nothing_is_read_but_accounts_of_the_emulator() {
    let copies = Copies::new().await;
    for (source, expected) in [
        ("https://example.com/mockgen2/mockfs/s", (404, "CannotVerifyCopySource")),
        ("http://169.254.169.254/metadata/x/y", (404, "CannotVerifyCopySource")),
        ("https://other.blob.core.windows.net/mockfs/s", (404, "CannotVerifyCopySource")),
        ("file:///etc/passwd", (400, "InvalidSourceUri")),
        ("/mockfs/s", (400, "InvalidSourceUri")),
        ("https://mockgen2.blob.core.windows.net/mockfs", (404, "CannotVerifyCopySource")),
        (
            "https://mockgen2.blob.core.windows.net/mockfs/s?snapshot=x",
            (409, "FeatureNotYetSupportedForHierarchicalNamespaceAccounts"),
        ),
    ] {
        assert_eq!(told(&copies.copy(source, &[]).await), expected, "{source}");
    }
    for source in
        ["http://127.0.0.1:10000/mockgen2/mockfs/s", "https://LOCALHOST/mockgen2/mockfs/s"]
    {
        assert_eq!(copies.copy(source, &[]).await.status, 202, "{source}");
    }
}

#[tokio::test]
async fn who_is_named_for_the_source_must_be_able_to_read_it() {
    let copies = Copies::new().await;
    let own = format!("{HOST}/mockfs/s");
    let signed = copies.readable("/mockfs/s");
    let sync = ("x-ms-requires-sync", "true");
    let block = ("x-ms-blob-type", "BlockBlob");
    for kind in [sync, block] {
        let refused = copies.copy(&own, &[kind]).await;
        assert_eq!(told(&refused), (401, "CannotVerifyCopySource"));
        assert_eq!(refused.header("x-ms-copy-source-status-code"), Some("401"));
        let broken = signed.replace("sig=", "sig=A");
        assert_eq!(told(&copies.copy(&broken, &[kind]).await), (403, "CannotVerifyCopySource"));
        let absent = copies.readable("/mockfs/absent");
        assert_eq!(told(&copies.copy(&absent, &[kind]).await), (404, "CannotVerifyCopySource"));
        let writes = format!("{own}?{}", copies.0.account_sas("o", "w"));
        assert_eq!(told(&copies.copy(&writes, &[kind]).await), (403, "CannotVerifyCopySource"));
        let stranger = copies.0.stranger().await;
        let authorization = ("x-ms-copy-source-authorization", &*stranger);
        let refused = copies.copy(&own, &[kind, authorization]).await;
        assert_eq!(told(&refused), (403, "CannotVerifyCopySource"));
        assert!(copies.copy(&signed, &[kind]).await.status.is_success());
    }
    // Another account takes part only with what its own signatures give.
    let unsigned = Unsigned {
        method: "PUT",
        uri: "/mockfs/t",
        headers: &[("x-ms-copy-source", &own)],
        body: b"",
    };
    let other = Emulator::soft();
    let account = other.state.storage.seed.storage_accounts[2].name.clone();
    let refused = other.signed_with(&account, Protocol::Blob, unsigned).await;
    assert_eq!(told(&refused), (401, "CannotVerifyCopySource"));
}

#[tokio::test]
async fn a_blob_is_put_from_a_url_with_the_properties_of_both() {
    let copies = Copies::new().await;
    let source = copies.readable("/mockfs/s");
    let block = ("x-ms-blob-type", "BlockBlob");
    let language = ("x-ms-blob-content-language", "de");
    let made = copies.copy(&source, &[block, language]).await;
    assert_eq!(made.status, 201);
    assert_eq!(made.header("x-ms-request-server-encrypted"), Some("true"));
    assert_eq!(made.header("content-md5"), Some("eB5eJF1ptWaXm4bijSPyxw=="));
    let head = copies.call("HEAD", "/mockfs/d/t").await;
    assert_eq!(head.header("content-type"), Some("text/plain"));
    assert_eq!(head.header("content-language"), Some("de"));
    assert_eq!(head.header("x-ms-copy-id"), None);
    let bare = ("x-ms-copy-source-blob-properties", "false");
    copies.copy(&source, &[block, bare]).await;
    let head = copies.call("HEAD", "/mockfs/d/t").await;
    assert_eq!(head.header("content-type"), Some("application/octet-stream"));
    for (name, value, code) in [
        ("x-ms-source-content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==", "Md5Mismatch"),
        ("x-ms-source-content-crc64", "AAAAAAAAAAA=", "Crc64Mismatch"),
    ] {
        assert_eq!(told(&copies.copy(&source, &[block, (name, value)]).await), (400, code));
    }
    let append = copies.copy(&source, &[("x-ms-blob-type", "AppendBlob")]).await;
    assert_eq!(told(&append), (409, "InvalidBlobType"));
}

#[tokio::test]
async fn parts_of_a_blob_become_blocks_of_another() {
    let copies = Copies::new().await;
    let source = copies.readable("/mockfs/s");
    let block = async |id: &str, range: Option<&str>| {
        let mut headers = vec![("x-ms-copy-source", &*source)];
        headers.extend(range.map(|range| ("x-ms-source-range", range)));
        copies.put(&format!("/mockfs/t?comp=block&blockid={id}"), &headers, b"").await
    };
    assert_eq!(block("QQ%3D%3D", Some("bytes=2-4")).await.status, 201);
    assert_eq!(block("Qg%3D%3D", Some("bytes=8-100")).await.status, 201);
    assert_eq!(block("Qw%3D%3D", None).await.status, 201);
    assert_eq!(told(&block("RA%3D%3D", Some("bytes=10-12")).await), (416, "InvalidRange"));
    assert_eq!(told(&block("RA%3D%3D", Some("lines=1-2")).await), (400, "InvalidHeaderValue"));
    let list =
        "<BlockList><Latest>Qg==</Latest><Latest>QQ==</Latest><Latest>Qw==</Latest></BlockList>";
    assert_eq!(copies.put("/mockfs/t?comp=blocklist", &[], list.as_bytes()).await.status, 201);
    assert_eq!(copies.call("GET", "/mockfs/t").await.text(), "892340123456789");

    copies.put("/mockfs/log", &[("x-ms-blob-type", "AppendBlob")], b"").await;
    let headers = [("x-ms-copy-source", &*source), ("x-ms-source-range", "bytes=0-1")];
    let appended = copies.put("/mockfs/log?comp=appendblock", &headers, b"").await;
    assert_eq!(appended.status, 201);
    assert_eq!(copies.call("GET", "/mockfs/log").await.text(), "01");
}

#[tokio::test]
async fn a_copy_of_a_copy_of_blocks_has_the_blocks() {
    let copies = Copies::new().await;
    copies.put("/mockfs/b?comp=block&blockid=QQ%3D%3D", &[], b"one").await;
    let list = "<BlockList><Latest>QQ==</Latest></BlockList>";
    copies.put("/mockfs/b?comp=blocklist", &[], list.as_bytes()).await;
    copies.copy(&format!("{HOST}/mockfs/b"), &[]).await;
    copies.call("DELETE", "/mockfs/b").await;
    let list = copies.call("GET", "/mockfs/d/t?comp=blocklist").await;
    assert!(list.text().contains("<Name>QQ==</Name><Size>3</Size>"));
    assert_eq!(copies.call("GET", "/mockfs/d/t").await.text(), "one");
}
