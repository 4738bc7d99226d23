//! The accounts of a subscription.

use std::num::NonZeroU32;

use adls_http::Idempotency;
use adls_wire::arm::DATA_LAKE_STORE_ACCOUNT_TYPE;
use serde_json::json;

use super::account::Account;
use super::changes::{CreateAccount, UpdateAccount};
use super::{account_target, target};
use crate::connection::{RequestTarget, find};
use crate::scope::SubscriptionScope;
use crate::{NameAvailability, Pager, Poller, Result, names};

const GET: &str = "Accounts_Get";
const CREATE: &str = "Accounts_Create";
const UPDATE: &str = "Accounts_Update";
const DELETE: &str = "Accounts_Delete";

/// Makes, changes, finds and deletes accounts.
#[derive(Clone, Debug)]
pub struct AccountsClient {
    scope: SubscriptionScope,
}

/// Which accounts to list, and how. What is not set is left to the service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListAccounts {
    /// An OData filter.
    pub filter: Option<String>,
    /// How many at most.
    pub top: Option<NonZeroU32>,
    /// How many to pass over.
    pub skip: Option<NonZeroU32>,
    /// OData names of the properties that are wanted, comma-separated.
    pub select: Option<String>,
    /// OData names of properties to sort by, each with `asc` or `desc`, comma-separated.
    pub order_by: Option<String>,
    /// Whether the service counts the matches.
    pub count: Option<bool>,
}

impl AccountsClient {
    pub(crate) fn new(scope: SubscriptionScope) -> Self {
        Self { scope }
    }

    /// Starts to make an account. It takes half a minute or so.
    ///
    /// # Errors
    /// Names that break their rule; `ResourceGroupNotFound`; `MissingSubscriptionRegistration`; a name
    /// that is taken, by anyone: names are unique over all of Azure.
    pub async fn begin_create(
        &self,
        group: &str,
        account: &str,
        create: &CreateAccount,
    ) -> Result<Poller<Account>> {
        let target = account_target(&self.scope, group, account, "")?;
        let connection = &self.scope.connection;
        let create = connection.put(CREATE, &target, create)?;
        connection.begin_creation(create, connection.get(GET, &target)).await
    }

    /// Watches an account on which an operation has been started elsewhere, until it is done.
    ///
    /// # Errors
    /// Names that break their rule; `ResourceNotFound`.
    pub async fn watch(&self, group: &str, account: &str) -> Result<Poller<Account>> {
        let target = account_target(&self.scope, group, account, "")?;
        let connection = &self.scope.connection;
        connection.begin(connection.get(GET, &target)).await
    }

    /// Starts to change an account. The service is often done with its first answer.
    ///
    /// # Errors
    /// Names that break their rule; `ResourceNotFound`.
    pub async fn begin_update(
        &self,
        group: &str,
        account: &str,
        update: &UpdateAccount,
    ) -> Result<Poller<Account>> {
        let target = account_target(&self.scope, group, account, "")?;
        let connection = &self.scope.connection;
        connection.begin(connection.patch(UPDATE, &target, update)?).await
    }

    /// Starts to delete an account and all its data. That it is not there is no error.
    ///
    /// # Errors
    /// Names that break their rule.
    pub async fn begin_delete(&self, group: &str, account: &str) -> Result<Poller<()>> {
        let target = account_target(&self.scope, group, account, "")?;
        let connection = &self.scope.connection;
        connection.begin_removal(connection.delete(DELETE, &target)).await
    }

    /// Takes up a creation from its [`resume_token`](adls_http::Poller::resume_token).
    ///
    /// # Errors
    /// When the token is not one of a creation.
    pub fn resume_create(&self, token: &str) -> Result<Poller<Account>> {
        self.scope.connection.resume(CREATE, token)
    }

    /// Takes up a change from its [`resume_token`](adls_http::Poller::resume_token).
    ///
    /// # Errors
    /// When the token is not one of a change.
    pub fn resume_update(&self, token: &str) -> Result<Poller<Account>> {
        self.scope.connection.resume(UPDATE, token)
    }

    /// Takes up a deletion from its [`resume_token`](adls_http::Poller::resume_token).
    ///
    /// # Errors
    /// When the token is not one of a deletion.
    pub fn resume_delete(&self, token: &str) -> Result<Poller<()>> {
        self.scope.connection.resume_without_result(DELETE, token)
    }

