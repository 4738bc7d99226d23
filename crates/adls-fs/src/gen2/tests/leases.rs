//! Leases: exact requests, lost answers, how they end.

use std::time::Duration;

use adls_http::TransportErrorKind::Interrupted;
use insta::assert_snapshot;

use super::*;
use crate::{AccountClient, Conditions, ErrorKind, LeaseOptions};

const ONE: &str = "00000000-0000-4000-8000-000000000001";
const TWO: &str = "00000000-0000-4000-8000-000000000002";

fn lost() -> Answer {
    Answer::failure(Interrupted)
}

fn taken() -> Answer {
    done(201, "\"0x1\"")
}

fn ok() -> Answer {
    done(200, "\"0x1\"")
}

fn mismatch() -> Answer {
    refusal(409, "LeaseIdMismatchWithLeaseOperation")
}

fn known() -> LeaseOptions {
    LeaseOptions::default().id(ONE.to_owned())
}

/// How often a request is tried whose answer is lost every time.
fn tries() -> usize {
    ScriptedTransport::new([]).options().retry.max_retries as usize + 1
}

#[tokio::test]
async fn of_a_path() {
    let broken = Answer::status(202).header("x-ms-lease-time", "7");
    let (client, transport) =
        client([taken(), ok(), ok(), ok(), ok(), broken, Answer::status(202)]);
    let conditions = Conditions::default().if_match(crate::ETag::new("0x1"));
    let options = known().duration(Duration::from_secs(15)).conditions(conditions);
    let mut lease = client.lease_with("/a b", options).await.unwrap();
    assert_eq!((lease.id(), lease.conditions().lease), (ONE.to_owned(), Some(ONE.to_owned())));
    lease.renew().await.unwrap();
    lease.change(TWO.replace('-', "")).await.unwrap();
    assert_eq!(lease.id(), TWO);
    lease.release().await.unwrap();
    let remaining = client.break_lease("/a b", Duration::from_secs(10)).await.unwrap();
    assert_eq!(remaining, Duration::from_secs(7));
    assert_eq!(client.break_lease("/a b", None).await.unwrap(), Duration::ZERO);
    assert_snapshot!(requests(&transport), @r#"
    POST /fs/a%20b
    if-match: "0x1"
    x-ms-lease-action: acquire
    x-ms-lease-duration: 15
    x-ms-proposed-lease-id: 00000000-0000-4000-8000-000000000001

    POST /fs/a%20b
    x-ms-lease-action: renew
    x-ms-lease-id: 00000000-0000-4000-8000-000000000001

    POST /fs/a%20b
    x-ms-lease-action: change
    x-ms-lease-id: 00000000-0000-4000-8000-000000000001
    x-ms-proposed-lease-id: 00000000-0000-4000-8000-000000000002

    POST /fs/a%20b
    x-ms-lease-action: renew
    x-ms-lease-id: 00000000-0000-4000-8000-000000000002

    POST /fs/a%20b
    x-ms-lease-action: release
    x-ms-lease-id: 00000000-0000-4000-8000-000000000002

    POST /fs/a%20b
    x-ms-lease-action: break
    x-ms-lease-break-period: 10

    POST /fs/a%20b
    x-ms-lease-action: break
    x-ms-version: 2021-12-02
    "#);
}

#[tokio::test]
async fn of_a_file_system() {
    let transport = ScriptedTransport::new([taken(), ok(), ok(), Answer::status(202)]);
    let endpoint = "https://account.dfs.core.windows.net".parse().unwrap();
    let options = FileSystemOptions::with_client(transport.options());
    let credential = Arc::new(CountingCredential::default());
    let account = AccountClient::new(endpoint, credential, options).unwrap();
    let lease = account.lease_file_system_with("fs", known().duration(None)).await.unwrap();
    lease.release().await.unwrap();
    account.break_file_system_lease("fs", Duration::ZERO).await.unwrap();
    assert_snapshot!(requests(&transport), @r"
    PUT https://account.blob.core.windows.net/fs?restype=container&comp=lease
    x-ms-lease-action: acquire
    x-ms-lease-duration: -1
    x-ms-proposed-lease-id: 00000000-0000-4000-8000-000000000001

    PUT https://account.blob.core.windows.net/fs?restype=container&comp=lease
    x-ms-lease-action: renew
    x-ms-lease-id: 00000000-0000-4000-8000-000000000001

    PUT https://account.blob.core.windows.net/fs?restype=container&comp=lease
    x-ms-lease-action: release
    x-ms-lease-id: 00000000-0000-4000-8000-000000000001

    PUT https://account.blob.core.windows.net/fs?restype=container&comp=lease
    x-ms-lease-action: break
    x-ms-lease-break-period: 0
    x-ms-version: 2021-12-02
    ");
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_answer_is_lost_is_sent_again() {
    let answers = [lost(), taken(), lost(), ok(), lost(), ok(), lost(), ok(), lost(), mismatch()];
    let (client, transport) = client(answers);
    let mut lease = client.lease("/a").await.unwrap();
    let proposed = |request| transport.header(request, "x-ms-proposed-lease-id");
    assert_eq!(proposed(0), proposed(1));
    lease.renew().await.unwrap();
    lease.change(TWO).await.unwrap();
    // The release was carried out: the lease is nobody's by then.
    lease.release().await.unwrap();
    client.cleanups().finished().await;
    assert_eq!(transport.count(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_may_have_been_given_is_released() {
    let tries = tries();
    let (client, transport) = client((0..tries).map(|_| lost()).chain([ok()]));
    let error = client.lease("/a").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transient);
    client.cleanups().finished().await;
    let action = transport.header(tries, "x-ms-lease-action");
    assert_eq!((transport.count(), action.as_deref()), (tries + 1, Some("release")));
    let id = |request, name| transport.header(request, name);
    assert_eq!(id(0, "x-ms-proposed-lease-id"), id(tries, "x-ms-lease-id"));
}

#[tokio::test(start_paused = true)]
async fn it_renews_itself_until_somebody_breaks_it() {
    let broken = || refusal(409, "LeaseIsBrokenAndCannotBeRenewed");
    let (client, transport) = client([taken(), ok(), ok(), broken(), broken(), ok()]);
    let begun = client.clock().elapsed();
    let lease = client.lease("/a").await.unwrap();
    assert!(!lease.is_lost());
    lease.lost().await;
    assert!(lease.is_lost());
    assert_eq!(client.clock().elapsed() - begun, Duration::from_secs(90));
    // It is asked once more, and released where it can be.
    let error = lease.release().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LeaseConflict);
    assert!(error.to_string().starts_with("the lease on /a was lost"), "{error}");
    client.cleanups().finished().await;
    assert_eq!(transport.count(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_out_of_reach_loses_it_when_its_time_is_over() {
    let (client, _) = client([taken()]);
    let begun = client.clock().elapsed();
    let lease = client.lease("/a").await.unwrap();
    lease.lost().await;
    assert!(lease.is_lost());
    assert_eq!(client.clock().elapsed() - begun, Duration::from_secs(60));
    assert_eq!(lease.release().await.unwrap_err().kind(), ErrorKind::Transient);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_lease_is_released_once_and_leaves_no_task() {
    let (client, transport) = client([taken(), ok()]);
    let lease = client.lease("/a").await.unwrap();
    assert_eq!(client.cleanups().pending(), 1);
    drop(lease);
    client.cleanups().finished().await;
    assert_eq!(transport.header(1, "x-ms-lease-action").as_deref(), Some("release"));
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(transport.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_change_of_unknown_end_is_resolved_with_the_next_call() {
    let change = (0..tries()).map(|_| lost());
    let (client, _) = client([taken()].into_iter().chain(change).chain([mismatch(), ok(), ok()]));
    let mut lease = client.lease_with("/a", known().duration(None)).await.unwrap();
    assert_eq!(lease.change(TWO).await.unwrap_err().kind(), ErrorKind::Transient);
    lease.renew().await.unwrap();
    assert_eq!(lease.id(), TWO);
    drop(lease);
    client.cleanups().finished().await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_before_anything_is_sent() {
    let (client, transport) = client([]);
    for options in [
        LeaseOptions::default().duration(Duration::from_secs(14)),
        LeaseOptions::default().id("mine".to_owned()),
    ] {
        let error = client.lease_with("/a", options).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    }
    let error = client.break_lease("/a", Duration::from_secs(61)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    assert_eq!(transport.count(), 0);
}
