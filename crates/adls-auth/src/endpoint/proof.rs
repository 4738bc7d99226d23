//! How an application proves to the authority who it is.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use adls_http::{BoxFuture, Clock, SafeUrl};
use adls_wire::aad::{CLIENT_ASSERTION_TYPE, param};
use secrecy::{ExposeSecret, SecretString};

use crate::{AuthErrorKind, ClientCertificate, Error, Result};

/// How an application proves to the authority who it is. A public client does not.
#[derive(Clone)]
pub struct ClientProof(Kind);

/// What a callback of [`ClientProof::assertion`] may fail with.
pub type AssertionError = Box<dyn std::error::Error + Send + Sync>;

type Callback =
    Arc<dyn Fn() -> BoxFuture<'static, Result<SecretString, AssertionError>> + Send + Sync>;

#[derive(Clone)]
enum Kind {
    Public,
    Secret(SecretString),
    Certificate(Arc<ClientCertificate>),
    TokenFile(PathBuf),
    Callback(Callback),
}

impl ClientProof {
    /// None: anyone may use the client id of a public client.
    #[must_use]
    pub fn public() -> Self {
        Self(Kind::Public)
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
        Ok(Self(Kind::Secret(secret)))
    }

    /// A certificate that is registered for the application, with its private key.
    #[must_use]
    pub fn certificate(certificate: ClientCertificate) -> Self {
        Self(Kind::Certificate(Arc::new(certificate)))
    }

    /// A token of another identity provider, which the application trusts. The file is read anew for
    /// every request, since whoever issues such tokens replaces them often.
    #[must_use]
    pub fn federated_token_file(path: impl Into<PathBuf>) -> Self {
        Self(Kind::TokenFile(path.into()))
    }

    /// A signed assertion (RFC 7523), or a token of another identity provider, from a callback. It is
    /// called for every request to the token endpoint, about once an hour.
    #[must_use]
    pub fn assertion<F, C>(callback: C) -> Self
    where
        C: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<SecretString, AssertionError>> + Send + 'static,
    {
        Self(Kind::Callback(Arc::new(move || Box::pin(callback()))))
    }

    /// The form fields of the proof, for a request to `endpoint`.
    pub(super) async fn fields(
        &self,
        client_id: &str,
        endpoint: &SafeUrl,
        clock: &dyn Clock,
    ) -> Result<Vec<(&'static str, SecretString)>> {
        let assertion = match &self.0 {
            Kind::Public => return Ok(Vec::new()),
            Kind::Secret(secret) => return Ok(vec![(param::CLIENT_SECRET, secret.clone())]),
            Kind::Certificate(certificate) => {
                certificate.assertion(client_id, endpoint.as_url().as_str(), clock.now())?
            }
            Kind::TokenFile(path) => read_token(path)?,
            Kind::Callback(callback) => callback().await.map_err(|error| {
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

fn read_token(path: &PathBuf) -> Result<SecretString> {
    let failure = |error: std::io::Error| {
        let message = format!("cannot read the federated token file {}", path.display());
        Error::with_source(AuthErrorKind::Unavailable, message, error)
    };
    let text = std::fs::read_to_string(path).map_err(failure)?;
    match text.trim() {
        "" => {
            Err(Error::unavailable(format!("the federated token file {} is empty", path.display())))
        }
        token => Ok(token.into()),
    }
}

impl fmt::Debug for ClientProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Kind::Public => "Public",
            Kind::Secret(_) => "Secret",
            Kind::Certificate(_) => "Certificate",
            Kind::TokenFile(_) => "FederatedTokenFile",
            Kind::Callback(_) => "Assertion",
        })
    }
}
