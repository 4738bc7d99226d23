//! The token endpoint: the one place where tokens are asked for.

mod discovery;
mod proof;
mod reply;

use adls_http::{Idempotency, Pipeline, Request, SafeUrl, TokenRequest};
use adls_wire::aad::param;
use http::header::{ACCEPT, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::{AuthOptions, Authority, Error, Protocol, Result, TokenCache, scope};

pub(crate) use proof::read_certificate;
pub use proof::{AssertionError, ClientProof};
pub(crate) use reply::{TokenReply, whole_number};

/// An application that talks to an authority.
#[derive(Debug)]
pub(crate) struct AuthClient {
    pipeline: Pipeline,
    allow_http_loopback: bool,
    authority: Authority,
    protocol: Protocol,
    client_id: String,
    proof: ClientProof,
    enable_cae: bool,
    cache: TokenCache,
    /// Whether the authority is known to Microsoft, once that was asked; `None` when it need not be.
    validation: Option<OnceCell<()>>,
}

/// What a token is wanted for: a [`TokenRequest`] that has been checked.
#[derive(Clone, Debug)]
pub(crate) struct ResolvedTokenRequest {
    pub(crate) authority: Authority,
    pub(crate) scopes: Vec<String>,
    pub(crate) claims: Option<String>,
}

impl ResolvedTokenRequest {
    /// The same with what a sign-in must bring, as the refusal of a refresh may have named it.
    pub(crate) fn with_claims_of(&self, refused: Option<&Error>) -> Self {
        let named = || refused.and_then(Error::claims).map(str::to_owned);
        Self { claims: self.claims.clone().or_else(named), ..self.clone() }
    }
}

/// How the resource is named in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// With the scopes that bring refresh and id token.
    User,
    /// As it is.
    App,
    /// Not at all: the authority remembers it from an earlier step.
    Remembered,
}

/// The part of a token request that is the flow's own.
#[derive(Debug)]
pub(crate) struct GrantForm<'a> {
    /// Names the flow in errors and logs.
    pub(crate) operation: &'static str,
    pub(crate) grant_type: &'static str,
    pub(crate) fields: Vec<(&'static str, &'a str)>,
    pub(crate) audience: Audience,
    /// Whether a lost answer may be asked for again.
    pub(crate) idempotency: Idempotency,
}

impl AuthClient {
    /// # Errors
    /// [`AuthErrorKind::InvalidInput`](crate::AuthErrorKind::InvalidInput) when the client id is
    /// empty, or the authority is plain http and that is not allowed.
    pub(crate) fn new(options: AuthOptions, proof: ClientProof) -> Result<Self> {
        let authority = options.authority_or_default()?;
        let AuthOptions {
            client, client_id, protocol, cache, enable_cae, validate_authority, ..
        } = options;
        if client_id.trim().is_empty() {
            return Err(Error::invalid_input(
                "the client id is empty; give the application's id, a GUID",
            ));
        }
        if !authority.host().is_https() && !client.allow_http_loopback {
            return Err(Error::invalid_input(format!(
                "refusing to send credentials to {} over plain http; set allow_http_loopback to \
                 allow it to this machine",
                authority.host()
            )));
        }
        let allow_http_loopback = client.allow_http_loopback;
        let pipeline = Pipeline::builder(client).build().map_err(Error::http)?;
        Ok(Self {
            pipeline,
            allow_http_loopback,
            authority,
            protocol,
            client_id,
            proof,
            enable_cae,
            cache,
            validation: validate_authority.then(OnceCell::new),
        })
    }

    pub(crate) fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// Whether secrets may go to `url` although it is plain http.
    pub(crate) fn may_use_http(&self, url: &SafeUrl) -> bool {
        self.allow_http_loopback && url.is_loopback()
    }

    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    pub(crate) fn protocol(&self) -> Protocol {
        self.protocol
    }

    pub(crate) fn client_id(&self) -> &str {
        &self.client_id
    }

    pub(crate) fn cache(&self) -> &TokenCache {
        &self.cache
    }

    /// Checks what a caller wants.
    pub(crate) fn resolve(&self, request: &TokenRequest) -> Result<ResolvedTokenRequest> {
        if request.scopes.iter().all(|scope| scope.trim().is_empty()) {
            return Err(Error::invalid_input(
                "no scope given; write it as <resource>/.default, such as \
                 https://datalake.azure.net//.default",
            ));
        }
        let authority = match &request.tenant_id {
            Some(tenant) => self.authority.with_tenant(tenant)?,
            None => self.authority.clone(),
        };
        Ok(ResolvedTokenRequest {
            authority,
            scopes: request.scopes.clone(),
            claims: request.claims.clone(),
        })
    }

