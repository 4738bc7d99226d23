//! The entry: one client from which all others come.

use adls_http::{Credential, SafeUrl};

use crate::Result;
use crate::authorization::{RoleAssignmentsClient, RoleDefinitionsClient};
use crate::connection::Connection;
use crate::data_lake_store::{
    AccountsClient, FirewallRulesClient, LocationsClient, OperationsClient,
    TrustedIdProvidersClient, VirtualNetworkRulesClient,
};
use crate::names;
use crate::options::ManagementOptions;
use crate::resources::{
    ProvidersClient, ResourceGroupsClient, ResourcesClient, SubscriptionsClient,
};
use crate::scope::SubscriptionScope;
use crate::storage::{BlobServicesClient, StorageAccountsClient};

/// The resources of one subscription. Clones share connections, retry quota and token.
#[derive(Clone, Debug)]
pub struct ManagementClient {
    scope: SubscriptionScope,
}

impl ManagementClient {
    /// A client for `subscription_id` at `endpoint`, such as `https://management.azure.com`.
    ///
    /// # Errors
    /// As for [`new_with`](Self::new_with).
    pub fn new(
        endpoint: SafeUrl,
        credential: impl Into<Credential>,
        subscription_id: &str,
    ) -> Result<Self> {
        Self::new_with(endpoint, credential, subscription_id, ManagementOptions::default())
    }

    /// The same with options.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) when the subscription's id is not a
    /// GUID, the credential gets no tokens, or the options cannot be used.
    pub fn new_with(
        endpoint: SafeUrl,
        credential: impl Into<Credential>,
        subscription_id: &str,
        options: ManagementOptions,
    ) -> Result<Self> {
        let subscription_id = names::subscription(subscription_id)?.into();
        let connection = Connection::open(endpoint, credential, options)?;
        Ok(Self { scope: SubscriptionScope { connection, subscription_id } })
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

    /// Storage accounts; with a hierarchical namespace they are Data Lake Storage Gen2.
    #[must_use]
    pub fn storage_accounts(&self) -> StorageAccountsClient {
        StorageAccountsClient::new(self.scope.clone())
    }

    /// The blob services of storage accounts, above all how long they keep what was deleted.
    #[must_use]
    pub fn blob_services(&self) -> BlobServicesClient {
        BlobServicesClient::new(self.scope.clone())
    }

    /// Who has which role where.
    #[must_use]
    pub fn role_assignments(&self) -> RoleAssignmentsClient {
        RoleAssignmentsClient::new(self.scope.clone())
    }

    /// What roles there are.
    #[must_use]
    pub fn role_definitions(&self) -> RoleDefinitionsClient {
        RoleDefinitionsClient::new(self.scope.clone())
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
