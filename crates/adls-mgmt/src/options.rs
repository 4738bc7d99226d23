//! Options of every client of this crate.

use adls_http::{ClientOptions, PollerOptions};
use adls_wire::cloud;

/// Options of a [`ManagementClient`](crate::ManagementClient).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ManagementOptions {
    /// Transport, clock, retries, timeouts, user agent.
    pub client: ClientOptions,
    /// What tokens are asked for.
    ///
    /// The default is the classic audience of the public cloud with its trailing slash,
    /// `https://management.core.windows.net//.default`: every tenant knows it, the v1 and the v2
    /// endpoint of Azure AD give the same token for it, and Resource Manager takes it wherever it
    /// takes `https://management.azure.com/.default`. For other clouds see
    /// [`scope_of`](Self::scope_of).
    pub scope: String,
    /// How [`Poller`](crate::Poller)s wait.
    pub poller: PollerOptions,
}

impl Default for ManagementOptions {
    fn default() -> Self {
        Self::from(ClientOptions::default())
    }
}

impl ManagementOptions {
    /// The scope for a cloud, from its classic audience: see [`cloud::Cloud::management_resource`].
    #[must_use]
    pub fn scope_of(cloud: &cloud::Cloud) -> String {
        format!("{}/.default", cloud.management_resource)
    }
}

impl From<ClientOptions> for ManagementOptions {
    fn from(client: ClientOptions) -> Self {
        Self { client, scope: Self::scope_of(&cloud::PUBLIC), poller: PollerOptions::default() }
    }
}
