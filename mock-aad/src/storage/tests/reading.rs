//! Reading files and what is known of them, over both protocols.

use std::collections::BTreeSet;
use std::time::Duration;

use md5::{Digest as _, Md5};

use super::super::text::crc64::{self, Crc64};
use super::super::text::structured_body::Decoder;
use super::*;
use Protocol::{Blob, Dfs};

const CONTENT: &[u8] = b"0123456789abcdef";
const NEWEST: &str = "2026-06-06";
/// The headers that every answer has.
const OF_ALL: [&str; 4] = ["server", "x-ms-request-id", "x-ms-version", "content-length"];

/// With the file `d/f`, and no MD5 of it, which only Put Blob computes.
async fn with_file() -> Emulator {
    let emulator = Emulator::new();
    emulator.write("d/f", CONTENT).await;
    emulator
}

impl Emulator {
    /// Makes a file over DFS.
    async fn write(&self, path: &str, content: &'static [u8]) {
        let create = format!("/mockfs/{path}?resource=file");
        assert_eq!(self.signed(Dfs, "PUT", &create, &[]).await.status, 201);
        let uri = format!("/mockfs/{path}?action=append&position=0&flush=true");
        let append = Unsigned { method: "PATCH", uri: &uri, headers: &[], body: content };
        assert_eq!(self.signed_with("mockgen2", Dfs, append).await.status, 202);
    }

    async fn put_blob(&self, path: &str, headers: &[(&str, &str)], content: &[u8]) {
        let headers = [headers, &[("x-ms-blob-type", "BlockBlob")]].concat();
        let uri = format!("/mockfs/{path}");
        let put = Unsigned { method: "PUT", uri: &uri, headers: &headers, body: content };
        let answer = self.signed_with("mockgen2", Blob, put).await;
        assert_eq!(answer.status, 201, "{}", answer.code());
    }

    async fn get(&self, protocol: Protocol, headers: &[(&str, &str)]) -> Answer {
        self.signed(protocol, "GET", "/mockfs/d/f", headers).await
    }

    async fn head(&self, protocol: Protocol, uri: &str, headers: &[(&str, &str)]) -> Answer {
        let answer = self.signed(protocol, "HEAD", uri, headers).await;
        assert!(answer.body.is_empty());
        answer
    }
}

/// The names of the headers that only some answers have.
fn names(answer: &Answer) -> BTreeSet<&str> {
    let names = answer.headers.keys().map(http::HeaderName::as_str);
    names.filter(|name| !OF_ALL.contains(name)).collect()
}

fn set<'a>(lists: &[&'a str]) -> BTreeSet<&'a str> {
    lists.iter().flat_map(|list| list.split_whitespace()).collect()
}

fn md5_of(content: &[u8]) -> String {
    STANDARD.encode(Md5::digest(content))
}

#[tokio::test]
async fn a_file_is_read_whole_or_in_one_part() {
    let emulator = with_file().await;
    for protocol in [Dfs, Blob] {
        let whole = emulator.get(protocol, &[]).await;
        assert_eq!((whole.status.as_u16(), &whole.body[..]), (200, CONTENT));
        assert_eq!(whole.header("content-length"), Some("16"));
        assert_eq!(whole.header("content-range"), None);
        for (headers, range, content) in [
            (&[("range", "bytes=2-4")][..], "bytes 2-4/16", &b"234"[..]),
            (&[("range", "bytes=14-")], "bytes 14-15/16", b"ef"),
            (&[("x-ms-range", "bytes=0-33554431")], "bytes 0-15/16", CONTENT),
            (&[("x-ms-range", "bytes=5-5"), ("range", "bytes=0-1")], "bytes 5-5/16", b"5"),
        ] {
            let part = emulator.get(protocol, headers).await;
            assert_eq!((part.status.as_u16(), &part.body[..]), (206, content));
            assert_eq!(part.header("content-range"), Some(range));
            assert_eq!(part.header("content-length"), Some(&*content.len().to_string()));
        }
    }
}

