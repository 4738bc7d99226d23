//! Resources of any type, as far as all types are alike.

use std::num::NonZeroU32;

use adls_wire::arm::RESOURCE_GROUP_API_VERSION;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::connection::RequestTarget;
use crate::resource::resource_group_of;
use crate::scope::SubscriptionScope;
use crate::{Extra, Pager, Result, Tags};

/// Lists resources of any type.
#[derive(Clone, Debug)]
pub struct ResourcesClient {
    scope: SubscriptionScope,
}

/// Which resources to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListResources {
    /// An OData filter: `resourceType eq 'Microsoft.DataLakeStore/accounts'`, `name eq 'x'`.
    pub filter: Option<String>,
    /// More properties: `createdTime`, `changedTime`, `provisioningState`, comma-separated.
    pub expand: Option<String>,
    /// How many to a page.
    pub top: Option<NonZeroU32>,
}

impl ListResources {
    /// Sets an OData filter.
    #[must_use]
    pub fn with_filter(mut self, filter: impl Into<String>) -> Self {
        self.filter = Some(filter.into());
        self
    }

    /// Asks for more properties.
    #[must_use]
    pub fn with_expand(mut self, expand: impl Into<String>) -> Self {
        self.expand = Some(expand.into());
        self
    }

    /// Sets how many to a page.
    #[must_use]
    pub fn with_top(mut self, top: NonZeroU32) -> Self {
        self.top = Some(top);
        self
    }

    fn apply(self, target: RequestTarget) -> RequestTarget {
        target
            .option("$filter", self.filter.as_ref())
            .option("$expand", self.expand.as_ref())
            .option("$top", self.top)
    }
}

/// A resource of any type, as lists show it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct GenericResource {
    /// The full id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The type, such as `Microsoft.DataLakeStore/accounts`.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// The kind, where a type has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The tags; `None` when none were ever set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
    /// The size or price class, in the type's own shape.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<Value>,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl GenericResource {
    /// The resource group, read out of the id.
    #[must_use]
    pub fn resource_group(&self) -> Option<&str> {
        resource_group_of(&self.id)
    }
}

impl ResourcesClient {
    pub(crate) fn new(scope: SubscriptionScope) -> Self {
        Self { scope }
    }

    /// The resources of the subscription.
    #[must_use]
    pub fn list(&self) -> Pager<GenericResource> {
        self.list_with(ListResources::default())
    }

    /// The same with options.
    #[must_use]
    pub fn list_with(&self, options: ListResources) -> Pager<GenericResource> {
        let path = format!("{}/resources", self.scope.subscription());
        let target = options.apply(RequestTarget::new(path, RESOURCE_GROUP_API_VERSION));
        let connection = &self.scope.connection;
        connection.list(connection.get("Resources_List", &target))
    }

    /// The resources of a group.
    ///
    /// # Errors
    /// A name that breaks its rule.
    pub fn list_by_resource_group(&self, group: &str) -> Result<Pager<GenericResource>> {
        self.list_by_resource_group_with(group, ListResources::default())
    }

    /// The same with options.
    ///
    /// # Errors
    /// A name that breaks its rule.
    pub fn list_by_resource_group_with(
        &self,
        group: &str,
        options: ListResources,
    ) -> Result<Pager<GenericResource>> {
        let path = format!("{}/resources", self.scope.group(group)?);
        let target = options.apply(RequestTarget::new(path, RESOURCE_GROUP_API_VERSION));
        let connection = &self.scope.connection;
        Ok(connection.list(connection.get("Resources_ListByResourceGroup", &target)))
    }
}
