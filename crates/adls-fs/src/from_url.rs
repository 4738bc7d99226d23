//! From the URL of an account to its client.

use adls_http::{Credential, SafeUrl};
use adls_wire::cloud::{self, Cloud};

use crate::{Error, ErrorKind, FileSystemClient, FileSystemOptions, Generation, RemoteUrl, Result};

impl FileSystemClient {
    /// A client of the account that `url` leads to, at its usual address: the one that the URL names,
    /// else the one in Azure's public cloud. The URL's path plays no part.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] when the host is neither one of Azure's nor on
    /// this machine, since whoever owns it could use the credential; see [`gen1`](Self::gen1) for hosts
    /// of one's own. [`ErrorKind::Unsupported`] for Gen2. Else as for
    /// [`gen1`](Self::gen1).
    pub fn from_url(
        url: &RemoteUrl,
        credential: impl Into<Credential>,
        options: FileSystemOptions,
    ) -> Result<Self> {
        if url.generation() != Generation::Gen1 {
            let text = format!(
                "{url} is in a Gen2 account, for which there is no client yet; use adl://account/path"
            );
            return Err(Error::new(ErrorKind::Unsupported).with_message(text));
        }
        let suffix = url.host_suffix().or(cloud::PUBLIC.gen1_suffix).unwrap_or_default();
        let endpoint = format!("https://{}.{suffix}", url.account()).parse::<SafeUrl>();
        let endpoint = endpoint.map_err(|error| Error::invalid(error.to_string()))?;
        let owned = |cloud: &Cloud| cloud.owns_storage_host(endpoint.host());
        if !endpoint.is_loopback() && !cloud::ALL.iter().any(owned) {
            return Err(Error::invalid(format!(
                "{} is not a host of Azure, so it gets no credential; if it is yours, make the client \
                 with its endpoint",
                endpoint.host()
            )));
        }
        Self::gen1(endpoint, credential, options)
    }
}
