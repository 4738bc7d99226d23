//! What a token can be for: the well-known services, and what a request asks of them.

use adls_wire::cloud;
use uuid::Uuid;

use super::directory::{Application, Directory};
use super::error::{Refused, code};
use super::expiring::texts;
use super::version::Version;

/// A service that Azure AD issues tokens for.
struct Known {
    app_id: Uuid,
    name: &'static str,
    service: Service,
    /// Without the trailing slash.
    uris: &'static [&'static str],
}

/// Which kind of service a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    DataLake,
    Management,
    Storage,
    Graph,
    /// An application of the tenant.
    Application,
}

const KNOWN: [Known; 5] = [
    Known {
        app_id: Uuid::from_u128(0xe9f4_9c6b_5ce5_44c8_925d_0150_17e9_f7ad),
        name: "Azure Data Lake",
        service: Service::DataLake,
        uris: &["https://datalake.azure.net"],
    },
    Known {
        app_id: Uuid::from_u128(0x797f_4846_ba00_4fd7_ba43_dac1_f8f6_3013),
        name: "Windows Azure Service Management API",
        service: Service::Management,
        uris: &[
            "https://management.core.windows.net",
            "https://management.azure.com",
            "https://management.core.chinacloudapi.cn",
            "https://management.chinacloudapi.cn",
            "https://management.core.usgovcloudapi.net",
            "https://management.usgovcloudapi.net",
            "https://management.core.cloudapi.de",
            "https://management.microsoftazure.de",
        ],
    },
    Known {
        app_id: Uuid::from_u128(0xe406_a681_f3d4_42a8_90b6_c2b0_2949_7af1),
        name: "Azure Storage",
        service: Service::Storage,
        uris: &["https://storage.azure.com"],
    },
    Known {
        app_id: Uuid::from_u128(0x0000_0003_0000_0000_c000_0000_0000_0000),
        name: "Microsoft Graph",
        service: Service::Graph,
        uris: &["https://graph.microsoft.com"],
    },
    Known {
        app_id: OLD_GRAPH,
        name: "Windows Azure Active Directory",
        service: Service::Graph,
        uris: &["https://graph.windows.net"],
    },
];

/// What the v1 endpoint issues a token for when no resource is named.
const OLD_GRAPH: Uuid = Uuid::from_u128(0x0000_0002_0000_0000_c000_0000_0000_0000);

/// The permission that every service here offers.
pub(super) const USER_IMPERSONATION: &str = "user_impersonation";

/// A service as a request named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resource {
    pub(super) app_id: Uuid,
    pub(super) name: String,
    pub(super) service: Service,
    /// The form in which it was asked for; `aud` of a version 1.0 token keeps it.
    pub(super) audience: String,
    /// The generation of its access tokens: the resource decides, not the endpoint.
    pub(super) token_version: Version,
}

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) resource: Resource,
    /// The delegated permissions, without the resource.
    pub(super) permissions: Vec<String>,
    /// Whether `.default` was asked for.
    pub(super) default: bool,
    pub(super) oidc: Oidc,
}

/// The scopes that stand for no resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Oidc {
    pub(super) openid: bool,
    pub(super) profile: bool,
    pub(super) email: bool,
    pub(super) offline_access: bool,
}

impl Service {
    /// Whether its tokens can be revoked while they are valid, so that clients who say that they
    /// understand claims challenges get long-lived ones.
    pub(super) fn evaluates_continuously(self) -> bool {
        matches!(self, Self::Management | Self::Graph)
    }

    /// The well-known service whose tokens carry this `aud`, in any of its forms.
    pub(super) fn by_audience(audience: &str) -> Option<Self> {
        known(audience).map(|known| known.service)
    }
}

impl Oidc {
    fn note(&mut self, scope: &str) -> bool {
        let flag = match scope {
            "openid" => &mut self.openid,
            "profile" => &mut self.profile,
            "email" => &mut self.email,
            "offline_access" => &mut self.offline_access,
            _ => return false,
        };
        *flag = true;
        true
    }
}

