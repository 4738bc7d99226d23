//! What to send to make or change an account.

use serde::Serialize;

use super::account::{EncryptionConfig, KeyVaultMetaInfo};
use super::kinds::{FirewallRule, TrustedIdProvider, VirtualNetworkRule};
use crate::tags::tag_setters;
use crate::{EncryptionConfigType, EncryptionState, FeatureState, Identity, Tags, Tier};

/// How a new account is encrypted. It cannot be changed later.
#[derive(Clone, Debug, PartialEq)]
pub enum Encryption {
    /// Not at all.
    Disabled,
    /// With a key that the service keeps.
    ServiceManaged,
    /// With a key of your own. The account's identity needs access to the vault before
    /// [`enable_key_vault`](super::AccountsClient::enable_key_vault) can put the key to use.
    UserManaged(KeyVaultMetaInfo),
}

/// An account to be made. What is not set is left to the service: no firewall, no trusted
/// providers, encrypted with a key of the service, paid by use.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CreateAccount {
    /// The region, such as `eastus2`.
    pub location: String,
    /// The tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
    /// The identity that the account signs in with, needed for a key of your own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// The rest.
    #[serde(skip_serializing_if = "is_default")]
    pub properties: CreateAccountProperties,
}

/// The properties of an account to be made.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CreateAccountProperties {
    /// The object id of the group that new files and directories belong to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_group: Option<String>,
    /// Whether data is encrypted at rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption_state: Option<EncryptionState>,
    /// With which key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption_config: Option<EncryptionConfig>,
    /// Whether only the addresses and networks of the rules get in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firewall_state: Option<FeatureState>,
    /// Whether addresses of Azure itself get in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firewall_allow_azure_ips: Option<FeatureState>,
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
    /// What its owner pays for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_tier: Option<Tier>,
}

/// Changes of an account. What is not set stays as it is; tags and lists of rules are replaced as a
/// whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UpdateAccount {
    /// All tags from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
    /// The rest.
    #[serde(skip_serializing_if = "is_default")]
    pub properties: UpdateAccountProperties,
}

/// The properties of an account that can be changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UpdateAccountProperties {
    /// The object id of the group that new files and directories belong to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encryption_config: Option<UpdateEncryptionConfig>,
    /// Whether only the addresses and networks of the rules get in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firewall_state: Option<FeatureState>,
    /// Whether addresses of Azure itself get in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firewall_allow_azure_ips: Option<FeatureState>,
    /// The addresses that get in, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firewall_rules: Option<Vec<FirewallRule>>,
    /// The networks that get in, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub virtual_network_rules: Option<Vec<VirtualNetworkRule>>,
    /// Whether users of other tenants get in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trusted_id_provider_state: Option<FeatureState>,
    /// The other tenants whose users get in, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trusted_id_providers: Option<Vec<TrustedIdProvider>>,
    /// What its owner pays for from next month on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_tier: Option<Tier>,
}

/// Of the encryption only the version of the owner's key can be changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct UpdateEncryptionConfig {
    key_vault_meta_info: UpdateKeyVaultMetaInfo,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct UpdateKeyVaultMetaInfo {
    encryption_key_version: String,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Setters of what can be set at creation and changed later.
macro_rules! common_setters {
    ($type:ty) => {
        tag_setters!($type);

        impl $type {
            /// Sets the group that new files and directories belong to, by its object id.
            #[must_use]
            pub fn with_default_group(mut self, object_id: impl Into<String>) -> Self {
                self.properties.default_group = Some(object_id.into());
                self
            }

            /// Switches the firewall on or off.
            #[must_use]
            pub fn with_firewall_state(mut self, state: FeatureState) -> Self {
                self.properties.firewall_state = Some(state);
                self
            }

            /// Lets addresses of Azure itself through the firewall or not.
            #[must_use]
            pub fn with_firewall_allow_azure_ips(mut self, state: FeatureState) -> Self {
                self.properties.firewall_allow_azure_ips = Some(state);
                self
            }

            /// Sets all firewall rules: see [`FirewallRule::new`].
            #[must_use]
            pub fn with_firewall_rules(mut self, rules: Vec<FirewallRule>) -> Self {
                self.properties.firewall_rules = Some(rules);
                self
            }

            /// Sets all virtual network rules: see [`VirtualNetworkRule::new`].
            #[must_use]
            pub fn with_virtual_network_rules(mut self, rules: Vec<VirtualNetworkRule>) -> Self {
                self.properties.virtual_network_rules = Some(rules);
                self
            }

            /// Lets users of other tenants in or not.
            #[must_use]
            pub fn with_trusted_id_provider_state(mut self, state: FeatureState) -> Self {
                self.properties.trusted_id_provider_state = Some(state);
                self
            }

            /// Sets all trusted providers: see [`TrustedIdProvider::new`].
            #[must_use]
            pub fn with_trusted_id_providers(mut self, providers: Vec<TrustedIdProvider>) -> Self {
                self.properties.trusted_id_providers = Some(providers);
                self
            }

            /// Sets what the owner pays for. A change counts from next month on.
            #[must_use]
            pub fn with_tier(mut self, tier: Tier) -> Self {
                self.properties.new_tier = Some(tier);
                self
            }
        }
    };
}

common_setters!(CreateAccount);
common_setters!(UpdateAccount);

impl CreateAccount {
    /// An account in a region such as `eastus2`.
    pub fn new(location: impl Into<String>) -> Self {
        Self {
            location: location.into(),
            tags: None,
            identity: None,
            properties: CreateAccountProperties::default(),
        }
    }

    /// Sets how data is encrypted, and gives the account the identity that this needs.
    #[must_use]
    pub fn with_encryption(mut self, encryption: Encryption) -> Self {
        let (config_type, key_vault_meta_info) = match encryption {
            Encryption::Disabled => {
                self.identity = None;
                self.properties.encryption_state = Some(EncryptionState::Disabled);
                self.properties.encryption_config = None;
                return self;
            }
            Encryption::ServiceManaged => (EncryptionConfigType::ServiceManaged, None),
            Encryption::UserManaged(key) => (EncryptionConfigType::UserManaged, Some(key)),
        };
        self.identity = Some(Identity::system_assigned());
        self.properties.encryption_state = Some(EncryptionState::Enabled);
        self.properties.encryption_config = Some(EncryptionConfig {
            config_type: Some(config_type),
            key_vault_meta_info,
            ..EncryptionConfig::default()
        });
        self
    }
}

impl UpdateAccount {
    /// No change yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves on to another version of the owner's key.
    #[must_use]
    pub fn with_encryption_key_version(mut self, version: impl Into<String>) -> Self {
        let key_vault_meta_info = UpdateKeyVaultMetaInfo { encryption_key_version: version.into() };
        self.properties.encryption_config = Some(UpdateEncryptionConfig { key_vault_meta_info });
        self
    }

    /// Whether nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        is_default(self)
    }
}
