//! An application, by its certificate.

use super::{application_sign_in, token_credential};
use crate::endpoint::AuthClient;
use crate::flows::client_credentials::ClientCredentials;
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
    tokens: SessionTokens<ClientCredentials>,
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
        let proof = ClientProof::certificate(certificate);
        let client = AuthClient::new(options, client_id.into(), proof)?;
        Ok(Self { tokens: Session::tokens(client, ClientCredentials) })
    }
}
