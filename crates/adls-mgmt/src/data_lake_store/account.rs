//! What an account is.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::kinds::{FirewallRule, TrustedIdProvider, VirtualNetworkRule};
use crate::{
    AccountState, EncryptionConfigType, EncryptionProvisioningState, EncryptionState, Extra,
    FeatureState, ProvisioningState, Tier, TrackedResource,
};

/// A Data Lake Store account.
pub type Account = TrackedResource<AccountProperties>;

/// The properties of an [`Account`].
///
/// Lists give the first six only; get the account for the rest. While it is being made, `state`,
/// `endpoint` and the times are missing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct AccountProperties {
    /// The id of the account itself, a GUID that is fixed for its life.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// How far the service has come with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisioning_state: Option<ProvisioningState>,
    /// Whether it serves requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<AccountState>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none", with = "crate::time")]
    pub creation_time: Option<SystemTime>,
    /// When it was changed last.
    #[serde(skip_serializing_if = "Option::is_none", with = "crate::time")]
    pub last_modified_time: Option<SystemTime>,
    /// The host of its file system, such as `store.azuredatalakestore.net`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The object id of the group that new files and directories belong to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_group: Option<String>,
    /// Whether data is encrypted at rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption_state: Option<EncryptionState>,
    /// How far the service has come with the owner's key, where the owner keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption_provisioning_state: Option<EncryptionProvisioningState>,
    /// With which key data is encrypted; empty when it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption_config: Option<EncryptionConfig>,
    /// Whether only the addresses and networks of the rules get in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firewall_state: Option<FeatureState>,
    /// Whether addresses of Azure itself get in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firewall_allow_azure_ips: Option<FeatureState>,
    /// Whether Data Lake Analytics gets in. Not in the published specification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firewall_allow_data_lake_analytics: Option<FeatureState>,
    /// The addresses that get in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firewall_rules: Option<Vec<FirewallRule>>,
    /// The networks that get in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub virtual_network_rules: Option<Vec<VirtualNetworkRule>>,
    /// Whether users of other tenants get in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trusted_id_provider_state: Option<FeatureState>,
    /// The other tenants whose users get in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trusted_id_providers: Option<Vec<TrustedIdProvider>>,
    /// What its owner pays for this month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_tier: Option<Tier>,
    /// What its owner pays for from next month on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_tier: Option<Tier>,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// With which key an account is encrypted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct EncryptionConfig {
    /// Who keeps the key.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub config_type: Option<EncryptionConfigType>,
    /// The owner's key, where the owner keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_vault_meta_info: Option<KeyVaultMetaInfo>,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A key in a key vault.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct KeyVaultMetaInfo {
    /// The full resource id of the vault.
    pub key_vault_resource_id: String,
    /// The name of the key.
    pub encryption_key_name: String,
    /// The version of the key.
    pub encryption_key_version: String,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl KeyVaultMetaInfo {
    /// A version of a key in the vault with this resource id.
    pub fn new(
        key_vault_resource_id: impl Into<String>,
        encryption_key_name: impl Into<String>,
        encryption_key_version: impl Into<String>,
    ) -> Self {
        Self {
            key_vault_resource_id: key_vault_resource_id.into(),
            encryption_key_name: encryption_key_name.into(),
            encryption_key_version: encryption_key_version.into(),
            extra: Extra::new(),
        }
    }
}
