//! The account as clients of the toolkit have it: signed in as an application.

use std::path::Path;

use adls_fs::transfer::{Overwrite, TransferOptions};
use adls_fs::{FileSystemClient, FileSystemOptions, RemotePath};
use adls_http::SafeUrl;

use crate::Result;
use crate::place::{self, Place};
use crate::signed_in::SignedIn;

/// A client of the file system, and the token that it has.
pub(crate) struct Client {
    pub(crate) token: String,
    pub(crate) files: FileSystemClient,
}

impl Client {
    pub(crate) async fn new(ready: &Path) -> Result<Self> {
        let ready = place::read(ready)?;
        let place = Place::new(&ready, &format!("{}.dfs", ready.gen2_account))?;
        let SignedIn { credential, options, token } =
            SignedIn::new(&ready, &place.ca, "https://storage.azure.com/.default").await?;
        let endpoint: SafeUrl = place.url().parse()?;
        let options = FileSystemOptions::with_client(options);
        let files = FileSystemClient::gen2(endpoint, &ready.gen2_filesystem, credential, options)?;
        Ok(Self { token, files })
    }

    /// Makes what downloads find.
    pub(crate) async fn upload(&self, local: &str, remote: &str) -> Result<()> {
        let replace = TransferOptions::default().overwrite(Overwrite::Replace);
        self.files.upload_with(Path::new(local), &remote.parse::<RemotePath>()?, replace).await?;
        Ok(())
    }
}
