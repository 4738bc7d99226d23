//! Applications that prove who they are with a signed token (RFC 7523): their own, signed with the key
//! of a registered certificate, or one of an issuer that they have registered.

use adls_wire::aad::CLIENT_ASSERTION_TYPE;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::Deserialize;
use serde_json::Value;

use super::certificates::{Certificate, decode_base64};
use super::claims::Issuer;
use super::directory::Application;
use super::error::{Refused, code};
use super::exchange::Exchange;

/// Seconds that clocks may differ.
const SKEW: f64 = 300.0;

/// What an assertion says, before anything is checked. Times may have a fraction (RFC 7519), and
/// msal's have one.
#[derive(Debug, Deserialize)]
struct Claims {
    iss: Option<String>,
    sub: Option<String>,
    #[serde(default)]
    aud: Value,
    exp: Option<f64>,
    nbf: Option<f64>,
}

/// An assertion that can be read; nothing about it is proven.
struct UnverifiedAssertion<'a> {
    text: &'a str,
    header: Header,
    claims: Claims,
}

/// Whom an assertion says it stands for; clients may leave out `client_id` then (RFC 7521).
pub(super) fn subject(assertion: &str) -> Option<String> {
    read(assertion).ok()?.claims.sub
}

/// Checks that `assertion` proves `application`.
///
/// # Errors
/// AADSTS700027 for a wrong key or signature, 700024 outside its time, 50012 for another audience,
/// 700021 for a subject that is not its issuer, 70021x for an issuer that is not registered so.
pub(super) fn check(
    exchange: &Exchange<'_>,
    application: &Application,
    assertion: &str,
) -> Result<(), Refused> {
    let kind = exchange.params.require("client_assertion_type")?;
    if kind != CLIENT_ASSERTION_TYPE {
        return Err(Refused::new(
            code::MALFORMED_REQUEST,
            format!(
                "Invalid request. The value '{kind}' of 'client_assertion_type' is not supported."
            ),
        ));
    }
    let unproven = read(assertion)?;
    let own_id = application.client_id.to_string();
    let is_own = |claim: &Option<String>| {
        claim.as_ref().is_some_and(|value| value.eq_ignore_ascii_case(&own_id))
    };
    if !is_own(&unproven.claims.iss) {
        return federated(exchange, application, &unproven);
    }
    if !is_own(&unproven.claims.sub) {
        return Err(Refused::new(
            code::ASSERTION_SUBJECT,
            "Client assertion application identifier doesn't match 'client_id' parameter.",
        ));
    }
    signed_with_certificate(application, &unproven, exchange.now)?;
    in_time(&unproven.claims, exchange.now)?;
    if audiences(&unproven.claims).any(|audience| is_this_authority(exchange, audience)) {
        return Ok(());
    }
    Err(Refused::new(
        code::ASSERTION_AUDIENCE,
        "The audience in the client assertion is not the token endpoint that it was sent to.",
    ))
}

fn read(assertion: &str) -> Result<UnverifiedAssertion<'_>, Refused> {
    let malformed = || signature_refused("The assertion is not a signed JSON web token.");
    Ok(UnverifiedAssertion {
        text: assertion,
        header: jsonwebtoken::decode_header(assertion).map_err(|_| malformed())?,
        claims: jsonwebtoken::dangerous::insecure_decode_claims(assertion)
            .map_err(|_| malformed())?,
    })
}

fn signed_with_certificate(
    application: &Application,
    unproven: &UnverifiedAssertion<'_>,
    now: i64,
) -> Result<(), Refused> {
    let Header { x5t, x5t_s256, .. } = &unproven.header;
    let thumbprint = x5t_s256.as_ref().or(x5t.as_ref()).and_then(|text| decode_base64(text));
    let known = application.certificates.iter().filter_map(|pem| Certificate::from_pem(pem).ok());
    let found = thumbprint.as_ref().and_then(|thumbprint| {
        known.into_iter().find(|certificate| certificate.has_thumbprint(thumbprint))
    });
    let Some(certificate) = found else {
        return Err(signature_refused(&format!(
            "Reason - The key was not found., Thumbprint of key used by client: '{}'",
            hex(thumbprint.as_deref().unwrap_or_default())
        )));
    };
    if now >= certificate.not_after {
        return Err(signature_refused("Reason - The key used is expired."));
    }
    signed(unproven, certificate.key(), &[Algorithm::RS256, Algorithm::PS256])
}

