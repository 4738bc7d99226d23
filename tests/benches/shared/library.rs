//! What the library does where the command line has nothing that compares: data that stays in memory.

use std::time::{Duration, Instant};

use adls_fs::{FileSystemClient, RemotePath};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::io::AsyncWriteExt as _;

use crate::Result;
use crate::bounds::Bounds;

pub(crate) async fn run(client: &FileSystemClient, words: &[&str]) -> Result<Duration> {
    let start = Instant::now();
    match words {
        ["read", file] => read(client, &file.parse()?).await?,
        ["write", directory, length] => write(client, &directory.parse()?, length.parse()?).await?,
        _ => return Err(format!("no work {words:?}").into()),
    }
    Ok(start.elapsed())
}

async fn read(client: &FileSystemClient, file: &RemotePath) -> Result<()> {
    let Bounds { part, parts, .. } = Bounds::of_client();
    let reader = client.open(file).await?;
    stream::iter((0..reader.len()).step_by(part))
        .map(|start| reader.read_at(start..start + part as u64))
        .buffer_unordered(parts)
        .try_for_each(|_| async { Ok(()) })
        .await?;
    Ok(())
}

/// As many files as writers, as the bare loop does it.
async fn write(client: &FileSystemClient, directory: &RemotePath, length: usize) -> Result<()> {
    let Bounds { part, parts, .. } = Bounds::of_client();
    let content = &Bytes::from(vec![7; part]);
    stream::iter(0..parts)
        .map(|number| async move {
            let file = directory.join(&number.to_string())?;
            let mut writer = client.create(&file).await?;
            for _ in 0..length / parts / part {
                writer.write_bytes(content.clone()).await?;
            }
            writer.shutdown().await?;
            Ok(())
        })
        .buffer_unordered(parts)
        .try_collect()
        .await
}
