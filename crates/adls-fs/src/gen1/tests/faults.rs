//! Failures, lost answers and bodies that break.

use adls_http::TransportErrorKind::{Connect, Interrupted};
use insta::assert_snapshot;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use super::*;
use crate::{ErrorKind, ReadOptions, RenameOptions};

fn lost() -> Answer {
    Answer::failure(Interrupted)
}

#[tokio::test(start_paused = true)]
async fn every_failure_has_its_kind() {
    let denied = "APPEND failed with error 0x83090aa2 (Forbidden. ACL verification failed.";
    let held = "APPEND failed with error 0x83090a16 (lease)";
    let cases = [
        (not_found(), ErrorKind::NotFound),
        (exception(403, "FileAlreadyExistsException", "m"), ErrorKind::AlreadyExists),
        (exception(403, "AccessControlException", denied), ErrorKind::PermissionDenied),
        (bad_offset(), ErrorKind::BadOffset),
        (exception(400, "IllegalArgumentException", held), ErrorKind::LeaseConflict),
        (exception(400, "IllegalArgumentException", "m"), ErrorKind::Invalid),
        (exception(400, "UnsupportedOperationException", "m"), ErrorKind::Unsupported),
        (exception(403, "IOException", "m"), ErrorKind::Invalid),
        (Answer::status(403).body("<html>no</html>"), ErrorKind::PermissionDenied),
        (Answer::status(404), ErrorKind::NotFound),
        (Answer::status(501), ErrorKind::Unsupported),
        (Answer::status(307).header("location", "https://other/"), ErrorKind::Protocol),
        (json("<html>not json</html>"), ErrorKind::Protocol),
        (json(r#"{"other":1}"#), ErrorKind::Protocol),
        (Answer::status(400).body("bad"), ErrorKind::Invalid),
    ];
    for (answer, kind) in cases {
        let shown = format!("{answer:?}");
        let (client, _) = client([answer]);
        assert_eq!(client.stat(&path("/a")).await.unwrap_err().kind(), kind, "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn throttling_and_outage_end_after_retries() {
    let throttled = || exception(429, "ThrottledException", "slow down");
    for (answer, kind) in [
        (throttled as fn() -> Answer, ErrorKind::Throttled),
        (|| Answer::status(503), ErrorKind::Transient),
        (|| Answer::failure(Connect), ErrorKind::Transient),
        (|| exception(401, "SecurityException", "bad token"), ErrorKind::Unauthenticated),
    ] {
        let (client, transport) = client((0..5).map(|_| answer()));
        assert_eq!(client.stat(&path("/a")).await.unwrap_err().kind(), kind);
        let tries = if kind == ErrorKind::Unauthenticated { 2 } else { 5 };
        assert_eq!((transport.count(), transport.take_unasked()), (tries, 5 - tries));
    }
    let (client, _) = client([throttled(), throttled(), file_status(1)]);
    assert_eq!(client.stat(&path("/a")).await.unwrap().length, 1);
    assert_eq!(client.backend().throttled(), 2);
}

/// Names are free, so a message tells something only as far as it is the service's own.
#[tokio::test(start_paused = true)]
async fn words_name_the_right_thing_also_beside_odd_names() {
    let delete = async |answer: Answer| {
        let (client, _) = client([answer]);
        client.delete(&path("/a")).await.unwrap_err().kind()
    };
    let refused = |message: &str| exception(403, "AccessControlException", message);
    assert_eq!(delete(refused("Path is not empty [id][time]")).await, ErrorKind::NotEmpty);
    let denied = "DELETE failed with error 0x83090aa2 (Forbidden. /the cup is not empty)";
    assert_eq!(delete(refused(denied)).await, ErrorKind::PermissionDenied);
    for name in ["83090a16", "83090a6f", "StreamID mismatch"] {
        let message = format!("File/Directory does not exist: /{name} [id][time]");
        let missing = exception(404, "FileNotFoundException", &message);
        assert_eq!(delete(missing).await, ErrorKind::NotFound, "{name}");
    }
    // No other operation finds that.
    let (client, _) = client([refused("Path is not empty")]);
    assert_eq!(client.stat(&path("/a")).await.unwrap_err().kind(), ErrorKind::PermissionDenied);
}

#[tokio::test]
async fn an_error_tells_item_cause_and_ids() {
    let (client, _) = client([not_found()]);
    let error = client.stat(&path("/a/b")).await.unwrap_err();
    assert_snapshot!(error, @"/a/b does not exist");
    assert_eq!(error.path(), Some(&path("/a/b")));
    assert_eq!(error.code(), Some("FileNotFoundException"));
    assert_eq!(error.request_id(), Some("the-request"));
    assert!(error.client_request_id().is_some());
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("404") && source.contains("GETFILESTATUS"), "{source}");
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_is_refused_and_the_others_are_not() {
    use futures_util::StreamExt;
    for name in ["..", "a/b", ".", "/abs"] {
        let page = format!(
            r#"{{"FileStatuses":{{"FileStatus":[{{"pathSuffix":"{name}","type":"FILE","permission":"644"}},{{"pathSuffix":"x","type":"FILE","permission":"644"}}]}}}}"#
        );
        let (client, _) = client([json(&page), json(&page), json(&page)]);
        let list = || client.list(path("/f"));
        let error = list().collect_all().await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Protocol, "{name}");
        let entries: Vec<_> = list().collect().await;
        assert_eq!(entries[0].as_ref().unwrap_err().kind(), ErrorKind::Protocol, "{name}");
        assert_eq!(entries[1].as_ref().unwrap().path, path("/f/x"));
        let mut pages = list();
        assert_eq!(pages.next_page().await.unwrap().unwrap().items.len(), 1);
        assert!(pages.next_page().await.unwrap().is_err());
        assert!(pages.next_page().await.is_none());
    }
}

#[tokio::test]
async fn an_odd_name_in_the_trash_does_not_hide_the_others() {
    use futures_util::StreamExt;
    let entry = |path: &str| {
        format!(r#"{{"originalPath":"{path}","trashDirPath":"t","type":"file","creationTime":1}}"#)
    };
    let page = format!(
        r#"{{"trashDir":{{"trashDirEntry":[{},{},{}],"nextListAfter":""}}}}"#,
        entry("/a/../b"),
        entry(r"/a\u0001b"),
        entry("/c")
    );
    let (client, _) = client([json(&page)]);
    let items: Vec<_> = client.deleted_items("").collect().await;
    assert!(items[0].is_err());
    assert_eq!(items[1].as_ref().unwrap().path.as_str(), "/a\u{1}b");
    assert_eq!(items[2].as_ref().unwrap().path, path("/c"));
}

#[tokio::test(start_paused = true)]
async fn a_refused_rename_tells_why() {
    let rename = async |answers: Vec<Answer>, overwrite: bool| {
        let (client, _) = client(answers);
        let options = RenameOptions::default().overwrite(overwrite);
        let error = client.rename_with(&path("/a"), &path("/b"), options).await.unwrap_err();
        (error.kind(), error.path().unwrap().to_string())
    };
    let no = || boolean(false);
    assert_eq!(
        rename(vec![not_found(), no(), not_found()], false).await,
        (ErrorKind::NotFound, "/a".to_owned())
    );
    assert_eq!(
        rename(vec![file_status(1), no(), file_status(1), file_status(1)], false).await,
        (ErrorKind::AlreadyExists, "/b".to_owned())
    );
    // Nothing goes into a directory, whether it was there before or came meanwhile.
    assert_eq!(
        rename(vec![directory_status(), file_status(1), directory_status()], true).await,
        (ErrorKind::AlreadyExists, "/b".to_owned())
    );
    assert_eq!(
        rename(vec![not_found(), no(), file_status(1), directory_status()], true).await,
        (ErrorKind::AlreadyExists, "/b".to_owned())
    );
    assert_eq!(
        rename(vec![not_found(), no(), file_status(1), not_found()], true).await,
        (ErrorKind::Invalid, "/a".to_owned())
    );
}

#[tokio::test(start_paused = true)]
async fn a_lost_rename_is_looked_up() {
    let (arrived, _) = client([not_found(), lost(), not_found(), file_status(1)]);
    arrived.rename(&path("/a"), &path("/b")).await.unwrap();
    let (again, transport) = client([not_found(), lost(), file_status(1), boolean(true)]);
    again.rename(&path("/a"), &path("/b")).await.unwrap();
    assert_eq!(transport.count(), 4);
    // The first try was done after it had been looked for: its echo is "no", or "there is none".
    for echo in [boolean(false), not_found()] {
        let answers = [not_found(), lost(), file_status(1), echo, not_found(), file_status(1)];
        let (late, _) = client(answers);
        late.rename(&path("/a"), &path("/b")).await.unwrap();
    }
    // What is there is something else.
    let answers = [
        not_found(),
        lost(),
        identified_file(1, "mine"),
        boolean(false),
        not_found(),
        identified_file(1, "other"),
        not_found(),
    ];
    let (client, _) = client(answers);
    let error = client.rename(&path("/a"), &path("/b")).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::NotFound);
}

mod tries_is_not_had_an_effect {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_deletion_is_one_only_if_a_try_may_have_arrived() {
        let delete = async |before: Answer| {
            let (client, _) = client([before, boolean(false)]);
            client.delete(&path("/a")).await.unwrap()
        };
        assert!(delete(lost()).await);
        assert!(!delete(exception(401, "SecurityException", "expired")).await);
        assert!(!delete(exception(429, "ThrottledException", "slow down")).await);
        assert!(!delete(Answer::failure(Connect)).await);
    }

    #[tokio::test(start_paused = true)]
    async fn equal_bytes_do_not_make_a_file_ours() {
        let exists = || exception(403, "FileAlreadyExistsException", "exists");
        // Made long before we began.
        let answers = [lost(), exists(), file_status(3)];
        let (client, _) = client(answers);
        let error = client.put(&path("/f"), "abc").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    }

    #[tokio::test(start_paused = true)]
    async fn an_empty_file_that_nobody_holds_is_not_ours() {
        let exists = || exception(403, "FileAlreadyExistsException", "exists");
        // Somebody else may append, so our lease is not on it.
        let (client, transport) = client([lost(), exists(), empty(), empty()]);
        let error = client.create(&path("/f")).await.unwrap_err();
        assert_eq!((error.kind(), transport.count()), (ErrorKind::AlreadyExists, 4));
    }
}

#[tokio::test]
async fn bytes_in_a_coding_that_was_not_asked_for_are_refused() {
    let (client, _) =
        client([file_status(4), empty().header("content-encoding", "gzip").body("zip!")]);
    let error = client.read(&path("/f")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert!(error.to_string().contains("gzip"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_lost_concat_is_looked_up_and_never_repeated_blindly() {
    let sources = [path("/1"), path("/2")];
    let (arrived, _) = client([lost(), not_found(), file_status(2)]);
    arrived.concat(&path("/t"), &sources).await.unwrap();
    // Sources and target are there: the target may have got the bytes.
    let (unclear, transport) = client([lost(), file_status(1), file_status(1)]);
    let error = unclear.concat(&path("/t"), &sources).await.unwrap_err();
    assert_eq!((error.kind(), transport.count()), (ErrorKind::Transient, 3));
    let (not_done, transport) = client([lost(), file_status(1), not_found(), empty()]);
    not_done.concat(&path("/t"), &sources).await.unwrap();
    assert_eq!(transport.count(), 4);
    // The first try was done after it had been looked for.
    let late = [lost(), file_status(1), not_found(), not_found(), not_found(), file_status(2)];
    let (late, _) = client(late);
    late.concat(&path("/t"), &sources).await.unwrap();
}

/// Appends `bc` to a file that holds one byte.
async fn append_with(answers: Vec<Answer>) -> (crate::Result<()>, Arc<ScriptedTransport>) {
    let (client, transport) = client([file_status(1), empty()].into_iter().chain(answers));
    let mut writer = client.append(&path("/f")).await.unwrap();
    writer.write_all(b"bc").await.unwrap();
    let result = writer.shutdown().await.map_err(|error| {
        let error = error.into_inner().unwrap();
        *error.downcast::<crate::Error>().unwrap()
    });
    (result, transport)
}

#[tokio::test(start_paused = true)]
async fn a_lost_append_that_arrived_is_not_repeated() {
    let (result, transport) = append_with(vec![lost(), empty()]).await;
    result.unwrap();
    assert_snapshot!(requests(&transport), @r"
    GET /webhdfs/v1/f?op=GETFILESTATUS&api-version=2018-09-01

    POST /webhdfs/v1/f?op=APPEND&append=true&syncFlag=DATA&leaseid=[session]&filesessionid=[session]&offset=1&api-version=2018-09-01

    POST /webhdfs/v1/f?op=APPEND&append=true&syncFlag=CLOSE&leaseid=[session]&filesessionid=[session]&offset=1&api-version=2018-09-01
    content-type: application/octet-stream

    bc

    POST /webhdfs/v1/f?op=APPEND&append=true&syncFlag=CLOSE&leaseid=[session]&filesessionid=[session]&offset=3&api-version=2018-09-01
    ");
}

#[tokio::test(start_paused = true)]
async fn a_lost_append_that_did_not_arrive_is_sent_again() {
    let (result, transport) = append_with(vec![lost(), bad_offset(), empty()]).await;
    result.unwrap();
    assert_eq!(transport.count(), 5);
    // A server error leaves the same doubt.
    let (result, _) = append_with(vec![Answer::status(500), empty()]).await;
    result.unwrap();
}

#[tokio::test(start_paused = true)]
async fn another_writer_is_noticed() {
    let (result, transport) = append_with(vec![bad_offset()]).await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::BadOffset);
    assert_eq!(transport.count(), 3);
    let (result, _) = append_with(vec![lost(), bad_offset(), bad_offset(), bad_offset()]).await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::BadOffset);
}

#[tokio::test(start_paused = true)]
async fn a_writer_that_failed_stays_failed() {
    let (client, transport) = client([Answer::status(201), bad_offset(), empty(), empty()]);
    let mut writer = client.create(&path("/f")).await.unwrap();
    writer.write_all(b"a").await.unwrap();
    assert!(writer.flush().await.is_err());
    assert!(writer.write_all(b"b").await.is_err());
    assert!(writer.shutdown().await.is_err());
    assert_eq!(transport.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_written_at_once_stays_together() {
    let (client, transport) = client((0..3).map(|_| Answer::status(201)));
    let mut writer = client.create(&path("/f")).await.unwrap();
    writer.write_all(&vec![b'a'; (4 << 20) - 10]).await.unwrap();
    writer.write_all(&[b'b'; 20]).await.unwrap();
    writer.shutdown().await.unwrap();
    let lines: Vec<_> = requests(&transport)
        .lines()
        .filter(|l| l.contains("op=APPEND"))
        .map(str::to_owned)
        .collect();
    assert!(lines[0].contains("offset=0"), "{lines:?}");
    assert!(lines[1].contains("offset=4194294"), "{lines:?}");
}

#[tokio::test(start_paused = true)]
async fn owned_bytes_are_cut_where_copied_ones_are() {
    let (client, transport) = client((0..5).map(|_| Answer::status(201)));
    let mut writer = client.create(&path("/f")).await.unwrap();
    for length in [10, 0, (8 << 20) + 7, 3] {
        writer.write_bytes(vec![b'a'; length].into()).await.unwrap();
    }
    assert_eq!(writer.position(), (8 << 20) + 20);
    writer.shutdown().await.unwrap();
    let appends: Vec<_> = requests(&transport)
        .lines()
        .filter_map(|line| line.split_once("offset=").map(|(_, rest)| rest.to_owned()))
        .map(|rest| rest.split(['&', ' ']).next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(appends, ["0", "10", "4194314", "8388618"]);
}

#[tokio::test(start_paused = true)]
async fn a_lost_creation_is_resolved() {
    let exists = || exception(403, "FileAlreadyExistsException", "exists");
    let write = async |answers: Vec<Answer>| {
        let (client, transport) = client(answers);
        (client.put(&path("/f"), "abc").await, transport)
    };
    // It did not arrive.
    write(vec![lost(), Answer::status(201)]).await.0.unwrap();
    // It did: the file holds what it should, and was not there before.
    write(vec![lost(), exists(), new_file(3), empty().body("abc")]).await.0.unwrap();
    // Somebody else made the file.
    let (result, _) = write(vec![lost(), exists(), new_file(3), empty().body("abd")]).await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::AlreadyExists);
    let (result, transport) = write(vec![exists()]).await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::AlreadyExists);
    assert_eq!(transport.count(), 1);

    let held = || exception(400, "IllegalArgumentException", "error 0x83090a16 (lease)");
    let (client, transport) = client([lost(), exists(), held(), empty(), empty()]);
    let mut writer = client.create(&path("/f")).await.unwrap();
    writer.shutdown().await.unwrap();
    assert_snapshot!(requests(&transport), @r"
    PUT /webhdfs/v1/f?op=CREATE&write=true&overwrite=false&syncFlag=DATA&leaseid=[session]&filesessionid=[session]&api-version=2018-09-01

    PUT /webhdfs/v1/f?op=CREATE&write=true&overwrite=false&syncFlag=DATA&leaseid=[session]&filesessionid=[session]&api-version=2018-09-01

    POST /webhdfs/v1/f?op=APPEND&append=true&syncFlag=DATA&leaseid=[session]&filesessionid=[session]&offset=0&api-version=2018-09-01

    POST /webhdfs/v1/f?op=APPEND&append=true&syncFlag=DATA&leaseid=[session]&filesessionid=[session]&offset=0&api-version=2018-09-01

    POST /webhdfs/v1/f?op=APPEND&append=true&syncFlag=CLOSE&leaseid=[session]&filesessionid=[session]&offset=0&api-version=2018-09-01
    ");
}

#[tokio::test(start_paused = true)]
async fn a_broken_body_is_taken_up_at_the_byte_reached() {
    let (client, transport) = client([
        file_status(6),
        empty().body("ab").then_failure(Interrupted),
        // A throttled answer: fewer bytes than asked for, with a 200.
        empty().body("c"),
        empty().body("def"),
    ]);
    let content = client.read(&path("/f")).await.unwrap();
    assert_eq!(content, "abcdef");
    assert_snapshot!(requests(&transport), @r"
    GET /webhdfs/v1/f?op=GETFILESTATUS&api-version=2018-09-01

    GET /webhdfs/v1/f?op=OPEN&read=true&offset=0&length=6&filesessionid=[session]&api-version=2018-09-01

    GET /webhdfs/v1/f?op=OPEN&read=true&offset=2&length=4&filesessionid=[session]&api-version=2018-09-01

    GET /webhdfs/v1/f?op=OPEN&read=true&offset=3&length=3&filesessionid=[session]&api-version=2018-09-01
    ");
}

#[tokio::test(start_paused = true)]
async fn a_file_without_its_bytes_is_an_error_not_a_loop() {
    let (client, transport) = client([file_status(4)].into_iter().chain((0..20).map(|_| empty())));
    let error = client.read(&path("/f")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
    assert_snapshot!(error, @"/f gives no more bytes at 0, though it should have 4; it was cut while it was read, or is damaged");
    assert_eq!((transport.count(), transport.take_unasked()), (7, 14));
}

#[tokio::test]
async fn more_bytes_than_asked_for_shift_nothing() {
    let (client, _) = client([file_status(4), empty().body("abcdefgh")]);
    assert_eq!(client.read(&path("/f")).await.unwrap(), "abcd");
}

#[tokio::test]
async fn a_reader_seeks_within_what_it_holds_and_never_asks_behind_the_end() {
    let (client, transport) =
        client([file_status(10), empty().body("01234567"), empty().body("89")]);
    let options = ReadOptions::default().block_size(8_u32).read_ahead(0_u16);
    let mut reader = client.open_with(&path("/f"), options).await.unwrap();
    let mut buffer = [0; 4];
    reader.read_exact(&mut buffer).await.unwrap();
    reader.seek(std::io::SeekFrom::Start(1)).await.unwrap();
    reader.read_exact(&mut buffer).await.unwrap();
    assert_eq!(&buffer, b"1234");
    reader.seek(std::io::SeekFrom::End(-1)).await.unwrap();
    let mut rest = Vec::new();
    // From 9 only the last byte is missing; the block begins there.
    reader.read_to_end(&mut rest).await.unwrap();
    reader.seek(std::io::SeekFrom::Start(100)).await.unwrap();
    assert_eq!(reader.read(&mut buffer).await.unwrap(), 0);
    assert!(reader.seek(std::io::SeekFrom::Current(-101)).await.is_err());
    assert_eq!(transport.count(), 3);
}

#[tokio::test]
async fn a_directory_cannot_be_read() {
    let (client, _) = client([directory_status(), directory_status()]);
    let error = client.open(&path("/f")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::IsDirectory);
    assert_eq!(client.append(&path("/f")).await.unwrap_err().kind(), ErrorKind::IsDirectory);
}
