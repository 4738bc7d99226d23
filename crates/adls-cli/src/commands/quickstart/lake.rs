//! What one user does with a storage account (Gen2): the account, a role over its data, a file system, files
//! with rights, a rename, a deletion that is taken back, and everything gone again.

use std::sync::Arc;

use adls_fs::{
    AccountClient, AclSpec, DeleteOptions, ErrorKind, FileSystemClient, FileSystemOptions,
    RemotePath, TreeChange,
};
use adls_http::TokenCredential;
use adls_mgmt::storage::{BlobServiceProperties, CreateStorageAccount, DeleteRetentionPolicy};
use adls_mgmt::{BlobDataRole, ManagementClient, PrincipalType};

use super::steps::{Steps, expect};
use super::walkthrough::{FILE_SIZE, content, path};
use super::{Scenario, claim, group};
use crate::failure::{Failure, Outcome};

const GROUP: &str = "quicklake-group";
const ACCOUNT: &str = "quicklake";
const FILE_SYSTEM: &str = "raw";
/// Somebody else, who gets rights.
const COLLEAGUE: &str = "5a1e0000-0000-4000-8000-000000000777";

/// What the user needs for it.
pub(super) struct Lake {
    location: String,
    /// The object id of the user.
    user: String,
    management: ManagementClient,
    account: AccountClient,
    files: FileSystemClient,
}

impl Lake {
    /// `token` is one of the user's tokens, which says who that is.
    pub(super) fn new(
        scenario: &Scenario<'_>,
        management: Arc<dyn TokenCredential>,
        files: Arc<dyn TokenCredential>,
        token: &str,
    ) -> Outcome<Self> {
        let Scenario { ready, endpoints, client, .. } = scenario;
        let options = FileSystemOptions::with_client((*client).clone());
        let account = AccountClient::new(endpoints.gen2(ACCOUNT)?, files, options)?;
        Ok(Self {
            location: ready.location.clone(),
            user: claim(token, "oid")?,
            management: scenario.management(management)?,
            files: account.file_system(FILE_SYSTEM)?,
            account,
        })
    }

    pub(super) async fn run(&self, steps: &mut Steps<'_>) -> Outcome {
        self.create_account(steps).await?;
        self.open_data(steps).await?;
        let (directory, file) = (path("/2026/raw")?, path("/2026/raw/a.bin")?);
        self.fill(steps, &file).await?;
        self.change(steps, &directory).await?;
        self.clean_up(steps).await
    }

    async fn create_account(&self, steps: &mut Steps<'_>) -> Outcome {
        group::create(steps, &self.management, GROUP, &self.location).await?;
        steps
            .step(&format!("create account {ACCOUNT}"), async {
                let accounts = self.management.storage_accounts();
                let create = CreateStorageAccount::new(&self.location);
                let made = accounts.begin_create(GROUP, ACCOUNT, &create).await?.wait().await?;
                expect("it has directories", &made.properties.is_hns_enabled, &Some(true))?;
                Ok(((), "with directories and ACLs".to_owned()))
            })
            .await?;
        steps
            .step("keep what is deleted", async {
                let week = DeleteRetentionPolicy::days(7);
                let change = BlobServiceProperties::default().with_delete_retention(week);
                self.management.blob_services().set(GROUP, ACCOUNT, &change).await?;
                Ok(((), "for 7 days".to_owned()))
            })
            .await
    }

    /// Who owns an account may not yet look at what is in it.
    async fn open_data(&self, steps: &mut Steps<'_>) -> Outcome {
        steps
            .step("create a file system", async {
                let refused = self.account.create_file_system(FILE_SYSTEM).await.err();
                let refused = refused.map(|error| error.kind());
                expect("the refusal", &refused, &Some(ErrorKind::PermissionDenied))?;
                Ok(((), "refused: that takes a data role".to_owned()))
            })
            .await?;
        steps
            .step("give yourself a data role", async {
                let scope = self.management.storage_accounts().id(GROUP, ACCOUNT)?;
                let assignments = self.management.role_assignments();
                let (user, role) = (Some(PrincipalType::User), BlobDataRole::Owner);
                assignments.grant(&scope, &self.user, user, role).await?;
                Ok(((), role.name().to_owned()))
            })
            .await?;
        steps
            .step("create a file system again", async {
                self.account.create_file_system(FILE_SYSTEM).await?;
                Ok(((), format!("abfss://{FILE_SYSTEM}@{ACCOUNT}")))
            })
            .await
    }

