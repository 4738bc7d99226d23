//! A request to a token endpoint, and what every grant asks of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header;

use super::Aad;
use super::assertion;
use super::authority::{Authority, Version};
use super::claims::ClientProof;
use super::directory::Application;
use super::error::{Refused, code};
use super::incoming::Incoming;
use super::params::Params;
use super::resource::Asked;
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

    /// The client's id: from a parameter, the Basic header, or the subject of the assertion.
    pub(super) fn client_id(&self) -> Option<String> {
        let basic = self.basic.as_ref().map(|basic| basic.client_id.as_str());
        let named = self.params.get("client_id").or(basic).map(str::to_owned);
        named.or_else(|| assertion::subject(self.params.get("client_assertion")?))
    }

    /// The client that the request names, with its credential checked.
    ///
    /// # Errors
    /// AADSTS900144 without `client_id`, 700016 for an unknown one, and those of [`Self::prove`].
    pub(super) fn client(&self) -> Result<Client, Refused> {
        let id = self.client_id().ok_or_else(|| self.params.missing("client_id"))?;
        let application = self.aad.directory().application(&id)?.clone();
        self.prove(application)
    }

    /// Checks the credential that came with the request against what `application` has.
    ///
    /// # Errors
    /// AADSTS7000215 for a wrong secret, 7000222 for one that has ended, 700025 when a public client
    /// sends one, 7000218 when another client sends none, and those of [`assertion::check`].
    pub(super) fn prove(&self, application: Application) -> Result<Client, Refused> {
        let assertion = self.params.get("client_assertion");
        let proof = match (assertion, self.secret()) {
            (None, None) if application.public_client => ClientProof::Public,
            (None, None) => return Err(Refused::credential_missing()),
            _ if has_no_credential(&application) => return Err(credential_of_public_client()),
            (Some(assertion), _) => {
                assertion::check(self, &application, assertion)?;
                ClientProof::Assertion
            }
            (None, Some(secret)) => {
                check_secret(&application, secret, self.now)?;
                ClientProof::Secret
            }
        };
        Ok(Client { application, proof })
    }

    /// The secret in the form or the Basic header.
    fn secret(&self) -> Option<&str> {
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

fn has_no_credential(application: &Application) -> bool {
    application.public_client
        && application.secrets.is_empty()
        && application.certificates.is_empty()
        && application.federated_credentials.is_empty()
}

fn check_secret(application: &Application, secret: &str, now: i64) -> Result<(), Refused> {
    let Some(known) = application.secrets.iter().find(|known| known.value == secret) else {
        return Err(Refused::new(
            code::INVALID_CLIENT_SECRET,
            format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the \
                 client secret value, not the client secret ID, for a secret added to app '{}'.",
                application.client_id
            ),
        ));
    };
    let end = known.expires.and_then(|end| jiff::Timestamp::try_from(end).ok());
    if end.is_some_and(|end| now >= end.as_second()) {
        return Err(Refused::new(
            code::CLIENT_SECRET_EXPIRED,
            format!(
                "The provided client secret keys for app '{}' are expired. Visit the Azure portal to \
                 create new keys for your app, or consider using certificate credentials for added \
                 security.",
                application.client_id
            ),
        ));
    }
    Ok(())
}

fn credential_of_public_client() -> Refused {
    Refused::new(
        code::PUBLIC_CLIENT_SENT_SECRET,
        "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
    )
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
