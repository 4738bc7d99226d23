//! An emulated account and clients of it.

use std::ops::Deref;

use adls_fs::{FileSystemClient, RemotePath};
use adls_tests::{Emulated, Identity, remote_tree};
use mock_aad::{FaultAction, FaultRule, Seed, SeedUser};

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

    /// The operations that the account was asked for since the last call, in order.
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
    pairs.find(|(key, _)| *key == "op").map(|(_, value)| value.to_owned())
}
