//! Authorities that answer nonsense, late or not at all, over real connections.

use std::time::Duration;

use adls_auth::{AuthErrorKind, AuthOptions, Authority, Error};
use adls_http::test_util::{Answer, ScriptedTransport};
use adls_http::{ClientOptions, TokenCredential, TransportErrorKind};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::*;

fn options_for(server: &MockServer) -> AuthOptions {
    let mut client = ClientOptions::new().unwrap();
    client.allow_http_loopback = true;
    client.retry.initial_delay = Duration::from_millis(1);
    AuthOptions::default()
        .client(client)
        .authority(Authority::new(&server.uri(), "contoso.test").unwrap())
}

async fn token_endpoint(server: &MockServer, answer: ResponseTemplate, times: u64) {
    Mock::given(method("POST"))
        .and(path("/contoso.test/oauth2/v2.0/token"))
        .respond_with(answer)
        .up_to_n_times(times)
        .expect(1..)
        .mount(server)
        .await;
}

async fn failure(answer: ResponseTemplate) -> Error {
    let server = MockServer::start().await;
    token_endpoint(&server, answer, 10).await;
    let mut options = options_for(&server);
    options.client.retry.max_retries = 1;
    let error = client_secret(options).get_token(&data_lake()).await.unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(!text.contains("s3cret"), "{text}");
    Error::find(&error).unwrap().clone()
}

#[tokio::test]
async fn nonsense() {
    let json =
        |text: &str| ResponseTemplate::new(200).set_body_raw(text.to_owned(), "application/json");
    for answer in [
        json("<html><body>Sign in to the wireless network</body></html>"),
        json(r#"{"access_token":"acc"#),
        json(""),
        json("[]"),
        json(r#"{"access_token":7}"#),
        json(r#"{"token_type":"pop","access_token":"s3cret"}"#),
        ResponseTemplate::new(302).insert_header("location", "https://evil.test/"),
        ResponseTemplate::new(403).set_body_string("<h1>Blocked by the proxy</h1>"),
        ResponseTemplate::new(500).set_body_string("s o r r y"),
    ] {
        let error = failure(answer).await;
        assert_eq!(error.kind(), AuthErrorKind::UnexpectedReply, "{error}");
        assert!(error.hint().is_some());
    }
}

#[tokio::test]
async fn throttling_is_waited_out() {
    let server = MockServer::start().await;
    let throttled = ResponseTemplate::new(429).insert_header("retry-after", "0");
    token_endpoint(&server, throttled, 2).await;
    token_endpoint(&server, ResponseTemplate::new(200).set_body_json(app_reply("1")), 1).await;
    let token = client_secret(options_for(&server)).get_token(&data_lake()).await.unwrap();
    assert_eq!(token.secret(), "access-1");
    assert_eq!(server.received_requests().await.unwrap().len(), 3);
}

#[tokio::test]
async fn throttling_that_asks_for_too_long_a_pause_surfaces_with_it() {
    let error = failure(ResponseTemplate::new(429).insert_header("retry-after", "3600")).await;
    assert_eq!(error.kind(), AuthErrorKind::Throttled);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
}

#[tokio::test]
async fn nobody_listens() {
    let server = MockServer::start().await;
    let mut options = options_for(&server);
    drop(server);
    options.client.retry.max_retries = 0;
    options.authority = Some(Authority::new("http://127.0.0.1:1", "contoso.test").unwrap());
    let error = client_secret(options).get_token(&data_lake()).await.unwrap_err();
    let error = Error::find(&error).unwrap();
    assert_eq!(error.kind(), AuthErrorKind::Network);
    assert!(error.to_string().contains("127.0.0.1"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_password_is_not_sent_again_when_its_answer_is_lost_but_a_secret_is() {
    let lost = || Answer::failure(TransportErrorKind::Interrupted);
    let transport = ScriptedTransport::new([managed(), lost(), ok(&user_reply("1"))]);
    let error = password(options(&transport)).get_token(&data_lake()).await.unwrap_err();
    assert_eq!(Error::find(&error).unwrap().kind(), AuthErrorKind::Network);
    assert_eq!((transport.count(), transport.take_unasked()), (2, 1));

    let transport = ScriptedTransport::new([lost(), ok(&app_reply("1"))]);
    client_secret(options(&transport)).get_token(&data_lake()).await.unwrap();
    assert_eq!(transport.count(), 2);
}
