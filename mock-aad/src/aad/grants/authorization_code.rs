//! A code that a browser brought back from the authorization endpoint.

use serde_json::Value;

use crate::aad::client::Client;
use crate::aad::directory::usable;
use crate::aad::error::{Refused, code};
use crate::aad::exchange::Exchange;
use crate::aad::policy::RequestedClaims;
use crate::aad::signin::{AuthorizationCode, CODE_PREFIX};
use crate::aad::tokens::{UserGrant, is_well_formed};

/// Exchanges a code, once.
///
/// # Errors
/// AADSTS9002313 for what cannot be a code, 70000 for one that is unknown or another client's, 54005
/// for one that was used, 70008 after ten minutes, 500112 for another redirect URI, 501481 when the
/// verifier does not match.
pub(in crate::aad) fn redeem(exchange: &Exchange<'_>) -> Result<Value, Refused> {
    let text = exchange.params.require("code")?;
    if !is_well_formed(text, CODE_PREFIX) {
        return Err(Refused::unparseable_grant());
    }
    let redirect_uri = exchange.params.require("redirect_uri")?;
    let client = exchange.client()?;
    let record = take(exchange, &client, text, redirect_uri)?;
    let user = exchange.aad.directory().user(record.user).cloned();
    let user = user.ok_or_else(Refused::unknown_grant)?;
    usable(&user)?;
    let asked = exchange.asked()?.unwrap_or(record.asked);
    exchange.user_tokens(&UserGrant {
        user,
        client,
        asked,
        methods: record.methods,
        requested: RequestedClaims::read(&exchange.params)?.and(&record.requested),
        nonce: record.nonce,
    })
}

/// Checks the code and marks it as used.
fn take(
    exchange: &Exchange<'_>,
    client: &Client,
    text: &str,
    redirect_uri: &str,
) -> Result<AuthorizationCode, Refused> {
    let mut issued = exchange.aad.issued();
    let code = issued.authorization_codes.get_mut(text).ok_or_else(Refused::unknown_grant)?;
    if code.client != client.application.client_id {
        return Err(Refused::unknown_grant());
    }
    if code.redeemed {
        return Err(Refused::new(
            code::CODE_REDEEMED,
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code or \
             use an existing refresh token.",
        ));
    }
    if exchange.now >= code.expires {
        return Err(Refused::new(
            code::GRANT_EXPIRED,
            "The provided authorization code or refresh token has expired due to inactivity. Send a \
             new interactive authorization request for this user and resource.",
        ));
    }
    if code.redirect_uri != redirect_uri {
        return Err(Refused::new(
            code::REDIRECT_URI_CHANGED,
            format!(
                "The reply address '{redirect_uri}' does not match the reply address '{}' provided \
                 when requesting Authorization code.",
                code.redirect_uri
            ),
        ));
    }
    check_verifier(code, exchange.params.get("code_verifier"))?;
    code.redeemed = true;
    Ok(code.clone())
}

fn check_verifier(code: &AuthorizationCode, verifier: Option<&str>) -> Result<(), Refused> {
    let met = match (&code.challenge, verifier) {
        (Some(challenge), Some(verifier)) => challenge.is_met(verifier),
        (None, None) => true,
        _ => false,
    };
    if met {
        return Ok(());
    }
    Err(Refused::new(
        code::VERIFIER_MISMATCH,
        "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
    ))
}
