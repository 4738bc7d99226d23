//! The resource groups of a subscription.

use std::num::NonZeroU32;

use adls_http::Idempotency;
use adls_wire::arm::RESOURCE_GROUP_API_VERSION;
use serde_json::json;

use super::group::{ExportedTemplate, ResourceGroup, ResourceGroupParameters, ResourceGroupPatch};
use crate::connection::RequestTarget;
use crate::scope::SubscriptionScope;
use crate::{Pager, Poller, Result};

const DELETE: &str = "ResourceGroups_Delete";
const EXPORT: &str = "ResourceGroups_ExportTemplate";
const MOVE: &str = "Resources_MoveResources";

/// Makes, changes, finds and deletes resource groups.
#[derive(Clone, Debug)]
pub struct ResourceGroupsClient {
    scope: SubscriptionScope,
}

/// Which resource groups to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListResourceGroups {
    /// An OData filter on tags: `tagName eq 'a' and tagValue eq 'b'`.
    pub filter: Option<String>,
    /// How many to a page.
    pub top: Option<NonZeroU32>,
}

impl ListResourceGroups {
    /// Sets an OData filter on tags.
    #[must_use]
    pub fn with_filter(mut self, filter: impl Into<String>) -> Self {
        self.filter = Some(filter.into());
        self
    }

    /// Sets how many to a page.
    #[must_use]
    pub fn with_top(mut self, top: NonZeroU32) -> Self {
        self.top = Some(top);
        self
    }
}

impl ResourceGroupsClient {
    pub(crate) fn new(scope: SubscriptionScope) -> Self {
        Self { scope }
    }

    /// Makes a group, or replaces the tags of the one of this name.
    ///
    /// # Errors
    /// A name that breaks its rule; `InvalidResourceGroupLocation` when the group is somewhere else.
    pub async fn create_or_update(
        &self,
        group: &str,
        parameters: &ResourceGroupParameters,
    ) -> Result<ResourceGroup> {
        let target = self.target(group, "")?;
        let connection = &self.scope.connection;
        let request = connection.put("ResourceGroups_CreateOrUpdate", &target, parameters)?;
        connection.fetch(request).await
    }

    /// One group.
    ///
    /// # Errors
    /// A name that breaks its rule; `ResourceGroupNotFound`: see
    /// [`is_not_found`](crate::Error::is_not_found).
    pub async fn get(&self, group: &str) -> Result<ResourceGroup> {
        let target = self.target(group, "")?;
        let connection = &self.scope.connection;
        connection.fetch(connection.get("ResourceGroups_Get", &target)).await
    }

    /// Whether there is a group of this name.
    ///
    /// # Errors
    /// A name that breaks its rule.
    pub async fn exists(&self, group: &str) -> Result<bool> {
        let target = self.target(group, "")?;
        let connection = &self.scope.connection;
        connection.exists(connection.head("ResourceGroups_CheckExistence", &target)).await
    }

    /// Changes a group.
    ///
    /// # Errors
    /// A name that breaks its rule; `ResourceGroupNotFound`.
    pub async fn update(&self, group: &str, patch: &ResourceGroupPatch) -> Result<ResourceGroup> {
        let target = self.target(group, "")?;
        let connection = &self.scope.connection;
        connection.fetch(connection.patch("ResourceGroups_Update", &target, patch)?).await
    }

    /// The groups of the subscription.
    #[must_use]
    pub fn list(&self) -> Pager<ResourceGroup> {
        self.list_with(ListResourceGroups::default())
    }

    /// The same with options.
    #[must_use]
    pub fn list_with(&self, options: ListResourceGroups) -> Pager<ResourceGroup> {
        let path = format!("{}/resourceGroups", self.scope.subscription());
        let target = RequestTarget::new(path, RESOURCE_GROUP_API_VERSION)
            .option("$filter", options.filter)
            .option("$top", options.top);
        let connection = &self.scope.connection;
        connection.list(connection.get("ResourceGroups_List", &target))
    }

    /// Starts to delete a group and everything in it. When the answer to a first try is lost and the second
    /// finds no group, that is the end of it.
    ///
    /// # Errors
    /// A name that breaks its rule; `ResourceGroupNotFound`.
    pub async fn begin_delete(&self, group: &str) -> Result<Poller<()>> {
        let target = self.target(group, "")?;
        let connection = &self.scope.connection;
        connection.begin_removal(connection.delete(DELETE, &target)).await
    }

    /// Takes up a deletion from its [`resume_token`](adls_http::Poller::resume_token).
    ///
    /// # Errors
    /// When the token is not one of a deletion.
    pub fn resume_delete(&self, token: &str) -> Result<Poller<()>> {
        self.scope.connection.resume_without_result(DELETE, token)
    }

    /// Starts to write a template that would make what the group holds: all of it, or the resources
    /// with these full ids.
    ///
    /// # Errors
    /// A name that breaks its rule; `ResourceGroupNotFound`.
    pub async fn begin_export_template(
        &self,
        group: &str,
        resources: &[&str],
    ) -> Result<Poller<ExportedTemplate>> {
        let target = self.target(group, "/exportTemplate")?;
        let connection = &self.scope.connection;
        let resources = if resources.is_empty() { &["*"] } else { resources };
        let request = connection
            .post(EXPORT, &target, Idempotency::Safe)
            .json(&json!({ "resources": resources }));
        connection.begin(request).await
    }

    /// Starts to move resources, given by their full ids, to the group with the full id
    /// `target_group`, which may be in another subscription. Both groups are locked meanwhile.
    ///
    /// # Errors
    /// A name that breaks its rule; `ResourceGroupNotFound`; what the resources' providers refuse.
    pub async fn begin_move_resources(
        &self,
        group: &str,
        resources: &[&str],
        target_group: &str,
    ) -> Result<Poller<()>> {
        let target = self.target(group, "/moveResources")?;
        let connection = &self.scope.connection;
        // Twice would find the resources gone and fail, or the groups locked.
        let request = connection
            .post(MOVE, &target, Idempotency::Unsafe)
            .json(&json!({ "resources": resources, "targetResourceGroup": target_group }));
        connection.begin_without_result(request).await
    }

    fn target(&self, group: &str, below: &str) -> Result<RequestTarget> {
        let path = format!("{}{below}", self.scope.group(group)?);
        Ok(RequestTarget::new(path, RESOURCE_GROUP_API_VERSION))
    }
}
