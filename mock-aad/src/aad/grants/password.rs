//! User name and password.

use serde_json::Value;

use crate::aad::authority::Authority;
use crate::aad::directory::PasswordFlow;
use crate::aad::error::{Refused, code};
use crate::aad::exchange::Exchange;
use crate::aad::policy::{self, RequestedClaims};
use crate::aad::tokens::UserGrant;
use crate::aad::version::Version;

/// Signs a user in with the password.
///
/// # Errors
/// AADSTS50034, 50126, 50053, 50055, 50057, 50076, 65001; 9001023 at `common` of the v2.0 endpoint.
pub(in crate::aad) fn redeem(exchange: &Exchange<'_>) -> Result<Value, Refused> {
    if exchange.version == Version::V2 && exchange.authority == Authority::Common {
        return Err(Refused::new(
            code::GRANT_NOT_ON_COMMON,
            "The grant type is not supported over the /common or /consumers endpoints. Please use \
             the /organizations or tenant-specific endpoint.",
        ));
    }
    let client = exchange.client()?;
    let username = exchange.params.require("username")?;
    let password = exchange.params.require("password")?;
    let asked = exchange.asked_or_default()?;
    let requested = RequestedClaims::read(&exchange.params)?;
    let now = exchange.aad.now();
    let user = exchange.aad.directory_mut().sign_in(
        username,
        password,
        PasswordFlow::TokenEndpoint,
        now,
    )?;
    exchange.user_tokens(&UserGrant {
        user,
        client,
        asked,
        methods: vec![policy::PASSWORD.to_owned()],
        requested,
        nonce: None,
    })
}