/// A foreign token, presented as the application's own credential.
fn federated(
    exchange: &Exchange<'_>,
    application: &Application,
    unproven: &UnverifiedAssertion<'_>,
) -> Result<(), Refused> {
    let claims = &unproven.claims;
    let issuer = claims.iss.as_deref().unwrap_or_default();
    let subject = claims.sub.as_deref().unwrap_or_default();
    let refuse = |number, what: &str| {
        Err(Refused::new(
            number,
            format!(
                "No matching federated identity record found for presented assertion {what}. \
                 Assertion Issuer: '{issuer}'. Assertion Subject: '{subject}'. Assertion Audience: \
                 '{}'.",
                audiences(claims).collect::<Vec<_>>().join(", ")
            ),
        ))
    };
    let registered = &application.federated_credentials;
    let of_issuer: Vec<_> = registered.iter().filter(|known| known.issuer == issuer).collect();
    if of_issuer.is_empty() {
        return refuse(code::FEDERATED_ISSUER, "issuer");
    }
    let Some(credential) = of_issuer.iter().find(|known| known.subject == subject) else {
        return refuse(code::FEDERATED_SUBJECT, "subject");
    };
    if !audiences(claims).any(|audience| audience == credential.audience) {
        return refuse(code::FEDERATED_AUDIENCE, "audience");
    }
    if credential.certificate.is_empty() {
        let kid = unproven.header.kid.as_deref().unwrap_or_default();
        let key = exchange.aad.keys.public(kid);
        let key = key.ok_or_else(|| signature_refused("Reason - The key was not found."))?;
        signed(unproven, key, &[Algorithm::RS256])?;
    } else {
        let certificate = Certificate::from_pem(&credential.certificate)
            .map_err(|error| Refused::internal(&format!("the registered certificate {error}")))?;
        signed(unproven, certificate.key(), &[Algorithm::RS256])?;
    }
    in_time(claims, exchange.now)
}

fn signed(
    unproven: &UnverifiedAssertion<'_>,
    key: &DecodingKey,
    algorithms: &[Algorithm],
) -> Result<(), Refused> {
    let algorithm = unproven.header.alg;
    if !algorithms.contains(&algorithm) {
        return Err(signature_refused(&format!(
            "Reason - The algorithm '{algorithm:?}' is not supported."
        )));
    }
    let mut validation = Validation::new(algorithm);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    jsonwebtoken::decode::<Value>(unproven.text, key, &validation).map(drop).map_err(|_| {
        signature_refused(
            "Reason - The key was found, but use of the key to verify the signature failed.",
        )
    })
}

fn in_time(claims: &Claims, now: i64) -> Result<(), Refused> {
    let seconds = now as f64;
    let started = claims.nbf.is_none_or(|start| seconds >= start - SKEW);
    match claims.exp {
        Some(end) if started && seconds < end + SKEW => Ok(()),
        end => Err(Refused::new(
            code::ASSERTION_TIME,
            format!(
                "Client assertion is not within its valid time range. Current time: {now}, \
                 assertion valid from {}, expiry time of assertion {}.",
                claims.nbf.map_or_else(|| "-".to_owned(), |start| start.to_string()),
                end.map_or_else(|| "-".to_owned(), |end| end.to_string()),
            ),
        )),
    }
}

/// `aud`, which may be one text or several.
fn audiences(claims: &Claims) -> impl Iterator<Item = &str> {
    let several = claims.aud.as_array().into_iter().flatten();
    several.chain([&claims.aud]).filter_map(Value::as_str)
}

/// Whether `audience` is a token endpoint of the tenant, its authority, or its issuer.
fn is_this_authority(exchange: &Exchange<'_>, audience: &str) -> bool {
    let (tenant_id, domain) = {
        let directory = exchange.aad.directory();
        (directory.tenant_id(), directory.domain().to_owned())
    };
    let audience = audience.trim_end_matches('/').to_ascii_lowercase();
    if audience == Issuer::v1(tenant_id).trim_end_matches('/') {
        return true;
    }
    let origin = exchange.origin.to_ascii_lowercase();
    let Some(path) = audience.strip_prefix(&origin).and_then(|rest| rest.strip_prefix('/')) else {
        return false;
    };
    let (tenant, rest) = path.split_once('/').unwrap_or((path, ""));
    let known = [tenant_id.to_string(), domain.to_ascii_lowercase(), exchange.segment()];
    known.iter().any(|name| name == tenant)
        && matches!(rest, "" | "v2.0" | "oauth2/token" | "oauth2/v2.0/token")
}

fn signature_refused(reason: &str) -> Refused {
    Refused::new(
        code::ASSERTION_SIGNATURE,
        format!("Client assertion failed signature validation. [{reason}]"),
    )
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}
