//! Readers and writers, also when the network breaks.

use adls_fs::{ConcurrentAppendOptions, ErrorKind, ReadOptions, WriteOptions};
use futures_util::TryStreamExt;
use mock_aad::{FaultAction, FaultRule};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use super::lake::{Lake, path, pattern};

/// A little more than three blocks.
const LENGTH: usize = (12 << 20) + 12345;

#[tokio::test]
async fn a_stream_up_and_down() {
    let lake = Lake::start().await;
    let (file, content) = (path("/f"), pattern(LENGTH));
    let mut writer = lake.client.create(&file).await.unwrap();
    for piece in content.chunks(1_000_003) {
        writer.write_all(piece).await.unwrap();
    }
    assert_eq!(writer.position(), LENGTH as u64);
    writer.flush().await.unwrap();
    assert_eq!(lake.client.stat(&file).await.unwrap().length, LENGTH as u64);
    let position = writer.position();
    assert_eq!(writer.close().await.unwrap().length, position);

    let mut reader = lake.client.open(&file).await.unwrap();
    let mut read = Vec::new();
    reader.read_to_end(&mut read).await.unwrap();
    assert!(read == content);
    reader.seek(std::io::SeekFrom::End(-10)).await.unwrap();
    read.clear();
    reader.read_to_end(&mut read).await.unwrap();
    assert_eq!(read, content[LENGTH - 10..]);
    let middle = reader.read_at(4_000_000..9_000_000).await.unwrap();
    assert!(middle == content[4_000_000..9_000_000]);
    assert_eq!(reader.read_at(LENGTH as u64 - 1..u64::MAX).await.unwrap().len(), 1);
}

#[tokio::test]
async fn owned_bytes_up_in_pieces_of_any_size() {
    let lake = Lake::start().await;
    let (file, content) = (path("/f"), bytes::Bytes::from(pattern(LENGTH)));
    let mut writer = lake.client.create(&file).await.unwrap();
    writer.write_all(&content[..5]).await.unwrap();
    writer.write_bytes(content.slice(5..9 << 20)).await.unwrap();
    writer.write_bytes(content.slice(9 << 20..)).await.unwrap();
    writer.shutdown().await.unwrap();
    assert!(lake.client.read(&file).await.unwrap() == content);
}

