//! Works with blobs by Microsoft's crate `azure_storage_blob`, with a credential of `adls-auth` that its adapter
//! turns into one of the crate's.
//!
//! `rust-azure-storage-blob put|get|list CONTAINER_URL [NAME [TEXT]]`; who signs in is in the environment.

use std::io::Write;
use std::sync::Arc;

use adls_auth::EnvironmentCredential;
use adls_auth::azure_sdk::ForAzureSdk;
use anyhow::bail;
use azure_core::http::{RequestContent, Url};
use azure_storage_blob::{BlobContainerClient, BlobContainerClientOptions};
use futures_util::TryStreamExt;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [action, container, rest @ ..] = arguments.as_slice() else {
        bail!("usage: rust-azure-storage-blob put|get|list CONTAINER_URL [NAME [TEXT]]");
    };
    let credential = ForAzureSdk::new(Arc::new(EnvironmentCredential::new()?));
    let options = BlobContainerClientOptions::default();
    let container =
        BlobContainerClient::new(Url::parse(container)?, Some(credential), Some(options))?;
    match (*action, rest) {
        ("put", [name, text]) => {
            let content = RequestContent::from(text.as_bytes().to_vec());
            container.blob_client(name).upload(content, None).await?;
        }
        ("get", [name]) => {
            let content = container.blob_client(name).download(None).await?;
            std::io::stdout().write_all(&content.body.collect().await?)?;
        }
        ("list", []) => {
            let mut blobs = container.list_blobs(None)?;
            while let Some(blob) = blobs.try_next().await? {
                println!("{}", blob.name.unwrap_or_default());
            }
        }
        (action, _) => bail!("no action '{action}' with these arguments"),
    }
    Ok(())
}
