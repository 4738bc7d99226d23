//! The subscriptions and tenants that the caller can see.

use adls_http::{Credential, SafeUrl};
use adls_wire::arm::SUBSCRIPTION_API_VERSION;
use serde::{Deserialize, Serialize};

use crate::connection::{Connection, RequestTarget};
use crate::{Extra, ManagementOptions, Pager, Result, SubscriptionState, names};

/// Lists subscriptions and tenants. Needs no subscription, so it is where one is chosen.
#[derive(Clone, Debug)]
pub struct SubscriptionsClient {
    connection: Connection,
}

/// A subscription: who pays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Subscription {
    /// The full id, `/subscriptions/...`.
    pub id: String,
    /// The id alone, a GUID.
    pub subscription_id: String,
    /// The name for people.
    pub display_name: String,
    /// The tenant that it belongs to; old versions of the service leave it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// Whether it can be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<SubscriptionState>,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A region.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Location {
    /// The full id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The short name: `eastus2`.
    pub name: String,
    /// The name for people: `East US 2`.
    pub display_name: String,
    /// Degrees, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longitude: Option<String>,
    /// Degrees, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latitude: Option<String>,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A tenant of Azure AD.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Tenant {
    /// The full id, `/tenants/...`.
    pub id: String,
    /// The id alone, a GUID.
    pub tenant_id: String,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl SubscriptionsClient {
    /// A client at `endpoint`, such as `https://management.azure.com`.
    ///
    /// # Errors
    /// As for [`new_with`](Self::new_with).
    pub fn new(endpoint: SafeUrl, credential: impl Into<Credential>) -> Result<Self> {
        Self::new_with(endpoint, credential, ManagementOptions::default())
    }

    /// The same with options.
    ///
    /// # Errors
    /// When the options cannot be used, or the credential gets no tokens.
    pub fn new_with(
        endpoint: SafeUrl,
        credential: impl Into<Credential>,
        options: ManagementOptions,
    ) -> Result<Self> {
        Ok(Self::over(Connection::open(endpoint, credential, options)?))
    }

    pub(crate) fn over(connection: Connection) -> Self {
        Self { connection }
    }

    /// The subscriptions.
    #[must_use]
    pub fn list(&self) -> Pager<Subscription> {
        let target = RequestTarget::new("/subscriptions".to_owned(), SUBSCRIPTION_API_VERSION);
        self.connection.list(self.connection.get("Subscriptions_List", &target))
    }

    /// One subscription.
    ///
    /// # Errors
    /// An id that is not a GUID; `SubscriptionNotFound`.
    pub async fn get(&self, subscription_id: &str) -> Result<Subscription> {
        let target = Self::target(subscription_id, "")?;
        self.connection.fetch(self.connection.get("Subscriptions_Get", &target)).await
    }

    /// The regions that a subscription may use.
    ///
    /// # Errors
    /// An id that is not a GUID.
    pub fn list_locations(&self, subscription_id: &str) -> Result<Pager<Location>> {
        let target = Self::target(subscription_id, "/locations")?;
        Ok(self.connection.list(self.connection.get("Subscriptions_ListLocations", &target)))
    }

    /// The tenants.
    #[must_use]
    pub fn list_tenants(&self) -> Pager<Tenant> {
        let target = RequestTarget::new("/tenants".to_owned(), SUBSCRIPTION_API_VERSION);
        self.connection.list(self.connection.get("Tenants_List", &target))
    }

    fn target(subscription_id: &str, below: &str) -> Result<RequestTarget> {
        let path = format!("/subscriptions/{}{below}", names::subscription(subscription_id)?);
        Ok(RequestTarget::new(path, SUBSCRIPTION_API_VERSION))
    }
}
