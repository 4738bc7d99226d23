//! The ways to get tokens, one file each.

pub(crate) mod authorization_code;
pub(crate) mod azure_cli;
pub(crate) mod browser;
pub(crate) mod cached_account;
pub(crate) mod client_credentials;
pub(crate) mod device_code;
pub(crate) mod federation;
pub(crate) mod flow;
pub(crate) mod managed_identity;
pub(crate) mod on_behalf_of;
pub(crate) mod password;
pub(crate) mod refresh_token;
