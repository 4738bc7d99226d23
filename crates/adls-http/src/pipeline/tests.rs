//! The stages together, over the scripted transport and paused time.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt;
use http::{Method, StatusCode};
use insta::assert_snapshot;

use super::*;
use crate::test_util::{Answer, CountingCredential, ScriptedTransport};
use crate::{Idempotency, RetryOptions, Sent, TransportErrorKind};

const ENDPOINT: &str = "https://lake.test";

struct Setup {
    transport: Arc<ScriptedTransport>,
    credential: Arc<CountingCredential>,
    pipeline: Pipeline,
}

fn setup(answers: impl IntoIterator<Item = Answer>) -> Setup {
    setup_at(ENDPOINT, answers)
}

fn setup_at(endpoint: &str, answers: impl IntoIterator<Item = Answer>) -> Setup {
    let transport = ScriptedTransport::new(answers);
    let credential = Arc::new(CountingCredential::default());
    let pipeline = Pipeline::builder(transport.options())
        .bearer(
            &endpoint.parse().unwrap(),
            Arc::<CountingCredential>::clone(&credential),
            TokenRequest::new("https://lake.test/.default"),
        )
        .build()
        .unwrap();
    Setup { transport, credential, pipeline }
}

fn request(url: &str, idempotency: Idempotency) -> Request {
    Request::new("TEST", Method::POST, url.parse().unwrap(), idempotency)
}

fn safe() -> Request {
    request("https://lake.test/a?op=TEST", Idempotency::Safe)
}

fn unsafe_() -> Request {
    request("https://lake.test/a?op=TEST", Idempotency::Unsafe).body("text/plain", "hello")
}

/// The text of an error without the id that differs from run to run.
fn shown(error: &Error) -> String {
    error.to_string().replace(error.client_request_id().unwrap_or("-"), "ID")
}

