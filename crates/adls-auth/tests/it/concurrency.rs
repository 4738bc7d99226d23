//! Many callers, one request.

use std::sync::Arc;
use std::time::{Duration, Instant};

use adls_auth::{AuthErrorKind, Error};
use adls_http::test_util::{Answer, ScriptedTransport};
use adls_http::{
    BoxFuture, TokenCredential, Transport, TransportError, TransportRequest, TransportResponse,
};

use crate::support::*;

/// Answers only after all callers have had the time to come.
#[derive(Debug)]
struct Slow(Arc<ScriptedTransport>);

impl Transport for Slow {
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(300)).await;
            self.0.send(request).await
        })
    }
}

async fn many(
    callers: usize,
    credential: &(impl TokenCredential + Clone + 'static),
) -> Vec<adls_http::Result<String>> {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..callers {
        let credential = credential.clone();
        tasks.spawn(async move {
            credential.get_token(&data_lake()).await.map(|token| token.secret().to_owned())
        });
    }
    tasks.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_callers_cause_one_request() {
    let transport = ScriptedTransport::new([ok(&app_reply("1")), ok(&app_reply("2"))]);
    let (mut options, clock) = options_with_clock(&transport);
    options.client.transport = Arc::new(Slow(Arc::clone(&transport)));
    let credential = client_secret(options);
    for token in ["access-1", "access-2"] {
        let got = many(10_000, &credential).await;
        assert_eq!(got.len(), 10_000);
        assert!(got.iter().all(|got| got.as_deref().unwrap() == token));
        clock.advance(Duration::from_secs(7200));
    }
    assert_eq!(transport.count(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_wrong_password_is_sent_once_for_all_who_wait() {
    let transport = ScriptedTransport::new([managed(), refusal(400, "invalid_grant", 50126)]);
    let mut options = options(&transport);
    options.client.transport = Arc::new(Slow(Arc::clone(&transport)));
    let credential = password(options);
    // Also those who come later, such as the next files of a transfer.
    for _ in 0..2 {
        for error in many(1000, &credential).await {
            let error = error.unwrap_err();
            assert_eq!(Error::find(&error).unwrap().kind(), AuthErrorKind::WrongPassword);
        }
    }
    assert_eq!(transport.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_early_renewal_keeps_nobody_waiting() {
    let transport = ScriptedTransport::new([ok(&app_reply("1")), ok(&app_reply("2"))]);
    let (mut options, clock) = options_with_clock(&transport);
    options.client.transport = Arc::new(Slow(Arc::clone(&transport)));
    let credential = client_secret(options);
    credential.get_token(&data_lake()).await.unwrap();
    clock.advance(Duration::from_secs(56 * 60));
    let got = many(100, &credential).await;
    let old = got.iter().filter(|got| got.as_deref().unwrap() == "access-1").count();
    assert_eq!(old, 99);
    assert_eq!(transport.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn one_who_gives_up_takes_nobody_along() {
    let transport = ScriptedTransport::new([ok(&app_reply("1"))]);
    let mut options = options(&transport);
    options.client.transport = Arc::new(Slow(Arc::clone(&transport)));
    let credential = client_secret(options);
    let request = data_lake();
    let mut first = credential.get_token(&request);
    let second = credential.get_token(&request);
    let started = tokio::time::timeout(Duration::from_millis(10), &mut first).await;
    assert!(started.is_err());
    drop(first);
    // The request was dropped with its only caller, so it is made anew.
    assert_eq!(second.await.unwrap().secret(), "access-1");
    assert_eq!(transport.count(), 1);

    let transport = ScriptedTransport::new([ok(&app_reply("1"))]);
    let mut options = self::options(&transport);
    options.client.transport = Arc::new(Slow(Arc::clone(&transport)));
    let credential = client_secret(options);
    let mut first = credential.get_token(&request);
    let mut second = credential.get_token(&request);
    for call in [&mut first, &mut second] {
        assert!(tokio::time::timeout(Duration::from_millis(10), call).await.is_err());
    }
    drop(first);
    assert_eq!(second.await.unwrap().secret(), "access-1");
    assert_eq!(transport.count(), 1);
}

/// A guard against accidental I/O, locks or copies on the way of every request. The real figure is
/// far below; the bound leaves room for unoptimised code on a busy machine.
#[tokio::test]
async fn a_token_at_hand_costs_next_to_nothing() {
    const CALLS: u32 = 20_000;
    let transport =
        ScriptedTransport::new([ok(&app_reply(&"x".repeat(2000))), Answer::status(500)]);
    let credential = client_secret(options(&transport));
    let request = data_lake();
    credential.get_token(&request).await.unwrap();
    let start = Instant::now();
    for _ in 0..CALLS {
        credential.get_token(&request).await.unwrap();
    }
    let each = start.elapsed() / CALLS;
    println!("{each:?} per call");
    assert!(each < Duration::from_micros(50), "{each:?} per call");
    assert_eq!(transport.count(), 1);
}
