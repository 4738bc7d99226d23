//! Transfers that are given up at any point of their way. Time stands still, so that what is cleaned up
//! later is cleaned up at once.

use std::future::{Future, poll_fn};
use std::path::Path;
use std::pin::pin;
use std::task::Poll;

use adls_fs::transfer::{Overwrite, SyncOptions, TransferOptions};
use adls_fs::{RemotePath, WriteOptions};

use adls_tests::{pattern, remote_tree};

use super::lake::{Lake, path};

const PART: usize = 16 << 10;

fn options() -> TransferOptions {
    // Small parts make many points to stop at, and segments of files that are quick to send.
    TransferOptions::default().part_size(PART).segment_threshold(Some(16 * PART as u64))
}

/// Polls a future so many times and then drops it; whether it came to its end before.
async fn give_up_after<F: Future>(polls: usize, future: F) -> bool {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        future.as_mut().poll(cx).map(|_| true)
    })
    .await
}

/// How often to poll, from not at all to more often than any of the transfers needs.
fn points() -> impl Iterator<Item = usize> {
    (0..40).chain((40..200).step_by(7)).chain([100_000])
}

/// Whether anything under a temporary name is in the account, once everything is at rest.
async fn is_clean(lake: &Lake, directory: &RemotePath) -> bool {
    for _ in 0..200 {
        // Lets what goes on in the background end, and its waiting pass.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        let tree = remote_tree(&lake.client, directory).await;
        if !tree.iter().any(|line| line.contains(".adls-")) {
            tokio::time::sleep(std::time::Duration::from_secs(3)).await;
            let tree = remote_tree(&lake.client, directory).await;
            return !tree.iter().any(|line| line.contains(".adls-"));
        }
    }
    false
}

fn temporary_files(directory: &Path) -> usize {
    let entries = walk(directory);
    entries.iter().filter(|name| name.contains(".adls-")).count()
}

fn walk(directory: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
    entries
        .map(Result::unwrap)
        .flat_map(|entry| {
            let mut names = walk(&entry.path());
            names.push(entry.path().display().to_string());
            names
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn an_upload_is_whole_or_not_there() {
    let lake = Lake::start().await;
    let (directory, options) = (tempfile::tempdir().unwrap(), options());
    // In one request, as a stream, in two segments.
    for length in [100, 5 * PART, 16 * PART] {
        let local = directory.path().join("f");
        std::fs::write(&local, pattern(length)).unwrap();
        let mut ended = 0;
        for polls in points() {
            let target = path(&format!("/{length}/{polls}"));
            let upload = lake.client.upload_with(&local, &target, options.clone());
            ended += usize::from(give_up_after(polls, upload).await);
            let parent = target.parent().unwrap();
            if lake.client.exists(&parent).await.unwrap() {
                assert!(is_clean(&lake, &parent).await, "{length} bytes, {polls} polls");
            }
            if let Some(status) = lake.client.try_stat(&target).await.unwrap() {
                assert_eq!(status.length, length as u64, "{polls} polls");
            }
            // No lease is left on the name.
            let replace = WriteOptions::default().overwrite(true);
            lake.client.put_with(&target, "x", replace).await.unwrap();
        }
        assert!(ended > 0 && ended < points().count(), "{length}: {ended}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_download_is_whole_or_not_there() {
    let lake = Lake::start().await;
    let (directory, options) = (tempfile::tempdir().unwrap(), options());
    for length in [100, 5 * PART] {
        let remote = path(&format!("/{length}"));
        lake.client.put(&remote, pattern(length)).await.unwrap();
        let mut ended = 0;
        for polls in points() {
            let target = directory.path().join(format!("{length}/{polls}"));
            let download = lake.client.download_with(&remote, &target, options.clone());
            ended += usize::from(give_up_after(polls, download).await);
            while temporary_files(directory.path()) > 0 {
                // A thread may be about to end that made the file.
                tokio::task::yield_now().await;
            }
            if let Ok(content) = std::fs::read(&target) {
                assert!(content == pattern(length), "{polls} polls");
            }
        }
        assert!(ended > 0 && ended < points().count(), "{length}: {ended}");
    }
}

#[tokio::test(start_paused = true)]
async fn trees_both_ways() {
    let lake = Lake::start().await;
    let directory = tempfile::tempdir().unwrap();
    let source = directory.path().join("source");
    for (name, length) in [("a", 10), ("b/c", 3 * PART), ("b/d", 0), ("e", 17 * PART)] {
        let file = source.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, pattern(length)).unwrap();
    }
    let whole = [0, 10, 3 * PART as u64, 17 * PART as u64];
    for polls in points().filter(|polls| polls % 3 == 0 || *polls > 1000) {
        let target = path(&format!("/{polls}"));
        let sync = SyncOptions::default().transfer(options().overwrite(Overwrite::Different));
        give_up_after(polls, lake.client.sync_up_with(&source, &target, sync.clone())).await;
        if lake.client.exists(&target).await.unwrap() {
            assert!(is_clean(&lake, &target).await, "{polls} polls");
            for line in remote_tree(&lake.client, &target).await {
                let length = line.rsplit_once(' ').map(|(_, length)| length.parse().unwrap());
                assert!(length.is_none_or(|length| whole.contains(&length)), "{line}");
            }
        }
        // Done again it comes to its end.
        lake.client.sync_up_with(&source, &target, sync.clone()).await.unwrap();
        let back = directory.path().join(format!("back/{polls}"));
        give_up_after(polls, lake.client.download_with(&target, &back, options())).await;
        while temporary_files(&back) > 0 {
            tokio::task::yield_now().await;
        }
    }
}
