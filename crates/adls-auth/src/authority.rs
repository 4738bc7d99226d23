//! Who issues the tokens: a host and a tenant.

use adls_http::SafeUrl;
use adls_wire::cloud::Cloud;

use crate::{Env, Error, Result};

/// The tenant word that stands for "whatever tenant the user belongs to".
const COMMON: &str = "common";
/// The variables that name an authority.
const AUTHORITY_HOST: &str = "AZURE_AUTHORITY_HOST";
const TENANT_ID: &str = "AZURE_TENANT_ID";
/// The path of an on-premises federation server, which knows no tenants.
const ADFS: &str = "adfs";

/// Which of the two generations of endpoints is asked.
///
/// Both issue the same tokens for the same resources. They differ in how a resource is named:
/// v1 takes one `resource`, v2.0 takes `scope`s; both are written as scopes here
/// (`https://datalake.azure.net//.default`) and translated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// `/oauth2/...`, what `adal`, `msrestazure` and old Data Lake clients speak.
    V1,
    /// `/oauth2/v2.0/...`, what current clients speak.
    #[default]
    V2,
}

/// Who issues the tokens: the URL of an Azure AD and a tenant in it.
///
/// The host may carry a port, and a path below which the endpoints lie. Name only hosts that may see
/// the passwords and secrets of the credential that gets it, or have them checked with
/// [`AuthOptions::validate_authority`](crate::AuthOptions::validate_authority). The tenant `adfs` means
/// an on-premises federation server.
///
/// ```
/// use adls_auth::{Authority, cloud};
///
/// # fn main() -> adls_auth::Result<()> {
/// let public = Authority::of(&cloud::PUBLIC, "contoso.onmicrosoft.com")?;
/// assert_eq!(public.to_string(), "https://login.microsoftonline.com/contoso.onmicrosoft.com");
/// let local = Authority::new("https://localhost:8443", "common")?;
/// assert_eq!(local.environment(), "localhost");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Authority {
    host: SafeUrl,
    tenant: String,
}

impl Authority {
    /// An authority by URL: `https://login.microsoftonline.com`, `https://localhost:8443`; without a
    /// scheme https is meant. `tenant` is a GUID, a domain, `common` or `organizations`.
    ///
    /// # Errors
    /// [`AuthErrorKind::InvalidInput`](crate::AuthErrorKind::InvalidInput) when the URL is no http(s)
    /// URL, carries a query, is plain http to another machine, or the tenant holds anything but
    /// letters, digits, `.`, `-` and `_`. Plain http to this machine passes here and is refused when a
    /// credential is made, unless [`ClientOptions::allow_http_loopback`] is set.
    ///
    /// [`ClientOptions::allow_http_loopback`]: adls_http::ClientOptions::allow_http_loopback
    pub fn new(host: &str, tenant: &str) -> Result<Self> {
        Ok(Self { host: checked_host(host)?, tenant: checked_tenant(tenant)? })
    }

    /// The authority of a cloud.
    ///
    /// # Errors
    /// As for [`new`](Self::new), about the tenant.
    pub fn of(cloud: &Cloud, tenant: &str) -> Result<Self> {
        Self::new(cloud.authority_host, tenant)
    }

    /// The same host with another tenant.
    ///
    /// # Errors
    /// As for [`new`](Self::new), about the tenant.
    pub fn with_tenant(&self, tenant: &str) -> Result<Self> {
        Ok(Self { host: self.host.clone(), tenant: checked_tenant(tenant)? })
    }

    /// This authority, unless variables name another one: `AZURE_AUTHORITY_HOST` and
    /// `AZURE_TENANT_ID`.
    ///
    /// # Errors
    /// As for [`new`](Self::new), about the variables' values, with their names.
    pub fn or_from_env(&self, env: &Env) -> Result<Self> {
        let mut authority = self.clone();
        if let Some(host) = env.get(AUTHORITY_HOST) {
            authority.host = checked_host(&host).map_err(|error| error.about(AUTHORITY_HOST))?;
        }
        if let Some(tenant) = env.get(TENANT_ID) {
            authority.tenant = checked_tenant(&tenant).map_err(|error| error.about(TENANT_ID))?;
        }
        Ok(authority)
    }

    /// Scheme, host, port and path of the authority, without the tenant.
    #[must_use]
    pub fn host(&self) -> &SafeUrl {
        &self.host
    }

    /// The tenant as it was named.
    #[must_use]
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// The host name without port, under which token caches file what came from here.
    #[must_use]
    pub fn environment(&self) -> &str {
        self.host.host()
    }

    /// Whether the tenant names no tenant in particular.
    #[must_use]
    pub fn is_multi_tenant(&self) -> bool {
        [COMMON, "organizations", "consumers"]
            .iter()
            .any(|word| self.tenant.eq_ignore_ascii_case(word))
    }

    /// Whether this is an on-premises federation server.
    pub(crate) fn is_adfs(&self) -> bool {
        self.tenant.eq_ignore_ascii_case(ADFS)
    }

