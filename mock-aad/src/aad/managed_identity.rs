//! The endpoints at which a machine gets tokens for its own identity: virtual machines, App Service
//! and Service Fabric, the old extension, and Azure Arc.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{self, HeaderValue};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempPath;

use super::Aad;
use super::claims::{ClientProof, Extent, Issuer, LONG_LIFETIME};
use super::directory::Application;
use super::expiring::Weigh;
use super::incoming::Incoming;
use super::keys::HeaderForm;
use super::params::Params;
use super::random;
use super::resource::Resource;
use crate::call::Response;

/// Seconds that a file of Azure Arc waits to be read.
const PROOF_LIFETIME: i64 = 600;

/// Which kind of machine asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Host {
    /// `/metadata/identity/oauth2/token`, on a virtual machine.
    VirtualMachine,
    /// `/msi/token`, by App Service, Functions, Machine Learning and Service Fabric, and by the old
    /// extension of virtual machines and Cloud Shell.
    AppService,
    /// `/arc/metadata/identity/oauth2/token`, outside Azure.
    Arc,
}

/// A file that is removed when nobody can prove anything with it any more.
pub(super) type ArcProof = Arc<TempPath>;

impl Weigh for ArcProof {
    fn weight(&self) -> usize {
        self.as_os_str().len()
    }
}

/// Why there is no token: status, word, text.
struct Refusal(StatusCode, &'static str, String);

/// A token, and what is said about it.
struct Issued {
    token: String,
    client_id: String,
    resource: String,
    starts: i64,
    expires: i64,
}

/// Answers a request for a token.
pub(super) fn answer(aad: &Aad, incoming: &Incoming, host: Host) -> Response {
    let result =
        incoming.params().map_err(|refused| bad_request(&refused.text())).and_then(|params| {
            match host {
                Host::VirtualMachine => virtual_machine(aad, incoming, &params),
                Host::AppService => app_service(aad, incoming, &params),
                Host::Arc => match arc_challenge(aad, incoming) {
                    Some(challenge) => Err(challenge),
                    None => virtual_machine(aad, incoming, &params),
                },
            }
        });
    match result {
        Ok(body) => incoming.token_json(StatusCode::OK, &body),
        Err(Refusal(status, error, text)) => {
            let body = json!({ "error": error, "error_description": text });
            let mut response = incoming.token_json(status, &body);
            if host == Host::Arc && status == StatusCode::UNAUTHORIZED {
                challenge(aad, incoming, &mut response);
            }
            response
        }
    }
}

fn virtual_machine(aad: &Aad, incoming: &Incoming, params: &Params) -> Result<Value, Refusal> {
    method(incoming, &Method::GET)?;
    metadata(incoming)?;
    if params.get("api-version").is_none() {
        return Err(bad_request("Required query variable 'api-version' is missing"));
    }
    Ok(all_strings(&issue(aad, incoming, params)?))
}

fn all_strings(issued: &Issued) -> Value {
    let seconds = (LONG_LIFETIME - 1).to_string();
    json!({
        "access_token": issued.token,
        "client_id": issued.client_id,
        "expires_in": seconds,
        "expires_on": issued.expires.to_string(),
        "ext_expires_in": seconds,
        "not_before": issued.starts.to_string(),
        "resource": issued.resource,
        "token_type": "Bearer",
    })
}

/// The dialects share a path; the header that proves the caller tells them apart.
fn app_service(aad: &Aad, incoming: &Incoming, params: &Params) -> Result<Value, Refusal> {
    if incoming.method == Method::POST {
        metadata(incoming)?;
        let mut body = all_strings(&issue(aad, incoming, params)?);
        body["refresh_token"] = Value::from("");
        return Ok(body);
    }
    method(incoming, &Method::GET)?;
    let expected = aad.directory().sign_in_settings().identity_header.clone();
    let is_proven =
        |name| incoming.headers.get(name).is_some_and(|v| v.as_bytes() == expected.as_bytes());
    let version = params.get("api-version").unwrap_or_default();
    let header = if version == "2019-08-01" { "x-identity-header" } else { "secret" };
    if !is_proven(header) {
        return Err(Refusal(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            format!("The header '{header}' is missing or wrong"),
        ));
    }
    let issued = issue(aad, incoming, params)?;
    let mut body = json!({
        "access_token": issued.token,
        "expires_on": issued.expires.to_string(),
        "resource": issued.resource,
        "token_type": "Bearer",
    });
    match version {
        "2019-08-01" => body["client_id"] = Value::from(issued.client_id),
        "2017-09-01" => {}
        "2019-07-01-preview" => body["expires_on"] = Value::from(issued.expires),
        other => return Err(bad_request(&format!("The api-version '{other}' is not supported"))),
    }
    Ok(body)
}

fn issue(aad: &Aad, incoming: &Incoming, params: &Params) -> Result<Issued, Refusal> {
    let asked = params
        .get("resource")
        .ok_or_else(|| bad_request("Required query variable 'resource' is missing"))?;
    let identity = identity(aad, params).ok_or_else(|| bad_request("Identity not found"))?;
    let resource = Resource::find(asked, &aad.directory())
        .map_err(|refused| Refusal(StatusCode::BAD_REQUEST, "invalid_resource", refused.text()))?;
    let now = incoming.now.as_second();
    let issuer = Issuer { tenant_id: aad.tenant_id(), origin: &incoming.origin, now };
    let extent = Extent { lifetime: LONG_LIFETIME, ..Extent::default() };
    let mut claims =
        issuer.application_access(&identity, ClientProof::Assertion, &resource, &extent);
    claims["xms_mirid"] = Value::from(identity.managed_identity.as_str());
    let token = aad
        .keys
        .sign(HeaderForm::WithThumbprint, &claims)
        .map_err(|refused| Refusal(StatusCode::INTERNAL_SERVER_ERROR, "unknown", refused.text()))?;
    Ok(Issued {
        token,
        client_id: identity.client_id.to_string(),
        resource: asked.to_owned(),
        starts: claims["nbf"].as_i64().unwrap_or(now),
        expires: claims["exp"].as_i64().unwrap_or(now),
    })
}

/// The identity that a request names by one of its ids, or the machine's own.
fn identity(aad: &Aad, params: &Params) -> Option<Application> {
    let value = |names: &[&str]| names.iter().find_map(|name| params.get(name));
    let client_id = value(&["client_id", "clientid"]);
    let object_id = value(&["object_id", "principal_id"]);
    let resource_id = value(&["msi_res_id", "mi_res_id"]);
    let is = |wanted: Option<&str>, actual: &str| {
        wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(actual))
    };
    let directory = aad.directory();
    let mut identities = directory.managed_identities();
    identities
        .find(|identity| {
            is(client_id, &identity.client_id.to_string())
                && is(object_id, &identity.object_id.to_string())
                && is(resource_id, &identity.managed_identity)
        })
        .cloned()
}

