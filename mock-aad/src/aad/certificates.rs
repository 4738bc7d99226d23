//! Certificates with which applications, and foreign issuers, prove who they are.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use jsonwebtoken::DecodingKey;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use x509_parser::parse_x509_certificate;
use x509_parser::public_key::PublicKey;

/// The public half of an RSA certificate.
#[derive(Clone, Debug)]
pub(super) struct Certificate {
    sha1: Vec<u8>,
    sha256: Vec<u8>,
    key: DecodingKey,
    /// Seconds since 1970.
    pub(super) not_after: i64,
}

impl Certificate {
    /// The first certificate in a PEM text; a private key in it is passed over.
    ///
    /// # Errors
    /// A sentence, when there is none or its key is not RSA.
    pub(super) fn from_pem(pem: &str) -> Result<Self, String> {
        let der = CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|error| format!("is not PEM: {error}"))?;
        let (_, certificate) = parse_x509_certificate(&der)
            .map_err(|error| format!("is not an X.509 certificate: {error}"))?;
        let Ok(PublicKey::RSA(rsa)) = certificate.public_key().parsed() else {
            return Err("does not hold an RSA key".to_owned());
        };
        Ok(Self {
            sha1: digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &der).as_ref().to_vec(),
            sha256: digest::digest(&digest::SHA256, &der).as_ref().to_vec(),
            key: DecodingKey::from_rsa_raw_components(
                unsigned(rsa.modulus),
                unsigned(rsa.exponent),
            ),
            not_after: certificate.validity().not_after.timestamp(),
        })
    }

    /// Whether this is the SHA-1 or SHA-256 of the certificate.
    pub(super) fn has_thumbprint(&self, thumbprint: &[u8]) -> bool {
        thumbprint == self.sha1 || thumbprint == self.sha256
    }

    pub(super) fn key(&self) -> &DecodingKey {
        &self.key
    }
}

/// The bytes behind base64 of both alphabets, with and without padding, as clients send it.
pub(super) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let plain: String = text
        .trim_end_matches('=')
        .chars()
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    STANDARD_NO_PAD.decode(plain).ok()
}

/// A DER integer without the zero that keeps it positive.
fn unsigned(integer: &[u8]) -> &[u8] {
    integer.strip_prefix(&[0]).unwrap_or(integer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::CLIENT_CERTIFICATE;

    #[test]
    fn a_pem_with_a_key_yields_the_certificate() {
        let certificate = Certificate::from_pem(CLIENT_CERTIFICATE).unwrap();
        assert_eq!((certificate.sha1.len(), certificate.sha256.len()), (20, 32));
        assert!(certificate.has_thumbprint(&certificate.sha1.clone()));
        assert!(certificate.has_thumbprint(&certificate.sha256.clone()));
        assert!(!certificate.has_thumbprint(&[]));
        for bad in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            assert!(Certificate::from_pem(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn thumbprints_in_every_spelling() {
        let bytes = vec![0xfb, 0xff, 0xfe, 1];
        for text in ["+//+AQ==", "+//+AQ", "-__-AQ==", "-__-AQ"] {
            assert_eq!(decode_base64(text), Some(bytes.clone()), "{text}");
        }
        assert_eq!(decode_base64("*"), None);
    }
}
