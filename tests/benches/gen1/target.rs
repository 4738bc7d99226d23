//! The default account, signed in.

use std::path::Path;

use adls_fs::{FileSystemClient, FileSystemOptions};
use adls_http::SafeUrl;

use crate::Result;
use crate::place::{self, Place};
use crate::signed_in::SignedIn;

/// Where the default account is.
pub(crate) fn default_account(ready: &Path) -> Result<Place> {
    let ready = place::read(ready)?;
    Place::new(&ready, &ready.default_account)
}

/// The default account with a client that is signed in.
pub(crate) struct Target {
    pub(crate) place: Place,
    pub(crate) token: String,
    pub(crate) client: FileSystemClient,
}

impl Target {
    pub(crate) async fn new(ready: &Path) -> Result<Self> {
        let ready = place::read(ready)?;
        let place = Place::new(&ready, &ready.default_account)?;
        let SignedIn { credential, options, token } =
            SignedIn::new(&ready, &place.ca, "https://datalake.azure.net//.default").await?;
        let endpoint: SafeUrl = place.url().parse()?;
        let options = FileSystemOptions::with_client(options);
        let client = FileSystemClient::gen1(endpoint, credential, options)?;
        Ok(Self { place, token, client })
    }
}
