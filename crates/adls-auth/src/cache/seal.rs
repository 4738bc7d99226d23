//! Encryption of the cache file.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};

use crate::{AuthErrorKind, Error, Result};

/// What a sealed file begins with; the number is the version of the format.
const MAGIC: &[u8] = b"adls token cache 1\n";

/// Whether a file is sealed, with whatever key.
pub(super) fn is_sealed(content: &[u8]) -> bool {
    content.starts_with(MAGIC)
}

/// The key of a sealed token cache. Clones are the same key.
#[derive(Clone)]
pub struct CacheKey(Arc<RandomizedNonceKey>);

impl CacheKey {
    /// A key of 256 bits, which should be random.
    ///
    /// # Errors
    /// None in practice; [`AuthErrorKind::Cache`] when the cipher refuses the key.
    pub fn from_bytes(key: [u8; 32]) -> Result<Self> {
        let key = RandomizedNonceKey::new(&AES_256_GCM, &key)
            .map_err(|_| failure("the key of the token cache is refused"))?;
        Ok(Self(Arc::new(key)))
    }

    /// The key that the keyring of the operating system keeps under this service and account; a new
    /// random one is put there first if there is none.
    ///
    /// ```no_run
    /// # async fn example() -> adls_auth::Result<()> {
    /// use adls_auth::{CacheKey, TokenCache};
    ///
    /// let key = CacheKey::from_keyring("my-tool", "token cache").await?;
    /// let cache = TokenCache::sealed_file("tokens.bin", key);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`AuthErrorKind::Cache`] when there is no keyring, such as in a container or a session without
    /// a desktop, or it is locked. A file of mode 0600 is then the way out.
    #[cfg(feature = "keyring")]
    pub async fn from_keyring(
        service: impl Into<String>,
        account: impl Into<String>,
    ) -> Result<Self> {
        let (service, account) = (service.into(), account.into());
        let key = tokio::task::spawn_blocking(move || keyring_key(&service, &account)).await;
        Self::from_bytes(key.map_err(|_| failure("the keyring cannot be asked"))??)
    }

    /// Encrypts; the same content never looks the same twice.
    pub(super) fn seal(&self, content: Vec<u8>) -> Result<Vec<u8>> {
        let mut sealed = content;
        let nonce = self
            .0
            .seal_in_place_append_tag(Aad::from(MAGIC), &mut sealed)
            .map_err(|_| failure("the token cache cannot be encrypted"))?;
        Ok([MAGIC, nonce.as_ref(), &sealed].concat())
    }

    /// Decrypts; `None` when it was not sealed with this key, or has changed since.
    pub(super) fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, content) = sealed.strip_prefix(MAGIC)?.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut content = content.to_vec();
        let length = self.0.open_in_place(nonce, Aad::from(MAGIC), &mut content).ok()?.len();
        content.truncate(length);
        Some(content)
    }
}

/// 256 random bits.
#[cfg(feature = "keyring")]
fn random_key() -> Result<[u8; 32]> {
    let mut key = [0; 32];
    aws_lc_rs::rand::fill(&mut key).map_err(|_| failure("the system gives no random numbers"))?;
    Ok(key)
}

#[cfg(feature = "keyring")]
fn keyring_key(service: &str, account: &str) -> Result<[u8; 32]> {
    let unusable = |error: keyring::Error| {
        let message = "the keyring of the operating system cannot be used";
        Error::with_source(AuthErrorKind::Cache, message, error)
    };
    if let Err(error) = keyring::Entry::store_status() {
        return Err(failure(&format!("the operating system offers no keyring here: {error}")));
    }
    let entry = keyring::Entry::new(service, account).map_err(unusable)?;
    let stored = match entry.get_secret() {
        Err(keyring::Error::NoEntry) => {
            entry.set_secret(&random_key()?).map_err(unusable)?;
            // Another process may have been faster: what is there now counts for both.
            entry.get_secret().map_err(unusable)?
        }
        stored => stored.map_err(unusable)?,
    };
    stored.try_into().map_err(|_| failure("what the keyring keeps is no key of a token cache"))
}

fn failure(message: &str) -> Error {
    Error::new(AuthErrorKind::Cache, message)
}

impl fmt::Debug for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CacheKey(REDACTED)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_key_opens_and_no_bit_may_change() {
        let key = CacheKey::from_bytes([1; 32]).unwrap();
        let sealed = key.seal(b"content".to_vec()).unwrap();
        assert_ne!(sealed, key.seal(b"content".to_vec()).unwrap());
        assert!(!sealed.windows(7).any(|part| part == b"content"));
        assert_eq!(key.open(&sealed).unwrap(), b"content");
        assert!(CacheKey::from_bytes([2; 32]).unwrap().open(&sealed).is_none());
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(key.open(&changed).is_none(), "{index}");
            assert!(key.open(&sealed[..index]).is_none(), "{index}");
        }
    }
}
