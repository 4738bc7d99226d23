//! The two endpoints of an account: the same files by two protocols.

use adls_http::SafeUrl;
use adls_wire::cloud;

use crate::{Error, Result};

const DFS: &str = ".dfs.";
const BLOB: &str = ".blob.";

/// Where an account is.
#[derive(Clone, Debug)]
pub(crate) struct Endpoints {
    pub(crate) dfs: SafeUrl,
    pub(crate) blob: SafeUrl,
}

impl Endpoints {
    /// From either of them; `blob` where it does not follow. Where the host names neither protocol, as that
    /// of an emulator, both are at the same place.
    ///
    /// # Errors
    /// When the host of the other endpoint is not one.
    pub(crate) fn of(endpoint: SafeUrl, blob: Option<SafeUrl>) -> Result<Self> {
        let dfs = with_label(endpoint, BLOB, DFS)?;
        let blob = match blob {
            Some(blob) => blob,
            None => with_label(dfs.clone(), DFS, BLOB)?,
        };
        Ok(Self { dfs, blob })
    }

    /// Whether they are those of OneLake.
    pub(super) fn is_one_lake(&self) -> bool {
        let in_path = self.dfs.is_loopback()
            && self.dfs.as_url().path().trim_matches('/') == cloud::ONE_LAKE_ACCOUNT;
        in_path || cloud::is_one_lake_host(self.dfs.host())
    }
}

/// The URL with another label in its host, where it has that label.
fn with_label(url: SafeUrl, label: &str, other: &str) -> Result<SafeUrl> {
    let host = url.host();
    if !host.contains(label) {
        return Ok(url);
    }
    let host = host.replacen(label, other, 1);
    url.with_host(&host).map_err(|error| Error::invalid(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_leads_to_the_other() {
        for (given, dfs, blob) in [
            (
                "https://a.dfs.core.windows.net",
                "https://a.dfs.core.windows.net/",
                "https://a.blob.core.windows.net/",
            ),
            (
                "https://a.blob.core.windows.net",
                "https://a.dfs.core.windows.net/",
                "https://a.blob.core.windows.net/",
            ),
            (
                "https://a.privatelink.dfs.core.windows.net",
                "https://a.privatelink.dfs.core.windows.net/",
                "https://a.privatelink.blob.core.windows.net/",
            ),
            (
                "https://onelake.dfs.fabric.microsoft.com",
                "https://onelake.dfs.fabric.microsoft.com/",
                "https://onelake.blob.fabric.microsoft.com/",
            ),
            ("http://127.0.0.1:10000/a", "http://127.0.0.1:10000/a", "http://127.0.0.1:10000/a"),
        ] {
            let endpoints = Endpoints::of(given.parse().unwrap(), None).unwrap();
            assert_eq!(endpoints.dfs.as_url().as_str(), dfs, "{given}");
            assert_eq!(endpoints.blob.as_url().as_str(), blob, "{given}");
        }
        let own = "https://lake.corp.test".parse().unwrap();
        let blob = "https://blobs.corp.test".parse().unwrap();
        let endpoints = Endpoints::of(own, Some(blob)).unwrap();
        assert_eq!(endpoints.dfs.host(), "lake.corp.test");
        assert_eq!(endpoints.blob.host(), "blobs.corp.test");
    }
}
