//! Many callers, one request.

use std::sync::Arc;
use std::time::Duration;

use adls_auth::{AuthErrorKind, Error};
use adls_http::test_util::ScriptedTransport;
use adls_http::{
    BoxFuture, TokenCredential, Transport, TransportError, TransportRequest, TransportResponse,
};

use crate::support::*;

/// Answers after a while, which in paused time is when everybody else waits.
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

/// Answers only when all callers have come.
#[derive(Debug)]
struct WhenAllHaveCome(Arc<ScriptedTransport>, Arc<tokio::sync::watch::Sender<usize>>);

impl Transport for WhenAllHaveCome {
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        Box::pin(async move {
            let _ = self.1.subscribe().wait_for(|missing| *missing == 0).await;
            self.0.send(request).await
        })
    }
}

/// Options with a transport that waits for the callers that are still missing.
fn gated(
    options: &mut adls_auth::AuthOptions,
    transport: &Arc<ScriptedTransport>,
) -> Arc<tokio::sync::watch::Sender<usize>> {
    let missing = Arc::new(tokio::sync::watch::Sender::new(0));
    let gate = WhenAllHaveCome(Arc::clone(transport), Arc::clone(&missing));
    options.client.transport = Arc::new(gate);
    missing
}

async fn many(
    callers: usize,
    credential: &(impl TokenCredential + Clone + 'static),
    missing: &Arc<tokio::sync::watch::Sender<usize>>,
) -> Vec<adls_http::Result<String>> {
    missing.send_replace(callers);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..callers {
        let (credential, missing) = (credential.clone(), Arc::clone(missing));
        tasks.spawn(async move {
            missing.send_modify(|missing| *missing -= 1);
            credential.get_token(&data_lake()).await.map(|token| token.secret().to_owned())
        });
    }
    tasks.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_callers_cause_one_request() {
    let transport = ScriptedTransport::new([ok(&app_reply("1")), ok(&app_reply("2"))]);
    let (mut options, clock) = options_with_clock(&transport);
    let missing = gated(&mut options, &transport);
    let credential = client_secret(options);
    for token in ["access-1", "access-2"] {
        let got = many(10_000, &credential, &missing).await;
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
    let missing = gated(&mut options, &transport);
    let credential = password(options);
    // Also those who come later, such as the next files of a transfer.
    for _ in 0..2 {
        for error in many(1000, &credential, &missing).await {
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
    let got = many(100, &credential, &Arc::default()).await;
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
