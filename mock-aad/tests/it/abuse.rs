//! What a caller must not be able to do to the emulator, by mistake or on purpose.

use std::time::Duration;

use mock_aad::{Emulator, Ready};
use serde_json::Value;

use crate::wire::{call, status, talk, tcp};

async fn token(ready: &Ready) -> String {
    let form = format!(
        "grant_type=password&client_id={}&username={}&password={}&scope=openid\
         &resource=https://management.core.windows.net/",
        ready.public_client_id, ready.username, ready.password
    );
    let (status, answer) = call(&ready.http_url, "POST", "/common/oauth2/token", &form).await;
    assert_eq!(status, 200, "{answer}");
    let body: Value = serde_json::from_str(&answer).unwrap();
    body["access_token"].as_str().unwrap().to_owned()
}

/// The status of an authorized request; that there is one says that nothing has panicked.
async fn send(ready: &Ready, head: &str, token: &str, headers: &str, body: &str) -> u16 {
    let length = body.len();
    let text = format!(
        "{head} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\
         Content-Type: application/json\r\nAuthorization: Bearer {token}\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    );
    let answer = talk(&mut tcp(&ready.http_url).await, &text).await.unwrap();
    assert!(!answer.is_empty(), "{head} was not answered");
    status(&answer)
}

#[tokio::test]
async fn time_may_come_to_its_end() {
    let emulator = Emulator::builder().start().await.unwrap();
    let ready = emulator.ready();
    emulator.clock().advance(Duration::MAX);
    let token = token(ready).await;
    let account = format!(
        "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.DataLakeStore/accounts/later\
         ?api-version=2016-11-01",
        ready.subscription_id, ready.resource_group
    );
    let expiry = "/webhdfs/v1/a/b?op=SETEXPIRY&expireTime=9223372036854775807&expiryOption=";
    for (head, body, expected) in [
        ("PUT /webhdfs/v1/a/b?op=CREATE&write=true", "abc", 201),
        ("POST /webhdfs/v1/a/b?op=APPEND&append=true", "abc", 200),
        (&format!("PUT {expiry}RelativeToNow"), "", 200),
        (&format!("PUT {expiry}RelativeToCreationDate"), "", 200),
        ("GET /webhdfs/v1/a/b?op=GETFILESTATUS", "", 200),
        (&format!("PUT {account}"), r#"{"location": "eastus2"}"#, 201),
        (&format!("GET {account}"), "", 200),
        ("GET /_mock/", "", 200),
        ("GET /_mock/ui/tokens", "", 200),
        ("GET /_mock/ui/requests", "", 200),
        ("GET /_mock/ui/files/mocklake/a/b", "", 200),
    ] {
        assert_eq!(send(ready, head, &token, "", body).await, expected, "{head}");
    }
    emulator.shutdown().await;
}

#[tokio::test]
async fn xml_may_be_nested_deeply() {
    let emulator = Emulator::builder().start().await.unwrap();
    let path = "/adfs/services/trust/13/usernamemixed";
    let body = "<a>".repeat(300_000);
    assert!(call(&emulator.ready().http_url, "POST", path, &body).await.0 >= 400);
    emulator.shutdown().await;
}

#[tokio::test]
async fn lengths_stay_countable() {
    let emulator = Emulator::builder().start().await.unwrap();
    let ready = emulator.ready();
    let token = token(ready).await;
    let create = "PUT /webhdfs/v1/f?op=CREATE&write=true&overwrite=true";
    for (zeros, expected) in [(1 << 48, 201), (u64::MAX, 400)] {
        let zeros = format!("x-mock-zeros: {zeros}\r\n");
        assert_eq!(send(ready, create, &token, &zeros, "abc").await, expected, "{zeros}");
    }
    emulator.shutdown().await;
}

#[tokio::test]
async fn what_is_small_by_its_nature_is_not_read_without_end() {
    let emulator = Emulator::builder().start().await.unwrap();
    let ready = emulator.ready();
    let token = token(ready).await;
    let group = format!("PUT /subscriptions/{}/resourcegroups/g", ready.subscription_id);
    for (head, size, expected) in [
        ("POST /_mock/faults", 9 << 20, 413),
        (&format!("{group}?api-version=2021-04-01"), 5 << 20, 413),
        ("POST /common/oauth2/token", 2 << 20, 413),
        ("POST /webhdfs/v1/f?op=MSCONCAT", 33 << 20, 400),
    ] {
        let body = " ".repeat(size);
        assert_eq!(send(ready, head, &token, "", &body).await, expected, "{head}");
    }
    emulator.shutdown().await;
}

#[tokio::test]
async fn debug_output_holds_no_secrets() {
    let emulator = Emulator::builder().start().await.unwrap();
    let shown = format!("{emulator:?} {:?}", Emulator::builder());
    let ready = emulator.ready();
    for secret in
        [ready.password.as_str(), &ready.client_secret, "PRIVATE KEY", "emulator-identity-header"]
    {
        assert!(!shown.contains(secret), "{secret}");
    }
    emulator.shutdown().await;
}
