//! What all resources have in common.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::IdentityType;

/// Members of a JSON object that the model does not know. They are written back as they came.
pub type Extra = Map<String, Value>;

/// The tags of a resource, by name.
pub type Tags = BTreeMap<String, String>;

/// A resource that lives in a region and a resource group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "P: Default + Deserialize<'de>"))]
#[non_exhaustive]
pub struct TrackedResource<P> {
    /// The full id: `/subscriptions/.../resourceGroups/.../providers/...`.
    #[serde(default)]
    pub id: String,
    /// The name, as it was spelled when the resource was made.
    #[serde(default)]
    pub name: String,
    /// The type, such as `Microsoft.DataLakeStore/accounts`.
    #[serde(default, rename = "type")]
    pub resource_type: String,
    /// The region, as the creator spelled it: `eastus2` or `East US 2`.
    #[serde(default)]
    pub location: String,
    /// The tags; `None` when none were ever set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
    /// The identity with which the resource itself signs in, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// What is particular to the type.
    #[serde(default)]
    pub properties: P,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl<P> TrackedResource<P> {
    /// The resource group, read out of the id; `None` when the id names none.
    #[must_use]
    pub fn resource_group(&self) -> Option<&str> {
        resource_group_of(&self.id)
    }
}

/// A resource below another one, such as a firewall rule or a role assignment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "P: Default + Deserialize<'de>"))]
#[non_exhaustive]
pub struct ChildResource<P> {
    /// The full id; empty in the answer to the account's creation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The name.
    #[serde(default)]
    pub name: String,
    /// The type, such as `Microsoft.DataLakeStore/accounts/firewallRules`; empty in the answer to the
    /// account's creation.
    #[serde(default, rename = "type", skip_serializing_if = "String::is_empty")]
    pub resource_type: String,
    /// What is particular to the type.
    #[serde(default)]
    pub properties: P,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl<P> ChildResource<P> {
    /// A child to be made together with its account.
    pub fn new(name: impl Into<String>, properties: P) -> Self {
        Self {
            id: String::new(),
            name: name.into(),
            resource_type: String::new(),
            properties,
            extra: Extra::new(),
        }
    }
}

/// The identity with which a resource itself signs in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Identity {
    /// Its kind.
    #[serde(rename = "type")]
    pub identity_type: IdentityType,
    /// Its object id; all zeros while the resource is being made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal_id: Option<String>,
    /// The tenant that it belongs to; all zeros while the resource is being made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Identity {
    /// The identity that the service makes for a resource.
    #[must_use]
    pub fn system_assigned() -> Self {
        Self {
            identity_type: IdentityType::SystemAssigned,
            principal_id: None,
            tenant_id: None,
            extra: Extra::new(),
        }
    }
}

/// The name after `/resourceGroups/` in an id. Services differ in the case of that segment.
pub(crate) fn resource_group_of(id: &str) -> Option<&str> {
    let mut segments = id.split('/');
    segments.find(|segment| segment.eq_ignore_ascii_case("resourceGroups"))?;
    segments.next().filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::resource_group_of;

    #[test]
    fn the_group_is_in_the_id() {
        assert_eq!(
            resource_group_of("/subscriptions/s/resourcegroups/My-G/providers/P"),
            Some("My-G")
        );
        assert_eq!(resource_group_of("/subscriptions/s"), None);
    }
}
