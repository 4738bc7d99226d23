//! Data Lake Store accounts among the kinds of accounts.

use adls_mgmt::data_lake_store::Account;
use adls_mgmt::{ManagementClient, Pager, ProvisioningState, Result};

use crate::commands::management::AccountKind;
use crate::context::Context;
use crate::failure::Outcome;

/// The kind of Data Lake Store accounts.
pub(super) enum DataLakeStore {}

impl AccountKind for DataLakeStore {
    type Account = Account;
    const NAME: &'static str = "account";
    const COMMAND: &'static str = "account";

    fn named_or_default(context: &Context, given: Option<&str>) -> Outcome<String> {
        context.account(given)
    }

    fn named(context: &Context, given: Option<&str>) -> Outcome<String> {
        context.named_account(given)
    }

    fn list(client: &ManagementClient, group: Option<&str>) -> Result<Pager<Account>> {
        match group {
            Some(group) => client.accounts().list_by_resource_group(group),
            None => Ok(client.accounts().list()),
        }
    }

    async fn get(client: &ManagementClient, group: &str, name: &str) -> Result<Account> {
        client.accounts().get(group, name).await
    }

    async fn find(client: &ManagementClient, name: &str) -> Result<Option<Account>> {
        client.accounts().find(name).await
    }

    fn resource_group(account: &Account) -> Option<&str> {
        account.resource_group()
    }

    fn provisioning_state(account: &Account) -> Option<&ProvisioningState> {
        account.properties.provisioning_state.as_ref()
    }
}
