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
/// use adls_auth::{AuthOptions, Authority, ClientCertificate, ClientCertificateCredential, cloud};
/// use adls_http::ClientOptions;
///
/// let certificate = ClientCertificate::from_pem(&std::fs::read("app.pem")?)?;
/// let authority = Authority::of(&cloud::PUBLIC, "contoso.onmicrosoft.com")?;
/// let options = AuthOptions::new(ClientOptions::new()?, authority);
/// let credential = ClientCertificateCredential::new(options, "<client id>", certificate)?;
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
    /// A credential of the application `client_id`.
    ///
    /// # Errors
    /// [`AuthErrorKind::InvalidInput`](crate::AuthErrorKind::InvalidInput) when the client id is
    /// empty, or the authority is plain http and that is not allowed.
    pub fn new(
        options: AuthOptions,
        client_id: impl Into<String>,
        certificate: ClientCertificate,
    ) -> Result<Self> {
        Self::with_proof(options, client_id, ClientProof::certificate(certificate))
    }

    /// The same by a PEM file that is read anew for every request to the authority: see
    /// [`ClientProof::certificate_file`]. As long as a cached token serves, the file is not needed.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn from_file(
        options: AuthOptions,
        client_id: impl Into<String>,
        path: impl Into<PathBuf>,
    ) -> Result<Self> {
        Self::with_proof(options, client_id, ClientProof::certificate_file(path))
    }

    fn with_proof(
        options: AuthOptions,
        client_id: impl Into<String>,
        proof: ClientProof,
    ) -> Result<Self> {
        let client = AuthClient::new(options, client_id.into(), proof)?;
        Ok(Self { tokens: Session::tokens(client, ClientCredentialsFlow) })
    }
}
