//! A browser signs the user in and brings back a code (RFC 6749 with PKCE, RFC 7636).

use std::sync::{Mutex, PoisonError};

use adls_http::{BoxFuture, Idempotency, TokenRequest};
use adls_wire::aad::{grant, param};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};

use crate::endpoint::{Audience, AuthClient, GrantForm, ResolvedTokenRequest, TokenReply};
use crate::flows::flow::{Flow, Subject};
use crate::{AuthErrorKind, AuthOptions, ClientProof, Error, Result};

/// A sign-in page for a user, and what its answer is checked by.
///
/// For applications that receive the redirect themselves: lead the user to [`url`](Self::url),
/// compare the `state` that comes back with [`state`](Self::state), and give the `code` together
/// with [`verifier`](Self::verifier) to an
/// [`AuthorizationCodeCredential`](crate::AuthorizationCodeCredential).
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    url: SecretString,
    state: SecretString,
    nonce: SecretString,
    verifier: SecretString,
}

/// How the browser hands the code over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ResponseMode {
    /// In a form that it posts, so that the code is in no history and no log.
    #[default]
    FormPost,
    /// In the URL.
    Query,
}

/// What the sign-in page is told besides who asks for what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageOptions {
    /// How the code comes back.
    pub response_mode: ResponseMode,
    /// The user's name, to fill it in.
    pub login_hint: Option<String>,
    /// The user's domain, to skip the question where they sign in.
    pub domain_hint: Option<String>,
    /// `login`, `select_account`, `consent` or `none`: what the user must or must not be asked.
    pub prompt: Option<String>,
}

impl AuthorizationRequest {
    /// A page on which a user signs in for `request`, through the application `client_id`. The
    /// browser then comes to `redirect_uri`, which must be registered for the application.
    ///
    /// # Errors
    /// [`AuthErrorKind::InvalidInput`] as for any credential with these arguments.
    pub fn new_with(
        client_id: impl Into<String>,
        redirect_uri: &str,
        request: &TokenRequest,
        page: &PageOptions,
        options: AuthOptions,
    ) -> Result<Self> {
        let client = AuthClient::new(options.client_id(client_id), ClientProof::public())?;
        Self::for_client(&client, &client.resolve(request)?, redirect_uri, page)
    }

    pub(crate) fn for_client(
        client: &AuthClient,
        resolved: &ResolvedTokenRequest,
        redirect_uri: &str,
        page: &PageOptions,
    ) -> Result<Self> {
        let (state, nonce, verifier) = (random()?, random()?, random()?);
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        let audience = client.audience_field(Audience::User, &resolved.scopes)?;
        let claims = client.claims_parameter(resolved.claims.as_deref())?;
        let response_mode = match page.response_mode {
            ResponseMode::FormPost => "form_post",
            ResponseMode::Query => "query",
        };
        let mut query = vec![
            (param::CLIENT_ID, client.client_id()),
            ("response_type", "code"),
            (param::REDIRECT_URI, redirect_uri),
            ("response_mode", response_mode),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            (param::CLIENT_INFO, "1"),
        ];
        query.extend(audience.as_ref().map(|(name, value)| (*name, value.as_str())));
        let hints = [
            (param::CLAIMS, &claims),
            ("login_hint", &page.login_hint),
            ("domain_hint", &page.domain_hint),
            ("prompt", &page.prompt),
        ];
        query.extend(hints.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))));
        let endpoint = resolved.authority.authorize_endpoint(client.protocol());
        let url = endpoint.with_path_and_query("", &query);
        Ok(Self {
            url: url.as_url().as_str().into(),
            state: state.into(),
            nonce: nonce.into(),
            verifier: verifier.into(),
        })
    }

    /// Where to lead the browser.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.expose_secret()
    }

    /// What must come back as `state`. An answer with another one was not asked for here.
    #[must_use]
    pub fn state(&self) -> &str {
        self.state.expose_secret()
    }

    /// What redeems the code (PKCE), so that a stolen code is of no use.
    #[must_use]
    pub fn verifier(&self) -> SecretString {
        self.verifier.clone()
    }

    /// What the id token must repeat.
    pub(crate) fn nonce(&self) -> &str {
        self.nonce.expose_secret()
    }
}

/// 256 random bits as text.
fn random() -> Result<String> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).map_err(|_| Error::unavailable("the system gives no random numbers"))?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// Redeems a code. It is good for one time, so a lost answer is not asked for again.
pub(crate) async fn redeem(
    client: &AuthClient,
    resolved: &ResolvedTokenRequest,
    code: &SecretString,
    redirect_uri: &str,
    verifier: Option<&SecretString>,
) -> Result<TokenReply> {
    let mut fields = vec![(param::CODE, code.expose_secret()), (param::REDIRECT_URI, redirect_uri)];
    fields.extend(verifier.map(|verifier| (param::CODE_VERIFIER, verifier.expose_secret())));
    let form = GrantForm {
        operation: "authorization code",
        grant_type: grant::AUTHORIZATION_CODE,
        fields,
        audience: Audience::User,
        idempotency: Idempotency::Unsafe,
    };
    client.request_token(resolved, form).await
}

/// A code that the application has received.
#[derive(Debug)]
pub(crate) struct AuthorizationCodeFlow {
    code: Mutex<Option<SecretString>>,
    redirect_uri: String,
    verifier: Option<SecretString>,
}

impl AuthorizationCodeFlow {
    pub(crate) fn new(
        code: SecretString,
        redirect_uri: String,
        verifier: Option<SecretString>,
    ) -> Self {
        Self { code: Mutex::new(Some(code)), redirect_uri, verifier }
    }
}

impl Flow for AuthorizationCodeFlow {
    fn acquire<'a>(
        &'a self,
        client: &'a AuthClient,
        resolved: &'a ResolvedTokenRequest,
        refused: Option<&'a Error>,
    ) -> BoxFuture<'a, Result<TokenReply>> {
        Box::pin(async move {
            let code = self.code.lock().unwrap_or_else(PoisonError::into_inner).take();
            let Some(code) = code else {
                return Err(refused.cloned().unwrap_or_else(|| {
                    Error::new(AuthErrorKind::NotSignedIn, "the authorization code is used up")
                }));
            };
            redeem(client, resolved, &code, &self.redirect_uri, self.verifier.as_ref()).await
        })
    }

    fn subject(&self) -> Subject<'_> {
        Subject::User(None)
    }
}
