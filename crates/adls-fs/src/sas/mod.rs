//! Shared access signatures (SAS) of Gen2 accounts: queries that let whoever has one do what they say,
//! until they expire.
//!
//! | made by | good for | signed with |
//! |---|---|---|
//! | [`AccountSas`] | the account and what is in it | an [`AccountKey`](adls_http::AccountKey) |
//! | [`ServiceSas`] | a file system, a directory or a file | an [`AccountKey`](adls_http::AccountKey) |
//! | [`UserDelegationSas`] | the same, and never more than a user may do | a [`UserDelegationKey`] of that user |
//!
//! Nothing is sent to make one: the service learns of it when it is used. It cannot be taken back alone;
//! a short life, a stored access policy ([`ServiceSas::by_policy`]) or a user's key
//! ([`UserDelegationSas`]) limit the harm of one that is lost.
//!
//! ```
//! use std::time::{Duration, SystemTime};
//!
//! use adls_fs::sas::{SasPermissions, SasResource, ServiceSas};
//! use adls_http::AccountKey;
//!
//! # let base64 = "czNjcmV0";
//! let key = AccountKey::new("mylake", base64)?;
//! let directory = SasResource::directory("raw", "/2026/day 1")?;
//! let an_hour_on = SystemTime::now() + Duration::from_secs(3600);
//! let sas = ServiceSas::new(directory, SasPermissions::READ | SasPermissions::LIST, an_hour_on)
//!     .sign(&key)?;
//! assert!(sas.secret().contains("sr=d&sdd=2&sp=rl"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The rules are those of [Create an account SAS][account], [a service SAS][service] and [a user
//! delegation SAS][user].
//!
//! [account]: https://learn.microsoft.com/rest/api/storageservices/create-account-sas
//! [service]: https://learn.microsoft.com/rest/api/storageservices/create-service-sas
//! [user]: https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas

mod account;
mod key;
mod key_cache;
mod parameters;
mod resource;
mod response_headers;
mod service;
mod time;
mod user_delegation;

#[cfg(test)]
mod tests;

pub use account::AccountSas;
pub use adls_wire::sas::{
    ParseSasError, SasIpRange, SasPermissions, SasProtocol, SasResourceTypes, SasVersion,
};
pub use key::{UserDelegationKey, fetch_user_delegation_key};
pub use key_cache::UserDelegationKeyCache;
pub use resource::SasResource;
pub use response_headers::SasResponseHeaders;
pub use service::ServiceSas;
pub use user_delegation::{SasAgent, UserDelegationSas};
