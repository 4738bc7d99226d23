//! `POST .../token`: finds the grant and redeems it.

use adls_wire::aad::grant;
use http::Method;
use serde_json::Value;

use super::Aad;
use super::adfs::Saml;
use super::authority::Authority;
use super::error::{Refused, code};
use super::exchange::Exchange;
use super::grants::{
    authorization_code, client_credentials, device_code, on_behalf_of, password, refresh_token,
    saml_bearer,
};
use super::incoming::Incoming;
use super::version::Version;

/// Answers a request to the token endpoint of the tenant `segment`.
pub(super) fn redeem(
    aad: &Aad,
    incoming: &Incoming,
    version: Version,
    segment: &str,
) -> Result<Value, Refused> {
    incoming.only(&[Method::POST])?;
    let exchange = Exchange::read(aad, incoming, version, segment)?;
    if exchange.authority == Authority::Consumers {
        return Err(no_personal_accounts());
    }
    match exchange.params.require("grant_type")? {
        grant::AUTHORIZATION_CODE => authorization_code::redeem(&exchange),
        grant::JWT_BEARER => on_behalf_of::redeem(&exchange),
        grant::SAML11_BEARER => saml_bearer::redeem(&exchange, Saml::V11),
        grant::SAML20_BEARER => saml_bearer::redeem(&exchange, Saml::V20),
        grant::PASSWORD => password::redeem(&exchange),
        grant::CLIENT_CREDENTIALS => client_credentials::redeem(&exchange),
        grant::REFRESH_TOKEN => refresh_token::redeem(&exchange),
        grant::DEVICE_CODE | grant::DEVICE_CODE_V1 => device_code::redeem(&exchange),
        other => Err(Refused::new(
            code::UNSUPPORTED_GRANT_TYPE,
            format!("The app requested an unsupported grant type '{other}'."),
        )),
    }
}

/// The emulator's directory holds no personal accounts.
fn no_personal_accounts() -> Refused {
    Refused::new(
        code::GRANT_NOT_ON_COMMON,
        "The grant type is not supported over the /consumers endpoint. Please use the \
         /organizations or tenant-specific endpoint.",
    )
}
