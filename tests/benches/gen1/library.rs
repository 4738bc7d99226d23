//! What the library does where the command line has nothing that compares: data that stays in memory.

use std::time::{Duration, Instant};

use adls_fs::{FileSystemClient, ReadOptions, RemotePath, WriteOptions};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::io::AsyncWriteExt as _;

use crate::{PART, PARTS_SIDE_BY_SIDE, Result, Target};

pub(crate) async fn run(target: &Target, words: &[&str]) -> Result<Duration> {
    let start = Instant::now();
    match words {
        ["read", file] => read(&target.client, &file.parse()?).await?,
        ["write", folder, length] => {
            write(&target.client, &folder.parse()?, length.parse()?).await?;
        }
        _ => return Err(format!("no work {words:?}").into()),
    }
    Ok(start.elapsed())
}

async fn read(client: &FileSystemClient, file: &RemotePath) -> Result<()> {
    let reader = client.open(file, ReadOptions::default()).await?;
    stream::iter((0..reader.len()).step_by(PART))
        .map(|start| reader.read_at(start..start + PART as u64))
        .buffer_unordered(PARTS_SIDE_BY_SIDE)
        .try_for_each(|_| async { Ok(()) })
        .await?;
    Ok(())
}

/// As many files as writers, as the bare loop does it.
async fn write(client: &FileSystemClient, folder: &RemotePath, length: usize) -> Result<()> {
    let part = &Bytes::from(vec![7; PART]);
    stream::iter(0..PARTS_SIDE_BY_SIDE)
        .map(|number| async move {
            let file = folder.join(&number.to_string())?;
            let mut writer = client.create(&file, WriteOptions::default()).await?;
            for _ in 0..length / PARTS_SIDE_BY_SIDE / PART {
                writer.write_bytes(part.clone()).await?;
            }
            writer.shutdown().await?;
            Ok(())
        })
        .buffer_unordered(PARTS_SIDE_BY_SIDE)
        .try_collect()
        .await
}
