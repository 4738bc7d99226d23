//! The Gen1 file system over a socket, with tokens.

use mock_aad::{Emulator, Ready};
use serde_json::Value;

use crate::wire::{status, talk, tcp};

const DATA_LAKE: &str = "https://datalake.azure.net/";
const MANAGEMENT: &str = "https://management.core.windows.net/";

async fn token(ready: &Ready, resource: &str) -> String {
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&resource={resource}",
        ready.client_id, ready.client_secret
    );
    let path = format!("/{}/oauth2/token", ready.tenant_id);
    let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
    let answer = send(ready, "POST", &path, kind, &form).await;
    let body: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    body["access_token"].as_str().unwrap().to_owned()
}

/// One request on a connection of its own; the whole answer.
async fn send(ready: &Ready, method: &str, path: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    let text = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\
         Content-Length: {length}\r\n\r\n{body}"
    );
    talk(&mut tcp(&ready.http_url).await, &text).await.unwrap()
}

#[tokio::test]
async fn bytes_go_in_chunks_both_ways() {
    let emulator = Emulator::builder().start().await.unwrap();
    let ready = emulator.ready();
    let authorization = format!("Authorization: Bearer {}\r\n", token(ready, DATA_LAKE).await);
    let create = format!(
        "PUT /webhdfs/v1/d/f?op=CREATE&write=true HTTP/1.1\r\nHost: localhost\r\n\
         Connection: close\r\n{authorization}Transfer-Encoding: chunked\r\n\r\n\
         5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
    );
    let created = talk(&mut tcp(&ready.http_url).await, &create).await.unwrap();
    assert_eq!(status(&created), 201, "{created}");

    let open = send(ready, "GET", "/webhdfs/v1/d/f?op=OPEN&read=true", &authorization, "").await;
    let (head, body) = open.split_once("\r\n\r\n").unwrap();
    assert!(head.to_lowercase().contains("transfer-encoding: chunked"), "{head}");
    assert!(!head.to_lowercase().contains("content-length"), "{head}");
    assert_eq!(body, "B\r\nhello world\r\n0\r\n\r\n");
    emulator.shutdown().await;
}

#[tokio::test]
async fn the_firewall_keeps_callers_out() {
    let emulator = Emulator::builder().start().await.unwrap();
    let ready = emulator.ready();
    let data = format!("Authorization: Bearer {}\r\n", token(ready, DATA_LAKE).await);
    let json = "Content-Type: application/json\r\n";
    let management = format!("Authorization: Bearer {}\r\n{json}", token(ready, MANAGEMENT).await);
    let account = format!(
        "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.DataLakeStore/accounts/{}",
        ready.subscription_id, ready.resource_group, ready.default_account
    );
    let version = "api-version=2016-11-01";
    let list = "/webhdfs/v1/?op=LISTSTATUS";
    assert_eq!(status(&send(ready, "GET", list, &data, "").await), 200);

    let enable = r#"{"properties":{"firewallState":"Enabled"}}"#;
    let patch = format!("{account}?{version}");
    let enabled = send(ready, "PATCH", &patch, &management, enable).await;
    assert!(status(&enabled) < 300, "{enabled}");
    let refused = send(ready, "GET", list, &data, "").await;
    assert_eq!(status(&refused), 403);
    assert!(refused.contains("does not let 127.0.0.1 in"), "{refused}");

    let range = r#"{"properties":{"startIpAddress":"127.0.0.0","endIpAddress":"127.0.0.9"}}"#;
    let rule = format!("{account}/firewallRules/here?{version}");
    assert_eq!(status(&send(ready, "PUT", &rule, &management, range).await), 200);
    assert_eq!(status(&send(ready, "GET", list, &data, "").await), 200);
    emulator.shutdown().await;
}
