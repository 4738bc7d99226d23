//! Azure Resource Manager: versions, provider names, and the rules for names.

/// The api-version of `Microsoft.DataLakeStore`.
pub const DATA_LAKE_STORE_API_VERSION: &str = "2016-11-01";
/// The api-version used for resource groups.
pub const RESOURCE_GROUP_API_VERSION: &str = "2020-10-01";
/// The provider of Data Lake Store accounts.
pub const DATA_LAKE_STORE_PROVIDER: &str = "Microsoft.DataLakeStore";