impl Resource {
    /// The service that `asked` names: a URI with or without trailing slash, an application id, or
    /// an application's identifier URI.
    ///
    /// # Errors
    /// AADSTS500011 when nobody in the tenant answers to that name.
    pub(super) fn find(asked: &str, directory: &Directory) -> Result<Self, Refused> {
        if let Some(known) = known(asked) {
            return Ok(Self {
                app_id: known.app_id,
                name: known.name.to_owned(),
                service: known.service,
                audience: asked.to_owned(),
                token_version: Version::V1,
            });
        }
        if let Some(application) = directory.application_by_resource(asked) {
            return Ok(Self::of(application, asked));
        }
        Err(Refused::new(
            code::RESOURCE_NOT_FOUND,
            format!(
                "The resource principal named {asked} was not found in the tenant named {}. This \
                 can happen if the application has not been installed by the administrator of the \
                 tenant or consented to by any user in the tenant. You might have sent your \
                 authentication request to the wrong tenant.",
                directory.domain()
            ),
        ))
    }

    fn of(application: &Application, asked: &str) -> Self {
        Self {
            app_id: application.client_id,
            name: application.display_name.clone(),
            service: Service::Application,
            audience: asked.to_owned(),
            token_version: if application.access_token_version == 2 {
                Version::V2
            } else {
                Version::V1
            },
        }
    }

    fn offers(&self, permission: &str) -> bool {
        // Graph has hundreds of permissions and is not emulated beyond its tokens, so that their form
        // has to do: `User.Read`, `Files.ReadWrite.All`.
        let is_word = |word: &str| {
            !word.is_empty()
                && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        let of_graph = permission.contains('.') && permission.split('.').all(is_word);
        self.service == Service::Graph && of_graph || permission == USER_IMPERSONATION
    }
}

impl Asked {
    /// From the `resource` parameter of the v1 endpoint.
    pub(super) fn from_resource(
        resource: Option<&str>,
        directory: &Directory,
    ) -> Result<Self, Refused> {
        let old_graph = OLD_GRAPH.to_string();
        Ok(Self {
            resource: Resource::find(resource.unwrap_or(&old_graph), directory)?,
            permissions: vec![USER_IMPERSONATION.to_owned()],
            default: false,
            oidc: Oidc { openid: true, profile: true, email: false, offline_access: true },
        })
    }

    /// From the `scope` parameter of the v2.0 endpoint.
    ///
    /// # Errors
    /// AADSTS70011 for what is not a scope, AADSTS28000 for scopes of two resources, AADSTS500011
    /// for an unknown resource.
    pub(super) fn from_scope(scope: &str, directory: &Directory) -> Result<Self, Refused> {
        if scope.len() > MAX_SCOPE {
            return Err(Refused::new(
                code::INVALID_SCOPE,
                format!(
                    "The provided value for the input parameter 'scope' is longer than {MAX_SCOPE} bytes."
                ),
            ));
        }
        let mut oidc = Oidc::default();
        let mut default = false;
        let mut permissions: Vec<String> = Vec::new();
        let mut resource: Option<&str> = None;
        for word in scope.split_ascii_whitespace() {
            if oidc.note(word) {
                continue;
            }
            let (named, permission) = split(word);
            if permission.is_empty() || named.is_empty() {
                return Err(invalid_scope(scope, word));
            }
            match resource {
                Some(earlier) if !same_resource(earlier, named) => {
                    return Err(several_resources(scope));
                }
                Some(_) => {}
                None => resource = Some(named),
            }
            if permission == ".default" {
                default = true;
            } else if !permissions.iter().any(|known| known == permission) {
                permissions.push(permission.to_owned());
            }
        }
        if scope.trim().is_empty() {
            return Err(invalid_scope(scope, ""));
        }
        let resource = Resource::find(resource.unwrap_or(GRAPH_URI), directory)?;
        if let Some(unknown) = permissions.iter().find(|permission| !resource.offers(permission)) {
            return Err(invalid_scope(scope, unknown));
        }
        if permissions.is_empty() {
            let all =
                if resource.service == Service::Graph { "User.Read" } else { USER_IMPERSONATION };
            permissions.push(all.to_owned());
        }
        Ok(Self { resource, permissions, default, oidc })
    }