#[tokio::test]
async fn appending_goes_on_where_the_file_ends() {
    let lake = Lake::start().await;
    let file = path("/log");
    lake.client.put(&file, "one\n").await.unwrap();
    let mut writer = lake.client.append(&file).await.unwrap();
    writer.write_all(b"two\nthree").await.unwrap();
    let other = lake.client.append(&file).await.unwrap_err();
    assert_eq!(other.kind(), ErrorKind::LeaseConflict, "{other:?}");
    writer.shutdown().await.unwrap();
    let reader = lake.client.open(&file).await.unwrap();
    let mut lines = reader.lines();
    let mut found = Vec::new();
    while let Some(line) = lines.next_line().await.unwrap() {
        found.push(line);
    }
    assert_eq!(found, ["one", "two", "three"]);
    let missing = lake.client.append(&path("/none")).await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn an_existing_file_is_not_replaced_unasked() {
    let lake = Lake::start().await;
    let file = path("/f");
    lake.client.put(&file, "old").await.unwrap();
    let error = lake.client.create(&file).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    lake.client.put_with(&file, "new", WriteOptions::default().overwrite(true)).await.unwrap();
    assert_eq!(lake.client.read(&file).await.unwrap(), "new");
    let options = WriteOptions::default().require_parent(true);
    let error = lake.client.put_with(&path("/no/f"), "x", options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn nothing_is_written_twice_or_left_out_when_answers_get_lost() {
    let lake = Lake::start().await;
    let content = pattern(LENGTH);
    for (number, action) in
        [FaultAction::CommitAndReset, FaultAction::ResetBefore].into_iter().enumerate()
    {
        for op in ["CREATE", "APPEND"] {
            lake.emulator
                .add_faults([FaultRule::new(action.clone()).op(op).after(1).count(1)])
                .unwrap();
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
    lake.emulator
        .add_faults([FaultRule::new(FaultAction::Truncate { bytes: 100_000 }).op("OPEN").count(7)])
        .unwrap();
    let mut reader = lake.client.open(&file).await.unwrap();
    let mut read = Vec::new();
    reader.read_to_end(&mut read).await.unwrap();
    assert!(read == content);
    let stream = lake.client.read_range(&file, 5..LENGTH as u64 - 5).await.unwrap();
    let frames: Vec<_> = stream.try_collect().await.unwrap();
    assert!(frames.concat() == content[5..LENGTH - 5]);
}

#[tokio::test]
async fn many_may_append_to_one_file() {
    let lake = Lake::start().await;
    let file = path("/log");
    let options = ConcurrentAppendOptions::default();
    let missing =
        lake.client.concurrent_append_with(&file, "a", options.clone()).await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound, "{missing:?}");
    for _ in 0..3 {
        lake.client
            .concurrent_append_with(&file, "abc", options.clone().create(true))
            .await
            .unwrap();
    }
    assert_eq!(lake.client.read(&file).await.unwrap(), "abcabcabc");
    assert!(lake.client.append(&file).await.is_err());
}

#[tokio::test]
async fn ranges_close_to_each_other_share_a_request() {
    let lake = Lake::start().await;
    let (file, content) = (path("/f"), pattern(3 << 20));
    lake.client.put(&file, content.clone()).await.unwrap();
    let reader = lake.client.open(&file).await.unwrap();
    lake.operations();
    let ranges = [2_000_000..2_000_010, 5..10, 0..3, 60_000..60_001, 7..7, 3_145_700..9_999_999];
    let pieces = reader.read_ranges(&ranges).await.unwrap();
    for (piece, range) in pieces.iter().zip(&ranges) {
        let end = (range.end as usize).min(content.len());
        assert_eq!(piece[..], content[range.start as usize..end], "{range:?}");
    }
    assert_eq!(lake.operations(), ["OPEN"; 3]);
}

/// A reader does what a local file does, wherever one seeks and however much one reads.
#[tokio::test]
async fn a_reader_equals_a_local_file() {
    let lake = Lake::start().await;
    let (file, content) = (path("/f"), pattern(300_000));
    lake.client.put(&file, content.clone()).await.unwrap();
    for (block_size, read_ahead, cached) in
        [(1_000_u32, 0_u16, 1_u16), (7_777, 3, 5), (1 << 20, 2, 4)]
    {
        let options = ReadOptions::default()
            .block_size(block_size)
            .read_ahead(read_ahead)
            .cached_blocks(cached);
        let mut reader = lake.client.open_with(&file, options).await.unwrap();
        let mut model = std::io::Cursor::new(&content);
        let mut random = 88_172_645_463_325_252_u64;
        for _ in 0..300 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let amount = (random >> 20) as usize % 20_000;
            let seek = match random % 5 {
                0 => std::io::SeekFrom::Start(random % 310_000),
                1 => std::io::SeekFrom::End(-((random % 300_000) as i64)),
                _ => std::io::SeekFrom::Current(0),
            };
            reader.seek(seek).await.unwrap();
            std::io::Seek::seek(&mut model, seek).unwrap();
            let (mut got, mut expected) = (Vec::new(), Vec::new());
            (&mut reader).take(amount as u64).read_to_end(&mut got).await.unwrap();
            let mut limited = std::io::Read::take(&mut model, amount as u64);
            std::io::Read::read_to_end(&mut limited, &mut expected).unwrap();
            assert!(got == expected, "{amount} bytes at {seek:?} in blocks of {block_size}");
            assert_eq!(reader.position(), model.position());
        }
    }
}

/// Nobody has to wait for the end of an abandoned writer's lease.
#[tokio::test]
async fn a_dropped_writer_gives_its_file_up() {
    let lake = Lake::start().await;
    let file = path("/f");
    let mut writer = lake.client.create(&file).await.unwrap();
    writer.write_all(&pattern(5 << 20)).await.unwrap();
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
    lake.emulator.add_faults([FaultRule::new(refused()).op("APPEND").count(1)]).unwrap();
    let options = WriteOptions::default();
    lake.client.put_with(&file, pattern(LENGTH), options.clone()).await.unwrap_err();
    assert!(!lake.client.exists(&file).await.unwrap());
    lake.client.put_with(&file, "old", options.clone()).await.unwrap();
    let replace = options.overwrite(true);
    for op in ["CREATE", "APPEND", "RENAME"] {
        lake.clear_faults();
        // What the one before left to do must not meet the fault of this one.
        lake.client.cleanups().finished().await;
        lake.emulator.add_faults([FaultRule::new(refused()).op(op).count(1)]).unwrap();
        lake.client.put_with(&file, pattern(LENGTH), replace.clone()).await.unwrap_err();
        assert_eq!(lake.client.read(&file).await.unwrap(), "old", "{op}");
    }
    lake.client.cleanups().finished().await;
    assert_eq!(lake.tree().await, ["/f 3"]);
    lake.client.put_with(&file, pattern(LENGTH), replace).await.unwrap();
    assert!(lake.client.read(&file).await.unwrap() == pattern(LENGTH));
}
