//! What clients ask before they sign in: instances, metadata, keys, the kind of an account.

use serde_json::{Value, json};
use url::Url;

use super::Aad;
use super::authority::Authority;
use super::claims::Issuer;
use super::directory::domain_of;
use super::error::{Refused, code};
use super::incoming::Incoming;
use super::version::Version;

/// The instances of the service and their aliases; the first is the network name, the second the
/// name under which caches keep it.
const INSTANCES: [&[&str]; 5] = [
    &["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"],
    &["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
    &["login.microsoftonline.de"],
    &["login.microsoftonline.us", "login.usgovcloudapi.net"],
    &["login-us.microsoftonline.com"],
];

/// `GET /common/discovery/instance`.
///
/// msal takes `tenant_discovery_endpoint` literally, so it keeps tenant and version of the endpoint
/// that was asked about; its host is the one that answers, as clients lose the port when they ask.
///
/// # Errors
/// AADSTS50049 for a host that is no instance, 900144 without `authorization_endpoint`.
pub(super) fn instance(incoming: &Incoming) -> Result<Value, Refused> {
    let params = incoming.params()?;
    let asked = params.require("authorization_endpoint")?;
    let endpoint = Url::parse(asked).map_err(|_| unknown_instance(asked))?;
    let own = Url::parse(&incoming.origin).ok();
    let host = endpoint.host_str().unwrap_or_default().to_ascii_lowercase();
    let own_host = own.as_ref().and_then(Url::host_str).unwrap_or_default().to_ascii_lowercase();
    if !is_well_known(&host) && host != own_host && !is_loopback(&host) {
        return Err(unknown_instance(asked));
    }
    let mut segments = endpoint.path_segments().into_iter().flatten();
    let tenant = segments.next().filter(|tenant| !tenant.is_empty()).unwrap_or("common");
    let v2 =
        if segments.any(|segment| segment.eq_ignore_ascii_case("v2.0")) { "v2.0/" } else { "" };
    let mut metadata: Vec<Value> =
        INSTANCES.iter().map(|aliases| instance_entry(aliases)).collect();
    if let Some(own) = own.filter(|_| !is_well_known(&own_host)) {
        metadata.push(own_entry(&own, &own_host));
    }
    Ok(json!({
        "tenant_discovery_endpoint":
            format!("{}/{tenant}/{v2}.well-known/openid-configuration", incoming.origin),
        "api-version": "1.1",
        "metadata": metadata,
    }))
}

fn instance_entry(aliases: &[&str]) -> Value {
    json!({
        "preferred_network": aliases[0],
        "preferred_cache": aliases.get(1).unwrap_or(&aliases[0]),
        "aliases": aliases,
    })
}

/// The emulator under the name by which it was asked: some clients keep the port, others drop it.
fn own_entry(own: &Url, host: &str) -> Value {
    match own.port() {
        Some(port) => {
            let with_port = format!("{host}:{port}");
            json!({
                "preferred_network": with_port,
                "preferred_cache": with_port,
                "aliases": [with_port, host],
            })
        }
        None => instance_entry(&[host]),
    }
}

fn is_well_known(host: &str) -> bool {
    INSTANCES.iter().any(|aliases| aliases.contains(&host))
}

fn is_loopback(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]") || host.ends_with(".localhost")
}

fn unknown_instance(asked: &str) -> Refused {
    Refused::new(
        code::UNKNOWN_INSTANCE,
        format!("Unknown or invalid instance: '{asked}' is not an authority of this service."),
    )
}

