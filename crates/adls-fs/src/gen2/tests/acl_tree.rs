//! Access control lists of trees: exact requests, pages, lost answers.

use adls_http::TransportErrorKind::Interrupted;
use futures_util::{StreamExt, TryStreamExt};
use insta::assert_snapshot;

use super::*;
use crate::{AclBatch, AclSpec, AclTreeChange, ErrorKind, FileKind, TreeAclOptions, TreeChange};

fn acl(text: &str) -> AclSpec {
    text.parse().unwrap()
}

fn modify() -> AclTreeChange {
    AclTreeChange::Modify(acl("user:u:r-x"))
}

/// A page in which all went well; as recorded, without a type of the content.
fn page(directories: u64, files: u64) -> Answer {
    Answer::status(200).body(format!(
        "{{\"directoriesSuccessful\":{directories},\"failedEntries\":[],\"failureCount\":0,\
         \"filesSuccessful\":{files}}}\n"
    ))
}

fn with_failure(token: Option<&str>) -> Answer {
    let answer = Answer::status(200).body(
        r#"{"directoriesSuccessful":0,"failedEntries":[{"errorMessage":"This request is not authorized.",
        "name":"t/a b","type":"FILE"}],"failureCount":1,"filesSuccessful":1}"#,
    );
    match token {
        Some(token) => answer.header("x-ms-continuation", token),
        None => answer,
    }
}

fn and(answer: Answer, token: &str) -> Answer {
    answer.header("x-ms-continuation", token)
}

fn counts(batch: &AclBatch) -> (u64, u64, usize) {
    (batch.directories, batch.files, batch.failures.len())
}

