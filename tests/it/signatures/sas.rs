//! Shared access signatures by a key of the account: good for what they say, and for nothing else.

use std::net::IpAddr;
use std::time::Duration;

use adls_fs::sas::{SasIpRange, SasProtocol, SasResourceTypes, SasResponseHeaders, ServiceSas};
use http::Method;

use super::account::{Account, Call, Way, encoded, permissions, said};

/// What a refusal says when a signature is for something else, or out of its time.
const NOT_FOR_THIS: &str = "AuthenticationFailed";
/// What it says when the signature does not permit it.
const NOT_PERMITTED: &str = "AuthorizationPermissionMismatch";

#[tokio::test]
async fn of_an_account() {
    let account = Account::start().await;
    account.put("/d/文件 1+2%.txt", "content").await;
    let reads = account.account_sas(SasResourceTypes::ALL, "rl").sign(&account.key()).unwrap();
    assert_eq!(account.read(&reads, "/d/文件 1+2%.txt").await, "content");
    assert!(account.list(&reads, "d").await.contains("文件"));
    assert_eq!(account.write(&reads, "/d/b").await, NOT_PERMITTED);
    let object = SasResourceTypes { object: true, ..SasResourceTypes::default() };
    let objects = account.account_sas(object, "rwdxylacfti").sign(&account.key()).unwrap();
    assert_eq!(account.write(&objects, "/d/b").await, "");
    assert_eq!(account.read(&objects, "/d/b").await, "new");
    assert_eq!(account.list(&objects, "d").await, "AuthorizationResourceTypeMismatch");
    let path_style = Call { path: encoded("/d/b"), ..Call::default() };
    let over_http = account.account_sas(object, "r").protocol(SasProtocol::HttpsAndHttp);
    let over_http = account.pipeline(over_http.sign(&account.key()).unwrap());
    assert_eq!(said(account.send(&over_http, Way::PathStyle, path_style).await), "new");
}

#[tokio::test]
async fn for_a_file_a_directory_and_a_file_system() {
    let account = Account::start().await;
    for path in ["/a b/c+d/文件.txt", "/a b/other", "/a b/c+d/e/f"] {
        account.put(path, "content").await;
    }
    let sign = |resource, letters: &str| {
        account.service_sas(resource, letters).sign(&account.key()).unwrap()
    };
    let file = sign(account.file("/a b/c+d/文件.txt"), "rw");
    assert_eq!(account.read(&file, "/a b/c+d/文件.txt").await, "content");
    assert_eq!(account.write(&file, "/a b/c+d/文件.txt").await, "");
    assert_eq!(account.read(&file, "/a b/other").await, NOT_FOR_THIS);
    assert_eq!(account.list(&file, "a b").await, NOT_FOR_THIS);

    let directory = sign(account.directory("/a b/c+d"), "rl");
    for path in ["/a b/c+d/文件.txt", "/a b/c+d/e/f"] {
        assert_ne!(account.read(&directory, path).await, NOT_FOR_THIS, "{path}");
    }
    assert!(account.list(&directory, "a b/c+d").await.contains("文件"));
    assert_eq!(account.read(&directory, "/a b/other").await, NOT_FOR_THIS);
    assert_eq!(account.list(&directory, "a b").await, NOT_FOR_THIS);
    assert_eq!(account.write(&directory, "/a b/c+d/new").await, NOT_PERMITTED);

    let root = sign(account.directory("/"), "rl");
    assert_eq!(account.read(&root, "/a b/other").await, "content");
    assert!(account.list(&root, "").await.contains("other"));

    let whole = sign(account.whole(), "rcw");
    assert_eq!(account.write(&whole, "/x").await, "");
    assert_eq!(account.read(&whole, "/x").await, "new");
    assert_eq!(account.list(&whole, "").await, NOT_PERMITTED);
}

#[tokio::test]
async fn a_stored_policy_says_the_rest_until_it_is_gone() {
    let account = Account::start().await;
    account.put("/a", "content").await;
    let by_key = account.pipeline(account.key());
    let store = async |policies: &str| {
        let query = [("restype", "container"), ("comp", "acl")];
        let body = &*format!("<SignedIdentifiers>{policies}</SignedIdentifiers>");
        let call = Call { method: Method::PUT, query: &query, body, ..Call::default() };
        account.send(&by_key, Way::Blob, call).await.unwrap();
    };
    let sas = ServiceSas::by_policy(account.whole(), "readers").sign(&account.key()).unwrap();
    assert_eq!(account.read(&sas, "/a").await, NOT_FOR_THIS);
    store(
        "<SignedIdentifier><Id>readers</Id><AccessPolicy><Expiry>2100-01-01</Expiry>\
         <Permission>r</Permission></AccessPolicy></SignedIdentifier>",
    )
    .await;
    assert_eq!(account.read(&sas, "/a").await, "content");
    assert_eq!(account.write(&sas, "/a").await, NOT_PERMITTED);
    store("").await;
    assert_eq!(account.read(&sas, "/a").await, NOT_FOR_THIS);
}

