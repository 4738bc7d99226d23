//! Azure Resource Manager clients for Data Lake accounts of both generations, and what lies around them.
//!
//! A [`ManagementClient`] is made once, from an endpoint, a credential and a subscription; its
//! methods give cheap clients of one kind of resource each, which share connections, retries and
//! token:
//!
//! | client | manages |
//! |---|---|
//! | [`accounts`](ManagementClient::accounts) | Data Lake Store accounts |
//! | [`firewall_rules`](ManagementClient::firewall_rules), [`virtual_network_rules`](ManagementClient::virtual_network_rules), [`trusted_id_providers`](ManagementClient::trusted_id_providers) | what belongs to an account |
//! | [`storage_accounts`](ManagementClient::storage_accounts), [`blob_services`](ManagementClient::blob_services) | storage accounts, which with a hierarchical namespace are Data Lake Storage Gen2 |
//! | [`role_assignments`](ManagementClient::role_assignments), [`role_definitions`](ManagementClient::role_definitions) | who may do what |
//! | [`locations`](ManagementClient::locations), [`operations`](ManagementClient::operations) | what the service offers, and where |
//! | [`resource_groups`](ManagementClient::resource_groups), [`resources`](ManagementClient::resources), [`providers`](ManagementClient::providers) | what any resource needs |
//! | [`subscriptions`](ManagementClient::subscriptions) | what the caller may use |
//!
//! ```no_run
//! # async fn example(
//! #     credential: std::sync::Arc<dyn adls_mgmt::TokenCredential>,
//! # ) -> Result<(), Box<dyn std::error::Error>> {
//! use adls_mgmt::data_lake_store::CreateAccount;
//! use adls_mgmt::ManagementClient;
//!
//! let endpoint = "https://management.azure.com".parse()?;
//! let subscription = "00000000-0000-0000-0000-000000000000";
//! let client = ManagementClient::new(endpoint, credential, subscription)?;
//!
//! let account = CreateAccount::new("eastus2").with_tag("team", "sea");
//! let account = client.accounts().begin_create("lab", "ocean", &account).await?.wait().await?;
//! println!("{:?}", account.properties.endpoint);
//! for account in client.accounts().list().collect_all().await? {
//!     println!("{}", account.name);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! What takes long (`begin_*`) gives a [`Poller`], lists give a [`Pager`]. Models keep what they do
//! not know in `extra`, and words that they do not know as they are, so that reading and writing
//! back loses nothing.

pub mod authorization;
mod client;
mod connection;
pub mod data_lake_store;
mod error;
mod name_availability;
mod names;
mod options;
mod resource;
pub mod resources;
mod scope;
pub mod storage;
mod tags;
#[cfg(test)]
mod testing;
mod time;

pub use adls_http::{
    Credential, ErrorKind, Page, PollStatus, PollerOptions, SafeUrl, TokenCredential,
};
pub use adls_wire::arm::{
    AccountState, BlobDataRole, EncryptionConfigType, EncryptionProvisioningState, EncryptionState,
    FeatureState, IdentityType, KeyPermission, MinimumTlsVersion, OperationOrigin, PrincipalType,
    ProvisioningState, PublicNetworkAccess, RegistrationState, RoleType, ServiceState,
    StorageAccessTier, StorageAccountKind, StorageSkuName, SubscriptionState, Tier, UsageUnit,
};
pub use client::ManagementClient;
pub use error::{Error, Result};
pub use name_availability::NameAvailability;
pub use options::ManagementOptions;
pub use resource::{ChildResource, Extra, Identity, Tags, TrackedResource};
pub use secrecy::{ExposeSecret, SecretString};

/// A list as a stream of items, or page by page.
pub type Pager<T> = adls_http::Pager<T, Error>;

/// A long-running operation that has been started; dropping it leaves the operation running.
pub type Poller<T> = adls_http::Poller<T, Error>;