#[tokio::test]
async fn what_is_no_range_of_the_service_gives_the_whole_file() {
    let emulator = with_file().await;
    for range in ["bytes=-5", "bytes=0-1,4-5", "lines=1-2", "bytes=0-18446744073709551614"] {
        let answer = emulator.get(Dfs, &[("x-ms-range", range)]).await;
        assert_eq!((answer.status.as_u16(), &answer.body[..]), (200, CONTENT), "{range}");
    }
}

#[tokio::test]
async fn a_range_behind_the_end_is_refused_with_the_length() {
    let emulator = with_file().await;
    let empty = emulator.signed(Dfs, "PUT", "/mockfs/empty?resource=file", &[]).await;
    assert_eq!(empty.status, 201);
    for protocol in [Dfs, Blob] {
        let answer = emulator.get(protocol, &[("range", "bytes=16-")]).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (416, "InvalidRange"));
        assert_eq!(answer.header("content-range"), Some("bytes */16"));
        let first = [("range", "bytes=0-")];
        let answer = emulator.signed(protocol, "GET", "/mockfs/empty", &first).await;
        assert_eq!(answer.header("content-range"), Some("bytes */0"));
        let whole = emulator.signed(protocol, "GET", "/mockfs/empty", &[]).await;
        assert_eq!((whole.status.as_u16(), whole.body.len()), (200, 0));
        assert_eq!(whole.header("content-length"), Some("0"));
    }
}

#[tokio::test]
async fn a_part_comes_with_its_checksum_if_it_is_short_enough() {
    let emulator = with_file().await;
    let content = vec![b'x'; 5 * 1024 * 1024];
    emulator.put_blob("d/f", &[], &content).await;
    let part = &content[..4 * 1024 * 1024];
    let range = ("range", "bytes=0-4194303");
    for (protocol, of_whole) in [(Dfs, "x-ms-content-md5"), (Blob, "x-ms-blob-content-md5")] {
        let answer = emulator.get(protocol, &[range, ("x-ms-range-get-content-md5", "true")]).await;
        assert_eq!(answer.status, 206);
        assert_eq!(answer.header("content-md5"), Some(&*md5_of(part)));
        assert_eq!(answer.header(of_whole), Some(&*md5_of(&content)));
        // The checksum of the whole is that of the whole only.
        let answer = emulator.get(protocol, &[range]).await;
        assert_eq!(answer.header("content-md5"), None);
        assert_eq!(answer.header(of_whole), Some(&*md5_of(&content)));
        let answer = emulator.get(protocol, &[]).await;
        assert_eq!(answer.header("content-md5"), Some(&*md5_of(&content)));
        assert_eq!(answer.header(of_whole), None);
    }
    let mut crc = Crc64::new();
    crc.update(part);
    let answer = emulator.get(Blob, &[range, ("x-ms-range-get-content-crc64", "true")]).await;
    assert_eq!(answer.header("x-ms-content-crc64"), Some(&*crc64::to_base64(crc.value())));
}

#[tokio::test]
async fn a_checksum_without_a_short_range_is_refused() {
    let emulator = with_file().await;
    emulator.put_blob("d/f", &[], &vec![0; 5 * 1024 * 1024]).await;
    let md5 = ("x-ms-range-get-content-md5", "true");
    for (headers, code) in [
        (&[md5][..], "InvalidHeaderValue"),
        (&[md5, ("range", "bytes=0-4194304")], "OutOfRangeInput"),
        (&[md5, ("range", "bytes=0-")], "OutOfRangeInput"),
        (&[("x-ms-range-get-content-md5", "maybe")], "InvalidHeaderValue"),
        (
            &[md5, ("range", "bytes=0-1"), ("x-ms-range-get-content-crc64", "true")],
            "UnsupportedHeader",
        ),
    ] {
        let answer = emulator.get(Blob, headers).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (400, code), "{headers:?}");
    }
}

