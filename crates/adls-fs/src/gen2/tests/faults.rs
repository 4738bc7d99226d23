//! Failures and lost answers.

use adls_http::TransportErrorKind::Interrupted;
use futures_util::TryStreamExt;

use super::*;
use crate::{ErrorKind, RenameOptions, WriteOptions};

fn lost() -> Answer {
    Answer::failure(Interrupted)
}

fn not_found() -> Answer {
    refusal(404, "PathNotFound")
}

fn exists() -> Answer {
    refusal(409, "PathAlreadyExists")
}

/// The id that the first request carries.
fn transaction(transport: &ScriptedTransport, request: usize) -> String {
    transport.header(request, "x-ms-client-transaction-id").unwrap()
}

#[tokio::test(start_paused = true)]
async fn every_failure_has_its_kind() {
    for (status, code, kind) in [
        (404, "PathNotFound", ErrorKind::NotFound),
        (404, "BlobNotFound", ErrorKind::NotFound),
        (404, "FilesystemNotFound", ErrorKind::FileSystemNotFound),
        (404, "ContainerNotFound", ErrorKind::FileSystemNotFound),
        (409, "FilesystemBeingDeleted", ErrorKind::BeingDeleted),
        (409, "PathAlreadyExists", ErrorKind::AlreadyExists),
        (409, "DirectoryNotEmpty", ErrorKind::NotEmpty),
        (403, "AuthenticationFailed", ErrorKind::Unauthenticated),
        (403, "AuthorizationPermissionMismatch", ErrorKind::PermissionDenied),
        (403, "AuthorizationFailure", ErrorKind::PermissionDenied),
        (412, "LeaseIdMissing", ErrorKind::LeaseConflict),
        (409, "LeaseAlreadyPresent", ErrorKind::LeaseConflict),
        (412, "ConditionNotMet", ErrorKind::ConditionNotMet),
        (400, "InvalidHeaderValue", ErrorKind::Invalid),
        (418, "NobodyKnows", ErrorKind::Invalid),
    ] {
        let (client, _) = client([refusal(status, code)]);
        let error = client.stat(&path("/a")).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (kind, Some(code)));
    }
    // A HEAD has no body: the header tells.
    let (client, _) = client([Answer::status(404).header("x-ms-error-code", "FilesystemNotFound")]);
    assert_eq!(client.stat(&path("/a")).await.unwrap_err().kind(), ErrorKind::FileSystemNotFound);
}

