//! How requests to storage accounts come in, whatever they ask for.

use mock_aad::Emulator;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::wire::{read_head, status, talk, tcp, tls};

/// The host that the seed's workspace has for itself.
const OF_WORKSPACE: &str = "5a1e0000000040008000000000000c01.z5a.dfs.fabric.microsoft.com";

async fn start() -> Emulator {
    Emulator::builder().allow_pseudo_auth(true).start().await.unwrap()
}

/// A request of which every operation refuses the timeout, and so whichever service gets it says who it
/// is.
fn ask(method: &str, host: &str, path: &str, headers: &str) -> String {
    format!(
        "{method} {path}?timeout=soon HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n"
    )
}

#[tokio::test]
async fn hosts_and_paths_lead_to_accounts() {
    let emulator = start().await;
    let url = &emulator.ready().http_url;
    let accept = "Accept: application/xml\r\n";
    for (host, path, headers, server) in [
        ("mockgen2.dfs.core.windows.net", "/mockfs/a", "", "Windows-Azure-HDFS"),
        ("mockgen2.blob.core.windows.net", "/mockfs/a", "", "Windows-Azure-Blob"),
        ("MockGen2.dfs.adls.localhost:1", "/mockfs/a", "", "Windows-Azure-HDFS"),
        ("mockgen2-secondary.blob.core.windows.net", "/mockfs/a", "", "Windows-Azure-Blob"),
        ("onelake.dfs.fabric.microsoft.com", "/workspace/a", "", "Windows-Azure-HDFS"),
        (OF_WORKSPACE, "/workspace/a", accept, "Windows-Azure-Blob"),
        ("127.0.0.1", "/mockgen2/mockfs/a", "", "Windows-Azure-HDFS"),
        ("localhost", "/mockgen2soft/fs/a", accept, "Windows-Azure-Blob"),
    ] {
        let answer = talk(&mut tcp(url).await, &ask("GET", host, path, headers)).await.unwrap();
        assert_eq!(status(&answer), 400, "{host}{path}: {answer}");
        assert!(
            answer.contains(&format!("server: {server}/1.0 Microsoft-HTTPAPI/2.0")),
            "{answer}"
        );
    }
    let other =
        talk(&mut tcp(url).await, &ask("GET", "localhost", "/nobody/fs", "")).await.unwrap();
    assert!(!other.contains("Windows-Azure"), "{other}");
    emulator.shutdown().await;
}

#[tokio::test]
async fn one_certificate_covers_all_hosts() {
    let emulator = start().await;
    let ready = emulator.ready();
    for host in [
        "mockgen2.dfs.core.windows.net",
        "mockgen2.blob.adls.localhost",
        "onelake.dfs.fabric.microsoft.com",
        "westus-onelake.blob.fabric.microsoft.com",
        OF_WORKSPACE,
    ] {
        let mut stream = tls(ready, tcp(&ready.https_url).await, host).await;
        let answer = talk(&mut stream, &ask("GET", host, "/fs/a", "")).await.unwrap();
        assert!(answer.contains("server: Windows-Azure-"), "{host}: {answer}");
    }
    emulator.shutdown().await;
}

#[tokio::test]
async fn an_error_of_a_head_has_neither_body_nor_type() {
    let emulator = start().await;
    for protocol in ["dfs", "blob"] {
        let host = format!("mockgen2.{protocol}.core.windows.net");
        let head = ask("HEAD", &host, "/mockfs/a", "");
        let answer = talk(&mut tcp(&emulator.ready().http_url).await, &head).await.unwrap();
        assert_eq!(status(&answer), 400);
        assert!(answer.contains("x-ms-error-code: InvalidQueryParameterValue\r\n"), "{answer}");
        assert!(!answer.contains("content-type"), "{answer}");
        assert!(answer.ends_with("\r\n\r\n"), "{answer}");
    }
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_refusal_that_needs_no_body_comes_instead_of_the_100() {
    let emulator = start().await;
    let expect = "Expect: 100-continue\r\nContent-Length: 5\r\n";
    let ask = ask("PUT", "mockgen2.dfs.core.windows.net", "/mockfs/a", expect);
    let answer = talk(&mut tcp(&emulator.ready().http_url).await, &ask).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_body_that_follows_is_asked_for_at_once_and_none_is_not() {
    let emulator = start().await;
    let url = &emulator.ready().http_url;
    let create = |length: usize| {
        format!(
            "PUT /webhdfs/v1/f?op=CREATE&write=true&overwrite=true&user.name=user HTTP/1.1\r\n\
             Host: localhost\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    let mut stream = tcp(url).await;
    stream.write_all(create(5).as_bytes()).await.unwrap();
    assert_eq!(read_head(&mut stream).await, "HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"hello").await.unwrap();
    assert_eq!(status(&read_head(&mut stream).await), 201);
    stream.write_all(create(0).as_bytes()).await.unwrap();
    assert_eq!(status(&read_head(&mut stream).await), 201);
    emulator.shutdown().await;
}

#[tokio::test]
async fn signatures_and_keys_are_recorded_nowhere() {
    let emulator = start().await;
    let url = &emulator.ready().http_url;
    let secret = "c2VjcmV0";
    let headers = format!(
        "x-ms-rename-source: /mockfs/b?sv=2021-12-02&sig={secret}\r\n\
         x-ms-copy-source: https://a/b?sig={secret}\r\nx-ms-encryption-key: {secret}\r\n\
         Authorization: SharedKey mockgen2:{secret}\r\n"
    );
    let text = format!(
        "PUT /mockgen2/mockfs/a?sv=2021-12-02&Sig={secret}&s%69g={secret} HTTP/1.1\r\n\
         Host: localhost\r\nConnection: close\r\nContent-Length: 0\r\n{headers}\r\n"
    );
    let answer = talk(&mut tcp(url).await, &text).await.unwrap();
    assert!(!answer.contains(secret), "{answer}");
    let ask = "GET /_mock/requests HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let mut stream = tcp(url).await;
    stream.write_all(ask.as_bytes()).await.unwrap();
    let mut recorded = String::new();
    stream.read_to_string(&mut recorded).await.unwrap();
    assert!(recorded.contains("/mockgen2/mockfs/a"), "{recorded}");
    assert!(!recorded.contains(secret), "{recorded}");
    emulator.shutdown().await;
}
