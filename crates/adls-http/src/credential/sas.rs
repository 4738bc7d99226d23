//! Shared access signatures, as they are handed around.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::{Error, Result};

/// A shared access signature: the query that lets whoever has it do what it says. Its text shows only
/// on explicit request.
#[derive(Clone)]
pub struct SasToken(SecretString);

impl SasToken {
    /// From the query's text, `sv=...&sig=...`, with or without the question mark before it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) when it holds no signature, or
    /// characters that no query can hold.
    pub fn new(query: &str) -> Result<Self> {
        let query = query.trim().trim_start_matches('?');
        let signed = url::form_urlencoded::parse(query.as_bytes())
            .any(|(name, value)| name == "sig" && !value.is_empty());
        let usable = query.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
        if !signed || !usable {
            return Err(Error::invalid_input(
                "the shared access signature has no sig= or cannot stand in a URL; give the whole text, \
                 sv=...&sig=...",
            ));
        }
        Ok(Self(query.into()))
    }

    /// The query's text. Keep it out of logs and errors.
    #[must_use]
    pub fn secret(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for SasToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SasToken(REDACTED)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_a_signature_and_hides_it() {
        for text in ["?sv=2026-06-06&sig=s3cret%3D", "sig=s3cret%3D&sv=2026-06-06\n"] {
            let token = SasToken::new(text).unwrap();
            assert!(token.secret().contains("sig=s3cret%3D"));
            assert!(!token.secret().starts_with('?'));
            assert!(!format!("{token:?}").contains("s3cret"));
        }
        for text in ["", "?", "sv=1&se=s3cret", "sig=", "sig=s3cret d", "sig=s3cret#a"] {
            let error = SasToken::new(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
        }
    }
}