#[tokio::test]
async fn page_by_page() {
    let (client, transport) =
        client([and(page(2, 0), "a+/=b"), page(0, 3), page(1, 0), with_failure(None)]);
    let batches: Vec<_> = client.change_acl_tree("/t", modify()).try_collect().await.unwrap();
    assert_eq!(batches.iter().map(counts).collect::<Vec<_>>(), [(2, 0, 0), (0, 3, 0)]);
    assert_eq!(batches[0].continuation.as_deref(), Some("a+/=b"));
    assert_eq!(batches[1].continuation, None);
    let options = TreeAclOptions::default()
        .batch_size(2_u32)
        .continuation("t".to_owned())
        .continue_on_failure(true)
        .concurrency(8_usize);
    let whole = acl("user::rwx,group::r-x,other::---,default:user:u:rwx");
    let set = client.change_acl_tree_with("/t", AclTreeChange::Set(whole), options);
    assert_eq!(counts(&set.total().await.unwrap()), (1, 0, 0));
    let remove = AclTreeChange::Remove(acl("user:u,default:user:u"));
    let total = client.change_acl_tree("/", remove).total().await.unwrap();
    let failure = &total.failures[0];
    assert_eq!((failure.path.as_str(), failure.kind), ("/t/a b", FileKind::File));
    assert_eq!(failure.message, "This request is not authorized.");
    assert_snapshot!(requests(&transport), @r"
    PATCH /fs/t?action=setAccessControlRecursive&mode=modify&maxRecords=2000
    x-ms-acl: user:u:r-x

    PATCH /fs/t?action=setAccessControlRecursive&mode=modify&maxRecords=2000&continuation=a%2B%2F%3Db
    x-ms-acl: user:u:r-x

    PATCH /fs/t?action=setAccessControlRecursive&mode=set&maxRecords=2&forceFlag=true&continuation=t
    x-ms-acl: user::rwx,group::r-x,other::---,default:user:u:rwx

    PATCH /fs/?action=setAccessControlRecursive&mode=remove&maxRecords=2000
    x-ms-acl: user:u,default:user:u
    x-ms-version: 2021-12-02
    ");
}

#[tokio::test]
async fn a_failure_is_the_end_unless_told() {
    let (client, _) = client([and(page(1, 1), "failed"), with_failure(None)]);
    let mut batches = client.change_acl_tree("/t", modify());
    assert_eq!(counts(&batches.next().await.unwrap().unwrap()), (1, 1, 0));
    assert_eq!(counts(&batches.next().await.unwrap().unwrap()), (0, 1, 1));
    assert!(batches.next().await.is_none());
    // Once the item is in order, that batch is made again.
    assert_eq!(batches.continuation(), Some("failed"));
    let (client, _) = super::client([with_failure(Some("more")), page(4, 5)]);
    let options = TreeAclOptions::default().continue_on_failure(true);
    let total = client.change_acl_tree_with("/t", modify(), options).total().await.unwrap();
    assert_eq!(counts(&total), (4, 6, 1));
}

#[tokio::test(start_paused = true)]
async fn a_page_whose_answer_is_lost_is_asked_for_again() {
    let answers = [and(page(1, 0), "a"), Answer::failure(Interrupted), page(0, 1)];
    let (client, transport) = client(answers);
    let total = client.change_acl_tree("/t", modify()).total().await.unwrap();
    assert_eq!((counts(&total), transport.count()), ((1, 1, 0), 3));
}

#[tokio::test]
async fn an_error_leaves_the_place_to_go_on_from() {
    let (client, _) = client([and(page(1, 0), "a"), refusal(403, "AuthorizationFailure")]);
    let mut batches = client.change_acl_tree("/t", modify());
    assert_eq!(counts(&batches.next().await.unwrap().unwrap()), (1, 0, 0));
    let error = batches.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert_eq!(batches.continuation(), Some("a"));
    assert!(batches.next().await.is_none());
}

#[tokio::test]
async fn tokens_that_go_round_are_an_error() {
    let round = || [and(page(1, 0), "a"), and(page(1, 0), "b")];
    let (client, transport) = client((0..4).flat_map(|_| round()));
    let error = client.change_acl_tree("/t", modify()).total().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
    transport.take_unasked();
}

#[tokio::test]
async fn fanned_out_each_item_is_counted_once() {
    let list =
        r#"{"paths":[{"name":"t/a","isDirectory":"true"},{"name":"t/b"},{"name":"t/gone"}]}"#;
    let answers = [
        and(page(1, 0), "ignored"),
        json(list),
        and(page(1, 1), "more"),
        page(0, 1),
        refusal(404, "PathNotFound"),
        page(1, 2),
    ];
    let (client, transport) = client(answers);
    let options = TreeAclOptions::default().concurrency(3_usize);
    let batches = client.change_acl_tree_with("/t", modify(), options);
    let batches: Vec<_> = batches.try_collect().await.unwrap();
    let left: Vec<_> = batches.iter().map(|batch| batch.continuation.is_some()).collect();
    assert_eq!(left, [true, true, true, false]);
    let mut total = AclBatch::default();
    batches.into_iter().for_each(|batch| total.add(batch));
    assert_eq!(counts(&total), (3, 4, 0));
    assert_snapshot!(requests(&transport), @r"
    PATCH /fs/t?action=setAccessControlRecursive&mode=modify&maxRecords=1
    x-ms-acl: user:u:r-x

    GET /fs?resource=filesystem&recursive=false&directory=t&maxResults=5000

    PATCH /fs/t/a?action=setAccessControlRecursive&mode=modify&maxRecords=2000
    x-ms-acl: user:u:r-x

    PATCH /fs/t/b?action=setAccessControlRecursive&mode=modify&maxRecords=2000
    x-ms-acl: user:u:r-x

    PATCH /fs/t/gone?action=setAccessControlRecursive&mode=modify&maxRecords=2000
    x-ms-acl: user:u:r-x

    PATCH /fs/t/a?action=setAccessControlRecursive&mode=modify&maxRecords=2000&continuation=more
    x-ms-acl: user:u:r-x
    x-ms-version: 2021-12-02
    ");
}

#[tokio::test]
async fn fanned_out_a_failure_of_the_top_is_the_end() {
    let (client, transport) = client([with_failure(Some("ignored"))]);
    let options = TreeAclOptions::default().concurrency(2_usize);
    let mut batches = client.change_acl_tree_with("/t", modify(), options);
    assert_eq!(counts(&batches.next().await.unwrap().unwrap()), (0, 1, 1));
    assert!(batches.next().await.is_none());
    assert_eq!((batches.continuation(), transport.count()), (None, 1));
}

#[tokio::test]
async fn fanned_out_it_goes_on_from_where_it_was_left() {
    let list = || {
        json(
            r#"{"paths":[{"name":"t/a"},{"name":"t/b","isDirectory":"true"},
            {"name":"t/c","isDirectory":"true"},{"name":"t/d"}]}"#,
        )
    };
    let answers = [
        page(1, 0),
        list(),
        page(0, 1),
        and(page(1, 1), "of b"),
        refusal(403, "AuthorizationFailure"),
        // From here on it is taken up again.
        page(0, 2),
        page(1, 5),
        list(),
        page(0, 1),
    ];
    let (client, transport) = client(answers);
    let options = || TreeAclOptions::default().concurrency(3_usize);
    let mut batches = client.change_acl_tree_with("/t", modify(), options());
    let mut total = AclBatch::default();
    let error = loop {
        match batches.next().await.unwrap() {
            Ok(batch) => total.add(batch),
            Err(error) => break error,
        }
    };
    assert_eq!((error.kind(), error.path()), (ErrorKind::PermissionDenied, Some(&path("/t/c"))));
    let token = batches.continuation().unwrap().to_owned();
    drop(batches);
    let rest = client.change_acl_tree_with("/t", modify(), options().continuation(token));
    total.add(rest.total().await.unwrap());
    assert_eq!(counts(&total), (3, 10, 0));
    assert_eq!(total.continuation, None);
    assert_snapshot!(requests(&transport), @r"
    PATCH /fs/t?action=setAccessControlRecursive&mode=modify&maxRecords=1
    x-ms-acl: user:u:r-x

    GET /fs?resource=filesystem&recursive=false&directory=t&maxResults=5000

    PATCH /fs/t/a?action=setAccessControlRecursive&mode=modify&maxRecords=2000
    x-ms-acl: user:u:r-x

    PATCH /fs/t/b?action=setAccessControlRecursive&mode=modify&maxRecords=2000
    x-ms-acl: user:u:r-x

    PATCH /fs/t/c?action=setAccessControlRecursive&mode=modify&maxRecords=2000
    x-ms-acl: user:u:r-x

    PATCH /fs/t/b?action=setAccessControlRecursive&mode=modify&maxRecords=2000&continuation=of%20b
    x-ms-acl: user:u:r-x

    PATCH /fs/t/c?action=setAccessControlRecursive&mode=modify&maxRecords=2000
    x-ms-acl: user:u:r-x

    GET /fs?resource=filesystem&recursive=false&directory=t&maxResults=5000

    PATCH /fs/t/d?action=setAccessControlRecursive&mode=modify&maxRecords=2000
    x-ms-acl: user:u:r-x
    x-ms-version: 2021-12-02
    ");
}

#[tokio::test]
async fn fanned_out_a_token_whose_place_has_gone_does_all_entries() {
    let token = r#"{"last":"gone","open":{},"listed":false}"#;
    let list = || json(r#"{"paths":[{"name":"t/a"}]}"#);
    let (client, _) = client([list(), list(), page(0, 1)]);
    let options = TreeAclOptions::default().continuation(token.to_owned());
    let total = client.change_acl_tree_with("/t", modify(), options).total().await.unwrap();
    assert_eq!(counts(&total), (0, 1, 0));
    let (client, transport) = super::client([]);
    let options = TreeAclOptions::default().continuation("{}".to_owned());
    let error = client.change_acl_tree_with("/t", modify(), options).total().await.unwrap_err();
    assert_eq!((error.kind(), transport.count()), (ErrorKind::Invalid, 0));
}

#[tokio::test]
async fn changes_of_trees_are_left_to_the_service_where_the_outcome_is_the_same() {
    let (client, transport) = client([and(page(3, 4), "a"), with_failure(None)]);
    let change = TreeChange::ModifyAcl(acl("user:u:r-x"));
    let error = client.change_tree("/t", change).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incomplete);
    let report = error.tree_change_report().unwrap();
    assert_eq!((report.directories, report.files, report.failures.len()), (3, 5, 1));
    assert_eq!(report.failures[0].kind(), ErrorKind::PermissionDenied);
    assert_eq!(report.failures[0].path(), Some(&path("/t/a b")));
    assert_eq!(transport.count(), 2);
    // What begins with a failure is that failure.
    let (client, _) = super::client([refusal(404, "PathNotFound")]);
    let change = TreeChange::RemoveAclEntries(acl("user:u"));
    assert_eq!(client.change_tree("/t", change).await.unwrap_err().kind(), ErrorKind::NotFound);
    // These would not come to the same, and are made item by item.
    for change in [
        TreeChange::SetAcl(acl("user::rwx,group::r-x,other::---")),
        TreeChange::RemoveAclEntries(acl("mask:")),
        TreeChange::RemoveDefaultAcl,
    ] {
        let (client, transport) = super::client([refusal(404, "PathNotFound")]);
        assert!(client.change_tree("/t", change).await.unwrap_err().is_not_found());
        assert!(requests(&transport).starts_with("HEAD /fs/t?action=getStatus"));
    }
}

#[tokio::test]
async fn what_cannot_be_is_refused_before_anything_is_sent() {
    let (client, transport) = client([]);
    let sized = |size: u32| TreeAclOptions::default().batch_size(size);
    for (change, options) in [
        (modify(), sized(0)),
        (modify(), sized(2001)),
        (AclTreeChange::Modify(acl("user:u")), sized(1)),
        (AclTreeChange::Remove(acl("user:u:r-x")), sized(1)),
        (AclTreeChange::Set(AclSpec(Vec::new())), sized(1)),
    ] {
        let mut batches = client.change_acl_tree_with("/t", change, options);
        let error = batches.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        assert!(batches.next().await.is_none());
    }
    assert_eq!(transport.count(), 0);
}
