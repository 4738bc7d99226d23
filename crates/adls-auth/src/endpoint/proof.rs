//! How an application proves to the authority who it is.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use adls_http::{BoxFuture, Clock, SafeUrl, text};
use adls_wire::aad::{CLIENT_ASSERTION_TYPE, param};
use secrecy::{ExposeSecret, SecretString};

use crate::{AuthErrorKind, ClientCertificate, Error, Result};

/// The largest file that is taken for a token or a certificate, in bytes.
const LARGEST_FILE: u64 = 256 * 1024;

/// How an application proves to the authority who it is. A public client does not.
#[derive(Clone)]
pub struct ClientProof(ProofKind);

/// What a callback of [`ClientProof::assertion`] may fail with.
pub type AssertionError = Box<dyn std::error::Error + Send + Sync>;

type Callback =
    Arc<dyn Fn() -> BoxFuture<'static, Result<SecretString, AssertionError>> + Send + Sync>;

#[derive(Clone)]
enum ProofKind {
    Public,
    Secret(SecretString),
    Certificate(Arc<ClientCertificate>),
    CertificateFile(PathBuf),
    TokenFile { path: PathBuf, named_by: Option<&'static str> },
    Callback(Callback),
}

impl ClientProof {
    /// None: anyone may use the client id of a public client.
    #[must_use]
    pub fn public() -> Self {
        Self(ProofKind::Public)
    }

    /// A secret that the application shares with the authority.
    ///
    /// # Errors
    /// [`AuthErrorKind::InvalidInput`] when it is empty.
    pub fn secret(secret: impl Into<SecretString>) -> Result<Self> {
        let secret = secret.into();
        if secret.expose_secret().is_empty() {
            return Err(Error::invalid_input(
                "the client secret is empty; give the secret's value",
            ));
        }
        Ok(Self(ProofKind::Secret(secret)))
    }

    /// A certificate that is registered for the application, with its private key.
    #[must_use]
    pub fn certificate(certificate: ClientCertificate) -> Self {
        Self(ProofKind::Certificate(Arc::new(certificate)))
    }

    /// A certificate and its private key in a PEM file. The file is read anew for every request to the
    /// token endpoint, about once an hour, so that one who replaces it need not start anything again.
    #[must_use]
    pub fn certificate_file(path: impl Into<PathBuf>) -> Self {
        Self(ProofKind::CertificateFile(path.into()))
    }

    /// A token of another identity provider, which the application trusts. The file is read anew for
    /// every request, since whoever issues such tokens replaces them often.
    #[must_use]
    pub fn federated_token_file(path: impl Into<PathBuf>) -> Self {
        Self(ProofKind::TokenFile { path: path.into(), named_by: None })
    }

    /// The same, where a variable names the file.
    pub(crate) fn federated_token_file_of(variable: &'static str, path: String) -> Self {
        Self(ProofKind::TokenFile { path: path.into(), named_by: Some(variable) })
    }

    /// A signed assertion (RFC 7523), or a token of another identity provider, from a callback. It is
    /// called for every request to the token endpoint, about once an hour.
    #[must_use]
    pub fn assertion<F, C>(callback: C) -> Self
    where
        C: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<SecretString, AssertionError>> + Send + 'static,
    {
        Self(ProofKind::Callback(Arc::new(move || Box::pin(callback()))))
    }

    /// The form fields of the proof, for a request to `endpoint`.
    pub(super) async fn fields(
        &self,
        client_id: &str,
        endpoint: &SafeUrl,
        clock: &dyn Clock,
    ) -> Result<Vec<(&'static str, SecretString)>> {
        let assertion = match &self.0 {
            ProofKind::Public => return Ok(Vec::new()),
            ProofKind::Secret(secret) => return Ok(vec![(param::CLIENT_SECRET, secret.clone())]),
            ProofKind::Certificate(certificate) => {
                certificate.assertion(client_id, endpoint.as_url().as_str(), clock.now())?
            }
            ProofKind::CertificateFile(path) => {
                let certificate = read_certificate(path)?;
                certificate.assertion(client_id, endpoint.as_url().as_str(), clock.now())?
            }
            ProofKind::TokenFile { path, named_by } => read_token(path).map_err(|error| {
                named_by.map_or_else(|| error.clone(), |variable| error.about(variable))
            })?,
            ProofKind::Callback(callback) => callback().await.map_err(|error| {
                let message = format!("no client assertion could be had: {error}");
                Error::new(AuthErrorKind::BadClientAssertion, message)
            })?,
        };
        Ok(vec![
            (param::CLIENT_ASSERTION_TYPE, CLIENT_ASSERTION_TYPE.into()),
            (param::CLIENT_ASSERTION, assertion),
        ])
    }
}

fn read_token(path: &Path) -> Result<SecretString> {
    let what = format!("the federated token file {}", path.display());
    let bytes = read(path, &what, AuthErrorKind::Unavailable)?;
    let text = text::decode(&bytes)
        .map_err(|error| Error::unavailable(format!("{what} cannot be used: {error}")))?;
    // It goes to the authority: what is plainly something else should not.
    match text.trim() {
        "" => Err(Error::unavailable(format!("{what} is empty"))),
        token if token.contains(|c: char| !c.is_ascii_graphic()) => {
            Err(Error::unavailable(format!("{what} holds something else than a token")))
        }
        token => Ok(token.into()),
    }
}

pub(crate) fn read_certificate(path: &Path) -> Result<ClientCertificate> {
    let what = format!("the certificate {}", path.display());
    let pem = read(path, &what, AuthErrorKind::InvalidInput)?;
    ClientCertificate::from_pem(&pem).map_err(|error| error.about(&path.display().to_string()))
}

/// Reads a small file. What never ends, such as a device, is not read to its end.
fn read(path: &Path, what: &str, kind: AuthErrorKind) -> Result<Vec<u8>> {
    let failure =
        |error: std::io::Error| Error::with_source(kind, format!("cannot read {what}"), error);
    let file = File::open(path).map_err(failure)?;
    let mut content = Vec::new();
    let read = file.take(LARGEST_FILE + 1).read_to_end(&mut content).map_err(failure)?;
    if read as u64 > LARGEST_FILE {
        return Err(Error::new(kind, format!("{what} is larger than {} KiB", LARGEST_FILE >> 10)));
    }
    Ok(content)
}

impl fmt::Debug for ClientProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            ProofKind::Public => "Public",
            ProofKind::Secret(_) => "Secret",
            ProofKind::Certificate(_) | ProofKind::CertificateFile(_) => "Certificate",
            ProofKind::TokenFile { .. } => "FederatedTokenFile",
            ProofKind::Callback(_) => "Assertion",
        })
    }
}
