//! An application, by its certificate.

use std::path::PathBuf;

use super::{application_sign_in, token_credential};
use crate::endpoint::AuthClient;
use crate::flows::client_credentials::ClientCredentialsFlow;
use crate::session::{Session, SessionTokens};
use crate::{AuthOptions, ClientCertificate, ClientProof, Result};

/// An application, by a certificate that is registered for it.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use adls_auth::{ClientCertificate, ClientCertificateCredential};
///
/// let certificate = ClientCertificate::from_pem(&std::fs::read("app.pem")?)?;
/// let tenant = "contoso.onmicrosoft.com";
/// let credential = ClientCertificateCredential::new(tenant, "<client id>", certificate)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ClientCertificateCredential {
    tokens: SessionTokens<ClientCredentialsFlow>,
}

token_credential!(ClientCertificateCredential);
application_sign_in!(ClientCertificateCredential);

impl ClientCertificateCredential {
    /// A credential of the application `client_id` in a tenant of the public cloud.
    ///
    /// # Errors
    /// As for [`new_with`](Self::new_with), and when `tenant` is not usable.
    pub fn new(
        tenant: &str,
        client_id: impl Into<String>,
        certificate: ClientCertificate,
    ) -> Result<Self> {
        Self::new_with(client_id, certificate, AuthOptions::default().tenant(tenant)?)
    }

    /// The same with options, which name the tenant.
    ///
    /// # Errors
    /// [`AuthErrorKind::InvalidInput`](crate::AuthErrorKind::InvalidInput) when the client id is
    /// empty, or the authority is plain http and that is not allowed.
    pub fn new_with(
        client_id: impl Into<String>,
        certificate: ClientCertificate,
        options: AuthOptions,
    ) -> Result<Self> {
        Self::with_proof(ClientProof::certificate(certificate), options.client_id(client_id))
    }

    /// The same by a PEM file that is read anew for every request to the authority: see
    /// [`ClientProof::certificate_file`]. As long as a cached token serves, the file is not needed.
    ///
    /// # Errors
    /// As for [`new_with`](Self::new_with).
    pub fn from_file_with(
        client_id: impl Into<String>,
        path: impl Into<PathBuf>,
        options: AuthOptions,
    ) -> Result<Self> {
        Self::with_proof(ClientProof::certificate_file(path), options.client_id(client_id))
    }

    fn with_proof(proof: ClientProof, options: AuthOptions) -> Result<Self> {
        let client = AuthClient::new(options, proof)?;
        Ok(Self { tokens: Session::tokens(client, ClientCredentialsFlow) })
    }
}
