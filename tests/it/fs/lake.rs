//! An emulated account and clients of it.

use std::ops::Deref;

use adls_fs::{FileSystemClient, RemotePath};
use adls_tests::Emulated;

/// The emulator with its seed account, and a client that is signed in as an owner of it.
pub(crate) struct Lake {
    emulated: Emulated,
    pub(crate) client: FileSystemClient,
}

impl Lake {
    pub(crate) async fn start() -> Self {
        Self::of(Emulated::start().await.unwrap())
    }

    pub(crate) fn of(emulated: Emulated) -> Self {
        let client = emulated.file_system().unwrap();
        Self { emulated, client }
    }

    /// The operations that the account was asked for since the last call, in order.
    pub(crate) fn operations(&self) -> Vec<String> {
        let requests = self.emulator.requests();
        self.emulator.clear_requests();
        requests.iter().filter_map(|request| operation(&request.query)).collect()
    }

    /// Everything in the account, directories with a slash, with the length of files.
    pub(crate) async fn tree(&self) -> Vec<String> {
        tree_below(&self.client, &RemotePath::root()).await
    }
}

pub(crate) async fn tree_below(client: &FileSystemClient, directory: &RemotePath) -> Vec<String> {
    use futures_util::TryStreamExt;
    let entries: Vec<_> = client.walk(directory).try_collect().await.unwrap();
    let mut lines: Vec<_> = entries
        .iter()
        .map(|entry| match entry.is_dir() {
            true => format!("{}/", entry.path),
            false => format!("{} {}", entry.path, entry.length),
        })
        .collect();
    lines.sort();
    lines
}

impl Deref for Lake {
    type Target = Emulated;

    fn deref(&self) -> &Emulated {
        &self.emulated
    }
}

pub(crate) fn path(text: &str) -> RemotePath {
    text.parse().unwrap()
}

/// Bytes that differ wherever one looks.
pub(crate) fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n.wrapping_mul(2_654_435_761) >> 11) as u8).collect()
}

fn operation(query: &str) -> Option<String> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == "op").map(|(_, value)| value.to_owned())
}