    /// Where tokens are asked for.
    pub(crate) fn token_endpoint(&self, protocol: Protocol) -> SafeUrl {
        self.endpoint(protocol, "token")
    }

    /// Where a device code is asked for.
    pub(crate) fn device_code_endpoint(&self, protocol: Protocol) -> SafeUrl {
        self.endpoint(protocol, "devicecode")
    }

    /// Where a browser signs in.
    pub(crate) fn authorize_endpoint(&self, protocol: Protocol) -> SafeUrl {
        self.endpoint(protocol, "authorize")
    }

    /// How accounts of the domain of `user` sign in: here or at a federation server.
    pub(crate) fn user_realm_endpoint(&self, user: &str) -> SafeUrl {
        let user = percent_encoded(user);
        self.host
            .with_path_and_query(&format!("/common/UserRealm/{user}"), &[("api-version", "1.0")])
    }

    fn endpoint(&self, protocol: Protocol, name: &str) -> SafeUrl {
        let version = match protocol {
            Protocol::V2 if !self.is_adfs() => "v2.0/",
            _ => "",
        };
        self.host.with_path_and_query(&format!("/{}/oauth2/{version}{name}", self.tenant), &[])
    }
}

impl std::fmt::Display for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.host.to_string().trim_end_matches('/'), self.tenant)
    }
}

fn checked_host(host: &str) -> Result<SafeUrl> {
    let with_scheme =
        if host.contains("://") { host.to_owned() } else { format!("https://{host}") };
    let url: SafeUrl = with_scheme
        .parse()
        .map_err(|error| Error::invalid_input(format!("authority host {error}")))?;
    if url.as_url().query().is_some() || url.as_url().fragment().is_some() {
        return Err(Error::invalid_input(format!(
            "authority host {url} carries a query; write only scheme, host and port"
        )));
    }
    if !url.is_https() && !url.is_loopback() {
        return Err(Error::invalid_input(format!(
            "refusing to send credentials to {url} over plain http; use https"
        )));
    }
    Ok(url.with_path_and_query("", &[]))
}

/// The tenant becomes a part of a path: nothing in it may change where the request goes.
fn checked_tenant(tenant: &str) -> Result<String> {
    let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if tenant.is_empty() || tenant.starts_with('.') || !tenant.chars().all(harmless) {
        return Err(Error::invalid_input(format!(
            "{tenant:?} cannot be a tenant; give its GUID or its domain, such as \
             contoso.onmicrosoft.com"
        )));
    }
    Ok(tenant.to_owned())
}

fn percent_encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AuthErrorKind;

    #[test]
    fn endpoints_of_both_protocols() {
        let authority = Authority::new("https://localhost:8443/", "contoso.test").unwrap();
        let url = |url: SafeUrl| url.as_url().to_string();
        assert_eq!(
            url(authority.token_endpoint(Protocol::V1)),
            "https://localhost:8443/contoso.test/oauth2/token"
        );
        assert_eq!(
            url(authority.token_endpoint(Protocol::V2)),
            "https://localhost:8443/contoso.test/oauth2/v2.0/token"
        );
        assert_eq!(
            url(authority.device_code_endpoint(Protocol::V2)),
            "https://localhost:8443/contoso.test/oauth2/v2.0/devicecode"
        );
        assert_eq!(
            url(authority.user_realm_endpoint("u x@y.test/../")),
            "https://localhost:8443/common/UserRealm/u%20x%40y.test%2F..%2F?api-version=1.0"
        );
        let adfs = Authority::new("adfs.test", "adfs").unwrap();
        assert_eq!(url(adfs.token_endpoint(Protocol::V2)), "https://adfs.test/adfs/oauth2/token");
        let below = Authority::new("https://gate.test/aad", "t").unwrap();
        assert_eq!(url(below.token_endpoint(Protocol::V1)), "https://gate.test/aad/t/oauth2/token");
    }

    #[test]
    fn a_scheme_is_optional_and_clouds_are_known() {
        for cloud in adls_wire::cloud::ALL {
            let authority = Authority::of(&cloud, "common").unwrap();
            assert_eq!(authority.environment(), cloud.authority_host);
            assert!(authority.host().is_https());
            assert!(authority.is_multi_tenant());
        }
    }

    #[test]
    fn refuses_what_would_leak_or_mislead() {
        for (host, tenant) in [
            ("http://login.test", "common"),
            ("ftp://login.test", "common"),
            ("https://user:pw@login.test", "common"),
            ("https://login.test/?x=1", "common"),
            ("https://login.test", ""),
            ("https://login.test", "../evil"),
            ("https://login.test", "a/b"),
            ("https://login.test", "a?b"),
            ("https://login.test", ".."),
        ] {
            let error = Authority::new(host, tenant).unwrap_err();
            assert_eq!(error.kind(), AuthErrorKind::InvalidInput, "{host} {tenant}");
            assert!(!error.to_string().contains("pw"), "{error}");
        }
        assert!(Authority::new("http://127.0.0.1:8080", "common").is_ok());
    }
}