#[tokio::test]
async fn conditions_of_reads_tell_what_has_not_changed() {
    let emulator = with_file().await;
    let state = emulator.get(Dfs, &[]).await;
    let (etag, modified) = (
        state.header("etag").unwrap().to_owned(),
        state.header("last-modified").unwrap().to_owned(),
    );
    let list = format!("\"0x8D0000000000009\", {etag}");
    let old = "Tue, 24 Dec 2019 20:37:22 GMT";
    for protocol in [Dfs, Blob] {
        for method in ["GET", "HEAD"] {
            for (name, value, status) in [
                ("if-match", &*etag, 200),
                ("if-match", &*list, 200),
                ("if-match", "*", 200),
                ("if-match", "\"0x8D0000000000009\"", 412),
                ("if-none-match", &*etag, 304),
                ("if-none-match", &*list, 304),
                ("if-none-match", "\"0x8D0000000000009\"", 200),
                ("if-modified-since", &*modified, 304),
                ("if-modified-since", old, 200),
                ("if-unmodified-since", &*modified, 200),
                ("if-unmodified-since", old, 412),
            ] {
                let answer =
                    emulator.signed(protocol, method, "/mockfs/d/f", &[(name, value)]).await;
                assert_eq!(answer.status.as_u16(), status, "{protocol:?} {method} {name} {value}");
                if status != 200 {
                    assert_eq!(answer.code(), "ConditionNotMet");
                }
                if status == 304 {
                    assert!(answer.body.is_empty());
                }
            }
        }
    }
}

#[tokio::test]
async fn a_directory_has_no_content() {
    let emulator = with_file().await;
    let dfs = emulator.signed(Dfs, "GET", "/mockfs/d", &[]).await;
    assert_eq!((dfs.status.as_u16(), dfs.code()), (409, "ResourceTypeMismatch"));
    let blob = emulator.signed(Blob, "GET", "/mockfs/d", &[]).await;
    assert_eq!((blob.status.as_u16(), blob.body.len()), (200, 0));
    assert_eq!(blob.header("x-ms-resource-type"), Some("directory"));
    assert_eq!(blob.header("x-ms-meta-hdi_isfolder"), Some("true"));
    let open = emulator.open("GET", "/mockgen2/mockfs/d", &[]).await;
    assert_eq!((open.status.as_u16(), open.body.len()), (200, 0));
    for protocol in [Dfs, Blob] {
        for uri in ["/mockfs/d", "/mockfs/d/", "/mockfs/"] {
            let head = emulator.head(protocol, uri, &[]).await;
            assert_eq!(head.header("x-ms-resource-type"), Some("directory"), "{uri}");
            assert_eq!(head.header("content-length"), Some("0"));
        }
    }
}

impl Emulator {
    /// Sends a signed request to the address that both protocols have in common.
    async fn open(&self, method: &str, uri: &str, headers: &[(&str, &str)]) -> Answer {
        let unsigned = Unsigned { method, uri, headers, body: &[] };
        let request = self.signer("mockgen2", 0).sign(self.now(), &unsigned);
        self.send("mockgen2", Endpoint::shared(true), request).await
    }
}

const STATE: &str = "accept-ranges content-type etag last-modified x-ms-lease-state x-ms-lease-status \
                     x-ms-server-encrypted";
const OWNERS: &str = "x-ms-owner x-ms-group x-ms-permissions";
const TIER: &str = "x-ms-access-tier x-ms-access-tier-inferred";
const BLOB: &str = "x-ms-blob-type x-ms-creation-time";
const DFS: &str = "x-ms-resource-type x-ms-content-crc64 x-ms-properties";

