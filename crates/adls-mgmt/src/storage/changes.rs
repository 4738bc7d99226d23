//! What to send to make or change a storage account.

use serde::Serialize;

use super::account::Sku;
use crate::tags::tag_setters;
use crate::{
    MinimumTlsVersion, PublicNetworkAccess, StorageAccessTier, StorageAccountKind, StorageSkuName,
    Tags,
};

/// A storage account to be made: general purpose v2 with a hierarchical namespace, three copies in one
/// datacenter and TLS from 1.2 on, unless set otherwise. What is not set is left to the service.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CreateStorageAccount {
    /// How its data is kept.
    pub sku: Sku,
    /// Which services it has.
    pub kind: StorageAccountKind,
    /// The region, such as `eastus2`.
    pub location: String,
    /// The tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
    /// The rest.
    pub properties: CreateStorageAccountProperties,
}

/// The properties of a storage account to be made.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CreateStorageAccountProperties {
    /// Whether it has a hierarchical namespace. Fixed for the account's life.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_hns_enabled: Option<bool>,
    /// The tier of blobs that have none of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_tier: Option<StorageAccessTier>,
    /// The oldest version of TLS that it talks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_tls_version: Option<MinimumTlsVersion>,
    /// Whether requests may be signed with its keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_shared_key_access: Option<bool>,
    /// From where it can be reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_network_access: Option<PublicNetworkAccess>,
}

/// Changes of a storage account. What is not set stays as it is; tags are replaced as a whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UpdateStorageAccount {
    /// How its data is kept from now on. The speed of the disks cannot be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<Sku>,
    /// All tags from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
    /// The rest.
    #[serde(skip_serializing_if = "UpdateStorageAccountProperties::is_empty")]
    pub properties: UpdateStorageAccountProperties,
}

/// The properties of a storage account that can be changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UpdateStorageAccountProperties {
    /// The tier of blobs that have none of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_tier: Option<StorageAccessTier>,
    /// The oldest version of TLS that it talks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_tls_version: Option<MinimumTlsVersion>,
    /// Whether requests may be signed with its keys. Where they may not, a shared access signature that
    /// was made with a key opens nothing either.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_shared_key_access: Option<bool>,
    /// From where it can be reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_network_access: Option<PublicNetworkAccess>,
}

impl UpdateStorageAccountProperties {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Setters of what can be set at creation and changed later.
macro_rules! common_setters {
    ($type:ty) => {
        tag_setters!($type);

        impl $type {
            /// Sets how data is kept.
            #[must_use]
            pub fn with_sku(mut self, name: StorageSkuName) -> Self {
                self.sku = Sku::from(name).into();
                self
            }

            /// Sets the tier of blobs that have none of their own.
            #[must_use]
            pub fn with_access_tier(mut self, tier: StorageAccessTier) -> Self {
                self.properties.access_tier = Some(tier);
                self
            }

            /// Sets the oldest version of TLS.
            #[must_use]
            pub fn with_minimum_tls_version(mut self, version: MinimumTlsVersion) -> Self {
                self.properties.minimum_tls_version = Some(version);
                self
            }

            /// Sets whether requests may be signed with the account's keys.
            #[must_use]
            pub fn with_shared_key_access(mut self, allowed: bool) -> Self {
                self.properties.allow_shared_key_access = Some(allowed);
                self
            }

            /// Sets from where the account can be reached.
            #[must_use]
            pub fn with_public_network_access(mut self, access: PublicNetworkAccess) -> Self {
                self.properties.public_network_access = Some(access);
                self
            }
        }
    };
}

common_setters!(CreateStorageAccount);
common_setters!(UpdateStorageAccount);

impl CreateStorageAccount {
    /// An account in a region such as `eastus2`.
    pub fn new(location: impl Into<String>) -> Self {
        let properties = CreateStorageAccountProperties {
            is_hns_enabled: Some(true),
            minimum_tls_version: Some(MinimumTlsVersion::Tls1_2),
            ..CreateStorageAccountProperties::default()
        };
        Self {
            sku: StorageSkuName::StandardLrs.into(),
            kind: StorageAccountKind::StorageV2,
            location: location.into(),
            tags: None,
            properties,
        }
    }

    /// Sets which services it has.
    #[must_use]
    pub fn with_kind(mut self, kind: StorageAccountKind) -> Self {
        self.kind = kind;
        self
    }

    /// Sets whether it has a hierarchical namespace. Without one it has no directories and no access
    /// control lists, and gets none later.
    #[must_use]
    pub fn with_hierarchical_namespace(mut self, enabled: bool) -> Self {
        self.properties.is_hns_enabled = Some(enabled);
        self
    }
}

impl UpdateStorageAccount {
    /// No change yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
