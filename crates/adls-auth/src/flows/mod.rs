//! The ways to get tokens, one file each.

pub(crate) mod cached_account;
pub(crate) mod client_credentials;
pub(crate) mod device_code;
pub(crate) mod password;
pub(crate) mod refresh_token;
