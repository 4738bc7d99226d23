//! What a path means: which tenant, which endpoint.
//!
//! Paths match without regard to case, and doubled slashes count as one: the Java SDK posts to
//! `/Common/oauth2/token`, adal asks `/common/UserRealm/...`, msal `/common/userrealm/...`.

use percent_encoding::percent_decode_str;

use super::adfs::Trust;
use super::directory::Directory;
use super::error::{Refused, code};
use super::managed_identity::Host;

/// The two generations of token endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// `/oauth2/...`, with `resource=`; numbers in answers are strings.
    V1,
    /// `/oauth2/v2.0/...`, with `scope=`; numbers in answers are integers.
    V2,
}

/// What a path asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    Authorize(Version),
    Logout,
    /// Where native applications let a sign-in end that read the address of the page.
    NativeClient,
    Token(Version),
    DeviceCode(Version),
    OpenIdConfiguration(Version),
    Keys(Version),
    InstanceDiscovery,
    /// With the user name of the path.
    UserRealm(String),
    /// Where a federated domain's server takes passwords.
    AdfsMetadata,
    /// The federated domain's server itself.
    AdfsTrust(Trust),
    /// Where a machine gets tokens for its own identity.
    ManagedIdentity(Host),
    /// The page on which a person enters a device code.
    DevicePage,
    /// Where the sign-in pages post to.
    SignInPage,
}

/// The tenant that a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Authority {
    /// The tenant of the directory, by id or by a domain.
    Tenant,
    /// Any organization or personal account.
    Common,
    /// Any organization.
    Organizations,
    /// Personal accounts only.
    Consumers,
    /// The pseudo tenant of an on-premises server: msrestazure reaches a custom authority only so.
    Adfs,
}

/// The tenant segment of the path (empty where there is none) and the endpoint.
pub(super) fn route(path: &str) -> Option<(String, Endpoint)> {
    let decoded: Vec<String> = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
        .collect();
    let lower: Vec<String> = decoded.iter().map(|segment| segment.to_ascii_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    let without_tenant = match lower.as_slice() {
        ["devicelogin"] => Some(Endpoint::DevicePage),
        ["metadata", "identity", "oauth2", "token"] => {
            Some(Endpoint::ManagedIdentity(Host::VirtualMachine))
        }
        ["msi", "token"] | ["oauth2", "token"] => Some(Endpoint::ManagedIdentity(Host::AppService)),
        ["arc", "metadata", "identity", "oauth2", "token"] => {
            Some(Endpoint::ManagedIdentity(Host::Arc))
        }
        ["adfs", "services", "trust", "mex"] => Some(Endpoint::AdfsMetadata),
        ["adfs", "services", "trust", "13", "usernamemixed"] => {
            Some(Endpoint::AdfsTrust(Trust::V13))
        }
        ["adfs", "services", "trust", "2005", "usernamemixed"] => {
            Some(Endpoint::AdfsTrust(Trust::Feb2005))
        }
        _ => None,
    };
    if let Some(endpoint) = without_tenant {
        return Some((String::new(), endpoint));
    }
    let (_, rest) = lower.split_first()?;
    let endpoint = match rest {
        ["oauth2", "token"] => Endpoint::Token(Version::V1),
        ["oauth2", "v2.0", "token"] => Endpoint::Token(Version::V2),
        ["oauth2", "authorize"] => Endpoint::Authorize(Version::V1),
        ["oauth2", "v2.0", "authorize"] => Endpoint::Authorize(Version::V2),
        ["oauth2", "logout"] | ["oauth2", "v2.0", "logout"] => Endpoint::Logout,
        ["oauth2", "nativeclient"] => Endpoint::NativeClient,
        ["oauth2", "devicecode"] => Endpoint::DeviceCode(Version::V1),
        ["oauth2", "v2.0", "devicecode"] => Endpoint::DeviceCode(Version::V2),
        ["oauth2", "deviceauth"] => Endpoint::DevicePage,
        [".well-known", "openid-configuration"] => Endpoint::OpenIdConfiguration(Version::V1),
        ["v2.0", ".well-known", "openid-configuration"] => {
            Endpoint::OpenIdConfiguration(Version::V2)
        }
        ["discovery", "keys"] => Endpoint::Keys(Version::V1),
        ["discovery", "v2.0", "keys"] => Endpoint::Keys(Version::V2),
        ["discovery", "instance"] => Endpoint::InstanceDiscovery,
        ["userrealm", _] => Endpoint::UserRealm(decoded.last()?.clone()),
        ["login"] => Endpoint::SignInPage,
        _ => return None,
    };
    Some((decoded.first()?.clone(), endpoint))
}

impl Authority {
    /// What the tenant segment names in this directory.
    ///
    /// # Errors
    /// AADSTS90002 when it is another tenant.
    pub(super) fn find(segment: &str, directory: &Directory) -> Result<Self, Refused> {
        match segment.to_ascii_lowercase().as_str() {
            "common" => Ok(Self::Common),
            "organizations" => Ok(Self::Organizations),
            "consumers" | "9188040d-6c67-4c5b-b112-36a304b66dad" => Ok(Self::Consumers),
            "adfs" => Ok(Self::Adfs),
            tenant if directory.is_tenant(tenant) => Ok(Self::Tenant),
            _ => Err(Refused::new(
                code::TENANT_NOT_FOUND,
                format!(
                    "Tenant '{segment}' not found. Check to make sure you have the correct tenant \
                     ID and are signing into the correct cloud. Check with your subscription \
                     administrator, this may happen if there are no active subscriptions for the \
                     tenant."
                ),
            )),
        }
    }

    /// Whether an application may act by itself here: it needs to be clear which tenant is meant.
    pub(super) fn names_a_tenant(&self) -> bool {
        matches!(self, Self::Tenant | Self::Adfs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_real_clients() {
        let table = [
            ("/Common/oauth2/token", "Common", Endpoint::Token(Version::V1)),
            ("//a.test//OAuth2/V2.0/Token", "a.test", Endpoint::Token(Version::V2)),
            ("/adfs/oauth2/token", "adfs", Endpoint::Token(Version::V1)),
            ("/common/oauth2/devicecode", "common", Endpoint::DeviceCode(Version::V1)),
            ("/common/UserRealm/u%40x.test", "common", Endpoint::UserRealm("u@x.test".to_owned())),
            ("/common/userrealm/U@x.test", "common", Endpoint::UserRealm("U@x.test".to_owned())),
            ("/common/discovery/instance", "common", Endpoint::InstanceDiscovery),
            (
                "/t/v2.0/.well-known/openid-configuration",
                "t",
                Endpoint::OpenIdConfiguration(Version::V2),
            ),
            ("/DeviceLogin", "", Endpoint::DevicePage),
            ("/common/oauth2/deviceauth", "common", Endpoint::DevicePage),
        ];
        for (path, tenant, endpoint) in table {
            assert_eq!(route(path), Some((tenant.to_owned(), endpoint)), "{path}");
        }
        for path in ["", "/", "/common", "/common/oauth2", "/oauth2/token/x", "/a/userrealm"] {
            assert_eq!(route(path), None, "{path}");
        }
    }
}
