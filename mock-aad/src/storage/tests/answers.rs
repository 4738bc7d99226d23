//! What all answers have in common.

use super::*;

/// A request that every version of the service refuses, whoever sends it.
fn refused(method: &str, headers: &[(&str, &str)]) -> http::Request<Body> {
    request(method, "/mockfs/a?timeout=soon", headers)
}

#[tokio::test]
async fn every_answer_says_who_gave_it_to_which_request() {
    let emulator = Emulator::new();
    let sent = [("x-ms-client-request-id", "my id"), ("x-ms-version", "2021-12-02")];
    for (protocol, server) in [
        (Protocol::Dfs, "Windows-Azure-HDFS/1.0 Microsoft-HTTPAPI/2.0"),
        (Protocol::Blob, "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0"),
    ] {
        let answer = emulator.at(protocol, refused("PUT", &sent)).await;
        assert_eq!(answer.header("x-ms-request-id"), Some(REQUEST_ID));
        assert_eq!(answer.header("x-ms-client-request-id"), Some("my id"));
        assert_eq!(answer.header("x-ms-version"), Some("2021-12-02"));
        assert_eq!(answer.header("server"), Some(server));
        assert!(answer.text().contains(REQUEST_ID), "{}", answer.text());
    }
    let answer = emulator.at(Protocol::Dfs, refused("PUT", &[])).await;
    assert_eq!(answer.header("x-ms-client-request-id"), None);
    assert_eq!(answer.header("x-ms-version"), Some("2026-06-06"));
    let answer = emulator.at(Protocol::Dfs, request("GET", "/mockfs?sv=2020-02-10", &[])).await;
    assert_eq!(answer.header("x-ms-version"), Some("2020-02-10"));
}

#[tokio::test]
async fn an_error_is_json_or_xml_and_a_head_has_only_its_code() {
    let emulator = Emulator::new();
    for (protocol, kind, start) in [
        (Protocol::Dfs, "application/json;charset=utf-8", r#"{"error":{"code":"Invalid"#),
        (Protocol::Blob, "application/xml", "\u{feff}<?xml version=\"1.0\""),
    ] {
        let answer = emulator.at(protocol, refused("GET", &[])).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.header("content-type"), Some(kind));
        assert!(answer.text().starts_with(start), "{}", answer.text());
        let head = emulator.at(protocol, refused("HEAD", &[])).await;
        assert_eq!((head.status, head.code()), (StatusCode::BAD_REQUEST, answer.code()));
        assert_eq!((head.header("content-type"), head.text()), (None, ""));
    }
}

#[tokio::test]
async fn at_a_shared_address_errors_are_what_the_caller_reads() {
    let emulator = Emulator::new();
    let shared = Endpoint::shared(true);
    for (accept, start) in
        [("application/xml", "\u{feff}<?xml"), ("application/json", "{\"error\"")]
    {
        let request = refused("GET", &[("accept", accept)]);
        let answer = emulator.send("mockgen2", shared, request).await;
        assert!(answer.text().starts_with(start), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_version_that_is_none_is_named() {
    let emulator = Emulator::new();
    for (protocol, code) in
        [(Protocol::Dfs, "UnsupportedRestVersion"), (Protocol::Blob, "InvalidHeaderValue")]
    {
        for version in ["2017-04-17", "tomorrow"] {
            let sent = [("x-ms-version", version)];
            let answer = emulator.at(protocol, request("GET", "/mockfs", &sent)).await;
            assert_eq!((answer.status.as_u16(), answer.code()), (400, code), "{version}");
            assert!(answer.text().contains(version), "{}", answer.text());
        }
    }
}

#[tokio::test]
async fn an_account_that_does_not_exist_is_named() {
    let emulator = Emulator::new();
    let endpoint = Endpoint::of_host(Protocol::Dfs, false);
    let answer = emulator.send("nobody", endpoint, request("GET", "/fs", &[])).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (404, "ResourceNotFound"));
    assert!(answer.text().contains("'nobody'"), "{}", answer.text());
}

#[tokio::test]
async fn a_fault_rule_speaks_as_the_service_does() {
    let emulator = Emulator::new();
    for (protocol, status, code) in [
        (Protocol::Dfs, 403, "AuthorizationPermissionMismatch"),
        (Protocol::Dfs, 404, "PathNotFound"),
        (Protocol::Blob, 404, "BlobNotFound"),
        (Protocol::Blob, 503, "ServerBusy"),
        (Protocol::Dfs, 502, "InternalError"),
        (Protocol::Dfs, 429, "InvalidInput"),
    ] {
        let endpoint = Endpoint::of_host(protocol, false);
        let call = call("mockgen2", request("GET", "/mockfs/a", &[]));
        let status = StatusCode::from_u16(status).unwrap();
        let response = fault(&emulator.state.storage, &call, endpoint, status);
        let answer = Answer::read(response).await;
        assert_eq!((answer.status, answer.code()), (status, code));
        assert!(answer.text().contains(code), "{}", answer.text());
    }
}
