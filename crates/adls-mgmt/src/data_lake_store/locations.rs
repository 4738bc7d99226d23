//! What the service offers in a region.

use serde::{Deserialize, Serialize};

use super::target;
use crate::scope::SubscriptionScope;
use crate::{Extra, Pager, Result, ServiceState, UsageUnit, names};

/// Asks what the service offers in a region.
#[derive(Clone, Debug)]
pub struct LocationsClient {
    scope: SubscriptionScope,
}

/// What a subscription may do in a region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Capability {
    /// The subscription.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<String>,
    /// How the subscription stands with the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ServiceState>,
    /// How many accounts it may have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_account_count: Option<i64>,
    /// How many it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_count: Option<i64>,
    /// Whether it is being migrated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migration_state: Option<bool>,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How much of a quota is used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Usage {
    /// What is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UsageUnit>,
    /// The full id of the quota.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// How much is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_value: Option<i64>,
    /// How much may be used; -1 for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// The name of the quota.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<UsageName>,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The name of a quota.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UsageName {
    /// For programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub localized_value: Option<String>,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl LocationsClient {
    pub(crate) fn new(scope: SubscriptionScope) -> Self {
        Self { scope }
    }

    /// What the subscription may do in a region; `None` where the service is not offered.
    ///
    /// # Errors
    /// A location that breaks its rule.
    pub async fn capability(&self, location: &str) -> Result<Option<Capability>> {
        let path = format!("locations/{}/capability", names::location(location)?);
        let target = target(&self.scope.subscription(), &path);
        let connection = &self.scope.connection;
        connection.fetch_if_there(connection.get("Locations_GetCapability", &target)).await
    }

    /// How much of each quota the subscription uses in a region.
    ///
    /// # Errors
    /// A location that breaks its rule.
    pub fn usage(&self, location: &str) -> Result<Pager<Usage>> {
        let path = format!("locations/{}/usages", names::location(location)?);
        let target = target(&self.scope.subscription(), &path);
        let connection = &self.scope.connection;
        Ok(connection.list(connection.get("Locations_GetUsage", &target)))
    }
}
