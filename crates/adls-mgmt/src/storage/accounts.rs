//! The storage accounts of a subscription.

use adls_http::Idempotency;
use adls_wire::arm::STORAGE_ACCOUNT_TYPE;
use serde_json::json;

use super::account::StorageAccount;
use super::changes::{CreateStorageAccount, UpdateStorageAccount};
use super::keys::{AccountKey, AccountKeyName, KeysBody};
use super::{account_target, target};
use crate::connection::find;
use crate::scope::SubscriptionScope;
use crate::{NameAvailability, Pager, Poller, Result, names};

const GET: &str = "StorageAccounts_GetProperties";
const CREATE: &str = "StorageAccounts_Create";

/// Makes, changes, finds and deletes storage accounts, and manages their keys.
#[derive(Clone, Debug)]
pub struct StorageAccountsClient {
    scope: SubscriptionScope,
}

impl StorageAccountsClient {
    pub(crate) fn new(scope: SubscriptionScope) -> Self {
        Self { scope }
    }

    /// The id of an account, which is also the scope at which roles are given on it. Nothing is sent.
    ///
    /// # Errors
    /// Names that break their rule.
    pub fn id(&self, group: &str, account: &str) -> Result<String> {
        names::group(group)?;
        names::storage_account(account)?;
        let subscription = self.scope.subscription();
        Ok(format!(
            "{subscription}/resourceGroups/{group}/providers/{STORAGE_ACCOUNT_TYPE}/{account}"
        ))
    }

    /// The id of a container, which Data Lake Storage calls a file system; also the scope at which roles
    /// are given on it alone. Nothing is sent.
    ///
    /// # Errors
    /// Names that break their rule.
    pub fn container_id(&self, group: &str, account: &str, container: &str) -> Result<String> {
        names::container(container)?;
        let account = self.id(group, account)?;
        Ok(format!("{account}/blobServices/default/containers/{container}"))
    }

    /// Starts to make an account. It takes half a minute or so.
    ///
    /// Of an account that is there already, in this group, the service changes what is given and leaves
    /// the rest.
    ///
    /// # Errors
    /// Names that break their rule; `ResourceGroupNotFound`; `MissingSubscriptionRegistration`;
    /// `StorageAccountAlreadyTaken`: names are unique over all of Azure.
    pub async fn begin_create(
        &self,
        group: &str,
        account: &str,
        create: &CreateStorageAccount,
    ) -> Result<Poller<StorageAccount>> {
        let target = account_target(&self.scope, group, account, "")?;
        let connection = &self.scope.connection;
        let create = connection.put(CREATE, &target, create)?;
        connection.begin_creation(create, connection.get(GET, &target)).await
    }

    /// Takes up a creation from its [`resume_token`](adls_http::Poller::resume_token).
    ///
    /// # Errors
    /// When the token is not one of a creation.
    pub fn resume_create(&self, token: &str) -> Result<Poller<StorageAccount>> {
        self.scope.connection.resume(CREATE, token)
    }

    /// Changes an account. The service is done with its answer.
    ///
    /// # Errors
    /// Names that break their rule; `ResourceNotFound`; `StorageAccountOperationInProgress` while it is
    /// being made.
    pub async fn update(
        &self,
        group: &str,
        account: &str,
        update: &UpdateStorageAccount,
    ) -> Result<StorageAccount> {
        let target = account_target(&self.scope, group, account, "")?;
        let connection = &self.scope.connection;
        connection.fetch(connection.patch("StorageAccounts_Update", &target, update)?).await
    }

    /// Deletes an account and all its data. The service is done with its answer. That it is not there is
    /// no error.
    ///
    /// # Errors
    /// Names that break their rule; `ScopeLocked` when somebody has locked it.
    pub async fn delete(&self, group: &str, account: &str) -> Result<()> {
        let target = account_target(&self.scope, group, account, "")?;
        let connection = &self.scope.connection;
        let request = connection.delete("StorageAccounts_Delete", &target);
        connection.begin_removal(request).await?.wait().await
    }

