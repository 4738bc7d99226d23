//! Copies that the service makes: what is asked, and how it is waited for.

use adls_http::TransportErrorKind::Interrupted;
use insta::assert_snapshot;

use super::*;
use crate::ErrorKind;

fn copying(status: u16, state: &str) -> Answer {
    done(status, "\"0x2\"").header("x-ms-copy-status", state)
}

async fn copied(
    answers: impl IntoIterator<Item = Answer>,
) -> (crate::Result<bool>, Arc<ScriptedTransport>) {
    let (client, transport) = client([file(9, "\"0x1\"")].into_iter().chain(answers));
    let source = client.stat("/d/a b").await.unwrap();
    (client.backend().copy_within("other", &source, &path("/t")).await, transport)
}

#[tokio::test(start_paused = true)]
async fn a_copy_is_bound_to_the_version_and_waited_for() {
    let (result, transport) =
        copied([copying(202, "pending"), copying(200, "pending"), copying(200, "success")]).await;
    assert!(result.unwrap());
    assert_snapshot!(requests(&transport), @r#"
    HEAD /fs/d/a%20b?action=getStatus

    PUT https://account.blob.core.windows.net/fs/t
    x-ms-copy-source: https://account.blob.core.windows.net/other/d/a%20b
    x-ms-source-if-match: "0x1"

    HEAD https://account.blob.core.windows.net/fs/t

    HEAD https://account.blob.core.windows.net/fs/t
    x-ms-version: 2021-12-02
    "#);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_shows_at_the_target_and_a_failed_copy_is_an_error() {
    let lost = || [Answer::failure(Interrupted), refusal(404, "BlobNotFound")];
    let (result, _) = copied(lost().into_iter().chain([copying(200, "success")])).await;
    assert!(result.unwrap());
    // What never comes is no reason to write to the same name.
    let nothing = (0..6).map(|_| refusal(404, "BlobNotFound"));
    let (result, _) = copied([Answer::failure(Interrupted)].into_iter().chain(nothing)).await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Transient);
    let (result, _) = copied([copying(202, "pending"), copying(200, "failed")]).await;
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transient);
    assert!(error.to_string().contains("did not copy /d/a b to /t: failed"), "{error}");
    let (result, _) = copied([refusal(403, "CannotVerifyCopySource")]).await;
    assert!(!result.unwrap());
}
