//! What lies where: the table of Azure AD's routes.
//!
//! Paths match without regard to case, and doubled slashes count as one: the Java SDK posts to
//! `/Common/oauth2/token`, adal asks `/common/UserRealm/...`, msal `/common/userrealm/...`.

use http::Method;
use serde_json::Value;

use super::adfs::Trust;
use super::error::Refused;
use super::incoming::Incoming;
use super::managed_identity::Host;
use super::version::Version::{self, V1, V2};
use super::{Aad, adfs, device, discovery, managed_identity, signin, token_endpoint};
use crate::call::Response;
use crate::routes::{Names, matches, segments};

/// What answers a request, for one generation of the protocol where there are two.
type Operation = fn(&Aad, &Incoming, Version, &Names) -> Response;

/// Something that a path names.
#[derive(Debug)]
pub(super) struct Route {
    pattern: &'static str,
    version: Version,
    operation: Operation,
}

/// What `path` names, and the names in it.
pub(super) fn find(path: &str) -> Option<(&'static Route, Names)> {
    let segments = segments(path);
    ROUTES.iter().find_map(|route| Some((route, matches(route.pattern, &segments)?)))
}

impl Route {
    /// Answers a request to a path with these names.
    pub(super) fn answer(&self, aad: &Aad, incoming: &Incoming, names: &Names) -> Response {
        (self.operation)(aad, incoming, self.version, names)
    }
}

const fn route(pattern: &'static str, version: Version, operation: Operation) -> Route {
    Route { pattern, version, operation }
}

/// The first that matches a path counts.
static ROUTES: [Route; 25] = [
    route("devicelogin", V2, |aad, incoming, _, _| signin::device_page(aad, incoming)),
    route("metadata/identity/oauth2/token", V1, |aad, incoming, _, _| {
        managed_identity::answer(aad, incoming, Host::VirtualMachine)
    }),
    route("msi/token", V1, app_service),
    route("oauth2/token", V1, app_service),
    route("arc/metadata/identity/oauth2/token", V1, |aad, incoming, _, _| {
        managed_identity::answer(aad, incoming, Host::Arc)
    }),
    route("adfs/services/trust/mex", V1, |_, incoming, _, _| adfs::mex(incoming)),
    route("adfs/services/trust/13/usernamemixed", V1, |aad, incoming, _, _| {
        adfs::issue(aad, incoming, Trust::V13)
    }),
    route("adfs/services/trust/2005/usernamemixed", V1, |aad, incoming, _, _| {
        adfs::issue(aad, incoming, Trust::Feb2005)
    }),
    route("{tenant}/oauth2/token", V1, token),
    route("{tenant}/oauth2/v2.0/token", V2, token),
    route("{tenant}/oauth2/authorize", V1, authorize),
    route("{tenant}/oauth2/v2.0/authorize", V2, authorize),
    route("{tenant}/oauth2/logout", V1, logout),
    route("{tenant}/oauth2/v2.0/logout", V2, logout),
    route("{tenant}/oauth2/nativeclient", V1, |_, incoming, _, _| signin::native_client(incoming)),
    route("{tenant}/oauth2/devicecode", V1, device_code),
    route("{tenant}/oauth2/v2.0/devicecode", V2, device_code),
    route("{tenant}/oauth2/deviceauth", V1, |aad, incoming, _, _| {
        signin::device_page(aad, incoming)
    }),
    route("{tenant}/.well-known/openid-configuration", V1, openid_configuration),
    route("{tenant}/v2.0/.well-known/openid-configuration", V2, openid_configuration),
    route("{tenant}/discovery/keys", V1, keys),
    route("{tenant}/discovery/v2.0/keys", V2, keys),
    route("{tenant}/discovery/instance", V2, |_, incoming, version, _| {
        document(incoming, version, || discovery::instance(incoming))
    }),
    route("{tenant}/userrealm/{username}", V1, |aad, incoming, version, names| {
        document(incoming, version, || discovery::user_realm(aad, incoming, names.get("username")))
    }),
    route("{tenant}/login", V1, |aad, incoming, _, _| signin::step(aad, incoming)),
];

fn app_service(aad: &Aad, incoming: &Incoming, _: Version, _: &Names) -> Response {
    managed_identity::answer(aad, incoming, Host::AppService)
}

fn token(aad: &Aad, incoming: &Incoming, version: Version, names: &Names) -> Response {
    let result = token_endpoint::redeem(aad, incoming, version, names.get("tenant"));
    incoming.token_answer(version, result)
}

fn authorize(aad: &Aad, incoming: &Incoming, version: Version, names: &Names) -> Response {
    signin::authorize(aad, incoming, version, names.get("tenant"))
}

fn logout(aad: &Aad, incoming: &Incoming, _: Version, _: &Names) -> Response {
    signin::logout(aad, incoming)
}

fn device_code(aad: &Aad, incoming: &Incoming, version: Version, names: &Names) -> Response {
    let result = device::begin(aad, incoming, version, names.get("tenant"));
    incoming.token_answer(version, result)
}

fn openid_configuration(
    aad: &Aad,
    incoming: &Incoming,
    version: Version,
    names: &Names,
) -> Response {
    let tenant = names.get("tenant");
    document(incoming, version, || discovery::openid_configuration(aad, incoming, version, tenant))
}

fn keys(aad: &Aad, incoming: &Incoming, version: Version, _: &Names) -> Response {
    document(incoming, version, || Ok(discovery::keys(aad, incoming, version)))
}

/// Answers a GET with a document.
fn document(
    incoming: &Incoming,
    version: Version,
    make: impl FnOnce() -> Result<Value, Refused>,
) -> Response {
    match incoming.only(&[Method::GET, Method::HEAD]).and_then(|()| make()) {
        Ok(body) => incoming.document(&body),
        Err(refused) => incoming.refusal(version, &refused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_real_clients() {
        let table = [
            ("/Common/oauth2/token", "Common", "{tenant}/oauth2/token", V1),
            ("//a.test//OAuth2/V2.0/Token", "a.test", "{tenant}/oauth2/v2.0/token", V2),
            ("/adfs/oauth2/token", "adfs", "{tenant}/oauth2/token", V1),
            ("/common/oauth2/devicecode", "common", "{tenant}/oauth2/devicecode", V1),
            (
                "/common/UserRealm/u%40x.test",
                "common u@x.test",
                "{tenant}/userrealm/{username}",
                V1,
            ),
            ("/common/userrealm/U@x.test", "common U@x.test", "{tenant}/userrealm/{username}", V1),
            ("/common/discovery/instance", "common", "{tenant}/discovery/instance", V2),
            (
                "/t/v2.0/.well-known/openid-configuration",
                "t",
                "{tenant}/v2.0/.well-known/openid-configuration",
                V2,
            ),
            ("/DeviceLogin", "", "devicelogin", V2),
            ("/common/oauth2/deviceauth", "common", "{tenant}/oauth2/deviceauth", V1),
        ];
        for (path, expected, pattern, version) in table {
            let (route, names) = find(path).expect(path);
            assert_eq!((route.pattern, route.version), (pattern, version), "{path}");
            let found = format!("{} {}", names.get("tenant"), names.get("username"));
            assert_eq!(found.trim_end(), expected, "{path}");
        }
        for path in ["", "/", "/common", "/common/oauth2", "/oauth2/token/x", "/a/userrealm"] {
            assert!(find(path).is_none(), "{path}");
        }
    }
}
