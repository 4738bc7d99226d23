//! A certificate with its key, and the assertions that it signs (RFC 7523).

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use adls_http::text;
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{Error, Result};

/// How long an assertion is good for, as with official clients.
const LIFETIME: Duration = Duration::from_secs(600);

/// How an assertion is signed, and how it names the certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AssertionAlgorithm {
    /// RSA-PSS with SHA-256, the certificate by its SHA-256 thumbprint: what Microsoft recommends.
    #[default]
    Ps256,
    /// RSA PKCS#1 v1.5 with SHA-256, the certificate by its SHA-1 thumbprint: what older authorities
    /// such as on-premises federation servers understand.
    Rs256,
}

/// A certificate that is registered for an application, with its private key.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use adls_auth::ClientCertificate;
///
/// let certificate = ClientCertificate::from_pem(&std::fs::read("app.pem")?)?;
/// println!("registered under {}", certificate.thumbprint());
/// # Ok(())
/// # }
/// ```
pub struct ClientCertificate {
    key: KeyPair,
    /// The certificate of the key first, then what else was given.
    chain: Vec<Vec<u8>>,
    algorithm: AssertionAlgorithm,
    send_chain: bool,
}

impl ClientCertificate {
    /// Reads a PEM text that holds an unencrypted RSA private key (PKCS#8 or PKCS#1) and its
    /// certificate, in any order; further certificates are taken as the chain. The text may be UTF-8 or
    /// UTF-16, with a byte order mark.
    ///
    /// # Errors
    /// [`AuthErrorKind::InvalidInput`](crate::AuthErrorKind::InvalidInput) when either is missing,
    /// they do not belong together, or the key is encrypted or not RSA.
    pub fn from_pem(pem: &[u8]) -> Result<Self> {
        let pem = text::decode(pem).map_err(|_| {
            Error::invalid_input(
                "the client certificate is not text; a PKCS#12 file (.pfx, .p12) has to be made PEM \
                 first, for instance with openssl pkcs12 -in app.pfx -nodes",
            )
        })?;
        let pem = pem.as_bytes();
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem)
            .collect::<std::result::Result<_, _>>()
            .map_err(|_| Error::invalid_input("the client certificate is not valid PEM"))?;
        let key = PrivateKeyDer::from_pem_slice(pem).map_err(|_| no_key(pem))?;
        let key = match &key {
            PrivateKeyDer::Pkcs8(der) => KeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => KeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err(not_rsa()),
        };
        let key = key.map_err(|_| not_rsa())?;
        let chain = certificates.iter().map(|certificate| certificate.to_vec()).collect();
        Self::new(key, chain)
    }

    /// Reads a PKCS#12 (PFX) file: the first private key in it, and all certificates that come with
    /// that key. Old ciphers are understood too. `password` may be empty.
    ///
    /// # Errors
    /// [`AuthErrorKind::InvalidInput`](crate::AuthErrorKind::InvalidInput) when the password is
    /// wrong, the file is none or holds no key with its certificate, or the key is not RSA.
    #[cfg(feature = "pkcs12")]
    pub fn from_pkcs12(file: &[u8], password: &str) -> Result<Self> {
        use p12_keystore::{KeyStore, Pkcs12ImportPolicy};
        let store = KeyStore::from_pkcs12(file, password, Pkcs12ImportPolicy::Relaxed);
        let store = store.map_err(|error| {
            Error::invalid_input(format!("the PKCS#12 file cannot be opened: {error}"))
        })?;
        let (_, entry) = store.private_key_chain().ok_or_else(|| {
            Error::invalid_input("the PKCS#12 file holds no private key; export it with its key")
        })?;
        let key = KeyPair::from_pkcs8(entry.key().as_der()).map_err(|_| not_rsa())?;
        Self::new(
            key,
            entry.certs().iter().map(|certificate| certificate.as_der().to_vec()).collect(),
        )
    }

    fn new(key: KeyPair, mut chain: Vec<Vec<u8>>) -> Result<Self> {
        if chain.is_empty() {
            return Err(Error::invalid_input(
                "there is a private key but no certificate; put both into one file",
            ));
        }
        // A certificate carries its public key in just this encoding.
        let public = key.public_key().as_ref();
        let own = chain.iter().position(|der| der.windows(public.len()).any(|part| part == public));
        let own = own.ok_or_else(|| {
            Error::invalid_input("none of the certificates belongs to the private key beside them")
        })?;
        chain.swap(0, own);
        Ok(Self { key, chain, algorithm: AssertionAlgorithm::default(), send_chain: false })
    }

    /// The same, signing in another way.
    #[must_use]
    pub fn with_algorithm(mut self, algorithm: AssertionAlgorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// The same, sending the certificates along: needed where the application trusts the
    /// certificate's subject and issuer instead of one certificate.
    #[must_use]
    pub fn with_chain_sent(mut self) -> Self {
        self.send_chain = true;
        self
    }

    /// The SHA-1 thumbprint in upper-case hexadecimal, as the portal shows it.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        let bytes = digest(&SHA1_FOR_LEGACY_USE_ONLY, &self.chain[0]);
        bytes.as_ref().iter().map(|byte| format!("{byte:02X}")).collect()
    }

    /// A statement that the bearer is `client_id`, for `audience` alone.
    pub(crate) fn assertion(
        &self,
        client_id: &str,
        audience: &str,
        now: SystemTime,
    ) -> Result<SecretString> {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let claims = json!({
            "aud": audience,
            "iss": client_id,
            "sub": client_id,
            "jti": Uuid::new_v4(),
            "iat": now.as_secs(),
            "nbf": now.as_secs(),
            "exp": (now + LIFETIME).as_secs(),
        });
        let encode = |json: &Value| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
        let message = format!("{}.{}", encode(&self.header()), encode(&claims));
        let signature = BASE64_URL_SAFE_NO_PAD.encode(self.sign(message.as_bytes())?);
        Ok(format!("{message}.{signature}").into())
    }

    fn header(&self) -> Value {
        let thumbprint =
            |algorithm| BASE64_URL_SAFE_NO_PAD.encode(digest(algorithm, &self.chain[0]));
        let mut header = match self.algorithm {
            AssertionAlgorithm::Ps256 => {
                json!({ "typ": "JWT", "alg": "PS256", "x5t#S256": thumbprint(&SHA256) })
            }
            AssertionAlgorithm::Rs256 => {
                json!({ "typ": "JWT", "alg": "RS256", "x5t": thumbprint(&SHA1_FOR_LEGACY_USE_ONLY) })
            }
        };
        if self.send_chain {
            header["x5c"] = self.chain.iter().map(|der| BASE64_STANDARD.encode(der)).collect();
        }
        header
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let padding = match self.algorithm {
            AssertionAlgorithm::Ps256 => &RSA_PSS_SHA256,
            AssertionAlgorithm::Rs256 => &RSA_PKCS1_SHA256,
        };
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(padding, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| Error::invalid_input("the private key cannot sign"))?;
        Ok(signature)
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate")
            .field("thumbprint", &self.thumbprint())
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

fn no_key(pem: &[u8]) -> Error {
    let encrypted = pem.windows(9).any(|part| part == b"ENCRYPTED");
    Error::invalid_input(if encrypted {
        "the private key is encrypted; decrypt it first, for instance with openssl pkey -in key.pem"
    } else {
        "the PEM holds no private key; put key and certificate into one file"
    })
}

fn not_rsa() -> Error {
    Error::invalid_input(
        "the private key is not a usable RSA key; Azure AD takes only RSA, from 2048 bit",
    )
}
