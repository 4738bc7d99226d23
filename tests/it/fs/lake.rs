//! An emulated account and clients of it.

use std::sync::Arc;
use std::time::Duration;

use adls_auth::{AuthOptions, Authority, UsernamePasswordCredential};
use adls_fs::{FileSystemClient, FileSystemOptions, RemotePath};
use adls_http::ClientOptions;
use mock_aad::Emulator;

/// The emulator with its seed account, and a client that is signed in as an owner of it.
pub(crate) struct Lake {
    pub(crate) emulator: Emulator,
    pub(crate) client: FileSystemClient,
}

impl Lake {
    pub(crate) async fn start() -> Self {
        let emulator = Emulator::builder().start().await.unwrap();
        let username = emulator.ready().username.clone();
        let client = client_of(&emulator, &username);
        Self { emulator, client }
    }

    /// The operations that the account was asked for since the last call, in order.
    pub(crate) fn operations(&self) -> Vec<String> {
        let requests = self.emulator.requests();
        self.emulator.clear_requests();
        requests.iter().filter_map(|request| operation(&request.query)).collect()
    }

    /// Everything in the account, folders with a slash, with the length of files.
    pub(crate) async fn tree(&self) -> Vec<String> {
        tree_below(&self.client, &RemotePath::root()).await
    }
}

pub(crate) async fn tree_below(client: &FileSystemClient, folder: &RemotePath) -> Vec<String> {
    use futures_util::TryStreamExt;
    let entries: Vec<_> = client.walk(folder, Default::default()).try_collect().await.unwrap();
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

pub(crate) fn client_of(emulator: &Emulator, username: &str) -> FileSystemClient {
    let ready = emulator.ready();
    let mut options = ClientOptions::with_transport(Arc::new(emulator.transport()));
    options.retry.initial_delay = Duration::from_millis(1);
    let authority = Authority::new("https://login.microsoftonline.com", &ready.tenant_id).unwrap();
    let credential = UsernamePasswordCredential::new(
        AuthOptions::new(options.clone(), authority),
        ready.public_client_id.clone(),
        username,
        ready.password.clone(),
    )
    .unwrap();
    let endpoint =
        format!("https://{}.azuredatalakestore.net", ready.default_account).parse().unwrap();
    let options = FileSystemOptions::with_client(options);
    FileSystemClient::gen1(endpoint, Arc::new(credential), options).unwrap()
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
