//! The file system as an object store.

mod directories;
mod integration;
mod lists;
mod reading;
mod signing;
mod writing;

use adls_fs::object_store::DataLakeStore;
use futures_util::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

use super::lake::Lake;

/// A file system and the same as an object store.
struct Stored {
    lake: Lake,
    store: DataLakeStore,
}

impl Stored {
    async fn gen1() -> Self {
        Self::of(Lake::start().await)
    }

    async fn gen2() -> Self {
        Self::of(Lake::start_gen2().await)
    }

    /// One of each generation.
    async fn both() -> [Self; 2] {
        [Self::gen1().await, Self::gen2().await]
    }

    fn of(lake: Lake) -> Self {
        let store = DataLakeStore::new(lake.client.clone());
        Self { lake, store }
    }

    async fn put(&self, path: &str, content: impl Into<object_store::PutPayload>) {
        self.store.put(&at(path), content.into()).await.unwrap();
    }

    async fn content(&self, path: &str) -> bytes::Bytes {
        self.store.get(&at(path)).await.unwrap().bytes().await.unwrap()
    }

    /// The paths of all objects below a prefix, in order.
    async fn listed(&self, prefix: Option<&Path>) -> Vec<String> {
        let mut paths: Vec<String> = self
            .store
            .list(prefix)
            .map_ok(|meta| meta.location.to_string())
            .try_collect()
            .await
            .unwrap();
        paths.sort();
        paths
    }

    /// How many requests the account has got since the last look.
    fn requests(&self) -> usize {
        let requests = self.lake.emulator.requests();
        self.lake.emulator.clear_requests();
        requests.iter().filter(|request| !request.host.starts_with("login.")).count()
    }
}

/// A path as it stands.
fn at(path: &str) -> Path {
    Path::parse(path).unwrap()
}

/// The failure of the file system behind that of the object store.
fn source(error: &object_store::Error) -> &adls_fs::Error {
    std::error::Error::source(error).unwrap().downcast_ref().unwrap()
}
