//! A request to a token endpoint, and what every grant asks of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header;

use super::Aad;
use super::authority::Authority;
use super::error::{Refused, code};
use super::incoming::Incoming;
use super::params::Params;
use super::resource::Asked;
use super::version::Version;
use crate::parameters::decode;

/// One request to a token or device code endpoint.
#[derive(Debug)]
pub(super) struct Exchange<'a> {
    pub(super) aad: &'a Aad,
    pub(super) version: Version,
    pub(super) authority: Authority,
    pub(super) params: Params,
    /// Scheme and host under which the client reaches the authority.
    pub(super) origin: &'a str,
    /// Seconds since 1970.
    pub(super) now: i64,
    segment: &'a str,
    basic: Option<Basic>,
}

/// Client id and secret of an `Authorization: Basic` header.
struct Basic {
    client_id: String,
    secret: String,
}

impl std::fmt::Debug for Basic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Basic").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

impl<'a> Exchange<'a> {
    /// Reads a request to the tenant `segment`.
    ///
    /// # Errors
    /// AADSTS90002 for another tenant, 9002313 for malformed parameters.
    pub(super) fn read(
        aad: &'a Aad,
        incoming: &'a Incoming,
        version: Version,
        segment: &'a str,
    ) -> Result<Self, Refused> {
        Ok(Self {
            aad,
            version,
            authority: Authority::find(segment, &aad.directory())?,
            params: incoming.params()?,
            origin: &incoming.origin,
            now: incoming.now.as_second(),
            segment,
            basic: basic(incoming),
        })
    }

    /// The tenant segment of the path, in lower case.
    pub(super) fn segment(&self) -> String {
        self.segment.to_ascii_lowercase()
    }

    /// The client's id in a parameter or the Basic header.
    pub(super) fn named_client(&self) -> Option<&str> {
        let basic = self.basic.as_ref().map(|basic| basic.client_id.as_str());
        self.params.get("client_id").or(basic)
    }

    /// The secret in the form or the Basic header.
    pub(super) fn secret(&self) -> Option<&str> {
        let basic = self.basic.as_ref().map(|basic| basic.secret.as_str());
        self.params.get("client_secret").or(basic).filter(|secret| !secret.is_empty())
    }

    /// What the request asks for; `None` when it does not say.
    ///
    /// # Errors
    /// AADSTS901002 for `resource` at the v2.0 endpoint, 500011, 70011, 28000.
    pub(super) fn asked(&self) -> Result<Option<Asked>, Refused> {
        let directory = self.aad.directory();
        match self.version {
            Version::V1 => self
                .params
                .get("resource")
                .map(|resource| Asked::from_resource(Some(resource), &directory))
                .transpose(),
            Version::V2 if self.params.get("resource").is_some() => Err(Refused::new(
                code::RESOURCE_PARAMETER,
                "The 'resource' request parameter is not supported.",
            )),
            Version::V2 => self
                .params
                .get("scope")
                .map(|scope| Asked::from_scope(scope, &directory))
                .transpose(),
        }
    }

    /// What the request asks for. The v1 endpoint has a default, the v2.0 endpoint demands a scope.
    pub(super) fn asked_or_default(&self) -> Result<Asked, Refused> {
        match (self.asked()?, self.version) {
            (Some(asked), _) => Ok(asked),
            (None, Version::V1) => Asked::from_resource(None, &self.aad.directory()),
            (None, Version::V2) => {
                let scope = self.params.require("scope")?;
                Asked::from_scope(scope, &self.aad.directory())
            }
        }
    }
}

fn basic(incoming: &Incoming) -> Option<Basic> {
    let value = incoming.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("basic").then_some(())?;
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (client_id, secret) = decoded.split_once(':')?;
    // RFC 6749, section 2.3.1: both halves are form-encoded before they are joined.
    Some(Basic { client_id: decode(client_id), secret: decode(secret) })
}