    /// One account.
    ///
    /// # Errors
    /// Names that break their rule; `ResourceNotFound`: see
    /// [`is_not_found`](crate::Error::is_not_found).
    pub async fn get(&self, group: &str, account: &str) -> Result<StorageAccount> {
        let target = account_target(&self.scope, group, account, "")?;
        let connection = &self.scope.connection;
        connection.fetch(connection.get(GET, &target)).await
    }

    /// The storage accounts of the subscription, with a hierarchical namespace or not.
    #[must_use]
    pub fn list(&self) -> Pager<StorageAccount> {
        let target = target(&self.scope.subscription(), "storageAccounts");
        let connection = &self.scope.connection;
        connection.list(connection.get("StorageAccounts_List", &target))
    }

    /// The storage accounts of a resource group.
    ///
    /// # Errors
    /// A name that breaks its rule.
    pub fn list_by_resource_group(&self, group: &str) -> Result<Pager<StorageAccount>> {
        let target = target(&self.scope.group(group)?, "storageAccounts");
        let connection = &self.scope.connection;
        Ok(connection.list(connection.get("StorageAccounts_ListByResourceGroup", &target)))
    }

    /// The account of this name wherever it is in the subscription; `None` when there is none. Its
    /// [`resource_group`](StorageAccount::resource_group) leads on.
    ///
    /// # Errors
    /// A name that breaks its rule, and the errors of [`list`](Self::list).
    pub async fn find(&self, account: &str) -> Result<Option<StorageAccount>> {
        names::storage_account(account)?;
        find(self.list(), |found| found.name.eq_ignore_ascii_case(account)).await
    }

    /// Whether `name` is free for a new account, anywhere in Azure. It is the service that judges it.
    ///
    /// # Errors
    /// `MissingSubscriptionRegistration` when the subscription has not registered the provider.
    pub async fn check_name_availability(&self, name: &str) -> Result<NameAvailability> {
        let target = target(&self.scope.subscription(), "checkNameAvailability");
        let connection = &self.scope.connection;
        let operation = "StorageAccounts_CheckNameAvailability";
        let request = connection.post(operation, &target, Idempotency::Safe);
        connection.fetch(request.json(&json!({ "name": name, "type": STORAGE_ACCOUNT_TYPE }))).await
    }

    /// The keys of an account.
    ///
    /// # Errors
    /// Names that break their rule; `ResourceNotFound`; a caller without a role that allows
    /// `listKeys/action`, which readers have not.
    pub async fn list_keys(&self, group: &str, account: &str) -> Result<Vec<AccountKey>> {
        let target = account_target(&self.scope, group, account, "/listKeys")?;
        let connection = &self.scope.connection;
        let request = connection.post("StorageAccounts_ListKeys", &target, Idempotency::Safe);
        Ok(connection.fetch_secret::<KeysBody>(request).await?.into())
    }

    /// Replaces a key of an account by a new one, and gives all keys. The old one opens nothing any more,
    /// and neither does what was signed with it.
    ///
    /// When the answer is lost this is an error, since a second try would replace the key once more: the
    /// keys that are in force are those of [`list_keys`](Self::list_keys).
    ///
    /// # Errors
    /// Names that break their rule; `ResourceNotFound`; a caller without a role that allows it.
    pub async fn regenerate_key(
        &self,
        group: &str,
        account: &str,
        key: AccountKeyName,
    ) -> Result<Vec<AccountKey>> {
        let target = account_target(&self.scope, group, account, "/regenerateKey")?;
        let connection = &self.scope.connection;
        let request =
            connection.post("StorageAccounts_RegenerateKey", &target, Idempotency::Unsafe);
        let request = request.json(&json!({ "keyName": key.as_str() }));
        Ok(connection.fetch_secret::<KeysBody>(request).await?.into())
    }
}
