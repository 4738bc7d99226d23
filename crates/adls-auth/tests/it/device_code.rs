//! The waiting of the device code flow, in time that passes at once.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use adls_auth::{AuthErrorKind, DeviceCode, DeviceCodeCredential, Error};
use adls_http::test_util::{Answer, ScriptedTransport};
use adls_http::{Clock, TokenCredential, TransportErrorKind};
use serde_json::{Value, json};

use crate::support::*;

struct Outcome {
    shown: Vec<DeviceCode>,
    waited: Duration,
    result: Result<String, Error>,
}

async fn run(code: &Value, answers: Vec<Answer>) -> Outcome {
    let transport = ScriptedTransport::new([ok(code)].into_iter().chain(answers));
    let (mut options, clock) = options_with_clock(&transport);
    options.client.retry.max_retries = 0;
    let shown = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&shown);
    let credential = DeviceCodeCredential::new_with(
        move |code| {
            seen.lock().unwrap().push(code);
            async {}
        },
        options.client_id(CLIENT_ID),
    )
    .unwrap();
    let before = clock.elapsed();
    let result = credential.get_token(&data_lake()).await;
    let result = result
        .map(|token| token.secret().to_owned())
        .map_err(|error| Error::find(&error).unwrap().clone());
    let shown = shown.lock().unwrap().clone();
    Outcome { shown, waited: clock.elapsed() - before, result }
}

fn code() -> Value {
    json!({
        "user_code": "ABCD", "device_code": "d", "verification_uri": "https://x/device",
        "expires_in": 60, "interval": 5,
    })
}

#[tokio::test(start_paused = true)]
async fn waits_as_told_and_slower_when_told() {
    let slow_down = refusal(400, "slow_down", 0);
    let outcome = run(&code(), vec![pending(), slow_down, pending(), ok(&user_reply("1"))]).await;
    assert_eq!(outcome.result.unwrap(), "access-1");
    assert_eq!(outcome.waited.as_secs(), 5 + 5 + 10 + 10);
    let shown = &outcome.shown[0];
    assert_eq!(shown.user_code, "ABCD");
    assert_eq!(shown.message, "To sign in, open https://x/device and enter the code ABCD.");
    assert_eq!(shown.interval.as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn gives_up_when_the_code_ends() {
    let outcome = run(&code(), (0..12).map(|_| pending()).collect()).await;
    let error = outcome.result.unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::DeviceCodeExpired);
    assert_eq!(error.to_string(), "nobody entered the code ABCD in time");
    assert_eq!(outcome.waited.as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn ends_when_the_authority_ends_it() {
    for (word, code_number, kind) in [
        ("expired_token", 70020, AuthErrorKind::DeviceCodeExpired),
        ("code_expired", 70019, AuthErrorKind::DeviceCodeExpired),
        ("authorization_declined", 0, AuthErrorKind::DeviceCodeDeclined),
        ("authorization_declined", 65004, AuthErrorKind::DeviceCodeDeclined),
        ("access_denied", 0, AuthErrorKind::DeviceCodeDeclined),
        ("invalid_grant", 50076, AuthErrorKind::MfaRequired),
        ("bad_verification_code", 70018, AuthErrorKind::Refused),
    ] {
        let outcome = run(&code(), vec![pending(), refusal(400, word, code_number)]).await;
        assert_eq!(outcome.result.unwrap_err().kind(), kind, "{word}");
        assert_eq!(outcome.waited.as_secs(), 10);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_does_not_end_it() {
    let lost = Answer::failure(TransportErrorKind::Interrupted);
    let outcome = run(&code(), vec![pending(), lost, ok(&user_reply("1"))]).await;
    assert_eq!(outcome.result.unwrap(), "access-1");
    assert_eq!(outcome.waited.as_secs(), 5 + 5 + 10);
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_a_code_is_no_answer() {
    for missing in ["user_code", "device_code", "verification_uri"] {
        let mut code = code();
        code[missing] = Value::Null;
        let outcome = run(&code, vec![]).await;
        let error = outcome.result.unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::UnexpectedReply);
        assert!(error.to_string().contains(&format!("it holds no {missing}")), "{error}");
        assert!(outcome.shown.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn the_user_is_asked_once_for_many_resources_and_again_for_what_a_refresh_cannot_bring() {
    let claims = r#"{"access_token":{"capolids":{"essential":true,"values":["c1"]}}}"#;
    let transport = ScriptedTransport::new([
        ok(&code()),
        ok(&user_reply("1")),
        ok(&user_reply("2")),
        refusal_with(
            400,
            "invalid_grant",
            50076,
            &json!({"claims": claims, "suberror": "basic_action"}),
        ),
        ok(&code()),
        ok(&user_reply("3")),
    ]);
    let count = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&count);
    let credential = DeviceCodeCredential::new_with(
        move |_| {
            *counted.lock().unwrap() += 1;
            async {}
        },
        options(&transport).client_id(CLIENT_ID),
    )
    .unwrap();
    let third = adls_http::TokenRequest::new("https://storage.azure.com//.default");
    for request in [data_lake(), management(), third] {
        credential.get_token(&request).await.unwrap();
    }
    assert_eq!(*count.lock().unwrap(), 2);
    assert!(
        transport.transcript().contains("capolids"),
        "the claims go into the device code request"
    );
}
