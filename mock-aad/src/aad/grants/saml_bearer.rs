//! An assertion of the sign-in server of a federated domain.

use serde_json::Value;

use crate::aad::adfs::Saml;
use crate::aad::certificates::decode_base64;
use crate::aad::directory::usable;
use crate::aad::error::{Refused, code};
use crate::aad::exchange::Exchange;
use crate::aad::policy::{self, RequestedClaims};
use crate::aad::tokens::UserGrant;
use crate::aad::xml;

/// Signs a user in whom the federated server has signed in.
///
/// # Errors
/// AADSTS50008 for what is not an assertion of that server, or one that has ended, and those of the
/// user and the policies.
pub(in crate::aad) fn redeem(exchange: &Exchange<'_>, saml: Saml) -> Result<Value, Refused> {
    let client = exchange.client()?;
    let asked = exchange.asked_or_default()?;
    // adal sends base64, msal base64url without padding.
    let assertion = decode_base64(exchange.params.require("assertion")?);
    let assertion = assertion.and_then(|bytes| String::from_utf8(bytes).ok());
    let id = assertion.as_deref().and_then(|text| id(text, saml));
    let known = id.and_then(|id| exchange.aad.issued().assertions.get(&id).cloned());
    let known = known
        .filter(|known| known.saml == saml)
        .ok_or_else(|| refused("it is not one of a registered server"))?;
    if exchange.now >= known.expires {
        return Err(refused("it has expired"));
    }
    let user = exchange.aad.directory().user(known.user).cloned();
    let user = user.ok_or_else(|| refused("the user is not known"))?;
    usable(&user)?;
    exchange.user_tokens(&UserGrant {
        user,
        client,
        asked,
        methods: vec![policy::PASSWORD.to_owned()],
        requested: RequestedClaims::read(&exchange.params)?,
        nonce: None,
    })
}

fn id(text: &str, saml: Saml) -> Option<String> {
    let document = xml::parse(text)?;
    let root = document.root_element();
    let name = root.tag_name();
    (name.name() == "Assertion" && name.namespace() == Some(saml.namespace())).then_some(())?;
    root.attribute(saml.id_attribute()).map(str::to_owned)
}

fn refused(reason: &str) -> Refused {
    Refused::new(code::SAML_ASSERTION, format!("SAML token is invalid: {reason}."))
}
