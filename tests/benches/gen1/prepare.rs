//! What the work finds in the account, and what is taken away between two runs.

use std::path::Path;

use adls_fs::transfer::{Overwrite, TransferOptions};
use adls_fs::{DeleteOptions, FileSystemClient, RemotePath};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::bounds::Bounds;
use crate::target::Target;
use crate::{Result, bare};

pub(crate) async fn run(target: &Target, words: &[&str]) -> Result<()> {
    let client = &target.client;
    match words {
        ["token", file] => Ok(std::fs::write(file, &target.token)?),
        ["upload", local, remote] => {
            let replace = TransferOptions::default().overwrite(Overwrite::Replace);
            client
                .upload_with(Path::new(local), &remote.parse::<RemotePath>()?, replace.clone())
                .await?;
            Ok(())
        }
        ["zeros", file, length] => {
            bare::zeros(&target.place, target.token.clone(), file, length).await
        }
        ["files", directory, count] => {
            files(client, &directory.parse()?, count.parse()?, None).await
        }
        ["tree", directory, count] => {
            files(client, &directory.parse()?, count.parse()?, Some(100)).await
        }
        ["remove", directory] => {
            client.delete_with(*directory, DeleteOptions::default().recursive(true)).await?;
            Ok(())
        }
        _ => Err(format!("nothing to prepare: {words:?}").into()),
    }
}

/// Makes empty files: in one directory, or so many in each of several.
async fn files(
    client: &FileSystemClient,
    directory: &RemotePath,
    count: u64,
    in_each: Option<u64>,
) -> Result<()> {
    stream::iter(0..count)
        .map(|number| async move {
            let directory = match in_each {
                None => directory.clone(),
                Some(files) => directory.join(&format!("{:04}", number / files))?,
            };
            let file = directory.join(&format!("{number:06}"))?;
            client.put(&file, "").await?;
            Ok(())
        })
        .buffer_unordered(Bounds::of_client().requests)
        .try_collect()
        .await
}
