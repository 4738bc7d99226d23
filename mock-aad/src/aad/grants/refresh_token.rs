//! A refresh token, for the same or another resource.

use serde_json::Value;

use crate::aad::directory::{Application, usable};
use crate::aad::error::{Refused, code};
use crate::aad::exchange::Exchange;
use crate::aad::policy::RequestedClaims;
use crate::aad::resource::Asked;
use crate::aad::tokens::{
    REFRESH_TOKEN_LIFETIME, REFRESH_TOKEN_PREFIX, RefreshToken, UserGrant, is_well_formed,
};
use crate::aad::version::Version;

/// Continues a sign-in. The answer carries a new refresh token; the old one stays valid.
///
/// The v1 endpoint takes a request with nothing but the token, as the Java SDK sends it: client and
/// resource are then those that the token was issued for.
///
/// # Errors
/// AADSTS9002313 for what cannot be a refresh token, 70000 for one that is unknown or belongs to
/// another client, 700082 after 90 days without use, and those of the user and the policies.
pub(in crate::aad) fn redeem(exchange: &Exchange<'_>) -> Result<Value, Refused> {
    let token = exchange.params.require("refresh_token")?;
    if !is_well_formed(token, REFRESH_TOKEN_PREFIX) {
        return Err(Refused::unparseable_grant());
    }
    let record = exchange.aad.issued().refresh_tokens.get(token).cloned();
    let application = application(exchange, record.as_ref())?;
    let client = exchange.prove(application)?;
    let record = record.ok_or_else(Refused::unknown_grant)?;
    let shared = record.family && client.application.family;
    if client.application.client_id != record.client && !shared {
        return Err(wrong_client());
    }
    if exchange.now >= record.issued + REFRESH_TOKEN_LIFETIME {
        return Err(Refused::new(
            code::REFRESH_TOKEN_INACTIVE,
            "The refresh token has expired due to inactivity. It was inactive for 90.00:00:00.",
        ));
    }
    let user =
        exchange.aad.directory().user(record.user).cloned().ok_or_else(Refused::unknown_grant)?;
    usable(&user)?;
    if exchange.aad.directory().password_epoch(record.user) != record.password_epoch {
        return Err(Refused::new(
            code::GRANT_REVOKED,
            "The provided grant has expired due to it being revoked, a fresh auth token is needed. \
             The user might have changed or reset their password.",
        ));
    }
    let mut asked = match exchange.asked()? {
        Some(asked) => asked,
        None => again(exchange.version, &record),
    };
    // The old token was issued for offline access, so the new one is.
    asked.oidc.offline_access = true;
    exchange.user_tokens(&UserGrant {
        user,
        client,
        asked,
        methods: record.methods,
        requested: RequestedClaims::read(&exchange.params)?,
        nonce: None,
    })
}

/// What the request means that does not say what it asks for.
fn again(version: Version, record: &RefreshToken) -> Asked {
    let mut asked = record.asked.clone();
    asked.oidc.openid |= version == Version::V1;
    asked
}

fn application(
    exchange: &Exchange<'_>,
    record: Option<&RefreshToken>,
) -> Result<Application, Refused> {
    let directory = exchange.aad.directory();
    match (exchange.client_id(), exchange.version, record) {
        (Some(id), _, _) => directory.application(&id).cloned(),
        (None, Version::V1, Some(record)) => {
            directory.application(&record.client.to_string()).cloned()
        }
        (None, Version::V1, None) => Err(Refused::unknown_grant()),
        (None, Version::V2, _) => Err(exchange.params.missing("client_id")),
    }
}

/// msal stops trying the family's tokens when it reads `client_mismatch`.
fn wrong_client() -> Refused {
    Refused::new(
        code::INVALID_GRANT,
        "The provided grant was issued to another client and cannot be used by this one.",
    )
    .with("suberror", "client_mismatch")
    .with("error_additional_info", "client_mismatch")
}
