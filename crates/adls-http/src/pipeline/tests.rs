//! The stages together, over the scripted transport and paused time.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt;
use http::{Method, StatusCode};
use insta::assert_snapshot;

use super::*;
use crate::test_util::{Answer, CountingCredential, ScriptedTransport};
use crate::{Delivery, Idempotency, RetryOptions, TransportErrorKind};

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
        .credential(
            &[&endpoint.parse().unwrap()],
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

/// Writes down what it is told.
#[derive(Debug, Default)]
struct Told(std::sync::Mutex<Vec<String>>);

impl Observer for Told {
    fn event(&self, event: &RequestEvent<'_>) {
        self.0.lock().unwrap().push(match event {
            RequestEvent::Answered { operation, url, status, attempt, sent, .. } => {
                format!("{operation} {url} {attempt}: {sent} sent, {}", status.as_u16())
            }
            RequestEvent::Retrying { error, attempt, max_attempts, pause } => {
                let status = error.status().map(|status| status.as_u16());
                format!("{attempt} of {max_attempts} after {pause:?}: {status:?}")
            }
        });
    }
}

#[tokio::test(start_paused = true)]
async fn an_observer_hears_of_answers_and_of_pauses() {
    let transport = ScriptedTransport::new([
        Answer::status(429).header("retry-after", "3"),
        Answer::status(200).body("ok"),
    ]);
    let told = Arc::new(Told::default());
    let mut options = transport.options();
    options.observer = Some(Arc::<Told>::clone(&told));
    let pipeline = Pipeline::builder(options).build().unwrap();
    pipeline.send(unsafe_()).await.unwrap();
    let told = told.0.lock().unwrap().join("\n");
    assert_snapshot!(told, @r"
    TEST https://lake.test/a?op=TEST 1: 5 sent, 429
    2 of 5 after 3s: Some(429)
    TEST https://lake.test/a?op=TEST 2: 5 sent, 200
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
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Credential, Delivery::NotSent),
            "{url}"
        );
        assert_eq!((transport.count(), credential.requests().len()), (0, 0), "{url}");
        assert_eq!(transport.take_unasked(), 1);
    }
}

/// Signs as shared keys do: over method, URL, all headers and the length, with the time of the try.
#[derive(Debug)]
struct TestSigner(Arc<dyn Clock>);

impl Authorizer for TestSigner {
    fn authorize<'a>(
        &'a self,
        request: &'a mut OutgoingRequest<'_>,
    ) -> crate::BoxFuture<'a, Result<()>> {
        let now = self.0.now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        request.headers_mut().insert("x-ms-date", now.into());
        let names: Vec<_> = request.headers().keys().map(|name| name.as_str()).collect();
        let attempt = request.headers()["x-ms-client-request-id"].to_str().unwrap();
        let signature = format!(
            "SharedKey {} {} {} [{}] try {} at {now}",
            request.method(),
            request.url(),
            request.body_length(),
            names.join(","),
            attempt.rsplit_once('.').unwrap().1,
        );
        request.headers_mut().insert(AUTHORIZATION, signature.parse().unwrap());
        Box::pin(std::future::ready(Ok(())))
    }
}

#[tokio::test(start_paused = true)]
async fn a_signature_covers_each_try_as_it_is_sent() {
    let answers = [Answer::status(503).header("retry-after", "17"), Answer::status(401)];
    let transport = ScriptedTransport::new(answers);
    let options = transport.options();
    let signer = Arc::new(TestSigner(Arc::clone(&options.clock)));
    let [dfs, blob] =
        ["https://lake.dfs.test", "https://lake.blob.test"].map(|url| url.parse().unwrap());
    let pipeline = Pipeline::builder(options).authorizer(&[&dfs, &blob], signer).build().unwrap();
    let url = "https://lake.blob.test/a?comp=block";
    let request = request(url, Idempotency::Idempotent).body("text/plain", "hello");
    let error = pipeline.send(request).await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::UNAUTHORIZED), "it answers no challenge");
    let sent = [0, 1].map(|index| transport.header(index, "authorization").unwrap());
    let signed = "POST https://lake.blob.test/a?comp=block 5 \
                  [content-type,user-agent,x-ms-client-request-id,x-ms-date]";
    assert_eq!(sent[0], format!("SharedKey {signed} try 0 at 1767225600"));
    assert_eq!(sent[1], format!("SharedKey {signed} try 1 at 1767225617"));
}

