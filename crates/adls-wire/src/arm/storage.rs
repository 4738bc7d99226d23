//! `Microsoft.Storage`: its version, words, and the rule for names of containers. From
//! <https://learn.microsoft.com/rest/api/storagerp/storage-accounts>.

use super::open_enum::open_enum;

/// The api-version of `Microsoft.Storage`.
pub const STORAGE_API_VERSION: &str = "2025-08-01";
/// The provider of storage accounts.
pub const STORAGE_PROVIDER: &str = "Microsoft.Storage";
/// The type of a storage account.
pub const STORAGE_ACCOUNT_TYPE: &str = "Microsoft.Storage/storageAccounts";

/// What [`is_container_name`] demands, for messages.
pub const CONTAINER_NAME_RULE: &str =
    "3 to 63 lowercase letters, digits and single '-', which neither begin nor end it";

/// Whether `name` can name a container, which a Gen2 account calls a file system. From
/// <https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata>.
#[must_use]
pub fn is_container_name(name: &str) -> bool {
    // The root, the web site and the logs of an account are containers that the service names.
    if matches!(name, "$root" | "$web" | "$logs") {
        return true;
    }
    (3..=63).contains(&name.len())
        && name.split('-').all(|part| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
}

open_enum! {
    /// How a storage account keeps its data: the speed of the disks, and where the copies are.
    StorageSkuName {
        /// Three copies in one datacenter.
        StandardLrs = "Standard_LRS",
        /// Copies in three zones of the region.
        StandardZrs = "Standard_ZRS",
        /// Three copies in one datacenter, and three in another region.
        StandardGrs = "Standard_GRS",
        /// The same, and those of the other region can be read.
        StandardRagrs = "Standard_RAGRS",
        /// Copies in three zones of the region, and three in another region.
        StandardGzrs = "Standard_GZRS",
        /// The same, and those of the other region can be read.
        StandardRagzrs = "Standard_RAGZRS",
        /// Three copies in one datacenter, on fast disks.
        PremiumLrs = "Premium_LRS",
        /// Copies in three zones of the region, on fast disks.
        PremiumZrs = "Premium_ZRS",
    }
}

open_enum! {
    /// Which services a storage account has.
    StorageAccountKind {
        /// All of them; the one to take.
        StorageV2 = "StorageV2",
        /// Block blobs on fast disks.
        BlockBlobStorage = "BlockBlobStorage",
        /// Blobs only; older accounts.
        BlobStorage = "BlobStorage",
        /// File shares on fast disks.
        FileStorage = "FileStorage",
        /// The first generation of accounts, without a hierarchical namespace.
        Storage = "Storage",
    }
}

open_enum! {
    /// What blobs cost that have no tier of their own: the rarer they are read, the cheaper it is to
    /// keep them and the dearer to read them.
    StorageAccessTier {
        /// For data that is read often.
        Hot = "Hot",
        /// For data that is kept for at least 30 days.
        Cool = "Cool",
        /// For data that is kept for at least 90 days.
        Cold = "Cold",
        /// Fast disks; accounts of the premium kinds have no other.
        Premium = "Premium",
    }
}

open_enum! {
    /// The oldest version of TLS with which a storage account talks.
    MinimumTlsVersion {
        /// 1.0, which the service has given up.
        Tls1_0 = "TLS1_0",
        /// 1.1, which the service has given up.
        Tls1_1 = "TLS1_1",
        /// 1.2.
        Tls1_2 = "TLS1_2",
        /// 1.3, which not every region has.
        Tls1_3 = "TLS1_3",
    }
}

open_enum! {
    /// From where a storage account can be reached.
    PublicNetworkAccess {
        /// From the internet, as far as its firewall lets in.
        Enabled = "Enabled",
        /// From private endpoints only.
        Disabled = "Disabled",
        /// As the network security perimeter around it says.
        SecuredByPerimeter = "SecuredByPerimeter",
    }
}

open_enum! {
    /// What a key of a storage account is good for.
    KeyPermission {
        /// Everything.
        Full = "Full",
        /// Reading.
        Read = "Read",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn container_names() {
        for good in ["raw", "a-b", "123", "$web", &"a".repeat(63)] {
            assert!(is_container_name(good), "{good}");
        }
        for bad in ["", "ab", "-ab", "ab-", "a--b", "Raw", "a.b", "a/b", "$x", &"a".repeat(64)] {
            assert!(!is_container_name(bad), "{bad}");
        }
    }

    #[test]
    fn what_a_key_may_is_written_in_two_ways() {
        assert_eq!(KeyPermission::from("FULL"), KeyPermission::Full);
    }
}
