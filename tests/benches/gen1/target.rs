//! The default account, signed in.

use std::path::Path;
use std::sync::Arc;

use adls_auth::{AuthOptions, Authority, ClientSecretCredential};
use adls_fs::{FileSystemClient, FileSystemOptions};
use adls_http::{
    ClientOptions, HttpTransport, HttpTransportOptions, SafeUrl, TokenCredential, TokenRequest,
    Transport,
};

use crate::Result;
use crate::place::{self, Place};

/// Where the default account is.
pub(crate) fn default_account(ready: &Path) -> Result<Place> {
    let ready = place::read(ready)?;
    Place::new(&ready, &ready.default_account)
}

/// The default account, signed in as an application.
pub(crate) struct SignedIn {
    pub(crate) place: Place,
    pub(crate) token: String,
    pub(crate) client: FileSystemClient,
}

impl SignedIn {
    pub(crate) async fn new(ready: &Path) -> Result<Self> {
        let ready = place::read(ready)?;
        let place = Place::new(&ready, &ready.default_account)?;
        let mut options = HttpTransportOptions::default();
        options.root_certificates = vec![place.ca.clone()];
        let transport: Arc<dyn Transport> = Arc::new(HttpTransport::new(&options)?);
        let options = ClientOptions::with_transport(transport);
        let credential: Arc<dyn TokenCredential> = Arc::new(ClientSecretCredential::new_with(
            &ready.client_id,
            ready.client_secret.as_str(),
            AuthOptions::default()
                .client(options.clone())
                .authority(Authority::new(&ready.https_url, &ready.tenant_id)?),
        )?);
        let wanted = TokenRequest::new("https://datalake.azure.net//.default");
        let token = credential.get_token(&wanted).await?.secret().to_owned();
        let endpoint: SafeUrl = place.url().parse()?;
        let options = FileSystemOptions::with_client(options);
        let client = FileSystemClient::gen1(endpoint, credential, options)?;
        Ok(Self { place, token, client })
    }
}
