//! A file system as an object store: [`DataLakeStore`] is an `object_store::ObjectStore`, for programs that
//! take one, such as DataFusion and delta-rs. Feature `object_store` is for version 0.14 of that crate,
//! `object_store_0_13` for version 0.13; with both, the one type is both.
//!
//! ```no_run
//! # async fn example(client: adls_fs::FileSystemClient) {
//! use adls_fs::object_store::DataLakeStore;
//!
//! let store = DataLakeStore::new(client);
//! // As an object store: store.get(&"2026/total.csv".into()).await, and so on. Beside it:
//! store.delete_prefix("2026/tmp").await.ok();
//! # }
//! ```
//!
//! # What is different from a store without directories
//!
//! - `rename` and `rename_if_not_exists` are one operation of the service, whatever the size, and whoever looks
//!   sees either name. `copy` reads and writes: accounts with directories copy nothing by themselves.
//! - Directories are made with the objects in them, are in no list of objects, and are no objects: whoever asks for
//!   one is told that there is nothing. They stay when the last object in them is deleted, because they may have
//!   rights that are inherited; then they are still among the common prefixes of `list_with_delimiter`.
//!   [`directories`](DataLakeStore::directories) shows them, [`delete_prefix`](DataLakeStore::delete_prefix)
//!   removes them.
//! - An object cannot be called like a directory: writing it fails with `AlreadyExists`. Nor can one lie below
//!   another object.
//! - What is larger than one request, and every upload in parts, is written beside its target under a temporary
//!   name, and renamed. Lists pass over these names. An upload that is aborted or dropped leaves nothing
//!   behind; [`Cleanups`](crate::Cleanups) tells when that is done.
//!
//! # Gen1
//!
//! A Gen1 account has neither versions nor attributes. Tags are made of modification time and length, weak ones
//! as HTTP calls them, and conditions of a `get` are judged by a look before it. Attributes and `PutMode::Update`
//! fail with `NotImplemented`, before anything is sent, and signed URLs with `NotSupported`.

mod adapter;
mod failure;
mod list;
mod read;
mod sign;
mod tag;
mod write;

use std::fmt;

use adls_http::AccountKey;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};

use crate::{DeleteOptions, FileStatus, FileSystemClient, IntoPath, Result};

/// A file system as an object store; see the [module](self).
///
/// Clones are cheap, and share everything with the client that it is made of.
#[derive(Clone, Debug)]
pub struct DataLakeStore {
    client: FileSystemClient,
    key: Option<AccountKey>,
}

impl DataLakeStore {
    /// The file system of this client.
    #[must_use]
    pub fn new(client: FileSystemClient) -> Self {
        Self { client, key: None }
    }

    /// The same, but URLs are signed with this key of the account, instead of with a key of the user who is
    /// signed in.
    #[must_use]
    pub fn with_account_key(self, key: AccountKey) -> Self {
        Self { key: Some(key), ..self }
    }

    /// The client of the file system, for all that object stores have not.
    #[must_use]
    pub fn client(&self) -> &FileSystemClient {
        &self.client
    }

    /// All directories below `prefix`, which lists of objects do not show, in any order.
    ///
    /// # Errors
    /// The stream gives [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) when there is no such directory.
    pub fn directories(&self, prefix: impl IntoPath) -> BoxStream<'static, Result<FileStatus>> {
        let found = prefix.into_path().map(|prefix| list::tree(&self.client, &prefix, None));
        match found {
            Ok(found) => found.try_filter(|entry| std::future::ready(entry.is_dir())).boxed(),
            Err(error) => futures_util::stream::once(async { Err(error) }).boxed(),
        }
    }

    /// Deletes everything below `prefix`, objects and directories, and `prefix` itself; says whether anything was
    /// there.
    ///
    /// # Errors
    /// As for [`FileSystemClient::delete`].
    pub async fn delete_prefix(&self, prefix: impl IntoPath) -> Result<bool> {
        self.client.delete_with(prefix, DeleteOptions::default().recursive(true)).await
    }
}

impl From<FileSystemClient> for DataLakeStore {
    fn from(client: FileSystemClient) -> Self {
        Self::new(client)
    }
}

impl fmt::Display for DataLakeStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataLakeStore({})", self.client.file_system_url())
    }
}
