//! What a resource group is, and what to send to make or change one.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::tags::tag_setters;
use crate::{Extra, ProvisioningState, Tags};

/// A resource group: what lives and dies together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct ResourceGroup {
    /// The full id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The type, `Microsoft.Resources/resourceGroups`; old versions of the service leave it out.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// The region where its own record is kept, in its short form: `eastus2`.
    pub location: String,
    /// The tags; `None` when none were ever set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
    /// The id of the resource that manages it, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_by: Option<String>,
    /// How it stands.
    pub properties: ResourceGroupProperties,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How a [`ResourceGroup`] stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct ResourceGroupProperties {
    /// `Succeeded`, or `Deleting` while it is being deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisioning_state: Option<ProvisioningState>,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A resource group to be made, or replaced.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ResourceGroupParameters {
    /// The region where its own record is kept; it cannot be changed later.
    pub location: String,
    /// The tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
    /// The id of the resource that manages it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_by: Option<String>,
}

tag_setters!(ResourceGroupParameters);
tag_setters!(ResourceGroupPatch);

impl ResourceGroupParameters {
    /// A group in a region such as `eastus2`.
    pub fn new(location: impl Into<String>) -> Self {
        Self { location: location.into(), tags: None, managed_by: None }
    }

    /// Sets the id of the resource that manages it.
    #[must_use]
    pub fn with_managed_by(mut self, id: impl Into<String>) -> Self {
        self.managed_by = Some(id.into());
        self
    }
}

/// Changes of a resource group. What is not set stays as it is; tags are replaced as a whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ResourceGroupPatch {
    /// All tags from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
    /// The id of the resource that manages it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_by: Option<String>,
}

impl ResourceGroupPatch {
    /// No change yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the id of the resource that manages it.
    #[must_use]
    pub fn with_managed_by(mut self, id: impl Into<String>) -> Self {
        self.managed_by = Some(id.into());
        self
    }
}

/// A template that would make what a group holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ExportedTemplate {
    /// The template.
    pub template: Value,
    /// Why some resources are missing from it, as the service puts it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}
