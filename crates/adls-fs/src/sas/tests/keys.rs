//! Keys of users: how one is asked for, kept and fetched anew.

use std::sync::Arc;

use adls_http::test_util::{Answer, CountingCredential, ScriptedTransport, TestClock};
use adls_http::{Pipeline, SafeUrl, TokenRequest};
use insta::assert_snapshot;

use super::*;
use crate::ErrorKind;

const ENDPOINT: &str = "https://lake.blob.core.windows.net";

fn endpoint() -> SafeUrl {
    ENDPOINT.parse().unwrap()
}

/// A pipeline at the begin of 2030 over these answers.
fn pipeline(
    answers: impl IntoIterator<Item = Answer>,
) -> (Pipeline, Arc<ScriptedTransport>, TestClock) {
    let transport = ScriptedTransport::new(answers);
    let clock = TestClock::new();
    clock.advance(day(0).duration_since(adls_http::Clock::now(&clock)).unwrap());
    let mut options = transport.options();
    options.clock = Arc::new(clock.clone());
    let scope = TokenRequest::new("https://storage.azure.com/.default");
    let pipeline = Pipeline::builder(options)
        .credential(&[&endpoint()], CountingCredential::default(), scope)
        .build()
        .unwrap();
    (pipeline, transport, clock)
}

fn told(expiry: &str) -> Answer {
    Answer::status(200).body(answer(expiry))
}

#[tokio::test(start_paused = true)]
async fn a_key_is_asked_for_and_read() {
    let (pipeline, transport, _) = pipeline([told("2030-01-07T00:00:00Z")]);
    let key =
        fetch_user_delegation_key(&pipeline, &endpoint(), Some(day(0)), day(6)).await.unwrap();
    assert_eq!(key.object_id(), "00000000-0000-4000-8000-0000000000a1");
    assert_eq!(key.tenant_id(), "00000000-0000-4000-8000-0000000000b2");
    assert_eq!(key.expires_on(), day(6));
    assert_snapshot!(transport.transcript(), @r#"
    POST https://lake.blob.core.windows.net/?restype=service&comp=userdelegationkey
    authorization: Bearer token-1
    content-type: application/xml; charset=utf-8
    x-ms-version: 2023-11-03

    <?xml version="1.0" encoding="utf-8"?><KeyInfo><Start>2030-01-01T00:00:00Z</Start><Expiry>2030-01-07T00:00:00Z</Expiry></KeyInfo>
    "#);
}

#[tokio::test(start_paused = true)]
async fn failures_say_what_failed() {
    for (failure, kind) in [
        (
            Answer::status(403).header("x-ms-error-code", "AuthorizationPermissionMismatch"),
            ErrorKind::PermissionDenied,
        ),
        (
            Answer::status(403).header("x-ms-error-code", "AuthenticationFailed"),
            ErrorKind::Unauthenticated,
        ),
        (Answer::status(400).header("x-ms-error-code", "InvalidXmlNodeValue"), ErrorKind::Invalid),
        (Answer::status(404), ErrorKind::NotFound),
        (Answer::status(200).body("s3cret"), ErrorKind::Protocol),
        (Answer::status(200).body(answer("soon")), ErrorKind::Protocol),
        (
            Answer::status(200).body(answer("2030-01-07T00:00:00Z").replace("==", "!")),
            ErrorKind::Protocol,
        ),
    ] {
        let (pipeline, ..) = pipeline([failure]);
        let fetched = fetch_user_delegation_key(&pipeline, &endpoint(), None, day(6)).await;
        let error = fetched.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        let shown = format!("{error} {error:?}");
        assert!(error.to_string().contains("user delegation key"), "{error}");
        assert!(!shown.contains("s3cret") && !shown.contains(&KEY[..20]), "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_kept_key_is_fetched_anew_before_it_ends() {
    let (pipeline, transport, clock) = pipeline(
        ["2030-01-08T00:00:00Z", "2030-01-14T23:55:00Z", "2030-01-15T00:55:01Z"].map(told),
    );
    let cache = UserDelegationKeyCache::new(pipeline, endpoint());
    for _ in 0..2 {
        assert_eq!(cache.key(day(1)).await.unwrap().expires_on(), day(7));
    }
    assert_eq!(transport.count(), 1);
    // Five minutes before its end it is let go.
    clock.advance(Duration::from_secs(7 * 24 * 60 * 60 - 301));
    cache.key(day(7)).await.unwrap();
    assert_eq!(transport.count(), 1);
    clock.advance(Duration::from_secs(1));
    cache.key(day(7)).await.unwrap();
    assert_eq!(transport.count(), 2);
    // And earlier where a signature is to last longer.
    clock.advance(Duration::from_secs(3601));
    cache.key(day(14)).await.unwrap();
    assert_eq!(transport.count(), 3);
    let error = cache.key(day(15)).await.unwrap_err();
    assert_eq!((error.kind(), transport.count()), (ErrorKind::Invalid, 3));
    assert!(error.to_string().contains("2030-01-16T00:00:00Z"), "{error}");
    assert!(!format!("{cache:?}").contains(KEY));
}

#[tokio::test(start_paused = true)]
async fn keys_can_be_short() {
    let (pipeline, transport, _) = pipeline([told("2030-01-01T01:00:00Z")]);
    let cache =
        UserDelegationKeyCache::new(pipeline, endpoint()).lifetime(Duration::from_secs(3600));
    let error = cache.key(day(1)).await.unwrap_err();
    assert!(error.to_string().contains("within 60 minutes"), "{error}");
    cache.key(day(0)).await.unwrap();
    assert!(transport.transcript().contains("<Expiry>2030-01-01T01:00:00Z</Expiry>"));
}
