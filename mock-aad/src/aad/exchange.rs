//! A request to a token endpoint, and what every grant asks of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header;
use percent_encoding::percent_decode_str;

use super::Aad;
use super::authority::{Authority, Version};
use super::claims::ClientProof;
use super::directory::Application;
use super::error::{Refused, code};
use super::incoming::Incoming;
use super::params::Params;
use super::resource::Asked;

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

/// A client that has proven who it is, as far as it can.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) application: Application,
    pub(super) proof: ClientProof,
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
        segment: &str,
    ) -> Result<Self, Refused> {
        Ok(Self {
            aad,
            version,
            authority: Authority::find(segment, &aad.directory())?,
            params: incoming.params()?,
            origin: &incoming.origin,
            now: incoming.now.as_second(),
            basic: basic(incoming),
        })
    }

    /// The client's id, from a parameter or the Basic header.
    pub(super) fn client_id(&self) -> Option<&str> {
        let basic = self.basic.as_ref().map(|basic| basic.client_id.as_str());
        self.params.get("client_id").or(basic)
    }

    /// The client that the request names, with its credential checked.
    ///
    /// # Errors
    /// AADSTS900144 without `client_id`, 700016 for an unknown one, and those of [`Self::prove`].
    pub(super) fn client(&self) -> Result<Client, Refused> {
        let id = self.client_id().ok_or_else(|| self.params.missing("client_id"))?;
        let application = self.aad.directory().application(id)?.clone();
        self.prove(application)
    }

    /// Checks the credential that came with the request against what `application` has.
    ///
    /// # Errors
    /// AADSTS7000215 for a wrong secret, 700025 when a public client sends one, 7000218 when another
    /// client sends none.
    pub(super) fn prove(&self, application: Application) -> Result<Client, Refused> {
        let proof = match self.secret() {
            Some(_) if application.public_client && application.secrets.is_empty() => {
                return Err(Refused::new(
                    code::PUBLIC_CLIENT_SENT_SECRET,
                    "Client is public so neither 'client_assertion' nor 'client_secret' should be \
                     presented.",
                ));
            }
            Some(secret) if application.secrets.iter().any(|known| known == secret) => {
                ClientProof::Secret
            }
            Some(_) => {
                return Err(Refused::new(
                    code::INVALID_CLIENT_SECRET,
                    format!(
                        "Invalid client secret provided. Ensure the secret being sent in the \
                         request is the client secret value, not the client secret ID, for a \
                         secret added to app '{}'.",
                        application.client_id
                    ),
                ));
            }
            None if application.public_client => ClientProof::Public,
            None => {
                return Err(Refused::new(
                    code::CLIENT_SECRET_OR_ASSERTION_REQUIRED,
                    "The request body must contain the following parameter: 'client_assertion' or \
                     'client_secret'.",
                ));
            }
        };
        Ok(Client { application, proof })
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
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    Some(Basic { client_id: decode(client_id), secret: decode(secret) })
}