#[tokio::test(start_paused = true)]
async fn a_rename_whose_answer_is_lost_is_known_by_its_transaction() {
    let found = |id: &str| file(1, "\"0x1\"").header("x-ms-client-transaction-id", id);
    // It was carried out.
    let ours = file(1, "\"0x1\"").repeating("x-ms-client-transaction-id", 0);
    let (client, _) = client([lost(), ours]);
    client.rename(&path("/a"), &path("/b")).await.unwrap();
    // Another one was.
    let (client, _) = super::client([
        lost(),
        found("another"),
        refusal(404, "SourcePathNotFound"),
        found("another"),
    ]);
    let error = client.rename(&path("/a"), &path("/b")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    // None was, and the next try does it.
    let (client, transport) = super::client([lost(), not_found(), Answer::status(201)]);
    client.rename(&path("/a"), &path("/b")).await.unwrap();
    assert_eq!(transaction(&transport, 0), transaction(&transport, 2));
}

#[tokio::test(start_paused = true)]
async fn a_service_without_transactions_tells_a_rename_by_its_version() {
    let old = |answer: Answer| answer.header("x-ms-version", "2020-02-10");
    let answers = [
        old(file(1, "\"0x0\"")),
        file(1, "\"0x1\""),
        lost(),
        file(1, "\"0x1\""),
        file(1, "\"0x2\""),
        lost(),
        file(1, "\"0x3\""),
        refusal(404, "SourcePathNotFound"),
        file(1, "\"0x3\""),
    ];
    let (client, _) = client(answers);
    client.stat(&path("/x")).await.unwrap();
    let options = || RenameOptions::default().overwrite(true);
    client.rename_with(&path("/a"), &path("/b"), options()).await.unwrap();
    let error = client.rename_with(&path("/a"), &path("/b"), options()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test(start_paused = true)]
async fn a_creation_whose_answer_is_lost_is_not_taken_for_anothers() {
    let made = |id: &str| file(0, "\"0x1\"").header("x-ms-client-transaction-id", id);
    let (client, _) = client([lost(), exists(), made("another")]);
    let error = client.create(&path("/a")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    let ours = file(0, "\"0x1\"").repeating("x-ms-client-transaction-id", 0);
    let (client, _) = super::client([lost(), exists(), ours, done(200, "\"0x2\"")]);
    client.create(&path("/a")).await.unwrap().close().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_flush_whose_answer_is_lost_is_told_by_length_and_version() {
    let begun = || [done(201, "\"0x1\""), Answer::status(202)];
    let write = async |answers: Vec<Answer>| {
        let (client, transport) = client(begun().into_iter().chain(answers));
        let options = WriteOptions::default().overwrite(true);
        let mut writer = client.create_with(&path("/a"), options).await.unwrap();
        writer.write_bytes("abc".into()).await.unwrap();
        let closed = writer.close().await;
        client.cleanups().finished().await;
        (closed, transport)
    };
    let ours = |found: Answer| found.repeating("x-ms-client-transaction-id", 0);
    // It was carried out.
    let (closed, _) = write(vec![lost(), ours(file(3, "\"0x2\""))]).await;
    assert_eq!(closed.unwrap().etag.unwrap().as_str(), "\"0x2\"");
    // It was not, and the next is.
    let (closed, _) = write(vec![lost(), ours(file(0, "\"0x1\"")), done(200, "\"0x2\"")]).await;
    assert_eq!(closed.unwrap().length, 3);
    // Somebody else made the file anew, of the same length.
    let met = || refusal(412, "ConditionNotMet");
    let theirs = || file(3, "\"0x3\"").header("x-ms-client-transaction-id", "another");
    let (closed, _) = write(vec![lost(), theirs(), met(), theirs(), met()]).await;
    assert_eq!(closed.unwrap_err().kind(), ErrorKind::LeaseConflict);
    // Somebody else wrote meanwhile.
    let (closed, _) = write(vec![met(), met()]).await;
    assert_eq!(closed.unwrap_err().kind(), ErrorKind::LeaseConflict);
}

#[tokio::test(start_paused = true)]
async fn a_deletion_whose_answer_is_lost_is_told_by_absence() {
    let (client, _) = client([lost(), not_found()]);
    assert!(client.delete(&path("/a")).await.unwrap());
    let (client, _) = super::client([not_found()]);
    assert!(!client.delete(&path("/a")).await.unwrap());
    // The service must come to an end.
    let page = || Answer::status(202).header("x-ms-continuation", "same");
    let (client, _) = super::client([page(), page()]);
    let error = client.delete(&path("/a")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
}

#[tokio::test(start_paused = true)]
async fn a_return_whose_answer_is_lost_is_told_by_what_is_there() {
    let page = "<EnumerationResults><Blobs><Blob><Name>f</Name><DeletionId>7</DeletionId><Properties>\
        <DeletedTime>Sat, 26 Nov 2022 10:43:05 GMT</DeletedTime></Properties></Blob></Blobs>\
        <NextMarker/></EnumerationResults>";
    let restore = async |answers: Vec<Answer>| {
        let listed = [Answer::status(200).body(page), not_found(), not_found()];
        let (client, _) = client(listed.into_iter().chain(answers));
        let items = client.deleted_items("f").collect_all().await.unwrap();
        client.restore(&items[0], &items[0].path).await
    };
    let none = || refusal(404, "BlobNotFound");
    restore(vec![lost(), none(), file(1, "\"0x1\"")]).await.unwrap();
    restore(vec![lost(), exists(), file(1, "\"0x1\"")]).await.unwrap();
    restore(vec![lost(), Answer::status(200)]).await.unwrap();
    let error = restore(vec![lost(), none(), not_found()]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(restore(vec![none()]).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn only_missing_rights_are_no_access() {
    let (client, _) = client([
        refusal(403, "AuthorizationPermissionMismatch"),
        refusal(403, "AuthorizationFailure"),
        not_found(),
    ]);
    let check = async || client.check_access("/a", crate::Rwx::READ).await;
    assert!(!check().await.unwrap());
    assert_eq!(check().await.unwrap_err().kind(), ErrorKind::PermissionDenied);
    assert_eq!(check().await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test(start_paused = true)]
async fn a_directory_that_is_there_already_is_made() {
    let (client, _) = client([exists(), item("directory", 0, "\"0x1\"")]);
    client.mkdirs(&path("/a")).await.unwrap();
    let (client, _) = super::client([exists(), file(0, "\"0x1\"")]);
    let error = client.mkdirs(&path("/a")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotDirectory);
    let (client, _) =
        super::client([refusal(409, "PathConflict"), not_found(), file(0, "\"0x1\"")]);
    let error = client.mkdirs(&path("/f/a")).await.unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::NotDirectory, Some(&path("/f"))));
}

#[tokio::test]
async fn a_rename_that_is_not_to_replace_says_so_under_every_condition() {
    let conditions = crate::Conditions::default().lease("the-lease".to_owned());
    let (client, transport) = client([exists()]);
    let options = RenameOptions::default().target_conditions(conditions);
    let error = client.rename_with(&path("/a"), &path("/b"), options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    assert_eq!(transport.header(0, "if-none-match").as_deref(), Some("*"));
}

#[tokio::test(start_paused = true)]
async fn a_rename_that_was_never_carried_out_is_not_taken_for_done() {
    // The target is an older file, and the source has gone elsewhere.
    let gone = || refusal(404, "SourcePathNotFound");
    let (client, _) = client([lost(), file(1, "\"0x1\""), gone(), file(1, "\"0x1\"")]);
    let options = RenameOptions::default().overwrite(true);
    let renamed = client.backend().rename(&path("/a"), &path("/b"), options, true).await;
    assert_eq!(renamed.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test(start_paused = true)]
async fn a_replacement_on_condition_whose_answer_is_lost_is_told_by_its_content() {
    let condition = || crate::Conditions::default().if_match(crate::ETag::new("\"0x1\""));
    let options = || WriteOptions::default().overwrite(true).conditions(condition());
    let met = || refusal(412, "ConditionNotMet");
    let new = |content: &'static str| {
        let date = "Sat, 26 Nov 2072 10:43:05 GMT";
        file(3, "\"0x2\"").header("x-ms-creation-time", date).body(content)
    };
    let (client, _) = client([lost(), met(), new(""), new("abc")]);
    let written = client.put_with(&path("/a"), "abc", options()).await.unwrap();
    assert_eq!(written.etag.unwrap().as_str(), "\"0x2\"");
    let (client, _) = super::client([lost(), met(), new(""), new("xyz")]);
    let error = client.put_with(&path("/a"), "abc", options()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConditionNotMet);
}

#[tokio::test]
async fn bytes_that_were_not_asked_for_are_refused() {
    // A proxy gives the whole file where a range was asked for.
    let whole = file(6, "\"0x1\"").body("abcdef");
    let (client, _) = client([whole]);
    let error = client.read_range(&path("/a"), 3..6).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
    let range = Answer::status(206)
        .header("content-range", "bytes 3-5/6")
        .header("content-encoding", "gzip")
        .header("etag", "\"0x1\"")
        .body("def");
    let (client, transport) = super::client([range]);
    // The coding is a property of the file, whose bytes come as they are stored.
    let frames = client.read_range(&path("/a"), 3..u64::MAX - 1).await.unwrap();
    assert_eq!(frames.try_collect::<Vec<_>>().await.unwrap(), ["def"]);
    assert_eq!(transport.header(0, "range").as_deref(), Some("bytes=3-"));
}

#[tokio::test(start_paused = true)]
async fn a_conflict_that_nobody_knows_does_not_say_that_something_is_there() {
    for (code, kind) in [
        ("SourcePathIsBeingDeleted", ErrorKind::Transient),
        ("InvalidAppendOperation", ErrorKind::Unsupported),
        ("BlobUsesCustomerSpecifiedEncryption", ErrorKind::Invalid),
    ] {
        let (client, _) = client([refusal(409, code)]);
        let error = client.stat(&path("/a")).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_deletion_whose_pages_go_round_ends() {
    let page = |token: &str| Answer::status(202).header("x-ms-continuation", token);
    let (client, transport) = client(["a", "b", "a", "b", "a", "b", "a", "b"].map(page));
    let error = client.delete(&path("/a")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
    transport.take_unasked();
}