    async fn fill(&self, steps: &mut Steps<'_>, file: &RemotePath) -> Outcome {
        let local = tempfile::tempdir().map_err(|e| Failure::new(format!("no directory: {e}")))?;
        let (sent, received) = (local.path().join("sent.bin"), local.path().join("received.bin"));
        let bytes = content();
        std::fs::write(&sent, &bytes).map_err(|e| Failure::file("write", &sent, &e))?;
        steps
            .step("upload a file", async {
                self.files.upload(&sent, file).await?;
                Ok(((), format!("{FILE_SIZE} bytes to {file}")))
            })
            .await?;
        steps
            .step("download it and compare", async {
                self.files.download(file, &received).await?;
                let back =
                    std::fs::read(&received).map_err(|e| Failure::file("read", &received, &e))?;
                expect("the bytes are the same", &(back == bytes), &true)?;
                Ok(((), "every byte is the same".to_owned()))
            })
            .await
    }

    async fn change(&self, steps: &mut Steps<'_>, directory: &RemotePath) -> Outcome {
        let (renamed, file) = (path("/2026/clean")?, path("/2026/clean/a.bin")?);
        let entry = format!("user:{COLLEAGUE}:r-x");
        steps
            .step("let a colleague read the tree", async {
                let entries: AclSpec =
                    entry.parse().map_err(|error| Failure::new(format!("{error}")))?;
                let report =
                    self.files.change_tree("/2026", TreeChange::ModifyAcl(entries)).await?;
                let (directories, files) = (report.directories, report.files);
                expect("what was changed", &(directories, files), &(2, 1))?;
                Ok(((), format!("{directories} directories, {files} file")))
            })
            .await?;
        steps
            .step("rename the directory", async {
                self.files.rename(directory, &renamed).await?;
                let entries = self.files.acl(&file).await?.entries;
                let kept = entries.iter().any(|found| found.to_string() == entry);
                expect("the rights came along", &kept, &true)?;
                Ok(((), renamed.to_string()))
            })
            .await?;
        steps
            .step("delete it", async {
                let recursive = DeleteOptions::default().recursive(true);
                expect("deleted", &self.files.delete_with(&renamed, recursive).await?, &true)?;
                expect("it is there", &self.files.exists(&renamed).await?, &false)?;
                Ok(((), "with everything in it".to_owned()))
            })
            .await?;
        steps
            .step("take that back", async {
                let found = self.files.deleted_items(renamed.as_str()).collect_all().await?;
                let item = found.first().ok_or_else(|| Failure::new("nothing was kept"))?;
                self.files.restore(item, &renamed).await?;
                let length = self.files.stat(&file).await?.length;
                expect("the length of the file", &length, &(FILE_SIZE as u64))?;
                Ok(((), "the file is there again".to_owned()))
            })
            .await
    }

    async fn clean_up(&self, steps: &mut Steps<'_>) -> Outcome {
        steps
            .step("delete the file system", async {
                expect("deleted", &self.account.delete_file_system(FILE_SYSTEM).await?, &true)?;
                Ok(((), "nothing is left in it".to_owned()))
            })
            .await?;
        steps
            .step(&format!("delete account {ACCOUNT}"), async {
                let accounts = self.management.storage_accounts();
                accounts.delete(GROUP, ACCOUNT).await?;
                let gone = accounts.get(GROUP, ACCOUNT).await.is_err_and(|e| e.is_not_found());
                expect("the account is gone", &gone, &true)?;
                Ok(((), "it is gone".to_owned()))
            })
            .await?;
        group::delete(steps, &self.management, GROUP).await
    }
}
