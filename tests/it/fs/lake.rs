//! An emulated account and clients of it.

use std::ops::Deref;

use adls_fs::transfer::TransferOptions;
use adls_fs::{FileSystemClient, RemotePath, WriteOptions};
use adls_tests::{Emulated, Identity, LocalDirectory, remote_tree};
use mock_aad::{FaultAction, FaultRule, Seed, SeedUser};

/// The emulator with its seed account, a client that is signed in as an owner of it, and a local directory.
pub(crate) struct Lake {
    emulated: Emulated,
    pub(crate) local: LocalDirectory,
    pub(crate) client: FileSystemClient,
}

impl Lake {
    pub(crate) async fn start() -> Self {
        Self::of(Emulated::start().await.unwrap())
    }

    pub(crate) fn of(emulated: Emulated) -> Self {
        let client = emulated.file_system().unwrap();
        Self { emulated, local: LocalDirectory::new(), client }
    }

    /// The same over a file system of a storage account (Gen2).
    pub(crate) async fn start_gen2() -> Self {
        let emulated = Emulated::start().await.unwrap();
        let client = emulated.gen2().await.unwrap();
        emulated.emulator.clear_requests();
        Self { emulated, local: LocalDirectory::new(), client }
    }

    /// The same, and a client for a user who has no rights there.
    pub(crate) async fn with_guest() -> (Self, FileSystemClient) {
        let mut seed = Seed::default();
        let (username, password) = ("guest@emulator.test", seed.users[0].password.clone());
        seed.users.push(SeedUser {
            object_id: "5a1e0000-0000-4000-8000-000000000777".parse().unwrap(),
            username: username.to_owned(),
            password: password.clone(),
            ..SeedUser::default()
        });
        let lake = Self::of(Emulated::with_seed(seed).await.unwrap());
        let identity = Identity::Other { username: username.to_owned(), password };
        let guest = lake.file_system_as(&identity).unwrap();
        (lake, guest)
    }

    /// Lets requests fail.
    pub(crate) fn arm(&self, rules: impl IntoIterator<Item = FaultRule>) {
        self.emulator.add_faults(rules).unwrap();
    }

    /// Makes a file, or makes it anew.
    pub(crate) async fn put(&self, name: &str, content: impl Into<bytes::Bytes>) -> RemotePath {
        let options = WriteOptions::default().overwrite(true);
        self.client.put_with(name, content, options).await.unwrap();
        path(name)
    }

    /// The content of a file.
    pub(crate) async fn read(&self, name: &str) -> bytes::Bytes {
        self.client.read(name).await.unwrap()
    }

    /// Options of a transfer that can be resumed.
    pub(crate) fn resumable(&self) -> TransferOptions {
        TransferOptions::default().journal(self.local.at("journal"))
    }

    /// How many transfers left a journal.
    pub(crate) fn journals(&self) -> usize {
        self.local.names("journal").len()
    }

    /// How often the account was asked for an operation since the last look.
    pub(crate) fn count(&self, op: &str) -> usize {
        self.operations().iter().filter(|name| *name == op).count()
    }

    /// The operations that the account was asked for since the last call, in order: `op` of Gen1; `action`,
    /// `resource` or `comp` of Gen2, where `legacy` is a rename.
    pub(crate) fn operations(&self) -> Vec<String> {
        let requests = self.emulator.requests();
        self.emulator.clear_requests();
        requests.iter().filter_map(|request| operation(&request.query)).collect()
    }

    /// Everything in the account, directories with a slash, with the length of files.
    pub(crate) async fn tree(&self) -> Vec<String> {
        remote_tree(&self.client, &RemotePath::root()).await
    }
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

/// A fault that no retry survives: the operation is forbidden.
pub(crate) fn refusal(op: &str) -> FaultRule {
    FaultRule::new(FaultAction::Status { code: 403, retry_after: None, body: None }).op(op)
}

fn operation(query: &str) -> Option<String> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let known = ["op", "action", "resource", "comp", "mode"];
    pairs.find(|(key, _)| known.contains(key)).map(|(_, value)| value.to_owned())
}
