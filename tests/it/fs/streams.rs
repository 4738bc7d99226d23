//! Readers and writers, also when the network breaks.

use adls_fs::{ErrorKind, WriteOptions};
use adls_tests::pattern;
use futures_util::TryStreamExt;
use mock_aad::{FaultAction, FaultRule};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::lake::{Lake, path};

/// A little more than three blocks.
const LENGTH: usize = (12 << 20) + 12345;

#[tokio::test]
async fn nothing_is_written_twice_or_left_out_when_answers_get_lost() {
    let lake = Lake::start().await;
    let content = pattern(LENGTH);
    for (number, action) in
        [FaultAction::CommitAndReset, FaultAction::ResetBefore].into_iter().enumerate()
    {
        for op in ["CREATE", "APPEND"] {
            lake.arm([FaultRule::new(action.clone()).op(op).after(1).count(1)]);
        }
        let file = path(&format!("/f{number}"));
        let first = path(&format!("/first{number}"));
        lake.client.put(&first, "x").await.unwrap();
        lake.client.put(&file, content.clone()).await.unwrap();
        let read = lake.client.read(&file).await.unwrap();
        assert!(read == content, "after {action:?}");
        lake.clear_faults();
    }
}

#[tokio::test]
async fn bodies_that_break_are_taken_up() {
    let lake = Lake::start().await;
    let (file, content) = (path("/f"), pattern(LENGTH));
    lake.client.put(&file, content.clone()).await.unwrap();
    lake.arm([FaultRule::new(FaultAction::Truncate { bytes: 100_000 }).op("OPEN").count(7)]);
    let mut reader = lake.client.open(&file).await.unwrap();
    let mut read = Vec::new();
    reader.read_to_end(&mut read).await.unwrap();
    assert!(read == content);
    let stream = lake.client.read_range(&file, 5..LENGTH as u64 - 5).await.unwrap();
    let frames: Vec<_> = stream.try_collect().await.unwrap();
    assert!(frames.concat() == content[5..LENGTH - 5]);
}

#[tokio::test]
async fn ranges_close_to_each_other_share_a_request() {
    let lake = Lake::start().await;
    lake.client.put("/f", pattern(3 << 20)).await.unwrap();
    let reader = lake.client.open("/f").await.unwrap();
    lake.operations();
    let ranges = [2_000_000..2_000_010, 5..10, 0..3, 60_000..60_001, 7..7, 3_145_700..9_999_999];
    reader.read_ranges(&ranges).await.unwrap();
    assert_eq!(lake.operations(), ["OPEN"; 3]);
}

/// Nobody has to wait for the end of an abandoned writer's lease.
#[tokio::test]
async fn a_dropped_writer_gives_its_file_up() {
    let lake = Lake::start().await;
    let file = path("/f");
    let mut writer = lake.client.create(&file).await.unwrap();
    writer.write_all(&pattern(5 << 20)).await.unwrap();
    let error = lake.client.append(&file).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LeaseConflict, "{error:?}");
    drop(writer);
    lake.operations();
    while !lake.emulator.requests().iter().any(|r| r.query.contains("syncFlag=CLOSE")) {
        tokio::task::yield_now().await;
    }
    let next = loop {
        match lake.client.append(&file).await {
            Err(error) if error.kind() == ErrorKind::LeaseConflict => {
                tokio::task::yield_now().await;
            }
            other => break other.unwrap(),
        }
    };
    assert_eq!(next.position(), 4 << 20, "what was sent stays");
}

/// A whole file that was to be written and could not is not there at all, and the one before it is.
#[tokio::test]
async fn replace_only_with_what_is_complete_also_when_a_write_takes_many_requests() {
    let lake = Lake::start().await;
    let file = path("/f");
    let refused = || FaultAction::Status { code: 400, retry_after: None, body: None };
    lake.arm([FaultRule::new(refused()).op("APPEND").count(1)]);
    let options = WriteOptions::default();
    lake.client.put_with(&file, pattern(LENGTH), options.clone()).await.unwrap_err();
    assert!(!lake.client.exists(&file).await.unwrap());
    lake.client.put_with(&file, "old", options.clone()).await.unwrap();
    let replace = options.overwrite(true);
    for op in ["CREATE", "APPEND", "RENAME"] {
        lake.clear_faults();
        // What the one before left to do must not meet the fault of this one.
        lake.client.cleanups().finished().await;
        lake.arm([FaultRule::new(refused()).op(op).count(1)]);
        lake.client.put_with(&file, pattern(LENGTH), replace.clone()).await.unwrap_err();
        assert_eq!(lake.client.read(&file).await.unwrap(), "old", "{op}");
    }
    lake.client.cleanups().finished().await;
    assert_eq!(lake.tree().await, ["/f 3"]);
    lake.client.put_with(&file, pattern(LENGTH), replace).await.unwrap();
    assert!(lake.client.read(&file).await.unwrap() == pattern(LENGTH));
}
