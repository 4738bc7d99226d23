//! Scopes of v2.0, resources of v1, and the way between them.

use crate::{Error, Protocol, Result};

/// What v2.0 wants named to answer with an id token and a refresh token.
const OIDC_SCOPES: [&str; 3] = ["offline_access", "openid", "profile"];
/// All permissions that were consented to, of one resource.
const DEFAULT: &str = "/.default";

/// Whether a scope is one of OpenID Connect's own, which belong to no resource.
fn is_oidc(scope: &str) -> bool {
    OIDC_SCOPES.contains(&scope) || scope == "email"
}

/// The `scope` parameter of a user flow on v2.0.
pub(crate) fn user_scope_parameter(scopes: &[String]) -> String {
    let requested = scopes.iter().map(String::as_str).filter(|scope| !is_oidc(scope));
    requested.chain(OIDC_SCOPES).collect::<Vec<_>>().join(" ")
}

/// The `resource` parameter of v1 for scopes of one resource: `https://x//.default` is `https://x/`.
pub(crate) fn resource_parameter(scopes: &[String]) -> Result<&str> {
    let mut resource = None;
    for scope in scopes.iter().filter(|scope| !is_oidc(scope)) {
        let this = resource_of(scope).ok_or_else(|| {
            Error::invalid_input(format!(
                "the scope {scope:?} names no resource, which the v1 endpoint needs; write it as \
                 <resource>/.default"
            ))
        })?;
        match resource {
            Some(first) if first != this => {
                return Err(Error::invalid_input(format!(
                    "one token cannot be for both {first:?} and {this:?}; ask for one after the \
                     other"
                )));
            }
            _ => resource = Some(this),
        }
    }
    resource.ok_or_else(|| Error::invalid_input("no scope given; write it as <resource>/.default"))
}

fn resource_of(scope: &str) -> Option<&str> {
    let resource = match scope.strip_suffix(DEFAULT) {
        Some(resource) => resource,
        None => scope.rsplit_once('/')?.0,
    };
    // `https://x` has no permission after the host, so the cut would leave no resource at all.
    (!resource.is_empty() && !resource.ends_with(":/")).then_some(resource)
}

/// The scopes that a token is good for: what was asked for, and what the authority says it granted.
/// v1 names a bare permission, which is put below its resource.
pub(crate) fn granted(
    protocol: Protocol,
    requested: &[String],
    reply: Option<&str>,
) -> Vec<String> {
    let resource = match protocol {
        Protocol::V1 => resource_parameter(requested).ok(),
        Protocol::V2 => None,
    };
    let told = reply.unwrap_or_default().split_ascii_whitespace().map(|scope| match resource {
        Some(resource) if !scope.contains("://") => format!("{resource}/{scope}"),
        _ => scope.to_owned(),
    });
    let mut scopes: Vec<String> =
        told.chain(requested.iter().cloned()).filter(|scope| !is_oidc(scope)).collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn resource_keeps_its_slash() {
        for (scope, resource) in [
            ("https://datalake.azure.net//.default", "https://datalake.azure.net/"),
            ("https://datalake.azure.net/.default", "https://datalake.azure.net"),
            ("https://datalake.azure.net/user_impersonation", "https://datalake.azure.net"),
            ("api://app/a/.default openid", "api://app/a"),
            (
                "00000003-0000-0000-c000-000000000000/.default",
                "00000003-0000-0000-c000-000000000000",
            ),
        ] {
            assert_eq!(resource_parameter(&scopes(scope)).unwrap(), resource);
        }
        for scope in ["User.Read", "openid", "/.default", "https://a/.default https://b/.default"] {
            assert!(resource_parameter(&scopes(scope)).is_err(), "{scope}");
        }
    }

    #[test]
    fn user_flows_ask_for_the_tokens_of_openid_connect_too() {
        assert_eq!(
            user_scope_parameter(&scopes("openid https://a/.default")),
            "https://a/.default offline_access openid profile"
        );
    }

    #[test]
    fn a_token_is_good_for_what_was_asked_and_granted() {
        let requested = scopes("https://a//.default");
        assert_eq!(
            granted(Protocol::V2, &requested, Some("openid profile https://a//user_impersonation")),
            scopes("https://a//.default https://a//user_impersonation")
        );
        assert_eq!(
            granted(Protocol::V1, &requested, Some("user_impersonation")),
            scopes("https://a//.default https://a//user_impersonation")
        );
        assert_eq!(granted(Protocol::V1, &requested, None), requested);
    }
}
