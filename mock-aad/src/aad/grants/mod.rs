//! The grants of the token endpoint, one file each.

pub(super) mod authorization_code;
pub(super) mod client_credentials;
pub(super) mod device_code;
pub(super) mod on_behalf_of;
pub(super) mod password;
pub(super) mod refresh_token;
pub(super) mod saml_bearer;