    /// Asks for tokens.
    pub(crate) async fn request_token(
        &self,
        resolved: &ResolvedTokenRequest,
        form: GrantForm<'_>,
    ) -> Result<TokenReply> {
        let url = resolved.authority.token_endpoint(self.protocol);
        let clock = &**self.pipeline.clock();
        let proof = self.proof.fields(&self.client_id, &url, clock).await?;
        let scope = self.audience_field(form.audience, &resolved.scopes)?;
        let claims = self.claims_parameter(resolved.claims.as_deref())?;

        let mut fields =
            vec![(param::CLIENT_ID, &*self.client_id), (param::GRANT_TYPE, form.grant_type)];
        if form.audience != Audience::App {
            fields.push((param::CLIENT_INFO, "1"));
        }
        fields.extend(proof.iter().map(|(name, value)| (*name, value.expose_secret())));
        fields.extend(form.fields);
        fields.extend(scope.as_ref().map(|(name, value)| (*name, value.as_str())));
        fields.extend(claims.as_deref().map(|claims| (param::CLAIMS, claims)));

        let (response, answer) = self.post(form.operation, url, form.idempotency, &fields).await?;
        let now = self.pipeline.clock().now();
        TokenReply::parse(&answer, now, |scope| {
            scope::granted(self.protocol, &resolved.scopes, scope)
        })
        .map_err(|problem| Error::http(response.decode_error(problem)))
    }

    /// Sends a form and reads the JSON of the answer.
    pub(crate) async fn post(
        &self,
        operation: &'static str,
        url: SafeUrl,
        idempotency: Idempotency,
        fields: &[(&str, &str)],
    ) -> Result<(adls_http::Response, Value)> {
        self.validate_authority().await?;
        let request =
            with_client_request_id(Request::new(operation, Method::POST, url, idempotency));
        let response = self.pipeline.send(request.form(fields)).await.map_err(Error::http)?;
        let answer = response.json::<Value>().map_err(Error::http)?;
        Ok((response, answer))
    }

    /// Asks how the domain of `username` signs in; `None` when the host does not offer to tell.
    pub(crate) async fn user_realm(&self, username: &str) -> Result<Option<Value>> {
        self.validate_authority().await?;
        let url = self.authority.user_realm_endpoint(username);
        let request = Request::new("user realm", Method::GET, url, Idempotency::Safe);
        let request = with_client_request_id(request).accept(StatusCode::NOT_FOUND);
        let response = self.pipeline.send(request).await.map_err(Error::http)?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        response.json().map(Some).map_err(Error::http)
    }

    /// Asks once whether the authority is known, where that is wanted.
    async fn validate_authority(&self) -> Result<()> {
        let Some(validation) = &self.validation else { return Ok(()) };
        let check = || discovery::check(&self.pipeline, &self.authority);
        validation.get_or_try_init(check).await.copied()
    }

    /// The parameter that names the resource, in the protocol's way.
    pub(crate) fn audience_field(
        &self,
        audience: Audience,
        scopes: &[String],
    ) -> Result<Option<(&'static str, String)>> {
        Ok(match (audience, self.protocol) {
            (Audience::Remembered, Protocol::V2) => None,
            (_, Protocol::V1) => {
                Some((param::RESOURCE, scope::resource_parameter(scopes)?.to_owned()))
            }
            (Audience::User, Protocol::V2) => {
                Some((param::SCOPE, scope::user_scope_parameter(scopes)))
            }
            (Audience::App, Protocol::V2) => Some((param::SCOPE, scopes.join(" "))),
        })
    }

    /// The demanded claims together with what this client declares to understand.
    pub(crate) fn claims_parameter(&self, demanded: Option<&str>) -> Result<Option<String>> {
        if demanded.is_none() && !self.enable_cae {
            return Ok(None);
        }
        let mut claims: Value = match demanded {
            Some(text) => serde_json::from_str(text)
                .ok()
                .filter(Value::is_object)
                .ok_or_else(|| Error::invalid_input("the demanded claims are not a JSON object"))?,
            None => json!({}),
        };
        if self.enable_cae {
            claims["access_token"]["xms_cc"] = json!({ "values": ["CP1"] });
        }
        Ok(Some(claims.to_string()))
    }
}

/// The longest answer about tokens and whom to ask for them, in bytes. Tokens have a few KiB.
pub(crate) const LONGEST_ANSWER: usize = 1 << 20;

/// Headers by which the authority's own log can be searched.
fn with_client_request_id(request: Request) -> Request {
    let request = request.longest_answer(LONGEST_ANSWER);
    let id = HeaderValue::try_from(Uuid::new_v4().to_string());
    let request = request.header(ACCEPT, HeaderValue::from_static("application/json")).header(
        HeaderName::from_static("return-client-request-id"),
        HeaderValue::from_static("true"),
    );
    match id {
        Ok(id) => request.header(HeaderName::from_static("client-request-id"), id),
        Err(_) => request,
    }
}
