//! Resource providers, which a subscription registers before it uses them.

use adls_http::Idempotency;
use adls_wire::arm::RESOURCE_GROUP_API_VERSION;
use serde::{Deserialize, Serialize};

use crate::connection::RequestTarget;
use crate::scope::SubscriptionScope;
use crate::{Extra, Pager, RegistrationState, Result, names};

/// Registers and finds resource providers.
#[derive(Clone, Debug)]
pub struct ProvidersClient {
    scope: SubscriptionScope,
}

/// A resource provider, as one subscription sees it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Provider {
    /// The full id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The name, such as `Microsoft.DataLakeStore`.
    pub namespace: String,
    /// Whether the subscription may use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_state: Option<RegistrationState>,
    /// The types of resources that it offers.
    pub resource_types: Vec<ProviderResourceType>,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A type of resources that a [`Provider`] offers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct ProviderResourceType {
    /// The type without the provider's name: `accounts`.
    pub resource_type: String,
    /// The regions, as they are displayed; empty for what has no region.
    pub locations: Vec<String>,
    /// The api-versions, newest first.
    pub api_versions: Vec<String>,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ProvidersClient {
    pub(crate) fn new(scope: SubscriptionScope) -> Self {
        Self { scope }
    }

    /// Registers a provider with the subscription. The answer may say `Registering`; ask with
    /// [`get`](Self::get) until it says `Registered`.
    ///
    /// # Errors
    /// A name that breaks its rule; `AuthorizationFailed`.
    pub async fn register(&self, namespace: &str) -> Result<Provider> {
        let target = self.target(namespace, "/register")?;
        let connection = &self.scope.connection;
        let idempotency = Idempotency::Idempotent;
        connection.fetch(connection.post("Providers_Register", &target, idempotency)).await
    }

    /// Ends the registration of a provider.
    ///
    /// # Errors
    /// A name that breaks its rule; a conflict while resources of the provider are left.
    pub async fn unregister(&self, namespace: &str) -> Result<Provider> {
        let target = self.target(namespace, "/unregister")?;
        let connection = &self.scope.connection;
        let idempotency = Idempotency::Idempotent;
        connection.fetch(connection.post("Providers_Unregister", &target, idempotency)).await
    }

    /// One provider.
    ///
    /// # Errors
    /// A name that breaks its rule; 404 for a name that Azure does not know.
    pub async fn get(&self, namespace: &str) -> Result<Provider> {
        let target = self.target(namespace, "")?;
        let connection = &self.scope.connection;
        connection.fetch(connection.get("Providers_Get", &target)).await
    }

    /// All providers.
    #[must_use]
    pub fn list(&self) -> Pager<Provider> {
        let path = format!("{}/providers", self.scope.subscription());
        let target = RequestTarget::new(path, RESOURCE_GROUP_API_VERSION);
        let connection = &self.scope.connection;
        connection.list(connection.get("Providers_List", &target))
    }

    fn target(&self, namespace: &str, below: &str) -> Result<RequestTarget> {
        let namespace = names::provider(namespace)?;
        let path = format!("{}/providers/{namespace}{below}", self.scope.subscription());
        Ok(RequestTarget::new(path, RESOURCE_GROUP_API_VERSION))
    }
}
