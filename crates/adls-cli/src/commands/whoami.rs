//! `adls whoami`.

use serde_json::json;

use crate::context::Context;
use crate::failure::Outcome;
use crate::printer::Column;

const COLUMNS: &[Column] = &[
    ("signed in as", "/name"),
    ("type", "/type"),
    ("tenant", "/tenantId"),
    ("object id", "/objectId"),
    ("application", "/clientId"),
    ("cloud", "/cloud"),
    ("authority", "/authority"),
    ("subscription", "/subscription"),
];

pub(crate) async fn run(context: &Context) -> Outcome {
    let endpoints = context.endpoints()?;
    let identity = context.identity()?;
    let account = identity.cached_account(&context.token_cache()).await?;
    let sign_in = &identity.sign_in;
    let kind = match &account {
        Some(_) => "user",
        None if sign_in.managed_identity => "managedIdentity",
        None if sign_in.azure_cli => "azureCli",
        None => "servicePrincipal",
    };
    let shape = json!({
        "name": sign_in.name(),
        "type": kind,
        "tenantId": sign_in.tenant,
        "objectId": account.and_then(|account| account.object_id),
        "clientId": sign_in.client_id,
        "cloud": endpoints.name,
        "authority": endpoints.authority.as_url().as_str(),
        "subscription": context.subscription().ok(),
    });
    context.printer.object(&shape, COLUMNS)
}
