//! Times, expiry, and how one item is told from another.

use std::time::{Duration, SystemTime};

use adls_fs::{
    DeleteOptions, ErrorKind, Expiry, FileSystemClient, Generation, RemotePath, StatOptions,
    TimesChange, WriteOptions,
};

use super::below;

pub(super) async fn times_are_kept_to_the_millisecond(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let file = below(base)("f");
    client.put(&file, "x").await.unwrap();
    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_600_000_000_123);
    client.set_times(&file, TimesChange::default().modified(time)).await.unwrap();
    assert_eq!(client.stat(&file).await.unwrap().modified, time);
}

pub(super) async fn a_file_expires_when_told(client: &FileSystemClient, base: &RemotePath) {
    let file = below(base)("f");
    client.put(&file, "x").await.unwrap();
    let end = client.clock().now() + Duration::from_secs(60);
    client.set_expiry(&file, Expiry::At(end)).await.unwrap();
    let expires = client.stat(&file).await.unwrap().expires.unwrap();
    let resolution = match client.generation() {
        Generation::Gen1 => Duration::from_millis(1),
        _ => Duration::from_secs(1),
    };
    assert!(end.duration_since(expires).unwrap_or_default() < resolution);
    client.set_expiry(&file, Expiry::Never).await.unwrap();
    assert_eq!(client.stat(&file).await.unwrap().expires, None);
}

/// Deleting what has been seen does not delete what another has made in its place.
pub(super) async fn only_the_expected_incarnation_is_deleted(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let file = below(base)("f");
    let incarnation = async || {
        let options = StatOptions::default().incarnation(true);
        client.stat_with(&file, options).await.unwrap().incarnation.unwrap()
    };
    client.put(&file, "first").await.unwrap();
    let first = incarnation().await;
    assert_eq!(incarnation().await, first);
    client.put_with(&file, "second", WriteOptions::default().overwrite(true)).await.unwrap();
    let options = |id: String| DeleteOptions::default().if_incarnation(id);
    let error = client.delete_with(&file, options(first)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Changed, "{error}");
    assert!(client.delete_with(&file, options(incarnation().await)).await.unwrap());
    assert!(!client.exists(&file).await.unwrap());
}