    /// How many bytes its texts take.
    pub(super) fn weight(&self) -> usize {
        self.resource.audience.len() + self.resource.name.len() + texts(&self.permissions)
    }

    /// An application asks for `<resource>/.default` and for no other resource. Words that stand for none, as
    /// `openid`, do not count: MSAL for Go sends them whoever signs in, and gets nothing for them.
    ///
    /// # Errors
    /// AADSTS1002012 for any other scope.
    pub(super) fn only_default(self, scope: &str) -> Result<Self, Refused> {
        let of_resources = |word: &&str| !Oidc::default().note(word);
        if self.default && scope.split_ascii_whitespace().filter(of_resources).count() == 1 {
            return Ok(self);
        }
        Err(Refused::new(
            code::SCOPE_NOT_DEFAULT,
            format!(
                "The provided value for scope {scope} is not valid. Client credential flows must \
                 have a scope value with /.default suffixed to the resource identifier (application \
                 ID URI)."
            ),
        ))
    }

    /// The `scope` of a v2.0 answer: OpenID scopes first, then what was granted with its resource.
    pub(super) fn granted(&self) -> String {
        let oidc = [
            (self.oidc.email, "email"),
            (self.oidc.openid, "openid"),
            (self.oidc.profile, "profile"),
        ];
        let oidc = oidc.iter().filter(|(asked, _)| *asked).map(|(_, name)| (*name).to_owned());
        let audience = &self.resource.audience;
        let permissions = self.permissions.iter().map(|name| format!("{audience}/{name}"));
        let default = self.default.then(|| format!("{audience}/.default"));
        oidc.chain(permissions).chain(default).collect::<Vec<_>>().join(" ")
    }
}

/// The longest scope, in bytes.
const MAX_SCOPE: usize = 8 << 10;

const GRAPH_URI: &str = "https://graph.microsoft.com";

/// Resource and permission of one scope. The resource may itself end in a slash:
/// `https://datalake.azure.net//.default` asks for an audience with one. A bare word is a permission
/// of Graph.
fn split(scope: &str) -> (&str, &str) {
    scope.rsplit_once('/').unwrap_or((GRAPH_URI, scope))
}

fn same_resource(one: &str, other: &str) -> bool {
    one.trim_end_matches('/').eq_ignore_ascii_case(other.trim_end_matches('/'))
}

fn known(asked: &str) -> Option<&'static Known> {
    let bare = asked.strip_suffix('/').unwrap_or(asked);
    KNOWN.iter().find(|known| {
        known.uris.iter().any(|uri| uri.eq_ignore_ascii_case(bare))
            || Uuid::parse_str(bare).is_ok_and(|id| id == known.app_id)
            || (known.service == Service::Storage && storage_account(bare).is_some())
    })
}

/// The storage account whose own URL an audience is. Accounts are audiences too, each for itself.
pub(super) fn storage_account(uri: &str) -> Option<&str> {
    let host = uri.strip_suffix('/').unwrap_or(uri).strip_prefix("https://")?;
    let (account, suffix) = host.split_once('.')?;
    let is_name = !account.is_empty() && account.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let (protocol, zone) = suffix.split_once('.')?;
    let is_storage = ["dfs", "blob"].iter().any(|known| known.eq_ignore_ascii_case(protocol))
        && cloud::ALL
            .iter()
            .filter_map(|cloud| cloud.gen2_suffix.strip_prefix("dfs."))
            .any(|known| known.eq_ignore_ascii_case(zone));
    (is_name && is_storage).then_some(account)
}

