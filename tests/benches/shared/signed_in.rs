//! An application that is signed in, as the library and the bare loops have it.

use std::sync::Arc;

use adls_auth::{AuthOptions, Authority, ClientSecretCredential};
use adls_http::{
    ClientOptions, HttpTransport, HttpTransportOptions, TokenCredential, TokenRequest, Transport,
};
use mock_aad::Ready;

use crate::Result;

/// The application of the ready file, with a token for one of the services.
pub(crate) struct SignedIn {
    pub(crate) credential: Arc<dyn TokenCredential>,
    pub(crate) options: ClientOptions,
    pub(crate) token: String,
}

impl SignedIn {
    /// `ca` is what the emulator's certificates are signed by.
    pub(crate) async fn new(ready: &Ready, ca: &[u8], scope: &str) -> Result<Self> {
        let mut options = HttpTransportOptions::default();
        options.root_certificates = vec![ca.to_vec()];
        let transport: Arc<dyn Transport> = Arc::new(HttpTransport::new(&options)?);
        let options = ClientOptions::with_transport(transport);
        let credential: Arc<dyn TokenCredential> = Arc::new(ClientSecretCredential::new_with(
            &ready.client_id,
            ready.client_secret.as_str(),
            AuthOptions::default()
                .client(options.clone())
                .authority(Authority::new(&ready.https_url, &ready.tenant_id)?),
        )?);
        let token = credential.get_token(&TokenRequest::new(scope)).await?.secret().to_owned();
        Ok(Self { credential, options, token })
    }
}
