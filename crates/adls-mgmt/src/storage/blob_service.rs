//! The blob service of a storage account, above all how long it keeps what was deleted. From
//! <https://learn.microsoft.com/rest/api/storagerp/blob-services>.

use serde::{Deserialize, Serialize};

use super::account_target;
use crate::connection::RequestTarget;
use crate::scope::SubscriptionScope;
use crate::{ChildResource, Extra, Result};

/// The blob service of a storage account.
pub type BlobService = ChildResource<BlobServiceProperties>;

/// What the blob service of an account is set to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct BlobServiceProperties {
    /// How long files and blobs that were deleted can be brought back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete_retention_policy: Option<DeleteRetentionPolicy>,
    /// The same for containers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container_delete_retention_policy: Option<DeleteRetentionPolicy>,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How long what was deleted can be brought back, which is called soft delete.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct DeleteRetentionPolicy {
    /// Whether it can be at all.
    pub enabled: bool,
    /// For how many days, 1 to 365; missing when it cannot be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl DeleteRetentionPolicy {
    /// What was deleted can be brought back for some days, 1 to 365.
    #[must_use]
    pub fn days(days: u32) -> Self {
        Self { enabled: true, days: Some(days), extra: Extra::new() }
    }

    /// What was deleted is gone.
    #[must_use]
    pub fn disabled() -> Self {
        Self::default()
    }
}

impl BlobServiceProperties {
    /// Sets how long files and blobs that were deleted can be brought back.
    #[must_use]
    pub fn with_delete_retention(mut self, policy: DeleteRetentionPolicy) -> Self {
        self.delete_retention_policy = Some(policy);
        self
    }

    /// Sets how long containers that were deleted can be brought back.
    #[must_use]
    pub fn with_container_delete_retention(mut self, policy: DeleteRetentionPolicy) -> Self {
        self.container_delete_retention_policy = Some(policy);
        self
    }
}

/// Shows and changes what the blob services of accounts are set to.
#[derive(Clone, Debug)]
pub struct BlobServicesClient {
    scope: SubscriptionScope,
}

#[derive(Serialize)]
struct Body<'a> {
    properties: &'a BlobServiceProperties,
}

impl BlobServicesClient {
    pub(crate) fn new(scope: SubscriptionScope) -> Self {
        Self { scope }
    }

    /// What the blob service of an account is set to.
    ///
    /// # Errors
    /// Names that break their rule; `ResourceNotFound` when the account is not there; an account of a
    /// kind without a blob service.
    pub async fn get(&self, group: &str, account: &str) -> Result<BlobService> {
        let target = self.target(group, account)?;
        let connection = &self.scope.connection;
        connection.fetch(connection.get("BlobServices_GetServiceProperties", &target)).await
    }

    /// Sets what is given. Whether the rest stays is not documented, so change what
    /// [`get`](Self::get) has given, and give all of it.
    ///
    /// # Errors
    /// Names that break their rule; days that are not 1 to 365.
    pub async fn set(
        &self,
        group: &str,
        account: &str,
        properties: &BlobServiceProperties,
    ) -> Result<BlobService> {
        let target = self.target(group, account)?;
        let connection = &self.scope.connection;
        let request =
            connection.put("BlobServices_SetServiceProperties", &target, &Body { properties })?;
        connection.fetch(request).await
    }

    fn target(&self, group: &str, account: &str) -> Result<RequestTarget> {
        account_target(&self.scope, group, account, "/blobServices/default")
    }
}
