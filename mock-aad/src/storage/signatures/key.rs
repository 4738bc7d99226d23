//! Keys that verify, and the signatures that they are compared with. Neither shows its bytes.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A key of an account, or one that a user delegated, ready to verify with.
#[derive(Clone)]
pub(crate) struct SigningKey(hmac::Key);

impl SigningKey {
    /// The key that consists of these bytes.
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// Whether this key signed `text` so. Takes the same time whatever the signature is.
    pub(super) fn verifies(&self, text: &[u8], signature: &Signature) -> bool {
        hmac::verify(&self.0, text, &signature.0).is_ok()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

/// What a request gives as its proof.
pub(super) struct Signature(Vec<u8>);

impl Signature {
    /// The signature that is written so in base64.
    pub(super) fn from_base64(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text).ok()?;
        (!bytes.is_empty()).then_some(Self(bytes))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(..)")
    }
}
