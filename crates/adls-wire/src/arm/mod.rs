//! Azure Resource Manager: versions, type names, words and the rules for names.

mod authorization;
mod open_enum;
mod storage;
mod words;

pub use authorization::{
    AUTHORIZATION_PROVIDER, BlobDataRole, PrincipalType, ROLE_ASSIGNMENT_API_VERSION,
    ROLE_DEFINITION_API_VERSION, RoleType,
};
pub use storage::{
    CONTAINER_NAME_RULE, KeyPermission, MinimumTlsVersion, PublicNetworkAccess,
    STORAGE_ACCOUNT_TYPE, STORAGE_API_VERSION, STORAGE_PROVIDER, StorageAccessTier,
    StorageAccountKind, StorageSkuName, is_container_name,
};
pub use words::{
    AccountState, EncryptionConfigType, EncryptionProvisioningState, EncryptionState, FeatureState,
    IdentityType, OperationOrigin, ProvisioningState, RegistrationState, ServiceState,
    SubscriptionState, Tier, UsageUnit,
};

/// The api-version of `Microsoft.DataLakeStore`.
pub const DATA_LAKE_STORE_API_VERSION: &str = "2016-11-01";
/// The api-version used for resource groups, resources and providers.
pub const RESOURCE_GROUP_API_VERSION: &str = "2020-10-01";
/// The api-version used for subscriptions and tenants.
pub const SUBSCRIPTION_API_VERSION: &str = "2016-06-01";
/// The provider of Data Lake Store accounts.
pub const DATA_LAKE_STORE_PROVIDER: &str = "Microsoft.DataLakeStore";
/// The type of a Data Lake Store account.
pub const DATA_LAKE_STORE_ACCOUNT_TYPE: &str = "Microsoft.DataLakeStore/accounts";
/// The type of a resource group.
pub const RESOURCE_GROUP_TYPE: &str = "Microsoft.Resources/resourceGroups";

/// Response headers of long-running operations.
pub mod header {
    /// Where to ask for an operation's status.
    pub const AZURE_ASYNC_OPERATION: &str = "azure-asyncoperation";
    /// The same, as newer providers spell it.
    pub const OPERATION_LOCATION: &str = "operation-location";
}

/// Error codes that callers act on.
pub mod code {
    /// The account, or another resource, is not there.
    pub const RESOURCE_NOT_FOUND: &str = "ResourceNotFound";
    /// The rule below an account is not there.
    pub const NESTED_RESOURCE_NOT_FOUND: &str = "NestedResourceNotFound";
    /// The resource group is not there.
    pub const RESOURCE_GROUP_NOT_FOUND: &str = "ResourceGroupNotFound";
    /// The subscription is not there, or not for this caller.
    pub const SUBSCRIPTION_NOT_FOUND: &str = "SubscriptionNotFound";
    /// The provider has to be registered with the subscription first.
    pub const MISSING_SUBSCRIPTION_REGISTRATION: &str = "MissingSubscriptionRegistration";
    /// The region has none of this resource type.
    pub const LOCATION_NOT_AVAILABLE: &str = "LocationNotAvailableForResourceType";
    /// The region has no resource groups, or is none.
    pub const LOCATION_NOT_AVAILABLE_FOR_GROUP: &str = "LocationNotAvailableForResourceGroup";
    /// There is no resource provider of this name.
    pub const INVALID_RESOURCE_NAMESPACE: &str = "InvalidResourceNamespace";
    /// The caller has no role that allows this.
    pub const AUTHORIZATION_FAILED: &str = "AuthorizationFailed";
    /// The token is of another tenant than the subscription.
    pub const INVALID_TOKEN_TENANT: &str = "InvalidAuthenticationTokenTenant";
    /// Somebody, somewhere in Azure, has a storage account of this name.
    pub const STORAGE_ACCOUNT_TAKEN: &str = "StorageAccountAlreadyTaken";
    /// The directory does not know the principal, or not yet.
    pub const PRINCIPAL_NOT_FOUND: &str = "PrincipalNotFound";
    /// The principal has the role at this scope already.
    pub const ROLE_ASSIGNMENT_EXISTS: &str = "RoleAssignmentExists";
}

/// What [`is_account_name`] demands, for messages.
pub const ACCOUNT_NAME_RULE: &str = "3 to 24 characters, lowercase letters and digits only";
/// What [`is_group_name`] demands, for messages.
pub const GROUP_NAME_RULE: &str =
    "1 to 90 letters, digits, '_', '-', '.', '(' or ')', not ending in '.'";
/// What [`is_rule_name`] demands, for messages.
pub const RULE_NAME_RULE: &str =
    "not empty, neither '.' nor '..', without '/', '\\' and control characters";
/// What [`is_provider_namespace`] demands, for messages.
pub const PROVIDER_NAMESPACE_RULE: &str =
    "letters, digits and '.', such as Microsoft.DataLakeStore";
/// What [`is_location`] demands, for messages.
pub const LOCATION_RULE: &str = "letters, digits and blanks, such as eastus2 or East US 2";

/// Whether `name` can name an account. It becomes a part of a host name.
#[must_use]
pub fn is_account_name(name: &str) -> bool {
    (3..=24).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

/// Whether `name` can name a resource group.
#[must_use]
pub fn is_group_name(name: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || "_-.()".contains(c);
    (1..=90).contains(&name.chars().count()) && name.chars().all(allowed) && !name.ends_with('.')
}

/// Whether `name` can name a rule or a trusted provider: anything that is one segment of a path.
#[must_use]
pub fn is_rule_name(name: &str) -> bool {
    let forbidden = |c: char| c == '/' || c == '\\' || c.is_control();
    !matches!(name, "" | "." | "..") && !name.contains(forbidden)
}

/// Whether `name` can name a resource provider.
#[must_use]
pub fn is_provider_namespace(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.')
}

/// Whether `name` can name a region, in its short form or as it is displayed.
#[must_use]
pub fn is_location(name: &str) -> bool {
    !name.trim().is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_names() {
        for good in ["abc", "store1", "123", &"a".repeat(24)] {
            assert!(is_account_name(good), "{good}");
        }
        for bad in ["", "ab", "Store", "a-b", "a.b", "straße", &"a".repeat(25)] {
            assert!(!is_account_name(bad), "{bad}");
        }
    }

    #[test]
    fn group_names() {
        for good in ["g", "My-Group_1.(a)", "grüppe", &"g".repeat(90)] {
            assert!(is_group_name(good), "{good}");
        }
        for bad in ["", "g.", "a b", "a/b", "a%2fb", &"g".repeat(91)] {
            assert!(!is_group_name(bad), "{bad}");
        }
    }

    #[test]
    fn rule_names_are_one_segment() {
        for good in ["office", "my rule", "a.b", "ü?#%"] {
            assert!(is_rule_name(good), "{good}");
        }
        for bad in ["", ".", "..", "a/b", "a\\b", "a\nb"] {
            assert!(!is_rule_name(bad), "{bad}");
        }
    }

    #[test]
    fn providers_and_locations() {
        assert!(is_provider_namespace("Microsoft.DataLakeStore"));
        assert!(!is_provider_namespace("") && !is_provider_namespace("a/b"));
        assert!(is_location("East US 2") && is_location("eastus2"));
        assert!(!is_location(" ") && !is_location("../x"));
    }
}
