//! The user signs in with a browser on this machine, which brings the code to a listener here
//! (RFC 8252).

mod listener;

use std::fmt;
use std::time::Duration;

use adls_http::BoxFuture;
use futures_util::future::{Either, select};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use self::listener::{RedirectListener, RedirectParameters};
use crate::endpoint::{AuthClient, ResolvedTokenRequest, TokenReply};
use crate::error::ErrorResponse;
use crate::flows::authorization_code::{self, AuthorizationRequest, PageOptions};
use crate::flows::flow::{Flow, Subject};
use crate::{AuthErrorKind, Error, Result, jwt};

/// What a callback that opens a page may fail with.
pub type OpenError = Box<dyn std::error::Error + Send + Sync>;

/// Opens a page in the user's browser.
pub(crate) type OpenPage =
    Box<dyn Fn(String) -> BoxFuture<'static, Result<(), OpenError>> + Send + Sync>;

/// How a browser is used to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BrowserOptions {
    /// What the sign-in page is told.
    pub page: PageOptions,
    /// The port on which the browser's answer is awaited; any free one by default, which
    /// applications may use that have `http://localhost` registered.
    pub port: Option<u16>,
    /// How long the user may take.
    pub timeout: Duration,
}

impl Default for BrowserOptions {
    fn default() -> Self {
        Self { page: PageOptions::default(), port: None, timeout: Duration::from_secs(300) }
    }
}

/// The flow with browser and listener.
pub(crate) struct BrowserFlow {
    pub(crate) options: BrowserOptions,
    pub(crate) open: OpenPage,
}

impl BrowserFlow {
    async fn sign_in(
        &self,
        client: &AuthClient,
        resolved: &ResolvedTokenRequest,
    ) -> Result<TokenReply> {
        let listener = RedirectListener::bind(self.options.port).await?;
        let redirect_uri = listener.redirect_uri();
        let page = &self.options.page;
        let request = AuthorizationRequest::for_client(client, resolved, &redirect_uri, page)?;
        (self.open)(request.url().to_owned())
            .await
            .map_err(|error| Error::unavailable(format!("no browser could be opened: {error}")))?;
        let answer = Box::pin(listener.wait_for(request.state()));
        let limit = client.pipeline().clock().sleep(self.options.timeout);
        let answer = match select(answer, limit).await {
            Either::Left((answer, _)) => answer?,
            Either::Right(_) => {
                return Err(Error::new(
                    AuthErrorKind::NotSignedIn,
                    "nobody signed in with the browser in time",
                ));
            }
        };
        let code = code_of(&answer)?;
        let verifier = request.verifier();
        let reply =
            authorization_code::redeem(client, resolved, &code, &redirect_uri, Some(&verifier))
                .await?;
        check_nonce(&reply, request.nonce())?;
        Ok(reply)
    }
}

impl Flow for BrowserFlow {
    fn acquire<'a>(
        &'a self,
        client: &'a AuthClient,
        resolved: &'a ResolvedTokenRequest,
        refused: Option<&'a Error>,
    ) -> BoxFuture<'a, Result<TokenReply>> {
        Box::pin(async move {
            let resolved = resolved.with_claims_of(refused);
            self.sign_in(client, &resolved).await
        })
    }

    fn subject(&self) -> Subject<'_> {
        Subject::User(None)
    }
}

impl fmt::Debug for BrowserFlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BrowserFlow").field("options", &self.options).finish_non_exhaustive()
    }
}

/// The code of an answer, or why there is none.
fn code_of(answer: &RedirectParameters) -> Result<SecretString> {
    let field = |name: &str| answer.get(name).map(|value| Value::String(value.clone()));
    if let Some(refusal) = ErrorResponse::from_fields(field) {
        return Err(Error::refused(refusal, None));
    }
    let code = answer.get("code").filter(|code| !code.is_empty());
    let code = code.ok_or_else(|| {
        let message = "the browser came back without a code";
        Error::new(AuthErrorKind::UnexpectedReply, message)
    })?;
    Ok(code.as_str().into())
}

/// An id token for another sign-in than this one means that somebody has slipped in their code.
fn check_nonce(reply: &TokenReply, nonce: &str) -> Result<()> {
    let Some(token) = &reply.id_token else { return Ok(()) };
    let claims = jwt::decode_unverified(token.expose_secret())?.claims;
    if claims.get("nonce").and_then(Value::as_str) == Some(nonce) {
        return Ok(());
    }
    Err(Error::new(
        AuthErrorKind::UnexpectedReply,
        "the authority answered for another sign-in than this one",
    ))
}