#[tokio::test]
async fn time_address_and_protocol_count() {
    let account = Account::start().await;
    account.put("/a", "content").await;
    let key = account.key();
    let sas = || account.service_sas(account.file("/a"), "r");
    let early = sas().starts_on(account.minutes(5)).sign(&key).unwrap();
    let good = sas().sign(&key).unwrap();
    assert_eq!(account.read(&early, "/a").await, NOT_FOR_THIS);
    assert_eq!(account.read(&good, "/a").await, "content");
    account.emulator.clock().advance(Duration::from_secs(5 * 60));
    assert_eq!(account.read(&early, "/a").await, "content");
    account.emulator.clock().advance(Duration::from_secs(5 * 60));
    assert_eq!(account.read(&good, "/a").await, NOT_FOR_THIS);

    let range = |text: &str| text.parse::<SasIpRange>().unwrap();
    let elsewhere = sas().ip_range(range("10.0.0.1-10.0.0.9")).sign(&key).unwrap();
    assert_eq!(account.read(&elsewhere, "/a").await, "AuthorizationSourceIPMismatch");
    let here = SasIpRange::from("127.0.0.1".parse::<IpAddr>().unwrap());
    assert_eq!(account.read(&sas().ip_range(here).sign(&key).unwrap(), "/a").await, "content");

    let over_http = account.pipeline(sas().sign(&key).unwrap());
    let call = Call { path: encoded("/a"), ..Call::default() };
    let refused = said(account.send(&over_http, Way::PathStyle, call).await);
    assert_eq!(refused, "AuthorizationProtocolMismatch");
}

#[tokio::test]
async fn headers_of_the_answer_are_those_of_the_signature() {
    let account = Account::start().await;
    account.put("/a", "content").await;
    let headers = SasResponseHeaders::default()
        .cache_control("no-cache".to_owned())
        .content_disposition("attachment; filename=\"x+y %.csv\"".to_owned())
        .content_encoding("gzip".to_owned())
        .content_language("de".to_owned())
        .content_type("text/csv".to_owned());
    let sas = account.service_sas(account.file("/a"), "r").response_headers(headers);
    let pipeline = account.pipeline(sas.sign(&account.key()).unwrap());
    let call = Call { path: encoded("/a"), ..Call::default() };
    let answer = account.send(&pipeline, Way::Blob, call).await.unwrap();
    for (name, value) in [
        ("cache-control", "no-cache"),
        ("content-disposition", "attachment; filename=\"x+y %.csv\""),
        ("content-encoding", "gzip"),
        ("content-language", "de"),
        ("content-type", "text/csv"),
    ] {
        assert_eq!(answer.header(name), Some(value));
    }
}

#[tokio::test]
async fn every_version_is_signed_as_the_service_reads_it() {
    let account = Account::start().await;
    account.put("/a/b", "content").await;
    for version in [
        "2018-11-09",
        "2019-12-12",
        "2020-02-10",
        "2020-12-06",
        "2025-07-05",
        "2026-04-06",
        "2026-10-06",
    ] {
        let version: adls_fs::sas::SasVersion = version.parse().unwrap();
        let key = account.key();
        let of_account = account.account_sas(SasResourceTypes::ALL, "r").version(version);
        let of_file = account.service_sas(account.file("/a/b"), "r").version(version);
        for sas in [of_account.sign(&key).unwrap(), of_file.sign(&key).unwrap()] {
            assert_eq!(account.read(&sas, "/a/b").await, "content", "{version}");
        }
    }
}

#[tokio::test]
async fn sources_of_renames_and_copies_are_signed_too() {
    let account = Account::start().await;
    account.put("/d/a b", "content").await;
    let sas = account.service_sas(account.directory("/d"), "racwdlm").sign(&account.key()).unwrap();
    let pipeline = account.pipeline(sas);
    let source = format!("/{}{}", account.file_system, encoded("/d/a b"));
    let headers = [("x-ms-rename-source", source.as_str())];
    let path = encoded("/d/b");
    let call = Call { method: Method::PUT, path, headers: &headers, ..Call::default() };
    account.send(&pipeline, Way::Dfs, call).await.unwrap();

    let endpoint = account.endpoint(Way::Blob);
    let source = endpoint.with_path_and_query(&format!("/{}/d/b", account.file_system), &[]);
    let headers = [("x-ms-copy-source", source.as_url().as_str())];
    let path = encoded("/d/c");
    let call = Call { method: Method::PUT, path, headers: &headers, ..Call::default() };
    account.send(&pipeline, Way::Blob, call).await.unwrap();
    let call = Call { path: encoded("/d/c"), ..Call::default() };
    assert_eq!(said(account.send(&pipeline, Way::Dfs, call).await), "content");

    // One that may only write at the target may not take the source away.
    let narrow =
        account.service_sas(account.directory("/e"), "racwdlm").permissions(permissions("cw"));
    let narrow = account.pipeline(narrow.sign(&account.key()).unwrap());
    let source = format!("/{}/d/c", account.file_system);
    let headers = [("x-ms-rename-source", source.as_str())];
    let path = encoded("/e/c");
    let call = Call { method: Method::PUT, path, headers: &headers, ..Call::default() };
    let error = account.send(&narrow, Way::Dfs, call).await.unwrap_err();
    assert_eq!(error.code(), Some(NOT_FOR_THIS));
    assert!(!format!("{error} {error:?}").contains("sig="), "{error:?}");
}
