//! How a new account is encrypted.

use adls_mgmt::data_lake_store::{Encryption, KeyVaultMetaInfo};
use clap::Args;

/// The encryption flags of `adls account create`.
#[derive(Debug, Args)]
#[group(skip)]
pub(super) struct EncryptionArgs {
    /// Store data in clear
    #[arg(long, conflicts_with = "key_vault_id")]
    disable_encryption: bool,
    /// Encrypt with a key of your own, in the vault with this resource id
    #[arg(long, value_name = "ID", requires = "key_name", requires = "key_version")]
    key_vault_id: Option<String>,
    /// The name of that key
    #[arg(long, value_name = "NAME", requires = "key_vault_id")]
    key_name: Option<String>,
    /// The version of that key
    #[arg(long, value_name = "VERSION", requires = "key_vault_id")]
    key_version: Option<String>,
}

impl EncryptionArgs {
    /// What they ask for; without any, a key that the service keeps.
    pub(super) fn encryption(self) -> Encryption {
        match (self.key_vault_id, self.key_name, self.key_version) {
            _ if self.disable_encryption => Encryption::Disabled,
            (Some(vault), Some(name), Some(version)) => {
                Encryption::UserManaged(KeyVaultMetaInfo::new(vault, name, version))
            }
            _ => Encryption::ServiceManaged,
        }
    }
}
