//! A look into tokens. Nothing here verifies anything.

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};

use crate::{Error, Result};

/// What a JWT says of itself.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DecodedToken {
    /// The header: algorithm and key id.
    pub header: Map<String, Value>,
    /// The claims: audience, subject, times, permissions.
    pub claims: Map<String, Value>,
}

/// Takes a JWT apart for display. The signature is **not** checked: whoever made the token may have
/// written anything into it, so decide nothing by the outcome.
///
/// # Errors
/// [`AuthErrorKind::InvalidInput`](crate::AuthErrorKind::InvalidInput) when it is not three
/// base64url parts of which the first two are JSON objects. The token's text is not in the error.
pub fn decode_unverified(token: &str) -> Result<DecodedToken> {
    let mut parts = token.split('.');
    let (Some(header), Some(claims), Some(_signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Error::invalid_input("not a JWT: it does not have three parts"));
    };
    Ok(DecodedToken {
        header: decode_part("header", header)?,
        claims: decode_part("claims", claims)?,
    })
}

fn decode_part(name: &str, part: &str) -> Result<Map<String, Value>> {
    let bytes = decode_base64(part)
        .ok_or_else(|| Error::invalid_input(format!("not a JWT: its {name} are not base64url")))?;
    // The reason that serde gives may quote the token.
    serde_json::from_slice(&bytes)
        .map_err(|_| Error::invalid_input(format!("not a JWT: its {name} are not a JSON object")))
}

/// Base64 in either alphabet, padded or not: both occur in tokens and in `client_info`.
pub(crate) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::URL_SAFE,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    LENIENT.decode(text.replace('+', "-").replace('/', "_")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_header_and_claims() {
        let token = "eyJhbGciOiJub25lIn0.eyJhdWQiOiJodHRwczovL2RhdGFsYWtlLmF6dXJlLm5ldC8ifQ.";
        let decoded = decode_unverified(token).unwrap();
        assert_eq!(decoded.header["alg"], "none");
        assert_eq!(decoded.claims["aud"], "https://datalake.azure.net/");
    }

    #[test]
    fn refuses_without_quoting() {
        for token in ["s3cret", "s3cret.x", "s3cret.s3cret.s3cret.s3cret", "czNjcmV0.e30.", "*.*.*"]
        {
            let error = decode_unverified(token).unwrap_err().to_string();
            assert!(error.starts_with("not a JWT"), "{error}");
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