#[tokio::test(start_paused = true)]
async fn one_id_for_all_tries_and_the_body_from_its_start() {
    let Setup { transport, pipeline, .. } =
        setup([Answer::status(429), Answer::status(200).body("ok")]);
    let answer = pipeline.send(unsafe_()).await.unwrap();
    assert_eq!((answer.tries(), &answer.body()[..]), (2, &b"ok"[..]));

    let id = |index| transport.header(index, "x-ms-client-request-id").unwrap();
    let (first, second) = (id(0), id(1));
    assert_eq!(first.strip_suffix(".0"), second.strip_suffix(".1"));
    assert!(transport.header(0, "user-agent").unwrap().starts_with("adls-rs/"));
    assert_snapshot!(transport.transcript(), @r"
    POST https://lake.test/a?op=TEST
    authorization: Bearer token-1
    content-type: text/plain

    hello

    POST https://lake.test/a?op=TEST
    authorization: Bearer token-1
    content-type: text/plain

    hello
    ");
}

#[tokio::test(start_paused = true)]
async fn waits_as_long_as_the_service_asks() {
    let Setup { pipeline, .. } =
        setup([Answer::status(503).header("retry-after", "17"), Answer::status(200)]);
    let start = tokio::time::Instant::now();
    pipeline.send(safe()).await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(17));
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_replaced_once() {
    let Setup { transport, credential, pipeline } =
        setup([Answer::status(401), Answer::status(200)]);
    pipeline.send(unsafe_()).await.unwrap();
    assert_eq!(transport.header(1, "authorization").unwrap(), "Bearer token-2");
    let requests = credential.requests();
    assert_eq!(requests[1].rejected.as_ref().unwrap().secret(), "token-1");

    let Setup { transport, pipeline, .. } = setup([Answer::status(401), Answer::status(401)]);
    let error = pipeline.send(safe()).await.unwrap_err();
    assert_eq!((error.status(), transport.count()), (Some(StatusCode::UNAUTHORIZED), 2));
}

#[tokio::test(start_paused = true)]
async fn demanded_claims_reach_the_credential() {
    let challenge = r#"Bearer error="insufficient_claims", claims="eyJhIjoxfQ==""#;
    let Setup { credential, pipeline, .. } =
        setup([Answer::status(401).header("www-authenticate", challenge), Answer::status(200)]);
    pipeline.send(safe()).await.unwrap();
    assert_eq!(credential.requests()[1].claims.as_deref(), Some(r#"{"a":1}"#));
}

#[tokio::test(start_paused = true)]
async fn a_token_goes_nowhere_else_and_never_in_clear() {
    for (endpoint, url) in [
        (ENDPOINT, "https://other.test/a"),
        (ENDPOINT, "https://lake.test:8443/a"),
        (ENDPOINT, "http://lake.test/a"),
        ("http://lake.test", "http://lake.test/a"),
        ("http://127.0.0.1:9", "http://127.0.0.1:9/a"),
    ] {
        let Setup { transport, credential, pipeline } = setup_at(endpoint, [Answer::status(200)]);
        let error = pipeline.send(request(url, Idempotency::Safe)).await.unwrap_err();
        assert_eq!((error.kind(), error.sent()), (ErrorKind::Credential, Sent::No), "{url}");
        assert_eq!((transport.count(), credential.requests().len()), (0, 0), "{url}");
        assert_eq!(transport.take_unasked(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn plain_http_to_this_machine_on_request() {
    let transport = ScriptedTransport::new([Answer::status(200)]);
    let mut options = transport.options();
    options.allow_http_loopback = true;
    let endpoint = "http://lake.localhost:9".parse().unwrap();
    let pipeline = Pipeline::builder(options)
        .bearer(&endpoint, Arc::new(CountingCredential::default()), TokenRequest::new("s"))
        .build()
        .unwrap();
    pipeline.send(request("http://lake.localhost:9/a", Idempotency::Safe)).await.unwrap();
    assert_eq!(transport.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn redirects_are_not_followed() {
    let Setup { transport, pipeline, .. } =
        setup([Answer::status(307).header("location", "https://other.test/")]);
    let error = pipeline.send(safe()).await.unwrap_err();
    assert_eq!(transport.count(), 1);
    assert_snapshot!(shown(&error), @"TEST https://lake.test/a?op=TEST: the service answered 307 Temporary Redirect: redirects are not followed (client request id ID)");
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_asked_for_again_only_if_that_does_no_harm() {
    let lost = || Answer::failure(TransportErrorKind::Interrupted);
    let Setup { transport, pipeline, .. } = setup([lost(), Answer::status(200)]);
    pipeline.send(safe()).await.unwrap();
    assert_eq!(transport.count(), 2);

    let Setup { transport, pipeline, .. } = setup([lost(), Answer::status(200)]);
    let error = pipeline.send(unsafe_()).await.unwrap_err();
    assert_eq!((error.sent(), transport.count()), (Sent::Maybe, 1));
    assert_eq!(transport.take_unasked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_breaks_is_a_lost_answer() {
    let broken = || Answer::status(200).body("ha").then_failure(TransportErrorKind::Interrupted);
    let Setup { pipeline, .. } = setup([broken(), Answer::status(200).body("half")]);
    assert_eq!(&pipeline.send(safe()).await.unwrap().body()[..], b"half");

    let Setup { pipeline, .. } = setup([broken()]);
    let stream = pipeline.send_streaming(safe()).await.unwrap().into_stream();
    let frames: Vec<Result<Bytes>> = stream.collect().await;
    assert_eq!(frames[0].as_ref().unwrap(), "ha");
    assert_eq!(frames[1].as_ref().unwrap_err().kind(), ErrorKind::Interrupted);
}

#[tokio::test(start_paused = true)]
async fn what_stops_flowing_fails() {
    let Setup { pipeline, .. } = setup([Answer::status(200).body("ha").then_stall()]);
    let body = pipeline.send_streaming(safe()).await.unwrap().into_stream();
    let error = body.try_collect::<Vec<_>>().await.unwrap_err();
    assert_snapshot!(shown(&error), @"TEST https://lake.test/a?op=TEST: the answer was lost: no byte within 60 seconds (client request id ID)");

    let Setup { pipeline, .. } = setup([Answer::never()]);
    let error = pipeline.send(unsafe_()).await.unwrap_err();
    assert_snapshot!(shown(&error), @"TEST https://lake.test/a?op=TEST: the answer was lost: no answer within 90 seconds (client request id ID)");
}

#[tokio::test(start_paused = true)]
async fn an_error_tells_the_whole_story() {
    let answer = || {
        Answer::status(500).header("x-ms-request-id", "5e7").body(
            r#"{"RemoteException":{"exception":"RuntimeException","message":"no","javaClassName":"j"}}"#,
        )
    };
    let Setup { pipeline, .. } = setup((0..5).map(|_| answer()));
    let error = pipeline.send(safe()).await.unwrap_err();
    assert_eq!(error.sent(), Sent::Answered);
    assert_snapshot!(shown(&error), @"TEST https://lake.test/a?op=TEST: the service answered 500 Internal Server Error: RuntimeException: no (client request id ID, request id 5e7, 5 tries)");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_not_json_names_the_operation() {
    let Setup { pipeline, .. } = setup([Answer::status(200).body("<html>")]);
    let answer = pipeline.send(safe()).await.unwrap();
    let error = answer.json::<serde_json::Value>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_snapshot!(shown(&error), @"TEST https://lake.test/a?op=TEST: the answer cannot be understood: expected value at line 1 column 1 (client request id ID)");
}

#[tokio::test(start_paused = true)]
async fn nothing_shows_the_token() {
    let Setup { transport, pipeline, .. } = setup([Answer::status(400), Answer::status(200)]);
    let error = pipeline.send(safe()).await.unwrap_err();
    pipeline.send(safe()).await.unwrap();
    assert_eq!(transport.header(1, "authorization").unwrap(), "Bearer token-1");
    for text in [format!("{pipeline:?}"), format!("{transport:?}"), format!("{error:?}")] {
        assert!(!text.contains("token-1"), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn retries_can_be_switched_off() {
    let transport = ScriptedTransport::new([Answer::status(503)]);
    let mut options = transport.options();
    options.retry = RetryOptions { max_retries: 0, ..RetryOptions::default() };
    let pipeline = Pipeline::builder(options).build().unwrap();
    let error = pipeline.send(safe()).await.unwrap_err();
    assert_eq!((error.tries(), transport.count()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn an_earlier_try_that_may_have_arrived_is_not_forgotten() {
    let lost = || Answer::failure(TransportErrorKind::Interrupted);
    let unreachable = || Answer::failure(TransportErrorKind::Connect);
    let idempotent = || request("https://lake.test/a?op=TEST", Idempotency::Idempotent);
    let script = |first: Answer| std::iter::once(first).chain((0..4).map(|_| unreachable()));
    for (first, expected) in [
        (lost(), Sent::Maybe),
        (Answer::status(500), Sent::Maybe),
        (Answer::status(429), Sent::No),
        (unreachable(), Sent::No),
    ] {
        let error = setup(script(first)).pipeline.send(idempotent()).await.unwrap_err();
        assert_eq!((error.kind(), error.sent()), (ErrorKind::Connection, expected));
    }
}

#[tokio::test(start_paused = true)]
async fn tries_is_not_had_an_effect() {
    let lost = || Answer::failure(TransportErrorKind::Interrupted);
    let unreachable = || Answer::failure(TransportErrorKind::Connect);
    let script = |first: Answer| [first, Answer::status(404), Answer::status(404)];
    for (first, expected) in [
        (lost(), true),
        (Answer::status(500), true),
        (Answer::status(401), false),
        (Answer::status(429), false),
        (unreachable(), false),
    ] {
        let request = || request("https://lake.test/a?op=TEST", Idempotency::Idempotent);
        let accepting = || request().accept(StatusCode::NOT_FOUND);
        let Setup { pipeline, transport, .. } = setup(script(first));
        let answer = pipeline.send(accepting()).await.unwrap();
        assert_eq!((answer.tries(), answer.may_have_arrived()), (2, expected));
        let again = pipeline.send(request()).await.unwrap_err();
        assert_eq!((again.tries(), again.may_have_arrived(), transport.count()), (1, false, 3));
    }
    let Setup { pipeline, .. } = setup([lost(), Answer::status(401), Answer::status(404)]);
    let error = pipeline.send(safe()).await.unwrap_err();
    assert_eq!((error.tries(), error.may_have_arrived()), (3, true));
    let Setup { pipeline, .. } = setup([lost(), Answer::status(200)]);
    assert!(pipeline.send_streaming(safe()).await.unwrap().may_have_arrived());
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_too_large_is_not_asked_for_again() {
    let frame = Bytes::from(vec![b'x'; 16 << 20]);
    let answer = (0..5).fold(Answer::status(200), |answer, _| answer.body(frame.clone()));
    let Setup { transport, pipeline, .. } = setup([answer, Answer::status(200)]);
    let error = pipeline.send(safe()).await.unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Decode, Sent::Answered));
    assert!(error.to_string().contains("larger than 64 MiB"), "{error}");
    assert_eq!((transport.count(), transport.take_unasked()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn the_longest_timeouts_are_no_overflow() {
    let transport = ScriptedTransport::new([Answer::status(200)]);
    let mut options = transport.options();
    options.timeouts.first_byte = Duration::MAX;
    let pipeline = Pipeline::builder(options).build().unwrap();
    pipeline.send(unsafe_().body("text/plain", vec![0; 1 << 20])).await.unwrap();
}
