//! Who may do what: tokens, the challenge of a 401, the roles that an action needs.

use http::{Method, StatusCode};
use uuid::Uuid;

use crate::aad::{Aad, Audience, Caller, Refusal};
use crate::call::Call;
use crate::routes::segments;
use crate::seed::Seed;

use super::errors::ArmError;
use super::state::State;

/// The caller of a request, or the 401 that tells where to get a token.
pub(super) fn authenticate(aad: &Aad, seed: &Seed, call: &Call) -> Result<Caller, ArmError> {
    aad.verify(&call.headers, Audience::Management).map_err(|refusal| {
        let (code, message) = refusal_text(&refusal, seed.tenant_id);
        let authority = authority(&call.origin);
        let tenant = seed.tenant_id;
        // Clients call without a token to learn the tenant of a subscription from this header.
        let challenge = format!(
            "Bearer authorization_uri=\"{authority}/{tenant}\", error=\"invalid_token\", \
             error_description=\"{}\"",
            message.replace('"', "'")
        );
        let error = ArmError::gateway(StatusCode::UNAUTHORIZED, code, message);
        ArmError { challenge: Some(challenge), ..error }
    })
}

/// Where the caller signs in: beside a service that is reached under its own name, at the
/// emulator itself otherwise.
pub(super) fn authority(origin: &str) -> &str {
    if origin.contains("://management.") { "https://login.windows.net" } else { origin }
}

fn refusal_text(refusal: &Refusal, tenant: Uuid) -> (&'static str, String) {
    match refusal {
        Refusal::Missing => (
            "AuthenticationFailed",
            "Authentication failed. The 'Authorization' header is missing.".to_owned(),
        ),
        Refusal::Malformed => (
            "AuthenticationFailedInvalidHeader",
            "Authentication failed. The 'Authorization' header is provided in an invalid format."
                .to_owned(),
        ),
        Refusal::Invalid(why) => {
            ("InvalidAuthenticationToken", format!("The access token is invalid: {why}."))
        }
        Refusal::Expired => (
            "ExpiredAuthenticationToken",
            "The access token has expired; get a new one.".to_owned(),
        ),
        Refusal::WrongTenant { issuer } => (
            "InvalidAuthenticationTokenTenant",
            format!(
                "The access token is from the wrong issuer '{issuer}'. It must match the tenant \
                 'https://sts.windows.net/{tenant}/' associated with this subscription. Please \
                 use the authority (URL) 'https://login.windows.net/{tenant}' to get the token."
            ),
        ),
    }
}

/// Refuses a caller whose roles do not cover the action there.
pub(super) fn authorize(
    state: &State,
    caller: &Caller,
    method: &Method,
    pattern: &str,
    kind: &str,
    scope: &str,
) -> Result<(), ArmError> {
    let action = action(method, kind);
    // As routes are found: doubled slashes count as one, and what is escaped as what it stands for.
    if state.permits(caller, &action, &format!("/{}", segments(scope).join("/"))) {
        return Ok(());
    }
    // Registration is an action on the subscription itself.
    let scope = match pattern.starts_with("subscriptions/{subscription}/providers/{namespace}") {
        true => scope.split("/providers/").next().unwrap_or(scope),
        false => scope,
    };
    let name = caller.username.clone().unwrap_or_else(|| caller.client_id.to_string());
    let message = format!(
        "The client '{name}' with object id '{}' does not have authorization to perform action \
         '{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, \
         please refresh your credentials.",
        caller.object_id
    );
    Err(ArmError::gateway(StatusCode::FORBIDDEN, "AuthorizationFailed", message))
}

/// The action that a role must allow, such as `Microsoft.DataLakeStore/accounts/read`.
fn action(method: &Method, kind: &str) -> String {
    let verb = match *method {
        Method::GET | Method::HEAD => "read",
        Method::DELETE => "delete",
        Method::POST => "action",
        _ => "write",
    };
    format!("{kind}/{verb}")
}

#[cfg(test)]
mod tests {
    use super::super::route;
    use super::*;

    #[test]
    fn the_action_names_type_and_verb() {
        let account =
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.DataLakeStore/accounts/a";
        for (method, path, expected) in [
            (Method::GET, account.to_owned(), "Microsoft.DataLakeStore/accounts/read"),
            (Method::PATCH, account.to_owned(), "Microsoft.DataLakeStore/accounts/write"),
            (
                Method::POST,
                format!("{account}/enableKeyVault"),
                "Microsoft.DataLakeStore/accounts/enableKeyVault/action",
            ),
            (
                Method::DELETE,
                format!("{account}/firewallrules/r"),
                "Microsoft.DataLakeStore/accounts/firewallRules/delete",
            ),
        ] {
            let (route, names) = route::find(&path).unwrap();
            assert_eq!(action(&method, &names.fill(route.kind)), expected);
        }
    }
}
