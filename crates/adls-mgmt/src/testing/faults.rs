//! What the client makes of a service, or a network, that misbehaves.

use std::sync::Arc;
use std::time::Duration;

use adls_http::test_util::{CountingCredential, TestClock};
use adls_http::{ClientOptions, Clock, Delivery, ErrorKind, HttpTransport, HttpTransportOptions};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wiremock::matchers::{header, method};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::SUBSCRIPTION;
use crate::data_lake_store::CreateAccount;
use crate::{ManagementClient, ManagementOptions};

fn client(endpoint: &str) -> ManagementClient {
    client_with_clock(endpoint, &TestClock::new())
}

fn client_with_clock(endpoint: &str, clock: &TestClock) -> ManagementClient {
    let mut transport = HttpTransportOptions::default();
    transport.use_system_proxy = false;
    let transport = Arc::new(HttpTransport::new(&transport).unwrap());
    let mut options = ClientOptions::with_transport(transport);
    options.clock = Arc::new(clock.clone());
    options.allow_http_loopback = true;
    options.retry.initial_delay = Duration::from_millis(1);
    let credential = Arc::new(CountingCredential::default());
    let endpoint = endpoint.parse().unwrap();
    ManagementClient::new_with(endpoint, credential, SUBSCRIPTION, ManagementOptions::from(options))
        .unwrap()
}

async fn server(answers: Vec<ResponseTemplate>) -> MockServer {
    let server = MockServer::start().await;
    let last = answers.len() - 1;
    for (index, answer) in answers.into_iter().enumerate() {
        let mock = Mock::given(wiremock::matchers::any()).respond_with(answer).expect(1..);
        if index == last { mock } else { mock.up_to_n_times(1) }.mount(&server).await;
    }
    server
}

#[tokio::test]
async fn an_answer_that_is_not_json() {
    let page = ResponseTemplate::new(200)
        .insert_header("x-ms-request-id", "r-1")
        .set_body_raw("<html>Sign in</html>", "text/html");
    let server = server(vec![page]).await;
    let client = client(&server.uri());
    let error = client.accounts().get("Lab", "ocean").await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Decode, Delivery::Answered));
    assert_eq!(error.http().unwrap().request_id(), Some("r-1"));
    let list = client.accounts().list().collect_all().await;
    assert_eq!(list.unwrap_err().kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn json_of_another_shape() {
    let wrong = ResponseTemplate::new(200).set_body_json(json!({"name": 7}));
    let server = server(vec![wrong]).await;
    let error = client(&server.uri()).resource_groups().get("Lab").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("ResourceGroups_Get"), "{error}");
}

#[tokio::test]
async fn a_failure_that_is_not_json() {
    let page = ResponseTemplate::new(404).set_body_raw("<html>no such page</html>", "text/html");
    let server = server(vec![page]).await;
    let error = client(&server.uri()).accounts().get("Lab", "ocean").await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!((error.code(), error.service_message()), (None, Some("<html>no such page</html>")));
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    let server = MockServer::start().await;
    let fresh = header("authorization", "Bearer token-2");
    Mock::given(fresh)
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"name": "Lab"})))
        .mount(&server)
        .await;
    Mock::given(header("authorization", "Bearer token-1"))
        .respond_with(ResponseTemplate::new(401).set_body_json(
            json!({"error": {"code": "ExpiredAuthenticationToken", "message": "m"}}),
        ))
        .expect(1)
        .mount(&server)
        .await;
    let client = client(&server.uri());
    assert_eq!(client.resource_groups().get("Lab").await.unwrap().name, "Lab");
}

#[tokio::test]
async fn a_service_that_refuses_every_token() {
    let refusal = ResponseTemplate::new(401).set_body_json(
        json!({"error": {"code": "InvalidAuthenticationTokenTenant", "message": "m"}}),
    );
    let server = server(vec![refusal]).await;
    let error = client(&server.uri()).resource_groups().get("Lab").await.unwrap_err();
    assert_eq!(error.http().unwrap().tries(), 2);
    assert!(error.hint().unwrap().contains("tenant"));
}

#[tokio::test]
async fn throttling_is_waited_out_even_for_what_must_not_be_repeated() {
    let throttled = ResponseTemplate::new(429)
        .insert_header("x-ms-retry-after-ms", "20")
        .set_body_json(json!({"error": {"code": "TooManyRequests", "message": "m"}}));
    let done = ResponseTemplate::new(200);
    let server = server(vec![throttled, done]).await;
    let clock = TestClock::new();
    let groups = client_with_clock(&server.uri(), &clock).resource_groups();
    groups.begin_move_resources("Lab", &["/one"], "/sea").await.unwrap().wait().await.unwrap();
    assert_eq!(clock.elapsed(), Duration::from_millis(20));
    assert_eq!(server.received_requests().await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_must_not_be_repeated_is_not() {
    let server = server(vec![ResponseTemplate::new(500)]).await;
    let groups = client(&server.uri()).resource_groups();
    let error = groups.begin_move_resources("Lab", &["/one"], "/sea").await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.http().unwrap().tries()), (500, 1));
}

#[tokio::test]
async fn a_put_is_repeated_and_sends_its_body_again() {
    let server = MockServer::start().await;
    let body = json!({"location": "eastus2"});
    Mock::given(method("PUT"))
        .and(wiremock::matchers::body_json(&body))
        .respond_with(ResponseTemplate::new(503))
        .up_to_n_times(1)
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(method("PUT"))
        .and(wiremock::matchers::body_json(&body))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"name": "ocean"})))
        .mount(&server)
        .await;
    let accounts = client(&server.uri()).accounts();
    let poller =
        accounts.begin_create("Lab", "ocean", &CreateAccount::new("eastus2")).await.unwrap();
    assert_eq!(poller.wait().await.unwrap().name, "ocean");
}

/// A server that promises more than it sends, then closes; after `cut` such answers a whole one.
async fn cutting_server(cut: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for index in 0.. {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await.unwrap();
            let body =
                if index < cut { r#"{"name":"#.to_owned() } else { r#"{"name":"Lab"}"#.into() };
            let answer =
                format!("HTTP/1.1 200 OK\r\ncontent-length: 14\r\nconnection: close\r\n\r\n{body}");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    endpoint
}

#[tokio::test]
async fn a_truncated_answer_is_asked_for_again() {
    let groups = client(&cutting_server(2).await).resource_groups();
    assert_eq!(groups.get("Lab").await.unwrap().name, "Lab");
}

#[tokio::test]
async fn an_answer_that_is_always_truncated() {
    let groups = client(&cutting_server(usize::MAX).await).resource_groups();
    let error = groups.get("Lab").await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Interrupted, Delivery::Unknown));
    assert_eq!(error.http().unwrap().tries(), 5);
}

#[tokio::test]
async fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = client(&endpoint).resource_groups().get("Lab").await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Connection, Delivery::NotSent));
}
