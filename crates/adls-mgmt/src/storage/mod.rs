//! The provider `Microsoft.Storage`: storage accounts, which with a hierarchical namespace are
//! Data Lake Storage Gen2.
//!
//! Names, versions and shapes are those of
//! <https://learn.microsoft.com/rest/api/storagerp/storage-accounts>.

mod account;
mod accounts;
mod blob_service;
mod changes;
mod keys;

pub use account::{Endpoints, Sku, StorageAccount, StorageAccountProperties};
pub use accounts::StorageAccountsClient;
pub use blob_service::{
    BlobService, BlobServiceProperties, BlobServicesClient, DeleteRetentionPolicy,
};
pub use changes::{
    CreateStorageAccount, CreateStorageAccountProperties, UpdateStorageAccount,
    UpdateStorageAccountProperties,
};
pub use keys::{AccountKey, AccountKeyName};

use adls_wire::arm::{STORAGE_API_VERSION, STORAGE_PROVIDER};

use crate::Result;
use crate::connection::RequestTarget;
use crate::names;
use crate::scope::SubscriptionScope;

/// Something of the provider below `parent`, which is a subscription or a group.
fn target(parent: &str, path: &str) -> RequestTarget {
    let path = format!("{parent}/providers/{STORAGE_PROVIDER}/{path}");
    RequestTarget::new(path, STORAGE_API_VERSION)
}

/// An account, or something below it: `below` is empty or starts with a slash.
fn account_target(
    scope: &SubscriptionScope,
    group: &str,
    account: &str,
    below: &str,
) -> Result<RequestTarget> {
    let account = names::storage_account(account)?;
    Ok(target(&scope.group(group)?, &format!("storageAccounts/{account}{below}")))
}

#[cfg(test)]
mod tests;