/// `GET /<tenant>/[v2.0/].well-known/openid-configuration`.
///
/// # Errors
/// AADSTS90002, here with the word `invalid_tenant`.
pub(super) fn openid_configuration(
    aad: &Aad,
    incoming: &Incoming,
    version: Version,
    segment: &str,
) -> Result<Value, Refused> {
    let authority = Authority::find(segment, &aad.directory())
        .map_err(|refused| refused.with("error", "invalid_tenant"))?;
    let tenant_id = aad.tenant_id();
    // Asked with a domain, the endpoints come back with the tenant's id; the words stay.
    let tenant = match authority {
        Authority::Tenant => tenant_id.to_string(),
        Authority::Common => "common".to_owned(),
        Authority::Organizations => "organizations".to_owned(),
        Authority::Consumers => "consumers".to_owned(),
        Authority::Adfs => "adfs".to_owned(),
    };
    let base = format!("{}/{tenant}", incoming.origin);
    let oauth2 = match version {
        Version::V1 => format!("{base}/oauth2"),
        Version::V2 => format!("{base}/oauth2/v2.0"),
    };
    let keys = match version {
        Version::V1 => format!("{base}/discovery/keys"),
        Version::V2 => format!("{base}/discovery/v2.0/keys"),
    };
    Ok(json!({
        "token_endpoint": format!("{oauth2}/token"),
        "token_endpoint_auth_methods_supported":
            ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": keys,
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": issuer(&authority, version, incoming, tenant_id),
        "request_uri_parameter_supported": false,
        "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
        "authorization_endpoint": format!("{oauth2}/authorize"),
        "device_authorization_endpoint": format!("{oauth2}/devicecode"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": format!("{oauth2}/logout"),
        "claims_supported": [
            "sub", "iss", "cloud_instance_name", "cloud_instance_host_name",
            "cloud_graph_host_name", "msgraph_host", "aud", "exp", "iat", "auth_time", "acr",
            "nonce", "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email"
        ],
        "kerberos_endpoint": format!("{base}/kerberos"),
        "tenant_region_scope": "NA",
        "cloud_instance_name": "microsoftonline.com",
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": "graph.microsoft.com",
        "rbac_url": "https://pas.windows.net",
    }))
}

/// The issuer of the tokens; a template where the tenant is not known yet.
fn issuer(
    authority: &Authority,
    version: Version,
    incoming: &Incoming,
    tenant_id: uuid::Uuid,
) -> String {
    match (authority, version) {
        (Authority::Tenant | Authority::Adfs, Version::V1) => Issuer::v1(tenant_id),
        (Authority::Tenant | Authority::Adfs, Version::V2) => {
            Issuer::v2(&incoming.origin, tenant_id)
        }
        (_, Version::V1) => "https://sts.windows.net/{tenantid}/".to_owned(),
        (_, Version::V2) => format!("{}/{{tenantid}}/v2.0", incoming.origin),
    }
}

/// `GET /<tenant>/discovery/[v2.0/]keys`.
pub(super) fn keys(aad: &Aad, incoming: &Incoming, version: Version) -> Value {
    match version {
        Version::V1 => aad.keys.key_set(None),
        Version::V2 => {
            let issuer = Issuer::v2(&incoming.origin, aad.tenant_id());
            aad.keys.key_set(Some(&issuer))
        }
    }
}

/// `GET /common/userrealm/<user name>`: whether the tenant itself knows the password.
pub(super) fn user_realm(aad: &Aad, incoming: &Incoming, username: &str) -> Result<Value, Refused> {
    let params = incoming.params()?;
    let domain = domain_of(username);
    let realm = {
        let directory = aad.directory();
        match (directory.is_federated(domain), directory.is_domain(domain)) {
            (true, _) => "Federated",
            (false, true) => "Managed",
            (false, false) => "Unknown",
        }
    };
    let newer = params.get("api-version").is_some_and(|version| version.starts_with('2'));
    let mut body = if newer {
        json!({ "NameSpaceType": realm, "Login": username })
    } else {
        json!({ "ver": "1.0", "account_type": realm })
    };
    if realm == "Unknown" {
        return Ok(body);
    }
    let adfs = format!("{}/adfs", incoming.origin);
    if newer {
        body["DomainName"] = Value::from(domain);
        body["FederationBrandName"] = Value::from("Emulator");
    } else {
        body["domain_name"] = Value::from(domain);
    }
    match (realm, newer) {
        ("Federated", true) => body["AuthURL"] = Value::from(format!("{adfs}/ls/")),
        ("Federated", false) => {
            let trust = format!("{adfs}/services/trust");
            body["federation_protocol"] = Value::from("WSTrust");
            body["federation_metadata_url"] = Value::from(format!("{trust}/mex"));
            body["federation_active_auth_url"] = Value::from(format!("{trust}/2005/usernamemixed"));
        }
        _ => {}
    }
    body["cloud_instance_name"] = Value::from("microsoftonline.com");
    body["cloud_audience_urn"] = Value::from("urn:federation:MicrosoftOnline");
    Ok(body)
}