#[tokio::test]
async fn the_headers_of_a_blob_depend_on_the_version() {
    let emulator = with_file().await;
    let steps: [(&str, &[&str]); 5] = [
        ("2019-02-02", &[STATE, BLOB]),
        ("2020-06-12", &[STATE, BLOB, OWNERS]),
        ("2021-06-08", &[STATE, BLOB, OWNERS, "x-ms-resource-type"]),
        ("2023-01-03", &[STATE, BLOB, OWNERS, "x-ms-resource-type"]),
        ("2024-08-04", &[STATE, BLOB, OWNERS, "x-ms-resource-type x-ms-acl"]),
    ];
    for (version, headers) in steps {
        let sent = [("x-ms-version", version)];
        assert_eq!(names(&emulator.get(Blob, &sent).await), set(headers), "GET {version}");
        let head = emulator.head(Blob, "/mockfs/d/f", &sent).await;
        let both = &set(headers) | &set(&[TIER]);
        assert_eq!(names(&head), both, "HEAD {version}");
        assert_eq!(head.header("content-length"), Some("16"));
    }
    let newest = emulator.get(Blob, &[("x-ms-version", NEWEST)]).await;
    assert!(names(&newest).is_superset(&set(&[TIER, "x-ms-acl"])));
    assert_eq!(newest.header("x-ms-acl"), Some("user::rw-,group::r--,other::---"));
    assert_eq!(newest.header("x-ms-owner"), Some("$superuser"));
}

#[tokio::test]
async fn the_headers_of_a_path_are_the_recorded_ones() {
    let emulator = with_file().await;
    let sent = [("x-ms-version", "2019-12-12")];
    let get = emulator.get(Dfs, &sent).await;
    assert_eq!(names(&get), set(&[STATE, DFS]));
    let head = emulator.head(Dfs, "/mockfs/d/f", &sent).await;
    assert_eq!(names(&head), set(&[STATE, DFS, OWNERS]));
    for (name, value) in [
        ("x-ms-content-crc64", "AAAAAAAAAAA="),
        ("x-ms-properties", ""),
        ("x-ms-resource-type", "file"),
        ("x-ms-permissions", "rw-r-----"),
    ] {
        assert_eq!(head.header(name), Some(value));
    }
    let status = emulator.head(Dfs, "/mockfs/d/f?action=getStatus", &sent).await;
    assert_eq!(names(&status), &set(&[STATE, DFS, OWNERS]) - &set(&["x-ms-properties"]));
    let rights = emulator.head(Dfs, "/mockfs/d/f?action=getAccessControl", &sent).await;
    assert_eq!(names(&rights), set(&["etag last-modified x-ms-acl", OWNERS]));
    assert_eq!(rights.header("content-length"), None);
}

#[tokio::test]
async fn at_an_open_address_answers_have_the_headers_of_both() {
    let emulator = with_file().await;
    for method in ["GET", "HEAD"] {
        let answer = emulator.open(method, "/mockgen2/mockfs/d/f", &[]).await;
        assert_eq!(answer.status, 200);
        let both = set(&[STATE, BLOB, DFS, OWNERS]);
        assert!(names(&answer).is_superset(&both), "{answer:?}");
    }
}

#[tokio::test]
async fn properties_are_one_header_over_dfs_and_many_over_blob() {
    let emulator = Emulator::new();
    let sent = [("x-ms-meta-colour", "blue"), ("x-ms-blob-content-type", "text/plain")];
    emulator.put_blob("f", &sent, CONTENT).await;
    let dfs = emulator.head(Dfs, "/mockfs/f", &[]).await;
    assert_eq!(dfs.header("x-ms-properties"), Some("colour=Ymx1ZQ=="));
    assert_eq!(dfs.header("content-md5"), Some(&*md5_of(CONTENT)));
    let blob = emulator.head(Blob, "/mockfs/f", &[]).await;
    assert_eq!(blob.header("x-ms-meta-colour"), Some("blue"));
    assert_eq!(blob.header("content-type"), Some("text/plain"));
    for method in ["GET", "HEAD"] {
        let metadata = emulator.signed(Blob, method, "/mockfs/f?comp=metadata", &[]).await;
        assert_eq!(names(&metadata), set(&["etag last-modified x-ms-meta-colour"]));
    }
    let old = emulator.signed(Blob, "GET", "/mockfs/f?snapshot=2020-01-01T00:00:00Z", &[]).await;
    assert_eq!(old.code(), "FeatureNotYetSupportedForHierarchicalNamespaceAccounts");
}

