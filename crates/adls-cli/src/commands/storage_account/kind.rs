//! Storage accounts among the kinds of accounts.

use adls_mgmt::storage::StorageAccount;
use adls_mgmt::{ManagementClient, Pager, ProvisioningState, Result};

use crate::commands::management::AccountKind;
use crate::context::Context;
use crate::failure::Outcome;

/// The kind of storage accounts.
pub(super) enum Storage {}

impl AccountKind for Storage {
    type Account = StorageAccount;
    const NAME: &'static str = "storage account";
    const COMMAND: &'static str = "storage-account";

    /// The default account may be one of Data Lake Store, so a storage account is always named.
    fn named_or_default(context: &Context, given: Option<&str>) -> Outcome<String> {
        Self::named(context, given)
    }

    fn named(context: &Context, given: Option<&str>) -> Outcome<String> {
        context.storage_account(given)
    }

    fn list(client: &ManagementClient, group: Option<&str>) -> Result<Pager<StorageAccount>> {
        match group {
            Some(group) => client.storage_accounts().list_by_resource_group(group),
            None => Ok(client.storage_accounts().list()),
        }
    }

    async fn get(client: &ManagementClient, group: &str, name: &str) -> Result<StorageAccount> {
        client.storage_accounts().get(group, name).await
    }

    async fn find(client: &ManagementClient, name: &str) -> Result<Option<StorageAccount>> {
        client.storage_accounts().find(name).await
    }

    fn resource_group(account: &StorageAccount) -> Option<&str> {
        account.resource_group()
    }

    fn provisioning_state(account: &StorageAccount) -> Option<&ProvisioningState> {
        account.properties.provisioning_state.as_ref()
    }
}