fn invalid_scope(scope: &str, word: &str) -> Refused {
    Refused::new(
        code::INVALID_SCOPE,
        format!(
            "The provided request must include a 'scope' input parameter. The provided value for \
             the input parameter 'scope' is not valid. The scope '{scope}' is not valid: '{word}' \
             is not a permission of the resource."
        ),
    )
}

fn several_resources(scope: &str) -> Refused {
    Refused::new(
        code::SEVERAL_RESOURCES,
        format!(
            "Provided value for the input parameter scope is not valid because it contains more \
             than one resource. Scope {scope} is not valid."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    fn asked(scope: &str) -> Result<Asked, u32> {
        Asked::from_scope(scope, &Directory::new(&Seed::default())).map_err(|e| e.code())
    }

    #[test]
    fn the_audience_keeps_the_form_that_was_asked_for() {
        let table = [
            ("https://datalake.azure.net/.default", "https://datalake.azure.net"),
            ("https://datalake.azure.net//.default", "https://datalake.azure.net/"),
            ("https://datalake.azure.net/user_impersonation", "https://datalake.azure.net"),
            (
                "https://management.core.windows.net//.default",
                "https://management.core.windows.net/",
            ),
            (
                "e9f49c6b-5ce5-44c8-925d-015017e9f7ad/.default",
                "e9f49c6b-5ce5-44c8-925d-015017e9f7ad",
            ),
            ("https://acct.dfs.core.windows.net/.default", "https://acct.dfs.core.windows.net"),
            ("openid profile", "https://graph.microsoft.com"),
            ("User.Read openid", "https://graph.microsoft.com"),
            ("Files.ReadWrite.All offline_access", "https://graph.microsoft.com"),
        ];
        for (scope, audience) in table {
            assert_eq!(asked(scope).unwrap().resource.audience, audience, "{scope}");
        }
    }

    #[test]
    fn granted_scopes_name_the_resource_and_put_openid_first() {
        let asked = asked("https://datalake.azure.net//.default offline_access openid profile");
        assert_eq!(
            asked.unwrap().granted(),
            "openid profile https://datalake.azure.net//user_impersonation \
             https://datalake.azure.net//.default"
        );
    }

    #[test]
    fn bad_scopes_have_their_numbers() {
        let table = [
            ("https://nowhere.test/.default", code::RESOURCE_NOT_FOUND),
            ("https://datalake.azure.net/fly", code::INVALID_SCOPE),
            ("https://datalake.azure.net/", code::INVALID_SCOPE),
            ("not a scope!", code::INVALID_SCOPE),
            ("nonsense", code::INVALID_SCOPE),
            ("openid nonsense", code::INVALID_SCOPE),
            ("User.Read!", code::INVALID_SCOPE),
            ("User..Read", code::INVALID_SCOPE),
            ("https://graph.microsoft.com/<script>", code::INVALID_SCOPE),
            ("/.default", code::INVALID_SCOPE),
            (" ", code::INVALID_SCOPE),
            (
                "https://datalake.azure.net/.default https://management.azure.com/.default",
                code::SEVERAL_RESOURCES,
            ),
        ];
        for (scope, number) in table {
            assert_eq!(asked(scope).unwrap_err(), number, "{scope}");
        }
    }

    #[test]
    fn an_application_asks_for_default_alone() {
        let only_default = |scope: &str| asked(scope).unwrap().only_default(scope);
        let refused = [
            "https://datalake.azure.net/user_impersonation",
            "https://datalake.azure.net/.default https://datalake.azure.net/user_impersonation",
            "openid offline_access profile",
        ];
        for scope in refused {
            assert!(only_default(scope).is_err(), "{scope}");
        }
        let taken = [
            "https://datalake.azure.net/.default",
            "https://storage.azure.com/.default openid offline_access profile",
        ];
        for scope in taken {
            assert!(only_default(scope).is_ok(), "{scope}");
        }
    }
}
