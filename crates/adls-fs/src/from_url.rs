//! From the URL of an account to its client.

use adls_http::{Credential, SafeUrl};
use adls_wire::cloud;

use crate::{Error, FileSystemClient, FileSystemOptions, Generation, RemoteUrl, Result};

/// What follows the account that OneLake stands in for.
const ONE_LAKE_SUFFIX: &str = "dfs.fabric.microsoft.com";

impl FileSystemClient {
    /// A client of the account that `url` leads to, at its usual address: the one that the URL names,
    /// else the one in Azure's public cloud. The URL's path plays no part.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) when the host is neither one of Azure's nor on
    /// this machine, since whoever owns it could use the credential; see [`gen1`](Self::gen1) and
    /// [`gen2`](Self::gen2) for hosts of one's own. Else as for those.
    pub fn from_url(
        url: &RemoteUrl,
        credential: impl Into<Credential>,
        options: FileSystemOptions,
    ) -> Result<Self> {
        let default = match url.generation() {
            Generation::Gen1 => cloud::PUBLIC.gen1_suffix.unwrap_or_default(),
            Generation::Gen2 if url.account().eq_ignore_ascii_case(cloud::ONE_LAKE_ACCOUNT) => {
                ONE_LAKE_SUFFIX
            }
            Generation::Gen2 => cloud::PUBLIC.gen2_suffix,
        };
        let suffix = url.host_suffix().unwrap_or(default);
        let endpoint = format!("https://{}.{suffix}", url.account()).parse::<SafeUrl>();
        let endpoint = endpoint.map_err(|error| Error::invalid(error.to_string()))?;
        if !endpoint.is_loopback() && !is_azure_host(endpoint.host()) {
            return Err(Error::invalid(format!(
                "{} is not a host of Azure, so it gets no credential; if it is yours, make the client \
                 with its endpoint",
                endpoint.host()
            )));
        }
        match url.file_system() {
            None => Self::gen1(endpoint, credential, options),
            Some(file_system) => Self::gen2(endpoint, file_system, credential, options),
        }
    }
}

/// Whether a host is that of storage in one of Azure's clouds, by either protocol.
fn is_azure_host(host: &str) -> bool {
    let dfs = host.replacen(".blob.", ".dfs.", 1);
    cloud::ALL.iter().any(|cloud| cloud.owns_storage_host(&dfs)) || cloud::is_one_lake_host(&dfs)
}
