//! What a storage account is.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::resource::resource_group_of;
use crate::{
    Extra, Identity, MinimumTlsVersion, ProvisioningState, PublicNetworkAccess, StorageAccessTier,
    StorageAccountKind, StorageSkuName, Tags,
};

/// A storage account. Lists give all of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct StorageAccount {
    /// The full id: `/subscriptions/.../providers/Microsoft.Storage/storageAccounts/...`.
    pub id: String,
    /// The name, unique over all of Azure.
    pub name: String,
    /// The type, `Microsoft.Storage/storageAccounts`.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// The region in its short form, such as `eastus2`.
    pub location: String,
    /// The tags; `None` when none were ever set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
    /// How its data is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<Sku>,
    /// Which services it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<StorageAccountKind>,
    /// The identity with which the account itself signs in, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// The rest.
    pub properties: StorageAccountProperties,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl StorageAccount {
    /// The resource group, read out of the id; `None` when the id names none.
    #[must_use]
    pub fn resource_group(&self) -> Option<&str> {
        resource_group_of(&self.id)
    }
}

/// How a storage account keeps its data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Sku {
    /// The speed of its disks, and where the copies are.
    pub name: StorageSkuName,
    /// What this model does not know, and the `tier`, which the name says as well.
    #[serde(flatten)]
    pub extra: Extra,
}

impl From<StorageSkuName> for Sku {
    fn from(name: StorageSkuName) -> Self {
        Self { name, extra: Extra::new() }
    }
}

/// The properties of a [`StorageAccount`]. What was never said of an account may be missing, and is then
/// what the service says of its defaults.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct StorageAccountProperties {
    /// How far the service has come with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisioning_state: Option<ProvisioningState>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none", with = "crate::time")]
    pub creation_time: Option<SystemTime>,
    /// Whether it has a hierarchical namespace: then it is Data Lake Storage Gen2, with directories and
    /// access control lists. Without an answer it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_hns_enabled: Option<bool>,
    /// The addresses of its services.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_endpoints: Option<Endpoints>,
    /// The region that answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_location: Option<String>,
    /// Whether that region answers now: `available`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_of_primary: Option<String>,
    /// The addresses at which the copies in the other region can be read, if they can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secondary_endpoints: Option<Endpoints>,
    /// The region with the copies, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secondary_location: Option<String>,
    /// The tier of blobs that have none of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_tier: Option<StorageAccessTier>,
    /// The oldest version of TLS that it talks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_tls_version: Option<MinimumTlsVersion>,
    /// Whether only HTTPS is answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supports_https_traffic_only: Option<bool>,
    /// Whether requests may be signed with its keys. Without an answer they may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_shared_key_access: Option<bool>,
    /// Whether containers may be public.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_blob_public_access: Option<bool>,
    /// From where it can be reached. Without an answer from the internet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_network_access: Option<PublicNetworkAccess>,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The addresses of the services of an account: URLs with a slash at their ends.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Endpoints {
    /// That of Data Lake Storage: files, directories, access control lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dfs: Option<String>,
    /// That of Blob Storage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blob: Option<String>,
    /// Those of the other services, and what this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}
