//! The keys of a storage account: each of them opens all of its data to whoever has it.

use std::fmt;
use std::time::SystemTime;

use secrecy::SecretString;
use serde::Deserialize;

use crate::KeyPermission;

/// A key of a storage account. It shows itself in no `Debug` output; whoever wants it asks for it by
/// [`ExposeSecret`](crate::ExposeSecret).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AccountKey {
    /// Its name: `key1` or `key2`.
    pub name: String,
    /// The key, 64 bytes in base64.
    pub value: SecretString,
    /// What it is good for.
    pub permissions: Option<KeyPermission>,
    /// Since when it is in force; `None` for keys that are older than this information.
    pub creation_time: Option<SystemTime>,
}

/// Which of the two keys of a storage account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccountKeyName {
    /// `key1`.
    Key1,
    /// `key2`.
    Key2,
}

impl AccountKeyName {
    /// The name as the service writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Key1 => "key1",
            Self::Key2 => "key2",
        }
    }
}

impl fmt::Display for AccountKeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The answer that has them. What else it says is not kept: nobody knows whether it may be shown.
#[derive(Deserialize)]
pub(super) struct KeysBody {
    #[serde(default)]
    keys: Vec<KeyBody>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyBody {
    key_name: String,
    value: String,
    #[serde(default)]
    permissions: Option<KeyPermission>,
    #[serde(default, with = "crate::time")]
    creation_time: Option<SystemTime>,
}

impl From<KeysBody> for Vec<AccountKey> {
    fn from(body: KeysBody) -> Self {
        let keys = body.keys.into_iter().map(|key| AccountKey {
            name: key.key_name,
            value: key.value.into(),
            permissions: key.permissions,
            creation_time: key.creation_time,
        });
        keys.collect()
    }
}
