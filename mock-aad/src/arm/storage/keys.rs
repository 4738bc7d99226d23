//! The keys of a storage account.

use std::fmt;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The names of the keys, in their order.
pub(super) const NAMES: [&str; 2] = ["key1", "key2"];

/// The keys of an account: two, or one where the seed gives no second one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct AccountKeys(Vec<Key>);

/// A key, and since when it is in force.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Key {
    /// As clients write it, in base64.
    pub(super) value: String,
    pub(super) created: Timestamp,
}

/// Without the key.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("created", &self.created).finish_non_exhaustive()
    }
}

impl AccountKeys {
    /// Two new keys.
    pub(super) fn random(now: Timestamp) -> Self {
        Self(NAMES.iter().map(|_| Key::random(now)).collect())
    }

    /// Those of the seed.
    pub(super) fn of_seed(keys: &[Vec<u8>], now: Timestamp) -> Self {
        let key = |bytes: &Vec<u8>| Key { value: STANDARD.encode(bytes), created: now };
        Self(keys.iter().map(key).collect())
    }

    /// The keys with their names.
    pub(super) fn named(&self) -> impl Iterator<Item = (&'static str, &Key)> {
        NAMES.into_iter().zip(&self.0)
    }

    /// Replaces the key of a name; whether there is one of that name.
    pub(super) fn regenerate(&mut self, name: &str, now: Timestamp) -> bool {
        let Some(at) = NAMES.iter().position(|known| known.eq_ignore_ascii_case(name)) else {
            return false;
        };
        let key = Key::random(now);
        match self.0.get_mut(at) {
            Some(old) => *old = key,
            None => self.0.push(key),
        }
        true
    }

    /// The keys as bytes.
    pub(super) fn bytes(&self) -> Vec<Vec<u8>> {
        self.0.iter().filter_map(|key| STANDARD.decode(&key.value).ok()).collect()
    }
}

impl Key {
    /// A new one of 64 bytes, as the service's are.
    fn random(now: Timestamp) -> Self {
        // Random UUIDs come from the same source as keys, and cannot fail; hashed, no bit is fixed.
        let mut random = [0; 96];
        for part in random.chunks_exact_mut(16) {
            part.copy_from_slice(Uuid::new_v4().as_bytes());
        }
        let bytes = digest::digest(&digest::SHA512, &random);
        Self { value: STANDARD.encode(bytes), created: now }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_is_another_one_and_leaves_the_other_alone() {
        let mut keys = AccountKeys::random(Timestamp::UNIX_EPOCH);
        let before = keys.bytes();
        assert!(before.iter().all(|key| key.len() == 64) && before[0] != before[1]);
        assert!(keys.regenerate("KEY2", Timestamp::UNIX_EPOCH));
        let after = keys.bytes();
        assert_eq!(before[0], after[0]);
        assert_ne!(before[1], after[1]);
        assert!(!keys.regenerate("key3", Timestamp::UNIX_EPOCH));
        assert!(!format!("{keys:?}").contains(&STANDARD.encode(&after[0])));
    }

    #[test]
    fn an_account_with_one_key_can_get_the_second() {
        let mut keys = AccountKeys::of_seed(&[vec![1; 64]], Timestamp::UNIX_EPOCH);
        assert_eq!(keys.named().count(), 1);
        assert!(keys.regenerate("key2", Timestamp::UNIX_EPOCH));
        assert_eq!((keys.named().count(), &keys.bytes()[0]), (2, &vec![1; 64]));
    }
}
