//! Writers, whole files, appending.

use adls_fs::{
    ConcurrentAppendOptions, ErrorKind, FileSystemClient, Generation, RemotePath, WriteOptions,
};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};

use super::below;
use crate::pattern;

/// A little more than three blocks.
const LENGTH: usize = (12 << 20) + 12345;

pub(super) async fn a_stream_of_pieces(client: &FileSystemClient, base: &RemotePath) {
    let (file, content) = (below(base)("f"), pattern(LENGTH));
    let mut writer = client.create(&file).await.unwrap();
    for piece in content.chunks(1_000_003) {
        writer.write_all(piece).await.unwrap();
    }
    assert_eq!(writer.position(), LENGTH as u64);
    writer.flush().await.unwrap();
    assert_eq!(client.stat(&file).await.unwrap().length, LENGTH as u64);
    let position = writer.position();
    assert_eq!(writer.close().await.unwrap().length, position);
    assert!(client.read(&file).await.unwrap() == content);
}

pub(super) async fn owned_bytes_up_in_pieces_of_any_size(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let (file, content) = (below(base)("f"), bytes::Bytes::from(pattern(LENGTH)));
    let mut writer = client.create(&file).await.unwrap();
    writer.write_all(&content[..5]).await.unwrap();
    writer.write_bytes(content.slice(5..9 << 20)).await.unwrap();
    writer.write_bytes(content.slice(9 << 20..)).await.unwrap();
    writer.shutdown().await.unwrap();
    assert!(client.read(&file).await.unwrap() == content);
}

pub(super) async fn appending_goes_on_where_the_file_ends(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let at = below(base);
    let file = at("log");
    client.put(&file, "one\n").await.unwrap();
    let mut writer = client.append(&file).await.unwrap();
    writer.write_all(b"two\nthree").await.unwrap();
    writer.shutdown().await.unwrap();
    let reader = client.open(&file).await.unwrap();
    let mut lines = reader.lines();
    let mut found = Vec::new();
    while let Some(line) = lines.next_line().await.unwrap() {
        found.push(line);
    }
    assert_eq!(found, ["one", "two", "three"]);
    let missing = client.append(at("none")).await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
}

pub(super) async fn an_existing_file_is_not_replaced_unasked(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let at = below(base);
    let file = at("f");
    client.put(&file, "old").await.unwrap();
    let error = client.create(&file).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    client.put_with(&file, "new", WriteOptions::default().overwrite(true)).await.unwrap();
    assert_eq!(client.read(&file).await.unwrap(), "new");
    let options = WriteOptions::default().require_parent(true);
    let error = client.put_with(at("no/f"), "x", options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

pub(super) async fn many_may_append_to_one_file(client: &FileSystemClient, base: &RemotePath) {
    let file = below(base)("log");
    let options = ConcurrentAppendOptions::default();
    let missing = client.concurrent_append_with(&file, "a", options.clone()).await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound, "{missing:?}");
    for _ in 0..3 {
        let options = options.clone().create(true);
        client.concurrent_append_with(&file, "abc", options).await.unwrap();
    }
    assert_eq!(client.read(&file).await.unwrap(), "abcabcabc");
    // On Gen1 such a file takes no other writer.
    match client.generation() {
        Generation::Gen1 => assert!(client.append(&file).await.is_err()),
        _ => {
            client.append(&file).await.unwrap().close().await.unwrap();
        }
    }
}
