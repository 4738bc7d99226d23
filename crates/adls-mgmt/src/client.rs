//! The entry: one client from which all others come.

use std::sync::Arc;

use adls_http::{ClientOptions, Pipeline, PollerOptions, SafeUrl, TokenCredential, TokenRequest};
use adls_wire::cloud;

use crate::connection::Connection;
use crate::data_lake_store::{
    AccountsClient, FirewallRulesClient, LocationsClient, OperationsClient,
    TrustedIdProvidersClient, VirtualNetworkRulesClient,
};
use crate::names;
use crate::resources::{
    ProvidersClient, ResourceGroupsClient, ResourcesClient, SubscriptionsClient,
};
use crate::{Error, Result};

/// Options of a [`ManagementClient`].
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

impl ManagementOptions {
    /// Options with a network transport of their own.
    ///
    /// # Errors
    /// When the system's certificates cannot be read.
    pub fn new() -> Result<Self> {
        Ok(Self::from(ClientOptions::new()?))
    }

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

/// The resources of one subscription. Clones share connections, retry quota and token.
#[derive(Clone, Debug)]
pub struct ManagementClient {
    scope: Scope,
}

/// One subscription, as all clients of this crate see it.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    pub(crate) connection: Connection,
    subscription_id: Arc<str>,
}

impl Scope {
    /// The path of the subscription.
    pub(crate) fn subscription(&self) -> String {
        format!("/subscriptions/{}", self.subscription_id)
    }

    /// The path of a resource group.
    pub(crate) fn group(&self, group: &str) -> Result<String> {
        Ok(format!("{}/resourceGroups/{}", self.subscription(), names::group(group)?))
    }
}

impl ManagementClient {
    /// A client for `subscription_id` at `endpoint`, such as `https://management.azure.com`.
    ///
    /// # Errors
    /// [`Error::InvalidName`] when the subscription's id is not a GUID; [`Error::Http`] when the
    /// options cannot be used.
    pub fn new(
        endpoint: SafeUrl,
        credential: Arc<dyn TokenCredential>,
        subscription_id: &str,
        options: ManagementOptions,
    ) -> Result<Self> {
        let subscription_id = names::subscription(subscription_id)?.into();
        let connection = connect(endpoint, credential, options)?;
        Ok(Self { scope: Scope { connection, subscription_id } })
    }

    /// The id of the subscription.
    #[must_use]
    pub fn subscription_id(&self) -> &str {
        &self.scope.subscription_id
    }

    /// Data Lake Store accounts.
    #[must_use]
    pub fn accounts(&self) -> AccountsClient {
        AccountsClient::new(self.scope.clone())
    }

    /// The addresses from which an account can be reached.
    #[must_use]
    pub fn firewall_rules(&self) -> FirewallRulesClient {
        FirewallRulesClient::new(self.scope.clone())
    }

    /// The virtual networks from which an account can be reached.
    #[must_use]
    pub fn virtual_network_rules(&self) -> VirtualNetworkRulesClient {
        VirtualNetworkRulesClient::new(self.scope.clone())
    }

    /// The other tenants whose users an account lets in.
    #[must_use]
    pub fn trusted_id_providers(&self) -> TrustedIdProvidersClient {
        TrustedIdProvidersClient::new(self.scope.clone())
    }

    /// What the Data Lake Store service offers in a region.
    #[must_use]
    pub fn locations(&self) -> LocationsClient {
        LocationsClient::new(self.scope.clone())
    }

    /// The operations for which the Data Lake Store service checks roles.
    #[must_use]
    pub fn operations(&self) -> OperationsClient {
        OperationsClient::new(self.scope.clone())
    }

    /// Resource groups.
    #[must_use]
    pub fn resource_groups(&self) -> ResourceGroupsClient {
        ResourceGroupsClient::new(self.scope.clone())
    }

    /// Resources of any type.
    #[must_use]
    pub fn resources(&self) -> ResourcesClient {
        ResourcesClient::new(self.scope.clone())
    }

    /// Resource providers, which a subscription registers before it uses them.
    #[must_use]
    pub fn providers(&self) -> ProvidersClient {
        ProvidersClient::new(self.scope.clone())
    }

    /// The subscriptions and tenants that the caller can see.
    #[must_use]
    pub fn subscriptions(&self) -> SubscriptionsClient {
        SubscriptionsClient::over(self.scope.connection.clone())
    }
}

/// The pipeline to `endpoint`.
pub(crate) fn connect(
    endpoint: SafeUrl,
    credential: Arc<dyn TokenCredential>,
    options: ManagementOptions,
) -> Result<Connection> {
    let ManagementOptions { client, scope, poller } = options;
    if scope.trim().is_empty() {
        return Err(Error::InvalidArgument(
            "the scope is empty; leave the default, or give the audience followed by /.default"
                .to_owned(),
        ));
    }
    let pipeline = Pipeline::builder(client)
        .bearer(&endpoint, credential, TokenRequest::new(scope))
        .build()?;
    Ok(Connection::new(pipeline, endpoint, poller))
}
