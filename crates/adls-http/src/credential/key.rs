//! Keys that sign: those of storage accounts.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretSlice};

use crate::{Error, Result};

/// A secret that signs texts with HMAC-SHA256, as storage accounts have it: a key of the account, or one
/// that a user asked for. Nothing shows its bytes, and they are overwritten when it is dropped.
#[derive(Clone)]
pub struct SigningKey(Arc<SecretSlice<u8>>);

impl SigningKey {
    /// The key that is written so in base64.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) when it is empty or no base64. The
    /// error does not show it.
    pub fn from_base64(text: &str) -> Result<Self> {
        // With room for all that is decoded, so that it never moves and leaves a copy behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() + 4));
        let decoded = STANDARD.decode_vec(text.trim(), &mut bytes);
        if decoded.is_err() || bytes.is_empty() {
            return Err(Error::invalid_input(
                "the key is not base64; give it whole, as the portal or Get User Delegation Key shows it",
            ));
        }
        Ok(Self(Arc::new(SecretSlice::from(bytes.as_slice().to_vec()))))
    }

    /// The signature of a text, in base64.
    #[must_use]
    pub fn sign(&self, text: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.expose_secret());
        STANDARD.encode(hmac::sign(&key, text))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(REDACTED)")
    }
}

/// A key of a storage account: whoever has it may do everything with what the account holds, and make
/// shared access signatures.
#[derive(Clone, Debug)]
pub struct AccountKey {
    account: String,
    key: SigningKey,
}

impl AccountKey {
    /// The key of the account of this bare name, in base64.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) when there is no account of such a
    /// name, or the key is no base64.
    pub fn new(account: impl Into<String>, key: &str) -> Result<Self> {
        let account = account.into();
        // Emulators let accounts be called as one likes; what stands in a header it must fit.
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if account.is_empty() || !account.bytes().all(fits) {
            return Err(Error::invalid_input(format!(
                "{account:?} is not the name of an account; give it without its host, as in mylake"
            )));
        }
        Ok(Self { account, key: SigningKey::from_base64(key)? })
    }

    /// The name of the account.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// What signs.
    #[must_use]
    pub fn signing_key(&self) -> &SigningKey {
        &self.key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From RFC 4231, test case 2.
    #[test]
    fn signs_as_the_standard_has_it() {
        let key = SigningKey::from_base64(&STANDARD.encode("Jefe")).unwrap();
        let signature = STANDARD.decode(key.sign(b"what do ya want for nothing?")).unwrap();
        assert_eq!(signature[..4], [0x5b, 0xdc, 0xc1, 0x46]);
    }

    #[test]
    fn shows_no_key() {
        let key = AccountKey::new("lake", "czNjcmV0IQ==\n").unwrap();
        assert_eq!(key.account(), "lake");
        assert_eq!(
            format!("{key:?}"),
            r#"AccountKey { account: "lake", key: SigningKey(REDACTED) }"#
        );
        for (account, text) in [
            ("lake", "czNjcmV0IQ"),
            ("lake", "s3cret!"),
            ("lake", ""),
            ("", "czNjcmV0IQ=="),
            ("lake.dfs.core.windows.net", "czNjcmV0IQ=="),
            ("lake\r\nx: y", "czNjcmV0IQ=="),
        ] {
            let error = AccountKey::new(account, text).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::InvalidInput);
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("czNj") && !shown.contains("s3cret"), "{shown}");
        }
    }
}
