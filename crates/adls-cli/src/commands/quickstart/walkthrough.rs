//! What one user does: group, account, directory, file, and everything gone again.

use std::sync::Arc;

use adls_fs::{DeleteOptions, FileSystemClient, FileSystemOptions, RemotePath};
use adls_http::TokenCredential;
use adls_mgmt::ManagementClient;
use adls_mgmt::data_lake_store::CreateAccount;

use super::steps::{Steps, expect};
use super::{Scenario, group};
use crate::failure::{Failure, Outcome};

/// The file's size: several parts of a transfer, and not a multiple of their size.
pub(super) const FILE_SIZE: usize = 9 * 1024 * 1024 + 4321;

/// What one user needs for it.
pub(super) struct Walkthrough {
    group: String,
    account: String,
    location: String,
    management: ManagementClient,
    files: FileSystemClient,
}

impl Walkthrough {
    pub(super) fn new(
        scenario: &Scenario<'_>,
        account: &str,
        management: Arc<dyn TokenCredential>,
        files: Arc<dyn TokenCredential>,
    ) -> Outcome<Self> {
        let Scenario { ready, endpoints, client, .. } = scenario;
        Ok(Self {
            group: format!("{account}-group"),
            account: account.to_owned(),
            location: ready.location.clone(),
            management: scenario.management(management)?,
            files: FileSystemClient::gen1(
                endpoints.gen1(account)?,
                files,
                FileSystemOptions::with_client((*client).clone()),
            )?,
        })
    }

    pub(super) async fn run(&self, steps: &mut Steps<'_>) -> Outcome {
        self.create_account(steps).await?;
        self.transfer_files(steps).await?;
        self.clean_up(steps).await
    }

    async fn create_account(&self, steps: &mut Steps<'_>) -> Outcome {
        let (group, account) = (&self.group, &self.account);
        group::create(steps, &self.management, group, &self.location).await?;
        steps
            .step(&format!("create account {account}"), async {
                let create = CreateAccount::new(&self.location);
                let accounts = self.management.accounts();
                let made = accounts.begin_create(group, account, &create).await?.wait().await?;
                let endpoint = made.properties.endpoint.unwrap_or_default();
                expect("the account's name", &made.name, account)?;
                Ok(((), endpoint))
            })
            .await
    }

    async fn transfer_files(&self, steps: &mut Steps<'_>) -> Outcome {
        let directory: RemotePath = path("/quick")?;
        let (first, second) = (path("/quick/data.bin")?, path("/quick/renamed.bin")?);
        let local = tempfile::tempdir().map_err(|e| Failure::new(format!("no directory: {e}")))?;
        let (sent, received) = (local.path().join("sent.bin"), local.path().join("received.bin"));
        let bytes = content();
        std::fs::write(&sent, &bytes).map_err(|e| Failure::file("write", &sent, &e))?;

        steps
            .step(&format!("make directory {directory}"), async {
                self.files.mkdirs(&directory).await?;
                Ok(((), String::new()))
            })
            .await?;
        steps
            .step("upload a file", async {
                self.files.upload(&sent, &first).await?;
                Ok(((), format!("{FILE_SIZE} bytes to {first}")))
            })
            .await?;
        steps
            .step("list the directory", async {
                let entries = self.files.list(&directory).collect_all().await?;
                let found: Vec<_> = entries.iter().map(|e| (e.name(), e.length)).collect();
                expect("the listing", &found, &vec![("data.bin", FILE_SIZE as u64)])?;
                Ok(((), "data.bin, as long as it was sent".to_owned()))
            })
            .await?;
        steps
            .step("download it", async {
                self.files.download(&first, &received).await?;
                Ok(((), "into a local file".to_owned()))
            })
            .await?;
        steps
            .step("compare", async {
                let back =
                    std::fs::read(&received).map_err(|e| Failure::file("read", &received, &e))?;
                expect("the bytes are the same", &(back == bytes), &true)?;
                Ok(((), "every byte is the same".to_owned()))
            })
            .await?;
        steps
            .step("rename it", async {
                self.files.rename(&first, &second).await?;
                expect("the old name is there", &self.files.exists(&first).await?, &false)?;
                expect("the new name is there", &self.files.exists(&second).await?, &true)?;
                Ok(((), second.to_string()))
            })
            .await?;
        steps
            .step("delete the directory", async {
                let recursive = DeleteOptions::default().recursive(true);
                expect("deleted", &self.files.delete_with(&directory, recursive).await?, &true)?;
                expect("the directory is there", &self.files.exists(&directory).await?, &false)?;
                Ok(((), "nothing is left in it".to_owned()))
            })
            .await
    }

    async fn clean_up(&self, steps: &mut Steps<'_>) -> Outcome {
        let (group, account) = (&self.group, &self.account);
        steps
            .step(&format!("delete account {account}"), async {
                let accounts = self.management.accounts();
                accounts.begin_delete(group, account).await?.wait().await?;
                let gone = accounts.get(group, account).await.is_err_and(|e| e.is_not_found());
                expect("the account is gone", &gone, &true)?;
                Ok(((), "it is gone".to_owned()))
            })
            .await?;
        group::delete(steps, &self.management, group).await
    }
}

pub(super) fn path(text: &str) -> Outcome<RemotePath> {
    text.parse().map_err(|error: adls_fs::ParsePathError| Failure::usage(error.to_string()))
}

/// Bytes without a period that parts could share, so that a swapped part is noticed.
pub(super) fn content() -> Vec<u8> {
    let mut state = 0x9e37_79b9_u32;
    let mut next = || {
        // Xorshift: any cheap sequence will do that does not repeat within the file.
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as u8
    };
    (0..FILE_SIZE).map(|_| next()).collect()
}
