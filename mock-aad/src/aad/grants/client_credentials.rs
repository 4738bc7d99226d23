//! An application's own identity.

use serde_json::Value;

use crate::aad::claims::ClientProof;
use crate::aad::error::{Refused, code};
use crate::aad::exchange::Exchange;
use crate::aad::version::Version;

/// Signs an application in.
///
/// # Errors
/// AADSTS50059 where no tenant is named, 7000216 without a credential, 7000215 for a wrong one,
/// 1002012 for a scope that is not `<resource>/.default`.
pub(in crate::aad) fn redeem(exchange: &Exchange<'_>) -> Result<Value, Refused> {
    if !exchange.authority.names_a_tenant() {
        return Err(Refused::new(
            code::NO_TENANT,
            "No tenant-identifying information found in either the request or implied by any \
             provided credentials.",
        ));
    }
    let client = match exchange.client() {
        Ok(client) if client.proof == ClientProof::Public => return Err(credential_required()),
        Err(refused) if refused.code() == code::CLIENT_SECRET_OR_ASSERTION_REQUIRED => {
            return Err(credential_required());
        }
        other => other?,
    };
    let asked = exchange.asked_or_default()?;
    let asked = match exchange.version {
        Version::V1 => asked,
        Version::V2 => asked.only_default(exchange.params.require("scope")?)?,
    };
    exchange.application_tokens(&client, &asked)
}

fn credential_required() -> Refused {
    Refused::new(
        code::APPLICATION_CREDENTIAL_REQUIRED,
        "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' \
         grant type.",
    )
}
