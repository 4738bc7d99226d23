//! A user of a federated domain signs in by name and password at the domain's own server
//! (WS-Trust), and exchanges its assertion for tokens.

mod mex;
mod rst;
mod xml;

use adls_http::{Idempotency, Request, SafeUrl};
use adls_wire::aad::{grant, param};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::header::{HeaderName, HeaderValue};
use http::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use self::mex::{WsTrustEndpoint, WsTrustVersion};
use self::rst::SamlAssertion;
use crate::endpoint::{Audience, AuthClient, GrantForm, ResolvedTokenRequest, TokenReply};
use crate::{AuthErrorKind, Error, Protocol, Result};

/// For whom the assertion is made, where the authority does not tell.
const DEFAULT_AUDIENCE: &str = "urn:federation:MicrosoftOnline";

/// What the authority tells of a federated domain.
#[derive(Debug)]
pub(crate) struct Federation {
    metadata_url: Option<SafeUrl>,
    active_url: Option<SafeUrl>,
    audience: String,
}

impl Federation {
    /// Reads a user realm reply; `None` when the domain is not federated.
    ///
    /// # Errors
    /// When the server speaks another protocol, or lies where a password must not go.
    pub(crate) fn of(realm: &Value, client: &AuthClient) -> Result<Option<Self>> {
        let text = |name: &str| realm[name].as_str().filter(|text| !text.is_empty());
        if !text("account_type").is_some_and(|kind| kind.eq_ignore_ascii_case("federated")) {
            return Ok(None);
        }
        let protocol = text("federation_protocol").unwrap_or("wstrust");
        if !protocol.eq_ignore_ascii_case("wstrust") {
            return Err(failed(format!(
                "the federation server speaks {protocol:?}, by which no password can be sent"
            )));
        }
        let url = |name: &str| text(name).map(|text| safe_url(text, client)).transpose();
        Ok(Some(Self {
            metadata_url: url("federation_metadata_url")?,
            active_url: url("federation_active_auth_url")?,
            audience: text("cloud_audience_urn").unwrap_or(DEFAULT_AUDIENCE).to_owned(),
        }))
    }

    /// Signs in at the server and exchanges what it says.
    pub(crate) async fn sign_in(
        &self,
        client: &AuthClient,
        resolved: &ResolvedTokenRequest,
        username: &str,
        password: &SecretString,
    ) -> Result<TokenReply> {
        let endpoint = self.endpoint(client).await?;
        let assertion = self.ask(client, &endpoint, username, password).await?;
        exchange(client, resolved, &assertion).await
    }

    /// Where the password goes: the server's own description tells, else the authority.
    async fn endpoint(&self, client: &AuthClient) -> Result<WsTrustEndpoint> {
        let described = match &self.metadata_url {
            Some(url) => describe(client, url).await,
            None => Err(failed("the authority names no description of it")),
        };
        let usual = self.active_url.as_ref().and_then(|url| {
            let version = WsTrustVersion::of_path(url.as_url().path())?;
            Some(WsTrustEndpoint { url: url.clone(), version })
        });
        described.or_else(|error| usual.ok_or(error))
    }

    async fn ask(
        &self,
        client: &AuthClient,
        endpoint: &WsTrustEndpoint,
        username: &str,
        password: &SecretString,
    ) -> Result<SamlAssertion> {
        let now = client.pipeline().clock().now();
        let message = rst::request(endpoint, &self.audience, username, password, now);
        let action = HeaderValue::from_static(endpoint.version.action());
        // A refused password counts towards a lock, so a lost answer is not asked for again.
        let url = endpoint.url.clone();
        let request = Request::new("WS-Trust", Method::POST, url, Idempotency::Unsafe)
            .longest_answer(xml::LONGEST)
            .header(HeaderName::from_static("soapaction"), action)
            .body("application/soap+xml; charset=utf-8", message.expose_secret().to_owned());
        // Refusals come as faults, with this status.
        let request =
            request.accept(StatusCode::INTERNAL_SERVER_ERROR).accept(StatusCode::BAD_REQUEST);
        let response = client.pipeline().send(request).await.map_err(Error::http)?;
        rst::read(&String::from_utf8_lossy(response.body()))
    }
}

async fn describe(client: &AuthClient, url: &SafeUrl) -> Result<WsTrustEndpoint> {
    let request = Request::new("federation metadata", Method::GET, url.clone(), Idempotency::Safe)
        .longest_answer(xml::LONGEST);
    let response = client.pipeline().send(request).await.map_err(Error::http)?;
    let (address, version) = mex::find_endpoint(&String::from_utf8_lossy(response.body()))?;
    Ok(WsTrustEndpoint { url: safe_url(&address, client)?, version })
}

async fn exchange(
    client: &AuthClient,
    resolved: &ResolvedTokenRequest,
    assertion: &SamlAssertion,
) -> Result<TokenReply> {
    let encoded = BASE64_URL_SAFE_NO_PAD.encode(assertion.xml.expose_secret());
    let mut fields = vec![(param::ASSERTION, &*encoded)];
    if client.protocol() == Protocol::V1 {
        fields.push((param::SCOPE, "openid"));
    }
    let form = GrantForm {
        operation: "federated assertion",
        grant_type: if assertion.is_saml2 { grant::SAML20_BEARER } else { grant::SAML11_BEARER },
        fields,
        audience: Audience::User,
        idempotency: Idempotency::Idempotent,
    };
    client.request_token(resolved, form).await
}

/// A URL to which a password may go.
fn safe_url(text: &str, client: &AuthClient) -> Result<SafeUrl> {
    let url: SafeUrl = text.parse().map_err(|error| failed(format!("its address {error}")))?;
    if url.is_https() || client.may_use_http(&url) {
        return Ok(url);
    }
    Err(failed(format!("refusing to send a password to {url} over plain http")))
}

fn failed(why: impl std::fmt::Display) -> Error {
    Error::new(
        AuthErrorKind::FederationFailed,
        format!("cannot sign in at the federation server: {why}"),
    )
}
