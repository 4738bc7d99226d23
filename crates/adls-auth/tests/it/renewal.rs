//! When tokens are renewed, and what happens when that fails.

use std::time::Duration;

use adls_auth::{AuthErrorKind, Error};
use adls_http::test_util::{Answer, ScriptedTransport};
use adls_http::{TokenCredential, TransportErrorKind};
use serde_json::json;

use crate::support::*;

const MINUTE: Duration = Duration::from_secs(60);

fn down() -> Answer {
    Answer::failure(TransportErrorKind::Connect)
}

#[tokio::test(start_paused = true)]
async fn five_minutes_before_the_end() {
    let transport = ScriptedTransport::new([ok(&app_reply("1")), ok(&app_reply("2"))]);
    let (options, clock) = options_with_clock(&transport);
    let credential = client_secret(options);
    for (pass, token) in [(0, "access-1"), (54, "access-1"), (1, "access-2"), (54, "access-2")] {
        clock.advance(MINUTE * pass);
        let got = credential.get_token(&data_lake()).await.unwrap();
        assert_eq!(got.secret(), token, "after {pass} more minutes");
    }
    assert_eq!(transport.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn when_the_authority_advises() {
    let mut first = app_reply("1");
    first["refresh_in"] = json!(1800);
    let transport = ScriptedTransport::new([ok(&first), ok(&app_reply("2"))]);
    let (options, clock) = options_with_clock(&transport);
    let credential = client_secret(options);
    for (pass, token) in [(0, "access-1"), (29, "access-1"), (1, "access-2")] {
        clock.advance(MINUTE * pass);
        assert_eq!(credential.get_token(&data_lake()).await.unwrap().secret(), token);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_early_renewal_keeps_the_old_token_and_waits() {
    let transport =
        ScriptedTransport::new([ok(&app_reply("1")), down(), down(), down(), ok(&app_reply("2"))]);
    let (mut options, clock) = options_with_clock(&transport);
    options.client.retry.max_retries = 0;
    let credential = client_secret(options);
    credential.get_token(&data_lake()).await.unwrap();
    clock.advance(MINUTE * 56);
    for expected in [2, 2, 2] {
        assert_eq!(credential.get_token(&data_lake()).await.unwrap().secret(), "access-1");
        assert_eq!(transport.count(), expected, "no second try within half a minute");
    }
    clock.advance(Duration::from_secs(31));
    assert_eq!(credential.get_token(&data_lake()).await.unwrap().secret(), "access-1");
    assert_eq!(transport.count(), 3);
    // Past its end the old token is no way out any more.
    clock.advance(MINUTE * 4);
    let error = credential.get_token(&data_lake()).await.unwrap_err();
    assert_eq!(Error::find(&error).unwrap().kind(), AuthErrorKind::Network);
    assert_eq!(credential.get_token(&data_lake()).await.unwrap().secret(), "access-2");
}

#[tokio::test(start_paused = true)]
async fn short_lived_tokens_are_not_renewed_at_every_call() {
    let short = |name: &str| {
        let mut reply = app_reply(name);
        reply["expires_in"] = json!(120);
        ok(&reply)
    };
    let transport = ScriptedTransport::new([short("1"), short("2")]);
    let (options, clock) = options_with_clock(&transport);
    let credential = client_secret(options);
    for _ in 0..3 {
        assert_eq!(credential.get_token(&data_lake()).await.unwrap().secret(), "access-1");
    }
    clock.advance(Duration::from_secs(31));
    assert_eq!(credential.get_token(&data_lake()).await.unwrap().secret(), "access-2");
    assert_eq!(transport.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_user_token_is_renewed_by_the_refresh_token() {
    let transport = ScriptedTransport::new([managed(), ok(&user_reply("1")), ok(&user_reply("2"))]);
    let (options, clock) = options_with_clock(&transport);
    let credential = password(options);
    let first = credential.get_token(&data_lake()).await.unwrap();
    assert_eq!(lifetime(first.expires_on(), &clock), 3599);
    clock.advance(MINUTE * 70);
    let second = credential.get_token(&data_lake()).await.unwrap();
    assert_eq!(second.secret(), "access-2");
    assert_eq!(lifetime(second.expires_on(), &clock), 3599);
    assert!(transport.transcript().contains("grant_type=refresh_token"));
}

#[tokio::test(start_paused = true)]
async fn a_refused_password_is_tried_again_after_a_minute_only() {
    let transport = ScriptedTransport::new([
        managed(),
        refusal(400, "invalid_grant", 50053),
        managed(),
        ok(&user_reply("1")),
    ]);
    let (options, clock) = options_with_clock(&transport);
    let credential = password(options);
    for _ in 0..3 {
        let error = credential.get_token(&data_lake()).await.unwrap_err();
        assert_eq!(Error::find(&error).unwrap().kind(), AuthErrorKind::AccountLocked);
        assert_eq!(transport.count(), 2);
        clock.advance(Duration::from_secs(20));
    }
    assert_eq!(credential.get_token(&data_lake()).await.unwrap().secret(), "access-1");
}
