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
    let sign_in = context.sign_in(&endpoints)?;
    let credential = context.credential(&endpoints, endpoints.client_options()?).await?;
    let account = credential.account();
    let shape = json!({
        "name": sign_in.username.as_ref().unwrap_or(&sign_in.client_id),
        "type": if account.is_some() { "user" } else { "servicePrincipal" },
        "tenantId": sign_in.tenant,
        "objectId": account.and_then(|account| account.object_id),
        "clientId": sign_in.client_id,
        "cloud": endpoints.name,
        "authority": endpoints.authority.as_url().as_str(),
        "subscription": context.subscription(&endpoints).ok(),
    });
    context.print(context.printer.object(&shape, COLUMNS))
}
