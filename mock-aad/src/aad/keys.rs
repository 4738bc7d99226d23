//! The keys that sign tokens, and their public halves.

use aws_lc_rs::digest;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};

use super::error::Refused;
use super::version::Version;

/// The first of the shipped pairs signs; both are published, as the service publishes the next key
/// before it starts to use it.
const SHIPPED: [(&str, &str); 2] = [
    (
        include_str!("../../assets/signing-key-1.pem"),
        include_str!("../../assets/signing-cert-1.pem"),
    ),
    (
        include_str!("../../assets/signing-key-2.pem"),
        include_str!("../../assets/signing-cert-2.pem"),
    ),
];

/// The key that signs tokens, as PKCS#8 PEM; tests forge with it.
pub(crate) fn signing_key_pem() -> &'static str {
    SHIPPED[0].0
}

/// The keys of the emulator's Azure AD. They are part of the program, so that tokens outlive it.
#[derive(Debug)]
pub(super) struct Keys(Vec<SigningKey>);

#[derive(Debug)]
struct SigningKey {
    /// The SHA-1 thumbprint of the certificate, base64url: `kid` and `x5t` at once.
    kid: String,
    certificate: String,
    modulus: String,
    exponent: String,
    sign: EncodingKey,
    check: DecodingKey,
}

/// Which header a token gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HeaderForm {
    /// `kid`, and `x5t` with the same value, as in access tokens of version 1.0.
    WithThumbprint,
    /// `kid` alone.
    Plain,
}

/// Of access tokens of a generation.
impl From<Version> for HeaderForm {
    fn from(version: Version) -> Self {
        match version {
            Version::V1 => Self::WithThumbprint,
            Version::V2 => Self::Plain,
        }
    }
}

impl Keys {
    pub(super) fn shipped() -> Self {
        Self(
            SHIPPED
                .iter()
                .filter_map(|(key, certificate)| SigningKey::load(key, certificate))
                .collect(),
        )
    }

    /// A signed JWT.
    pub(super) fn sign(&self, form: HeaderForm, claims: &Value) -> Result<String, Refused> {
        let key = self.0.first().ok_or_else(|| Refused::internal("there is no signing key"))?;
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(key.kid.clone());
        if form == HeaderForm::WithThumbprint {
            header.x5t = Some(key.kid.clone());
        }
        jsonwebtoken::encode(&header, claims, &key.sign)
            .map_err(|error| Refused::internal(&format!("a token could not be signed: {error}")))
    }

    /// The key that `kid` names.
    pub(super) fn public(&self, kid: &str) -> Option<&DecodingKey> {
        self.0.iter().find(|key| key.kid == kid).map(|key| &key.check)
    }

    /// The JSON web key set; the v2.0 endpoint adds the issuer to every key.
    pub(super) fn key_set(&self, issuer: Option<&str>) -> Value {
        let keys: Vec<Value> = self
            .0
            .iter()
            .map(|key| {
                let mut entry = json!({
                    "kty": "RSA", "use": "sig", "kid": key.kid, "x5t": key.kid,
                    "n": key.modulus, "e": key.exponent, "x5c": [key.certificate],
                });
                if let Some(issuer) = issuer {
                    entry["issuer"] = Value::from(issuer);
                }
                entry
            })
            .collect();
        json!({ "keys": keys })
    }
}

impl SigningKey {
    fn load(key_pem: &str, certificate_pem: &str) -> Option<Self> {
        let key_der = PrivatePkcs8KeyDer::from_pem_slice(key_pem.as_bytes()).ok()?;
        let certificate = CertificateDer::from_pem_slice(certificate_pem.as_bytes()).ok()?;
        let pair = RsaKeyPair::from_pkcs8(key_der.secret_pkcs8_der()).ok()?;
        let modulus = pair.public_key().modulus().big_endian_without_leading_zero().to_vec();
        let exponent = pair.public_key().exponent().big_endian_without_leading_zero().to_vec();
        Some(Self {
            kid: thumbprint(&certificate),
            certificate: STANDARD.encode(&certificate),
            check: DecodingKey::from_rsa_raw_components(&modulus, &exponent),
            modulus: URL_SAFE_NO_PAD.encode(modulus),
            exponent: URL_SAFE_NO_PAD.encode(exponent),
            sign: EncodingKey::from_rsa_pem(key_pem.as_bytes()).ok()?,
        })
    }
}

/// The SHA-1 of a certificate, base64url without padding.
fn thumbprint(certificate: &CertificateDer<'_>) -> String {
    let sha1 = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, certificate);
    URL_SAFE_NO_PAD.encode(sha1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_shipped_keys_load_and_match_their_certificates() {
        let keys = Keys::shipped();
        assert_eq!(keys.0.len(), 2);
        for key in &keys.0 {
            let der = STANDARD.decode(&key.certificate).unwrap();
            let modulus = URL_SAFE_NO_PAD.decode(&key.modulus).unwrap();
            assert!(der.windows(modulus.len()).any(|window| window == modulus), "{}", key.kid);
        }
    }

    #[test]
    fn the_key_set_verifies_a_signed_token() {
        let keys = Keys::shipped();
        let token =
            keys.sign(HeaderForm::WithThumbprint, &json!({"exp": 4_000_000_000_u64})).unwrap();
        let set: jsonwebtoken::jwk::JwkSet =
            serde_json::from_value(keys.key_set(Some("https://issuer"))).unwrap();
        let header = jsonwebtoken::decode_header(&token).unwrap();
        assert_eq!(header.x5t, header.kid);
        let jwk = set.find(header.kid.as_deref().unwrap()).unwrap();
        jsonwebtoken::decode::<Value>(
            &token,
            &DecodingKey::from_jwk(jwk).unwrap(),
            &jsonwebtoken::Validation::new(Algorithm::RS256),
        )
        .unwrap();
    }
}