fn method(incoming: &Incoming, allowed: &Method) -> Result<(), Refusal> {
    if incoming.method == *allowed {
        return Ok(());
    }
    let text = format!("The method {} is not supported", incoming.method);
    Err(Refusal(StatusCode::METHOD_NOT_ALLOWED, "invalid_request", text))
}

/// The header that a browser or a forwarding server does not send.
fn metadata(incoming: &Incoming) -> Result<(), Refusal> {
    let present = incoming.headers.get("metadata");
    let forwarded = incoming.headers.contains_key("x-forwarded-for");
    if !forwarded && present.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true")) {
        return Ok(());
    }
    Err(bad_request("Required metadata header not specified"))
}

fn bad_request(text: &str) -> Refusal {
    Refusal(StatusCode::BAD_REQUEST, "invalid_request", text.to_owned())
}

/// Whether the caller has yet to read the file that proves it is on the machine. A proof is good once.
fn arc_challenge(aad: &Aad, incoming: &Incoming) -> Option<Refusal> {
    let proof = incoming
        .headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Basic "));
    let known = proof.and_then(|proof| aad.issued().arc_proofs.remove(proof.trim()));
    match (known, metadata(incoming)) {
        (_, Err(refusal)) => Some(refusal),
        (Some(_), Ok(())) => None,
        (None, Ok(())) => Some(Refusal(
            StatusCode::UNAUTHORIZED,
            "unauthorized_client",
            "Read the file that WWW-Authenticate names and send its content".to_owned(),
        )),
    }
}

/// Writes the file and names it.
fn challenge(aad: &Aad, incoming: &Incoming, response: &mut Response) {
    let directory = aad.directory().sign_in_settings().arc_directory.clone();
    let proof = STANDARD.encode(random::opaque(3));
    let written = write_proof(&directory, &proof);
    let realm = written.and_then(|file| {
        let realm = format!("Basic realm={}", file.display());
        let now = incoming.now.as_second();
        let end = now.saturating_add(PROOF_LIFETIME);
        // Files are removed when the lock is free again.
        let gone = aad.issued().arc_proofs.insert(&proof, file.into(), end, now);
        drop(gone);
        HeaderValue::try_from(realm).map_err(std::io::Error::other)
    });
    match realm {
        Ok(realm) => {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, realm);
        }
        Err(error) => {
            let text = format!("cannot write the proof into {}: {error}", directory.display());
            let body = json!({ "error": "unknown", "error_description": text });
            *response = incoming.token_json(StatusCode::INTERNAL_SERVER_ERROR, &body);
        }
    }
}

/// The file goes when the proof is used, and with the emulator.
fn write_proof(directory: &Path, proof: &str) -> std::io::Result<TempPath> {
    let mut file = tempfile::Builder::new().suffix(".key").tempfile_in(directory)?;
    file.write_all(proof.as_bytes())?;
    Ok(file.into_temp_path())
}