#[tokio::test]
async fn a_file_with_a_key_of_its_own_is_read_with_that_key_only() {
    let emulator = with_file().await;
    let key = STANDARD.encode([7; 32]);
    let hash = STANDARD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &[7; 32]));
    let with_key = [
        ("x-ms-encryption-key", &*key),
        ("x-ms-encryption-key-sha256", &*hash),
        ("x-ms-encryption-algorithm", "AES256"),
    ];
    let created = emulator.signed(Dfs, "PUT", "/mockfs/k?resource=file", &with_key).await;
    assert_eq!(created.status, 201);
    for protocol in [Dfs, Blob] {
        for method in ["GET", "HEAD"] {
            let without = emulator.signed(protocol, method, "/mockfs/k", &[]).await;
            let code = "BlobUsesCustomerSpecifiedEncryption";
            assert_eq!((without.status.as_u16(), without.code()), (409, code));
            let with = emulator.signed(protocol, method, "/mockfs/k", &with_key).await;
            assert_eq!(with.header("x-ms-encryption-key-sha256"), Some(&*hash));
            let needless = emulator.signed(protocol, method, "/mockfs/d/f", &with_key).await;
            assert_eq!(needless.code(), "BlobDoesNotUseCustomerSpecifiedEncryption");
        }
    }
    // Who only asks for the state needs no key.
    let status = emulator.head(Dfs, "/mockfs/k?action=getStatus", &[]).await;
    assert_eq!(status.status, 200);
}

#[tokio::test]
async fn reads_tell_of_leases_and_refuse_one_that_is_not_there() {
    let emulator = with_file().await;
    let id = "ca761232-ed42-11ce-bacd-00aa0057b223";
    for (protocol, code) in [(Dfs, "LeaseNotPresent"), (Blob, "LeaseNotPresentWithBlobOperation")] {
        let answer = emulator.get(protocol, &[("x-ms-lease-id", id)]).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (412, code));
    }
    let acquire = [
        ("x-ms-lease-action", "acquire"),
        ("x-ms-lease-duration", "15"),
        ("x-ms-proposed-lease-id", id),
    ];
    assert_eq!(emulator.signed(Dfs, "POST", "/mockfs/d/f", &acquire).await.status, 201);
    for protocol in [Dfs, Blob] {
        let answer = emulator.head(protocol, "/mockfs/d/f", &[]).await;
        let told = ["state", "status", "duration"]
            .map(|what| answer.headers[&format!("x-ms-lease-{what}")].to_str().unwrap().to_owned());
        assert_eq!(told, ["leased", "locked", "fixed"]);
        assert_eq!(emulator.get(protocol, &[("x-ms-lease-id", id)]).await.status, 200);
    }
}

#[tokio::test]
async fn a_structured_body_holds_the_part_and_its_checksums() {
    let emulator = with_file().await;
    let form = ("x-ms-structured-body", "XSM/1.0; properties=crc64");
    for (range, content) in [("", CONTENT), ("bytes=2-4", b"234")] {
        let answer = emulator.get(Blob, &[form, ("x-ms-range", range)]).await;
        assert_eq!(answer.header("x-ms-structured-body"), Some(form.1));
        let length = content.len().to_string();
        assert_eq!(answer.header("x-ms-structured-content-length"), Some(&*length));
        let sent = answer.header("content-length").unwrap().parse::<u64>().unwrap();
        assert_eq!(sent, answer.body.len() as u64);
        let mut decoder = Decoder::new(Some(sent), Some(content.len() as u64));
        let mut pieces = Vec::new();
        decoder.push(answer.body.clone(), &mut pieces).unwrap();
        decoder.finish().unwrap();
        assert_eq!(pieces.concat(), content);
    }
    let answer = emulator.get(Blob, &[("x-ms-structured-body", "XSM/2.0")]).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (400, "InvalidHeaderValue"));
}

/// A signature for a file that also says how it is to be read.
fn sas(emulator: &Emulator, letters: &str) -> String {
    let lines = [
        letters,
        "",
        "2099-01-01",
        "/blob/mockgen2/mockfs/d/f",
        "",
        "",
        "",
        "2021-12-02",
        "b",
        "",
        "",
        "no-cache",
        "inline",
        "br",
        "de",
        "text/plain",
    ];
    let signature = emulator.signer("mockgen2", 0).mac(&lines.join("\n"));
    let signature =
        percent_encoding::utf8_percent_encode(&signature, percent_encoding::NON_ALPHANUMERIC)
            .to_string();
    format!(
        "sp={letters}&se=2099-01-01&sv=2021-12-02&sr=b&rscc=no-cache&rscd=inline&rsce=br&rscl=de\
         &rsct=text%2Fplain&sig={signature}"
    )
}

