//! The emulator as the programs of the benchmark reach it, over TLS.

use std::path::Path;
use std::sync::Arc;

use adls_auth::{AuthOptions, Authority, ClientSecretCredential};
use adls_fs::{FileSystemClient, FileSystemOptions};
use adls_http::{
    ClientOptions, HttpTransport, HttpTransportOptions, SafeUrl, TokenCredential, TokenRequest,
    Transport,
};
use mock_aad::Ready;

use crate::Result;

/// Where the default account is.
pub(crate) struct Place {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) ca: Vec<u8>,
}

impl Place {
    pub(crate) fn new(ready: &Path) -> Result<Self> {
        Self::of(&read(ready)?)
    }

    fn of(ready: &Ready) -> Result<Self> {
        let authority = format!("{}.{}", ready.default_account, ready.adls_suffix);
        let (host, port) = authority.rsplit_once(':').ok_or("the suffix has no port")?;
        let ca = std::fs::read(&ready.ca_cert)?;
        Ok(Self { host: host.to_owned(), port: port.parse()?, ca })
    }
}

/// The default account, signed in as an application.
pub(crate) struct SignedIn {
    pub(crate) place: Place,
    pub(crate) token: String,
    pub(crate) client: FileSystemClient,
}

impl SignedIn {
    pub(crate) async fn new(ready: &Path) -> Result<Self> {
        let ready = read(ready)?;
        let place = Place::of(&ready)?;
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
        let endpoint: SafeUrl = format!("https://{}:{}", place.host, place.port).parse()?;
        let options = FileSystemOptions::with_client(options);
        let client = FileSystemClient::gen1(endpoint, credential, options)?;
        Ok(Self { place, token, client })
    }
}

fn read(ready: &Path) -> Result<Ready> {
    Ok(serde_json::from_slice(&std::fs::read(ready)?)?)
}