#[tokio::test(start_paused = true)]
async fn a_shared_access_signature_goes_into_the_query_and_nowhere_else() {
    let sas = || crate::SasToken::new("?sv=1&sig=s3cret%3D").unwrap();
    let origins =
        ["https://lake.dfs.test", "https://lake.blob.test"].map(|url| url.parse().unwrap());
    for (url, sent) in [
        ("https://lake.dfs.test/a", "https://lake.dfs.test/a?sv=1&sig=s3cret%3D"),
        ("https://lake.blob.test/a?comp=b", "https://lake.blob.test/a?comp=b&sv=1&sig=s3cret%3D"),
    ] {
        let transport = ScriptedTransport::new([Answer::status(404)]);
        let pipeline = Pipeline::builder(transport.options())
            .credential(&[&origins[0], &origins[1]], sas(), TokenRequest::default())
            .build()
            .unwrap();
        let error = pipeline.send(request(url, Idempotency::Safe)).await.unwrap_err();
        assert_eq!(transport.transcript(), format!("POST {sent}"));
        let said = format!("{error} {error:?} {pipeline:?}");
        assert!(!said.contains("s3cret"), "{said}");
        let elsewhere = request("https://other.test/a", Idempotency::Safe);
        let error = pipeline.send(elsewhere).await.unwrap_err();
        assert_eq!((error.kind(), transport.count()), (ErrorKind::Credential, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn the_signature_behind_a_source_is_shown_nowhere() {
    let transport = ScriptedTransport::new([Answer::status(503), Answer::status(404)]);
    let sas = crate::SasToken::new("?sv=1&sig=s3cret%3D").unwrap();
    let pipeline = Pipeline::builder(transport.options())
        .credential(&[&ENDPOINT.parse().unwrap()], sas, TokenRequest::default())
        .build()
        .unwrap();
    let source = HeaderValue::from_static("/fs/a");
    let request = safe().header(http::HeaderName::from_static("x-ms-rename-source"), source);
    let error = pipeline.send(request).await.unwrap_err();
    // Once in each try, not once more in the second.
    for index in [0, 1] {
        let sent = transport.header(index, "x-ms-rename-source").unwrap();
        assert_eq!(sent, "/fs/a?sv=1&sig=s3cret%3D");
    }
    let said = format!("{error} {error:?} {pipeline:?}");
    assert!(!said.contains("s3cret"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_key_signs_each_try_anew_and_for_its_account_only() {
    let transport = ScriptedTransport::new([
        Answer::status(503).header("retry-after", "60"),
        Answer::status(404),
    ]);
    let key = crate::AccountKey::new("lake", "czNjcmV0").unwrap();
    let pipeline = Pipeline::builder(transport.options())
        .credential(&[&ENDPOINT.parse().unwrap()], key, TokenRequest::default())
        .build()
        .unwrap();
    let error = pipeline.send(safe()).await.unwrap_err();
    let sent = |name: &str| [0, 1].map(|index| transport.header(index, name).unwrap());
    assert_eq!(
        sent("x-ms-date"),
        ["Thu, 01 Jan 2026 00:00:00 GMT", "Thu, 01 Jan 2026 00:01:00 GMT"]
    );
    let signatures = sent("authorization");
    assert_ne!(signatures[0], signatures[1]);
    assert!(signatures.iter().all(|signature| signature.starts_with("SharedKey lake:")));
    let said = format!("{error} {error:?} {pipeline:?}");
    assert!(!said.contains("czNjcmV0") && !said.contains(&signatures[1]), "{said}");
    for elsewhere in ["https://other.test/a", "http://lake.test/a"] {
        let error = pipeline.send(request(elsewhere, Idempotency::Safe)).await.unwrap_err();
        assert_eq!((error.kind(), transport.count()), (ErrorKind::Credential, 2));
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_signs_over_plain_http_to_this_machine_only_on_request() {
    let endpoint = "http://127.0.0.1:10000/devstoreaccount1".parse().unwrap();
    for allowed in [false, true] {
        let transport = ScriptedTransport::new(allowed.then(|| Answer::status(200)));
        let mut options = transport.options();
        options.allow_http_loopback = allowed;
        let key = crate::AccountKey::new("devstoreaccount1", "czNjcmV0").unwrap();
        let pipeline = Pipeline::builder(options)
            .credential(&[&endpoint], key, TokenRequest::default())
            .build()
            .unwrap();
        let url = "http://127.0.0.1:10000/devstoreaccount1/fs";
        let sent = pipeline.send(request(url, Idempotency::Safe)).await;
        assert_eq!((sent.is_ok(), transport.count()), (allowed, usize::from(allowed)));
    }
}

thread_local! {
    static LOGGED: std::cell::RefCell<String> = const { std::cell::RefCell::new(String::new()) };
}

/// Keeps whatever is logged, at every level, for the thread that logs it. It is there for all tests: what one
/// of them sets for itself alone may come too late for what others have logged already.
struct Logged;

impl Logged {
    /// What this thread logs from now on.
    fn start() {
        static ONCE: std::sync::Once = std::sync::Once::new();
        ONCE.call_once(|| tracing::subscriber::set_global_default(Self).unwrap());
        Self::take();
    }

    fn take() -> String {
        LOGGED.with_borrow_mut(std::mem::take)
    }
}

impl tracing::Subscriber for Logged {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut |field: &tracing::field::Field, value: &dyn std::fmt::Debug| {
            LOGGED.with_borrow_mut(|kept| kept.push_str(&format!("{field}={value:?} ")));
        });
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

#[tokio::test(start_paused = true)]
async fn no_log_shows_a_key_or_a_signature() {
    let key = crate::AccountKey::new("lake", "czNjcmV0").unwrap();
    let sas = crate::SasToken::new("?sv=1&sig=s3cret%3D").unwrap();
    for credential in [Credential::from(key), Credential::from(sas)] {
        Logged::start();
        let transport = ScriptedTransport::new([Answer::status(503), Answer::status(200)]);
        let pipeline = Pipeline::builder(transport.options())
            .credential(&[&ENDPOINT.parse().unwrap()], credential, TokenRequest::default())
            .build()
            .unwrap();
        let source = HeaderValue::from_static("/fs/a");
        let request = safe().header(http::HeaderName::from_static("x-ms-rename-source"), source);
        pipeline.send(request).await.unwrap();
        let text = Logged::take();
        assert!(text.contains("trying again") && text.contains("https://lake.test/a"), "{text}");
        for secret in ["s3cret", "czNjcmV0", "SharedKey", "sig="] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_in_particular_sends_requests_as_they_are() {
    let transport = ScriptedTransport::new([Answer::status(200)]);
    let endpoint = ENDPOINT.parse().unwrap();
    let pipeline = Pipeline::builder(transport.options())
        .credential(&[&endpoint], Credential::Anonymous, TokenRequest::default())
        .build()
        .unwrap();
    pipeline.send(safe()).await.unwrap();
    assert_eq!(transport.header(0, "authorization"), None);
}

#[test]
fn a_service_that_takes_tokens_refuses_the_rest_by_name() {
    let sas = Credential::from(crate::SasToken::new("sig=s3cret").unwrap());
    let key = Credential::from(crate::AccountKey::new("lake", "czNjcmV0").unwrap());
    for (credential, given) in [
        (sas, "a shared access signature"),
        (key, "a key of an account"),
        (Credential::Anonymous, "none"),
    ] {
        let error = credential.into_token("the lake").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let text = error.to_string();
        assert!(text.starts_with("the lake takes access tokens") && text.contains(given), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn plain_http_to_this_machine_on_request() {
    let transport = ScriptedTransport::new([Answer::status(200)]);
    let mut options = transport.options();
    options.allow_http_loopback = true;
    let endpoint = "http://lake.localhost:9".parse().unwrap();
    let pipeline = Pipeline::builder(options)
        .credential(&[&endpoint], CountingCredential::default(), TokenRequest::new("s"))
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
    assert_eq!((error.delivery(), transport.count()), (Delivery::Unknown, 1));
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
    assert_eq!(error.delivery(), Delivery::Answered);
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
async fn an_answer_with_secrets_is_shown_by_no_error() {
    for (body, what) in [("\"s3cret", "not JSON"), ("\"s3cret\"", "JSON of another shape")] {
        let Setup { pipeline, .. } = setup([Answer::status(200).body(body)]);
        let error = pipeline.send(safe()).await.unwrap().secret_json::<u32>().unwrap_err();
        assert_eq!((error.kind(), error.response_body()), (ErrorKind::Decode, &b""[..]));
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(what) && !shown.contains("s3cret"), "{shown}");
    }
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
        (lost(), Delivery::Unknown),
        (Answer::status(500), Delivery::Unknown),
        (Answer::status(429), Delivery::NotSent),
        (unreachable(), Delivery::NotSent),
    ] {
        let error = setup(script(first)).pipeline.send(idempotent()).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Connection, expected));
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
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Decode, Delivery::Answered));
    assert!(error.to_string().contains("larger than 64 MiB"), "{error}");
    assert_eq!((transport.count(), transport.take_unasked()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn memory_is_bounded_by_design() {
    // What is said of a failure is read so far and no further, and shown as far as a person reads.
    let frame = Bytes::from(vec![b'x'; 1 << 20]);
    let huge = (0..50).fold(Answer::status(400), |answer, _| answer.body(frame.clone()));
    let Setup { pipeline, .. } = setup([huge]);
    let error = pipeline.send(safe()).await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::BAD_REQUEST));
    assert!(error.to_string().len() < 2_000 && format!("{error:?}").len() < 4_000, "{error}");

    let Setup { pipeline, .. } = setup([Answer::status(200).body("12345")]);
    let error = pipeline.send(safe().longest_answer(4)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);

    // Whoever cannot decode something quotes it.
    let quoted = format!("{:?}", "\u{1b}[2J".repeat(100_000));
    let Setup { pipeline, .. } = setup([Answer::status(200).body(quoted)]);
    let error = pipeline.send(safe()).await.unwrap().json::<u32>().unwrap_err().to_string();
    assert!(error.len() < 10_000 && !error.contains('\u{1b}'), "{error}");
}

#[tokio::test(start_paused = true)]
async fn nothing_from_a_peer_reaches_a_terminal_unescaped() {
    let body = r#"{"error":{"code":"C","message":"m\u001b]52;c;x\u0007\nsecond\u202e line"}}"#;
    let answer = Answer::status(400).body(body).header("x-ms-request-id", "5\t7");
    let Setup { pipeline, .. } = setup([answer]);
    let error = pipeline.send(safe()).await.unwrap_err();
    assert_snapshot!(shown(&error), @r"TEST https://lake.test/a?op=TEST: the service answered 400 Bad Request: C: m\u{1b}]52;c;x\u{7} second\u{202e} line (client request id ID, request id 5 7)");
    assert_eq!(error.service_message(), Some("m\\u{1b}]52;c;x\\u{7}\nsecond\\u{202e} line"));
}

#[tokio::test(start_paused = true)]
async fn an_operation_ends_however_many_tries_come_to_nothing() {
    let start = tokio::time::Instant::now();
    let stalls = || (0..5).map(|_| Answer::status(200).body("ha").then_stall());
    let Setup { transport, pipeline, .. } = setup(stalls());
    let error = pipeline.send(safe()).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Interrupted, Delivery::Unknown));
    assert!(start.elapsed().as_secs() <= 180, "{:?}", start.elapsed());
    assert!((2..5).contains(&transport.count()), "{}", transport.count());
    assert_eq!(transport.take_unasked(), 5 - transport.count());

    // A reader that goes on where it was has all the time it wants.
    let Setup { pipeline, .. } = setup(stalls().take(1));
    pipeline.send_streaming(safe()).await.unwrap();

    // What the service asks for is not taken from it.
    let patient = || Answer::status(429).header("retry-after", "100");
    let Setup { transport, pipeline, .. } =
        setup([patient(), patient(), patient(), Answer::status(200)]);
    pipeline.send(safe()).await.unwrap();
    assert_eq!(transport.count(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_trickles_ends_too() {
    // A byte every 50 seconds is no stall.
    let clock: Arc<dyn Clock> = Arc::new(crate::test_util::TestClock::new());
    let trickle = || {
        futures_util::stream::unfold(Arc::clone(&clock), |clock| async {
            clock.sleep(Duration::from_secs(50)).await;
            Some((Ok(Bytes::from_static(b"x")), clock))
        })
    };
    let timeouts = TimeoutOptions::default();
    let body = |end| stall::guard(Box::pin(trickle()), &clock, &timeouts, end);
    let start = tokio::time::Instant::now();
    let outcome = collect(body(Some(clock.elapsed() + timeouts.call)), 1 << 20).await;
    assert!(matches!(outcome, Err(BodyError::Lost(_))), "{outcome:?}");
    assert_eq!(start.elapsed(), timeouts.call);
    assert_eq!(body(None).take(10).count().await, 10);
}

#[tokio::test(start_paused = true)]
async fn words_name_the_right_thing() {
    use crate::{ConnectFailure as Failure, TransportError};
    let error = |failure, proxy: Option<&str>| {
        let error = TransportError::new(TransportErrorKind::Connect, "what the system says");
        let error = error.with_connect_failure(failure);
        let error = match proxy {
            Some(proxy) => error.with_proxy(proxy),
            None => error,
        };
        let trace = Trace {
            operation: "TEST",
            method: Method::GET,
            url: "https://lake.test/".parse().unwrap(),
            client_request_id: String::new(),
            tries: 0,
            may_have_arrived: false,
        };
        Error::transport(error, &trace)
    };
    let proxy = Some("p.test:3128 (HTTPS_PROXY)");
    let texts: Vec<String> = [
        error(Failure::UnknownHost, None),
        error(Failure::Certificate, None),
        error(Failure::Refused, proxy),
        error(Failure::ProxyAuthentication, proxy),
        error(Failure::ProxyRefused, proxy),
        error(Failure::Certificate, proxy),
    ]
    .iter()
    .map(|error| format!("{error}\n  {}", error.hint().unwrap()))
    .collect();
    assert_snapshot!(texts.join("\n"), @r"
    TEST https://lake.test/: cannot connect to lake.test: what the system says
      check the spelling of the name, and the network; if this network has a proxy, name it in HTTPS_PROXY
    TEST https://lake.test/: cannot connect to lake.test: what the system says
      if a proxy or an authority of your own has issued the certificate, name the authority's certificate (PEM) in SSL_CERT_FILE; REQUESTS_CA_BUNDLE has no effect
    TEST https://lake.test/: cannot connect to the proxy p.test:3128 (HTTPS_PROXY) on the way to lake.test: what the system says
      check the variable that names the proxy, or unset it; NO_PROXY lists hosts that are reached without
    TEST https://lake.test/: the proxy p.test:3128 (HTTPS_PROXY) leads to lake.test only with a user name and password: what the system says
      write the proxy as http://user:password@host:port, with user and password percent-encoded
    TEST https://lake.test/: the proxy p.test:3128 (HTTPS_PROXY) does not lead to lake.test: what the system says
      ask whoever runs the proxy, or list the host in NO_PROXY if it can be reached without
    TEST https://lake.test/: cannot connect to lake.test through the proxy p.test:3128 (HTTPS_PROXY): what the system says
      if a proxy or an authority of your own has issued the certificate, name the authority's certificate (PEM) in SSL_CERT_FILE; REQUESTS_CA_BUNDLE has no effect
    ");
}

#[tokio::test(start_paused = true)]
async fn what_a_certificate_or_a_proxy_forbids_is_not_tried_again() {
    use crate::ConnectFailure::{Certificate, ProxyAuthentication, Refused};
    for (failure, tries) in [(Certificate, 1), (ProxyAuthentication, 1), (Refused, 5)] {
        let Setup { transport, pipeline, .. } =
            setup((0..tries).map(|_| Answer::unconnected(failure)));
        let error = pipeline.send(safe()).await.unwrap_err();
        assert_eq!(error.connect_failure(), Some(failure));
        assert_eq!((error.tries(), transport.count()), (tries, tries as usize));
    }
}

#[tokio::test(start_paused = true)]
async fn the_longest_timeouts_are_no_overflow() {
    let transport = ScriptedTransport::new([Answer::status(200)]);
    let mut options = transport.options();
    options.timeouts.first_byte = Duration::MAX;
    options.timeouts.call = Duration::MAX;
    let pipeline = Pipeline::builder(options).build().unwrap();
    pipeline.send(unsafe_().body("text/plain", vec![0; 1 << 20])).await.unwrap();
}
