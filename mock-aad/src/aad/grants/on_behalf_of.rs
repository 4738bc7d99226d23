//! An application that got a user's token, and now calls another service for that user.

use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::aad::claims::{ClientProof, Issuer};
use crate::aad::client::Client;
use crate::aad::directory::usable;
use crate::aad::error::{Refused, code};
use crate::aad::exchange::Exchange;
use crate::aad::policy::RequestedClaims;
use crate::aad::resource::Resource;
use crate::aad::tokens::UserGrant;
use crate::aad::verify::{SKEW, in_use};

/// What the user's token must say. The two generations name the user alike.
#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    tid: Uuid,
    oid: Uuid,
    exp: i64,
    nbf: i64,
    scp: Option<String>,
    #[serde(default)]
    amr: Vec<String>,
}

/// Exchanges a user's token for this application for one of another service.
///
/// # Errors
/// AADSTS50013 for an assertion that is not a user's token for this application, 500133 for one that
/// has ended, 7000218 without the application's credential, and those of the user and the policies.
pub(in crate::aad) fn redeem(exchange: &Exchange<'_>) -> Result<Value, Refused> {
    let assertion = exchange.params.require("assertion")?;
    match exchange.params.require("requested_token_use")? {
        "on_behalf_of" => {}
        other => {
            return Err(Refused::new(
                code::MALFORMED_REQUEST,
                format!("Invalid request. The requested_token_use '{other}' is not supported."),
            ));
        }
    }
    let client = exchange.client()?;
    if client.proof == ClientProof::Public {
        return Err(Refused::credential_missing());
    }
    let claims = check(exchange, &client, assertion)?;
    let user = exchange.aad.directory().user(claims.oid).cloned();
    let user = user.ok_or_else(|| refused("the user is not known"))?;
    usable(&user)?;
    let asked = exchange.asked_or_default()?;
    exchange.user_tokens(&UserGrant {
        user,
        client,
        asked,
        methods: claims.amr,
        requested: RequestedClaims::read(&exchange.params)?,
        nonce: None,
    })
}

fn check(exchange: &Exchange<'_>, client: &Client, assertion: &str) -> Result<Claims, Refused> {
    let claims: Claims =
        exchange.aad.signed_claims(assertion).map_err(|reason| refused(&reason))?;
    let tenant_id = exchange.aad.tenant_id();
    let issuers = [Issuer::v1(tenant_id), Issuer::v2(exchange.origin, tenant_id)];
    if claims.tid != tenant_id || !issuers.contains(&claims.iss) {
        return Err(refused("the issuer is wrong"));
    }
    let audience = Resource::find(&claims.aud, &exchange.aad.directory());
    if !audience.is_ok_and(|audience| audience.app_id == client.application.client_id) {
        return Err(refused("the audience is not the application that presents it"));
    }
    if claims.scp.is_none() {
        return Err(refused("it is not a user's"));
    }
    if exchange.now >= claims.exp.saturating_add(SKEW) {
        return Err(Refused::new(
            code::ASSERTION_EXPIRED,
            "Assertion is not within its valid time range. Ensure that the access token is not \
             expired before using it for user assertion, or request a new token.",
        ));
    }
    if !in_use(claims.nbf, exchange.now) {
        return Err(refused("it is not valid yet"));
    }
    Ok(claims)
}

fn refused(reason: &str) -> Refused {
    Refused::new(
        code::ASSERTION_INVALID,
        format!("Assertion failed signature validation. [Reason - {reason}.]"),
    )
}