#[tokio::test]
async fn a_signature_says_how_its_holder_reads() {
    let emulator = with_file().await;
    let query = sas(&emulator, "r");
    for protocol in [Dfs, Blob] {
        for method in ["GET", "HEAD"] {
            let uri = format!("/mockfs/d/f?{query}");
            let answer = emulator.at(protocol, request(method, &uri, &[])).await;
            assert_eq!(answer.status, 200, "{}", answer.code());
            for (name, value) in [
                ("cache-control", "no-cache"),
                ("content-disposition", "inline"),
                ("content-encoding", "br"),
                ("content-language", "de"),
                ("content-type", "text/plain"),
            ] {
                assert_eq!(answer.header(name), Some(value));
            }
        }
    }
}

#[tokio::test]
async fn reads_need_their_letters() {
    let emulator = with_file().await;
    for (method, action, allowed) in [
        ("GET", "", "r"),
        ("HEAD", "", "re"),
        ("HEAD", "action=getStatus&", "re"),
        ("HEAD", "action=getAccessControl&", "re"),
        ("HEAD", "action=checkAccess&fsAction=rwx&", "re"),
    ] {
        for letter in ["r", "e", "w", "l"] {
            let uri = format!("/mockfs/d/f?{action}{}", sas(&emulator, letter));
            let answer = emulator.at(Dfs, request(method, &uri, &[])).await;
            let expected = if allowed.contains(letter) { 200 } else { 403 };
            assert_eq!(answer.status.as_u16(), expected, "{method} {action} {letter}");
        }
    }
}

#[tokio::test]
async fn a_files_signature_is_none_for_what_the_file_is_in() {
    let emulator = with_file().await;
    let signature = sas(&emulator, "r");
    for (protocol, uri) in [
        (Blob, "/?comp=list"),
        (Blob, "/mockfs?restype=container"),
        (Dfs, "/mockfs?resource=filesystem"),
        (Blob, "/mockfs/d?comp=metadata"),
    ] {
        let request = request("HEAD", &format!("{uri}&{signature}"), &[]);
        let refused = emulator.at(protocol, request).await;
        assert_eq!(
            (refused.status.as_u16(), refused.code()),
            (403, "AuthenticationFailed"),
            "{uri}"
        );
    }
}

#[tokio::test]
async fn actions_are_known_ones() {
    let emulator = with_file().await;
    for (query, code) in [
        ("action=getEverything", "InvalidQueryParameterValue"),
        ("action=checkAccess", "MissingRequiredQueryParameter"),
        ("action=checkAccess&fsAction=rx", "InvalidQueryParameterValue"),
        ("action=getStatus&upn=perhaps", "InvalidQueryParameterValue"),
    ] {
        let answer = emulator.head(Dfs, &format!("/mockfs/d/f?{query}"), &[]).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (400, code), "{query}");
    }
    for uri in ["/mockfs/d/g", "/mockfs/x/f", "/mockfs/d/f/g"] {
        let answer = emulator.head(Dfs, uri, &[]).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (404, "PathNotFound"), "{uri}");
        assert_eq!(emulator.head(Blob, uri, &[]).await.code(), "BlobNotFound");
    }
    assert_eq!(emulator.head(Dfs, "/missing/f", &[]).await.code(), "FilesystemNotFound");
}

