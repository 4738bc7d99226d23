//! `adls token`.

use std::time::SystemTime;

use adls_auth::jwt;
use adls_http::{AccessToken, TokenRequest};
use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::printer::Column;

/// Which token.
#[derive(Debug, Args)]
#[allow(rustdoc::bare_urls, reason = "shown as it is by --help")]
pub(crate) struct TokenArgs {
    /// For whom the token is: a resource such as https://datalake.azure.net/
    #[arg(long, value_name = "URL", conflicts_with = "scope")]
    pub(crate) resource: Option<String>,
    /// For whom the token is: a scope such as https://datalake.azure.net//.default
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Option<String>,
    /// Show what the token says instead of the token itself
    #[arg(long)]
    pub(crate) decode: bool,
}

/// The values of tab-separated output, in the order of `az account get-access-token`.
const COLUMNS: &[Column] = &[
    ("accessToken", "/accessToken"),
    ("expiresOn", "/expiresOn"),
    ("expires_on", "/expires_on"),
    ("subscription", "/subscription"),
    ("tenant", "/tenant"),
    ("tokenType", "/tokenType"),
];

pub(crate) async fn run(context: &Context, args: &TokenArgs) -> Outcome {
    if args.scope.as_ref().or(args.resource.as_ref()).is_some_and(|text| text.trim().is_empty()) {
        return Err(Failure::usage("it is not said for whom the token is")
            .hint("name a resource such as https://datalake.azure.net/"));
    }
    let scope = match (&args.scope, &args.resource) {
        (Some(scope), _) => scope.clone(),
        // A resource keeps its trailing slash, so that the token's audience does too.
        (None, Some(resource)) => format!("{resource}/.default"),
        (None, None) => context.endpoints()?.management_scope(),
    };
    let credential = context.credential().await?;
    let token = credential.get_token(&TokenRequest::new(scope)).await;
    let token = token.map_err(|error| match adls_auth::Error::find(&error) {
        // The scope is all that is asked for here.
        Some(refusal) => Failure::of_sign_in_arguments(refusal.clone()),
        None => Failure::from(error),
    })?;
    if args.decode {
        let decoded = jwt::decode_unverified(token.secret())?;
        let shape = json!({ "header": decoded.header, "claims": decoded.claims });
        return context.printer.json(&shape);
    }
    let tenant = context.identity()?.sign_in.tenant;
    let subscription = context.subscription().ok();
    let shape = to_az_json(&token, &tenant, subscription.as_deref());
    match context.printer.format() {
        crate::printer::Format::Tsv => context.printer.object(&shape, COLUMNS),
        _ => context.printer.json(&shape),
    }
}

/// The shape of `az account get-access-token`: `expiresOn` is local time without a zone, which other
/// tools parse; `expires_on` is the moment itself.
fn to_az_json(token: &AccessToken, tenant: &str, subscription: Option<&str>) -> Value {
    let expires = Timestamp::try_from(token.expires_on()).unwrap_or(Timestamp::UNIX_EPOCH);
    let local = expires.to_zoned(TimeZone::system());
    json!({
        "accessToken": token.secret(),
        "expiresOn": local.strftime("%Y-%m-%d %H:%M:%S%.6f").to_string(),
        "expires_on": unix_seconds(token.expires_on()),
        "subscription": subscription,
        "tenant": tenant,
        "tokenType": "Bearer",
    })
}

fn unix_seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
