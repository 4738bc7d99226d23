//! The operations for which the service checks roles.

use serde::{Deserialize, Serialize};

use super::target;
use crate::scope::SubscriptionScope;
use crate::{Extra, OperationOrigin, Pager};

/// Lists the operations for which the service checks roles.
#[derive(Clone, Debug)]
pub struct OperationsClient {
    scope: SubscriptionScope,
}

/// An operation for which the service checks roles.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Operation {
    /// The name that role definitions use: `Microsoft.DataLakeStore/accounts/read`.
    pub name: String,
    /// The name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<OperationDisplay>,
    /// Who may do it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<OperationOrigin>,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The name of an [`Operation`] for people.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct OperationDisplay {
    /// The provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// What it is done to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// What is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// What that means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl OperationsClient {
    pub(crate) fn new(scope: SubscriptionScope) -> Self {
        Self { scope }
    }

    /// All operations.
    #[must_use]
    pub fn list(&self) -> Pager<Operation> {
        let connection = &self.scope.connection;
        connection.list(connection.get("Operations_List", &target("", "operations")))
    }
}