#[tokio::test]
async fn users_are_told_by_name_to_whom_likes_that_better() {
    let emulator = with_file().await;
    let user = &Seed::default().users[0];
    let id = user.object_id.to_string();
    let acl = format!("user::rwx,user:{id}:r--,group::r--,mask::r--,other::---");
    let sent = [("x-ms-owner", &*id), ("x-ms-group", &*id), ("x-ms-acl", &*acl)];
    let uri = "/mockfs/o?resource=file";
    let created = emulator.signed(Dfs, "PUT", uri, &sent).await;
    assert_eq!(created.status, 201, "{}", created.code());
    for (upn, name) in [("false", &*id), ("true", &*user.username)] {
        let uri = format!("/mockfs/o?action=getAccessControl&upn={upn}");
        let answer = emulator.head(Dfs, &uri, &[]).await;
        assert_eq!(answer.header("x-ms-owner"), Some(name));
        assert!(answer.header("x-ms-acl").unwrap().contains(&format!("user:{name}:r--")));
        assert_eq!(answer.header("x-ms-permissions"), Some("rwxr-----+"));
        let answer = emulator.head(Blob, "/mockfs/o", &[("x-ms-upn", upn)]).await;
        assert_eq!(answer.header("x-ms-owner"), Some(name));
    }
}

#[tokio::test]
async fn an_expired_file_is_gone() {
    let emulator = Emulator::new();
    let expiry = [("x-ms-expiry-option", "RelativeToNow"), ("x-ms-expiry-time", "5000")];
    let created = emulator.signed(Dfs, "PUT", "/mockfs/d/f?resource=file", &expiry).await;
    assert_eq!(created.status, 201);
    for protocol in [Dfs, Blob] {
        let head = emulator.head(protocol, "/mockfs/d/f", &[]).await;
        assert!(head.header("x-ms-expiry-time").is_some());
    }
    emulator.state.storage.clock.advance(Duration::from_secs(6));
    for protocol in [Dfs, Blob] {
        for method in ["GET", "HEAD"] {
            assert_eq!(emulator.signed(protocol, method, "/mockfs/d/f", &[]).await.status, 404);
        }
    }
}

#[tokio::test]
async fn whoever_gets_to_a_file_may_know_it_but_not_read_it() {
    let emulator = with_file().await;
    let everybody = |rights: &str| format!("user::rwx,group::r-x,other::{rights}");
    let permit = async |path: &str, rights: &str| {
        let acl = everybody(rights);
        let uri = format!("/mockfs/{path}?action=setAccessControl");
        let answer = emulator.signed(Dfs, "PATCH", &uri, &[("x-ms-acl", &acl)]).await;
        assert_eq!(answer.status, 200, "{}", answer.code());
    };
    let bearer = emulator.stranger().await;
    let ask = async |protocol: Protocol, method: &str, uri: &str| {
        let sent = [("authorization", &*bearer), ("x-ms-version", NEWEST)];
        emulator.at(protocol, request(method, uri, &sent)).await.status.as_u16()
    };
    let list = "/mockfs?resource=filesystem&recursive=true&directory=d";
    // The way to the file, the file, the directory as a whole.
    for (root, directory, file, status, read, listed) in [
        ("---", "rwx", "rwx", 403, 403, 403),
        ("--x", "r--", "rwx", 403, 403, 403),
        ("--x", "--x", "---", 200, 403, 403),
        ("--x", "--x", "r--", 200, 200, 403),
        ("--x", "r-x", "-wx", 200, 403, 200),
    ] {
        permit("", root).await;
        permit("d", directory).await;
        permit("d/f", file).await;
        let about = format!("{root} {directory} {file}");
        for action in ["getStatus", "getAccessControl"] {
            let uri = format!("/mockfs/d/f?action={action}");
            assert_eq!(ask(Dfs, "HEAD", &uri).await, status, "{about}");
        }
        for protocol in [Dfs, Blob] {
            for method in ["GET", "HEAD"] {
                assert_eq!(ask(protocol, method, "/mockfs/d/f").await, read, "{about}");
            }
        }
        assert_eq!(ask(Dfs, "HEAD", "/mockfs/d/f?action=checkAccess&fsAction=r--").await, read);
        assert_eq!(ask(Dfs, "GET", list).await, listed, "{about}");
        let blobs = "/mockfs?restype=container&comp=list&prefix=d%2F";
        assert_eq!(ask(Blob, "GET", blobs).await, listed, "{about}");
    }
}