    /// One account.
    ///
    /// # Errors
    /// Names that break their rule; `ResourceNotFound`: see
    /// [`is_not_found`](crate::Error::is_not_found).
    pub async fn get(&self, group: &str, account: &str) -> Result<Account> {
        let target = account_target(&self.scope, group, account, "")?;
        let connection = &self.scope.connection;
        connection.fetch(connection.get(GET, &target)).await
    }

    /// The accounts of the subscription, with their basic properties.
    #[must_use]
    pub fn list(&self) -> Pager<Account> {
        self.list_with(ListAccounts::default())
    }

    /// The same with options.
    #[must_use]
    pub fn list_with(&self, options: ListAccounts) -> Pager<Account> {
        let target = options.apply(target(&self.scope.subscription(), "accounts"));
        let connection = &self.scope.connection;
        connection.list(connection.get("Accounts_List", &target))
    }

    /// The accounts of a resource group, with their basic properties.
    ///
    /// # Errors
    /// A name that breaks its rule.
    pub fn list_by_resource_group(&self, group: &str) -> Result<Pager<Account>> {
        self.list_by_resource_group_with(group, ListAccounts::default())
    }

    /// The same with options.
    ///
    /// # Errors
    /// A name that breaks its rule.
    pub fn list_by_resource_group_with(
        &self,
        group: &str,
        options: ListAccounts,
    ) -> Result<Pager<Account>> {
        let target = options.apply(target(&self.scope.group(group)?, "accounts"));
        let connection = &self.scope.connection;
        Ok(connection.list(connection.get("Accounts_ListByResourceGroup", &target)))
    }

    /// The account of this name wherever it is in the subscription, with its basic properties;
    /// `None` when there is none. Its [`resource_group`](crate::TrackedResource::resource_group)
    /// leads on.
    ///
    /// # Errors
    /// A name that breaks its rule, and the errors of [`list`](Self::list).
    pub async fn find(&self, account: &str) -> Result<Option<Account>> {
        names::account(account)?;
        find(self.list(), |found| found.name.eq_ignore_ascii_case(account)).await
    }

    /// Puts the owner's key of an account to use, once the account's identity has access to the vault.
    ///
    /// # Errors
    /// Names that break their rule; `InvalidOperation` when the owner does not keep the key.
    pub async fn enable_key_vault(&self, group: &str, account: &str) -> Result<()> {
        let target = account_target(&self.scope, group, account, "/enableKeyVault")?;
        let connection = &self.scope.connection;
        let idempotency = Idempotency::Idempotent;
        connection.send(connection.post("Accounts_EnableKeyVault", &target, idempotency)).await
    }

    /// Whether `name` is free for a new account. It is the service that judges the name.
    ///
    /// # Errors
    /// A location that breaks its rule.
    pub async fn check_name_availability(
        &self,
        location: &str,
        name: &str,
    ) -> Result<NameAvailability> {
        let path = format!("locations/{}/checkNameAvailability", names::location(location)?);
        let target = target(&self.scope.subscription(), &path);
        let connection = &self.scope.connection;
        let request = connection.post("Accounts_CheckNameAvailability", &target, Idempotency::Safe);
        let body = json!({ "name": name, "type": DATA_LAKE_STORE_ACCOUNT_TYPE });
        connection.fetch(request.json(&body)).await
    }
}

impl ListAccounts {
    fn apply(self, target: RequestTarget) -> RequestTarget {
        target
            .option("$filter", self.filter.as_ref())
            .option("$top", self.top)
            .option("$skip", self.skip)
            .option("$select", self.select.as_ref())
            .option("$orderby", self.order_by.as_ref())
            .option("$count", self.count)
    }

    /// Sets an OData filter.
    #[must_use]
    pub fn with_filter(mut self, filter: impl Into<String>) -> Self {
        self.filter = Some(filter.into());
        self
    }

    /// Sets how many at most.
    #[must_use]
    pub fn with_top(mut self, top: NonZeroU32) -> Self {
        self.top = Some(top);
        self
    }

    /// Sets how many to pass over.
    #[must_use]
    pub fn with_skip(mut self, skip: NonZeroU32) -> Self {
        self.skip = Some(skip);
        self
    }

    /// Sets the properties that are wanted.
    #[must_use]
    pub fn with_select(mut self, select: impl Into<String>) -> Self {
        self.select = Some(select.into());
        self
    }

    /// Sets the properties to sort by.
    #[must_use]
    pub fn with_order_by(mut self, order_by: impl Into<String>) -> Self {
        self.order_by = Some(order_by.into());
        self
    }

    /// Sets whether the service counts the matches.
    #[must_use]
    pub fn with_count(mut self, count: bool) -> Self {
        self.count = Some(count);
        self
    }
}
