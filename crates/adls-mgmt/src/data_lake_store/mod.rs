//! The provider `Microsoft.DataLakeStore`: accounts, what belongs to them, and the service itself.

mod account;
mod accounts;
mod changes;
mod children;
mod kinds;
mod locations;
mod operations;

pub use account::{Account, AccountProperties, EncryptionConfig, KeyVaultMetaInfo};
pub use accounts::{AccountsClient, ListAccounts};
pub use changes::{
    CreateAccount, CreateAccountProperties, Encryption, UpdateAccount, UpdateAccountProperties,
};
pub use children::{ChildKind, ChildrenClient};
pub use kinds::{
    FirewallRule, FirewallRuleKind, FirewallRuleProperties, FirewallRulesClient, TrustedIdProvider,
    TrustedIdProviderKind, TrustedIdProviderProperties, TrustedIdProvidersClient,
    VirtualNetworkRule, VirtualNetworkRuleKind, VirtualNetworkRuleProperties,
    VirtualNetworkRulesClient,
};
pub use locations::{Capability, LocationsClient, Usage, UsageName};
pub use operations::{Operation, OperationDisplay, OperationsClient};

use adls_wire::arm::{DATA_LAKE_STORE_API_VERSION, DATA_LAKE_STORE_PROVIDER};

pub use crate::NameAvailability;

use crate::Result;
use crate::connection::RequestTarget;
use crate::names;
use crate::scope::SubscriptionScope;

/// Something of the provider below `parent`, which is a subscription, a group or nothing.
fn target(parent: &str, path: &str) -> RequestTarget {
    let path = format!("{parent}/providers/{DATA_LAKE_STORE_PROVIDER}/{path}");
    RequestTarget::new(path, DATA_LAKE_STORE_API_VERSION)
}

/// An account, or something below it: `below` is empty or starts with a slash.
fn account_target(
    scope: &SubscriptionScope,
    group: &str,
    account: &str,
    below: &str,
) -> Result<RequestTarget> {
    let account = names::account(account)?;
    Ok(target(&scope.group(group)?, &format!("accounts/{account}{below}")))
}

#[cfg(test)]
mod tests;
