//! Storage accounts (Gen2) and the roles over their data, as a configuration describes them.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::one_lake::ONE_LAKE;

/// A storage account with a hierarchical namespace.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeedStorageAccount {
    /// The name: 3 to 24 lower-case letters and digits.
    pub name: String,
    /// Whether the account has a hierarchical namespace; no other kind is offered.
    pub hns: bool,
    /// The first key, base64. Left out it is that of the built-in first account.
    pub key: String,
    /// The second key, base64; empty for none.
    pub key2: String,
    /// File systems that are there from the start.
    pub file_systems: Vec<String>,
    /// For how many days, 1 to 365, what is deleted can be had back, blobs and containers; `None` when
    /// it is gone at once.
    pub soft_delete_days: Option<u32>,
}

impl Default for SeedStorageAccount {
    fn default() -> Self {
        Self {
            name: String::new(),
            hns: true,
            key: known_key(1, FIRST),
            key2: String::new(),
            file_systems: Vec::new(),
            soft_delete_days: None,
        }
    }
}

/// Without the keys: a configuration may hold real ones.
impl fmt::Debug for SeedStorageAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeedStorageAccount")
            .field("name", &self.name)
            .field("file_systems", &self.file_systems)
            .field("soft_delete_days", &self.soft_delete_days)
            .finish_non_exhaustive()
    }
}

impl SeedStorageAccount {
    /// The keys as bytes.
    pub(super) fn keys(&self) -> Vec<Vec<u8>> {
        let keys = [&self.key, &self.key2].into_iter().filter(|key| !key.is_empty());
        // A configuration was checked when it was read; what a program builds and is no key opens
        // nothing.
        keys.filter_map(|key| STANDARD.decode(key).ok()).collect()
    }

    /// Fails when there cannot be such an account; the text names it.
    pub(crate) fn check(&self) -> Result<(), String> {
        let name = &self.name;
        if !is_account_name(name) {
            return Err(format!(
                "storage_accounts: name '{name}' is not 3 to 24 lower-case letters and digits"
            ));
        }
        if name == ONE_LAKE {
            return Err(format!(
                "storage_accounts: '{name}' is no storage account; its workspaces are configured as \
                 [[onelake.workspaces]]"
            ));
        }
        let refuse = |what: String| Err(format!("storage_accounts: {what} of '{name}'"));
        if !self.hns {
            return refuse("flat accounts are not offered; leave out the hns = false".to_owned());
        }
        let is_key = |key: &str| STANDARD.decode(key).is_ok_and(|key| !key.is_empty());
        if !is_key(&self.key) {
            return refuse("key is not base64".to_owned());
        }
        if !self.key2.is_empty() && !is_key(&self.key2) {
            return refuse("key2 is not base64".to_owned());
        }
        for (at, file_system) in self.file_systems.iter().enumerate() {
            if !is_file_system_name(file_system) {
                return refuse(format!(
                    "file_systems: '{file_system}' is not 3 to 63 lower-case letters, digits and \
                     single dashes between them, as it stands in those"
                ));
            }
            if self.file_systems[..at].contains(file_system) {
                return refuse(format!("file_systems: '{file_system}' occurs twice in those"));
            }
        }
        match self.soft_delete_days {
            Some(days) if !(1..=365).contains(&days) => {
                refuse(format!("1 to 365 are possible, not the soft_delete_days {days}"))
            }
            _ => Ok(()),
        }
    }
}

/// Whether there can be a storage account of this name.
pub(crate) fn is_account_name(name: &str) -> bool {
    (3..=24).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// Whether a file system may be named so by a configuration or by whoever manages an account.
pub(crate) fn is_file_system_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (3..=63).contains(&name.len())
        && name.bytes().all(fits)
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.contains("--")
}

/// A role over the data of storage accounts, which counts before their access control lists. In a
/// configuration it is the name that Azure has for it, or its last word in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DataRole {
    /// `Storage Blob Data Owner`: everything, owners and access control lists included.
    Owner,
    /// `Storage Blob Data Contributor`: reads, writes and deletes.
    Contributor,
    /// `Storage Blob Data Reader`: reads and lists.
    Reader,
}

/// Reads a role; an empty text stands for none.
pub(super) fn data_role<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<DataRole>, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.strip_prefix("Storage Blob Data ").unwrap_or(&text) {
        "" => Ok(None),
        "Owner" | "owner" => Ok(Some(DataRole::Owner)),
        "Contributor" | "contributor" => Ok(Some(DataRole::Contributor)),
        "Reader" | "reader" => Ok(Some(DataRole::Reader)),
        _ => Err(D::Error::custom(format!(
            "data_role '{text}' is none of Storage Blob Data Owner, Storage Blob Data Contributor, \
             Storage Blob Data Reader (in short owner, contributor, reader)"
        ))),
    }
}

/// The account of the seed that holds a file system.
const FIRST: &str = "mockgen2";

/// The storage accounts of the built-in seed: one to work with, one that is empty, and one that keeps
/// what is deleted.
pub(super) fn default_accounts() -> Vec<SeedStorageAccount> {
    let account = |name: &str| SeedStorageAccount {
        name: name.to_owned(),
        key: known_key(1, name),
        key2: known_key(2, name),
        ..SeedStorageAccount::default()
    };
    vec![
        SeedStorageAccount { file_systems: vec!["mockfs".to_owned()], ..account(FIRST) },
        account("mockgen2empty"),
        SeedStorageAccount { soft_delete_days: Some(7), ..account("mockgen2soft") },
    ]
}

/// A key of a built-in account: 64 bytes as the service's are, fixed and documented, and made of a text
/// that says so, lest anybody takes it for a secret.
fn known_key(number: u8, account: &str) -> String {
    let text = format!("mock-aad: key {number} of the account {account}, known to everybody");
    STANDARD.encode(format!("{text:.<64}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    #[test]
    fn keys_of_the_seed_are_those_that_are_documented() {
        let accounts = default_accounts();
        let keys: Vec<&str> = accounts.iter().flat_map(|a| [&*a.key, &*a.key2]).collect();
        let documented = include_str!("../../../docs/src/tenant.md");
        for key in keys {
            assert_eq!(STANDARD.decode(key).unwrap().len(), 64);
            assert!(documented.contains(key), "docs/src/tenant.md does not have {key}");
        }
    }

    #[test]
    fn an_account_that_the_seed_does_not_name_has_the_first_ones_keys() {
        let seed = Seed::default();
        assert_eq!(seed.storage_keys("other"), seed.storage_keys("MockGen2"));
        assert_ne!(seed.storage_keys("other"), seed.storage_keys("mockgen2soft"));
        let none = Seed { storage_accounts: Vec::new(), ..Seed::default() };
        assert!(none.storage_keys("other").is_empty());
    }
}
